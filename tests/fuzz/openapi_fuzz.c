/* rooms: contract */
/* Any text either becomes a contract or at least one error; a contract answers for each of its own operations. */
#include "filters/contract/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct contract *c, const struct operation *o, struct judge *j, struct arena *arena)
{
	static const struct field fields[] = {{STR_INIT("Content-Type"), STR_INIT("application/json")},
					      {STR_INIT("Cookie"), STR_INIT("a=1; b=2")}};
	struct message_head head = {o->method, STR("a=1&b=2&c[d]=3"), 200, fields, 2, true};
	struct path_match match;
	struct body_plan plan;
	struct findings found;
	findings_begin(&found, arena, 4);
	contract_find(c, o->method, o->template, &match);
	enum judgement verdict = contract_request_head(c, &match, &head, j, &found, &plan);
	CHECK((verdict == INVALID) == (found.total > 0));
	(void)contract_body(c, &plan, REQUEST, STR("{\"a\":[1]}"), j, &found);
	(void)contract_response_head(c, o, &head, j, &found, &plan);
	(void)contract_body(c, &plan, RESPONSE, STR("{\"a\":[1]}"), j, &found);
	CHECK(found.count <= 4 && found.count <= found.total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct contract_options options = {.assert_formats = true, .closed_objects = size & 1};
	struct judge *j = judge_new(&(struct judge_limits){.steps = 100000});
	struct arena arena;
	struct diag d;
	arena_init(&arena, 4096);
	diag_init(&d);
	struct contract *c = contract_load_text(str_of((const char *)data, size), "fuzz", &options, &d);
	CHECK((c == NULL) == (d.errors > 0));
	for (uint32_t i = 0; c && i < contract_operation_count(c); i++)
		ask(c, contract_operation(c, i), j, &arena);
	contract_free(c);
	diag_free(&d);
	arena_free(&arena);
	judge_free(j);
	return 0;
}
