/* rooms: pact */
/* pact: any text is read or refused with a place; what is read is bounded. The example of a message keeps what it says
 * itself, where it has no rules; written as it goes over the wire and read again, its body is the same. */
#include "filters/pact/compare.h"
#include "filters/pact/generator.h"
#include "filters/pact/pact.h"
#include "filters/pact/sending.h"
#include "proxy/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* XML that is the same is the same; everything else too. */
static void keeps_itself(const struct pact_message *m, int side)
{
	struct arena arena;
	struct mismatches out;
	struct pact_message sent = *m;
	struct sending s;
	arena_init(&arena, 4096);
	mismatches_begin(&out, &arena, 4);
	compare_messages(m, m, side, &out);
	if (!m->rules.count)
		CHECK(out.total == 0 || out.untold.len);
	sending_make(&s, m, &arena);
	if (m->body.kind == PACT_BODY_JSON && !m->rules.count && str_starts(m->body.type, STR("application/json"))) {
		message_body(&sent.body, &arena, s.body, STR("application/json"));
		mismatches_begin(&out, &arena, 4);
		compare_messages(m, &sent, side, &out);
		CHECK(sent.body.kind == PACT_BODY_JSON && (out.total == 0 || out.untold.len));
	}
	sending_free(&s);
	struct generating g = {.arena = &arena, .now_ms = INT64_C(1770127506789), .seed = 1};
	struct pact_message made = generator_apply(&g, m);
	sending_make(&s, &made, &arena);
	sending_free(&s);
	buf_free(&g.untouched);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d;
	diag_init(&d);
	struct pact *p = pact_load_text(str_of((const char *)data, size), "pact.json", &d);
	CHECK((p == NULL) == (d.errors > 0));
	for (unsigned i = 0; p && i < p->count; i++) {
		keeps_itself(&p->at[i].request, COMPARE_REQUEST);
		keeps_itself(&p->at[i].response, COMPARE_RESPONSE);
	}
	pact_free(p);
	diag_free(&d);
	return 0;
}
