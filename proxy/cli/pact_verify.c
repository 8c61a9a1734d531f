#include "proxy/cli/pact_verify.h"

#include "filters/contract/coding.h"
#include "filters/contract/json_tree.h"
#include "filters/pact/compare.h"
#include "filters/pact/generator.h"
#include "filters/pact/sending.h"
#include "proxy/base/clock.h"
#include "proxy/cli/client.h"
#include "proxy/http/token.h"

enum { MOST_DIFFERENCES = 50, MOST_DECODED = 64 << 20 };

/* How one interaction went. */
enum ending { VERIFIED, DIFFERENT, CANNOT_TELL };

/* One interaction being replayed. */
struct replay {
	struct verification *v;
	const struct pact *pact;
	const struct interaction *x;
	struct pact_findings *found;
	struct arena arena; /* until it is over */
	struct generating generating;
	bool differs, untold;
};

static void find(struct replay *r, enum pact_level level, const char *code, struct str text, struct place place)
{
	struct pact_findings *f = r->found;
	bool counts = level == PACT_ERROR && !r->x->pending;
	f->errors += counts;
	f->warnings += !counts;
	if (f->total++ < PACT_FINDINGS)
		VEC_PUSH(&f->list, ((struct pact_finding){.level = counts ? PACT_ERROR : PACT_WARNING,
							  .pact = r->pact,
							  .interaction = r->x,
							  .response = true,
							  .code = code,
							  .text = arena_dup(&f->arena, text),
							  .place = place}));
}

static void cannot_tell(struct replay *r, struct str why)
{
	r->untold = true;
	find(r, PACT_WARNING, "verify.untold", why, r->x->place);
}

/* ---- provider states ---- */

static void write_state(const struct replay *r, const struct pact_state *state, struct buf *out)
{
	buf_add(out, STR("{\"state\":\""));
	buf_add_json(out, state->name);
	buf_add(out, STR("\",\"consumer\":\""));
	buf_add_json(out, r->pact->consumer);
	buf_add(out, STR("\",\"params\":"));
	if (state->params)
		tree_to_json(state->params, out);
	else
		buf_add(out, STR("{}"));
	buf_addc(out, '}');
}

/* What a state change answers with, where that is an object, is what generators take values from. */
static void keep_values(struct replay *r, const struct client_answer *answer)
{
	struct diag quiet;
	diag_init(&quiet);
	const struct node *n =
	    answer->body.len && r->generating.states < GENERATOR_STATES
		? json_tree_read(&r->arena, arena_dup(&r->arena, buf_str(&answer->body)), "state", &quiet)
		: NULL;
	if (n && n->kind == NODE_MAPPING)
		r->generating.state[r->generating.states++] = n;
	diag_free(&quiet);
}

/* False after a complaint: the provider is not in the state. */
static bool set_state(struct replay *r, const struct pact_state *state)
{
	static const struct field type = {STR_INIT("Content-Type"), STR_INIT("application/json")};
	struct client_answer answer;
	struct buf body = {0}, why = {0};
	write_state(r, state, &body);
	struct client_request request = {
	    .method = STR("POST"), .fields = &type, .field_count = 1, .body = buf_str(&body)};
	bool sent = client_send(r->v->state_url, &request, &answer, NULL, &why);
	bool good = sent && answer.status / 100 == 2;
	if (sent && !good)
		buf_addf(&why, "answered with status %u", answer.status);
	if (good)
		keep_values(r, &answer);
	else
		cannot_tell(r, arena_printf(&r->arena, "the provider state \"%.*s\" could not be set: %.*s",
					    STR_ARG(state->name), STR_ARG(buf_str(&why))));
	buf_free(&answer.body);
	buf_free(&body);
	buf_free(&why);
	return good;
}

static bool set_states(struct replay *r)
{
	for (unsigned i = 0; r->v->state_url && i < r->x->states; i++)
		if (!set_state(r, &r->x->state[i]))
			return false;
	return true;
}

/* ---- the request ---- */

static bool is_overridden(const struct verification *v, struct str name)
{
	for (size_t i = 0; i < v->field_count; i++)
		if (str_eq_nocase(v->fields[i].name, name))
			return true;
	return false;
}

/* The pact's fields that can be sent, and those of the command line in the place of theirs. */
static struct field *fields_of(struct replay *r, const struct sending *s, size_t *count)
{
	struct field *fields = ARENA_ARRAY(&r->arena, struct field, s->head.field_count + r->v->field_count + 1);
	*count = 0;
	for (size_t i = 0; i < s->head.field_count; i++)
		if (token_valid(s->head.fields[i].name) && !is_overridden(r->v, s->head.fields[i].name))
			fields[(*count)++] = s->head.fields[i];
	for (size_t i = 0; i < r->v->field_count; i++)
		fields[(*count)++] = r->v->fields[i];
	return fields;
}

/* The request with its generators applied; what was not is told. */
static struct pact_message generate(struct replay *r)
{
	struct generating *g = &r->generating;
	struct pact_message made = generator_apply(g, &r->x->request);
	struct str rest = buf_str(&g->untouched);
	for (struct str line; rest.len && (line = str_cut(&rest, '\n')).len;)
		find(r, PACT_WARNING, "verify.generator", line, r->x->request.place);
	buf_free(&g->untouched);
	return made;
}

static bool send_request(struct replay *r, struct client_answer *answer, struct client_fields *fields)
{
	struct sending s;
	struct buf why = {0};
	struct client_request request = {0};
	struct pact_message made = generate(r);
	sending_make(&s, &made, &r->arena);
	request.method = s.head.method;
	request.path = sending_path(&r->arena, made.path);
	if (s.head.query.len)
		request.path = arena_printf(&r->arena, "%.*s?%.*s", STR_ARG(request.path), STR_ARG(s.head.query));
	request.fields = fields_of(r, &s, &request.field_count);
	request.body = s.body;
	bool good = token_valid(request.method);
	if (!good)
		cannot_tell(r, STR("its method is none that HTTP can send"));
	else if (!(good = client_send(r->v->backend, &request, answer, fields, &why)))
		cannot_tell(r, buf_str(&why));
	sending_free(&s);
	buf_free(&why);
	return good;
}

/* ---- the answer ---- */

static const struct field *next_field(const struct client_fields *fields, struct str name, size_t *at)
{
	for (; *at < fields->count; ++*at)
		if (str_eq_nocase(fields->at[*at].name, name))
			return &fields->at[(*at)++];
	return NULL;
}

/* Fields of one name are one header with several values. */
static void read_headers(struct replay *r, const struct client_fields *fields, struct pact_message *m)
{
	m->header.at = ARENA_ARRAY(&r->arena, struct pact_values, fields->count);
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *one;
		size_t at = 0;
		if (message_header(m, fields->at[i].name))
			continue;
		struct pact_values *v = &m->header.at[m->header.count++];
		*v = (struct pact_values){.name = fields->at[i].name, .listed = true};
		v->at = ARENA_ARRAY(&r->arena, struct str, fields->count);
		while ((one = next_field(fields, v->name, &at)))
			v->at[v->count++] = one->value;
	}
}

static struct str value_of(const struct pact_message *m, struct str name)
{
	const struct pact_values *v = message_header(m, name);
	return v && v->count ? v->at[0] : STR("");
}

static void compare(struct replay *r, const struct pact_message *actual)
{
	struct mismatches out;
	mismatches_begin(&out, &r->arena, MOST_DIFFERENCES);
	compare_messages(&r->x->response, actual, COMPARE_RESPONSE, &out);
	for (unsigned i = 0; i < out.count; i++) {
		struct mismatch bare = out.at[i];
		struct str kind = bare.where;
		struct buf text = {0};
		kind = str_cut(&kind, ' ');
		bare.place = (struct place){0};
		mismatch_to_text(&bare, &text);
		find(r, PACT_ERROR, arena_printf(&r->found->arena, "verify.%.*s", STR_ARG(kind)).at, buf_str(&text),
		     out.at[i].place);
		buf_free(&text);
	}
	r->differs = out.total > 0;
	if (out.untold.len)
		cannot_tell(r, out.untold);
}

static void hold_against(struct replay *r, const struct client_answer *answer, const struct client_fields *fields)
{
	struct pact_message actual = {.status = answer->status};
	struct coding_scratch *scratch = coding_scratch_new();
	struct str body;
	read_headers(r, fields, &actual);
	if (coding_decode(scratch, value_of(&actual, STR("Content-Encoding")), buf_str(&answer->body), MOST_DECODED,
			  &body) == CODING_OK) {
		message_body(&actual.body, &r->arena, body, value_of(&actual, STR("Content-Type")));
		compare(r, &actual);
	} else {
		cannot_tell(r, STR("the answer's Content-Encoding could not be undone"));
	}
	coding_scratch_free(scratch);
}

/* ---- the log ---- */

static void note_text(const struct replay *r, enum ending e, struct buf *out)
{
	static const char *const words[] = {
	    [VERIFIED] = "verified", [DIFFERENT] = "differs", [CANNOT_TELL] = "cannot tell"};
	buf_addf(out, "%s: %.*s: %.*s", words[e], STR_ARG(r->pact->consumer), STR_ARG(r->x->description));
	for (unsigned i = 0; i < r->x->states; i++)
		buf_addf(out, "%s\"%.*s\"",
			 i                 ? ", "
			 : r->v->state_url ? " (state "
					   : " (state, not set: ",
			 STR_ARG(r->x->state[i].name));
	buf_addf(out, "%s%s\n", r->x->states ? ")" : "", r->x->pending ? " (pending)" : "");
}

static void note_json(const struct replay *r, enum ending e, struct buf *out)
{
	static const char *const words[] = {[VERIFIED] = "true", [DIFFERENT] = "false", [CANNOT_TELL] = "null"};
	buf_addf(out, "%s{\"consumer\":\"", out->len ? "," : "");
	buf_add_json(out, r->pact->consumer);
	buf_add(out, STR("\",\"interaction\":\""));
	buf_add_json(out, r->x->description);
	buf_addf(out, "\",\"verified\":%s,\"pending\":%s,\"states\":[", words[e], r->x->pending ? "true" : "false");
	for (unsigned i = 0; i < r->x->states; i++) {
		buf_add(out, i ? STR(",\"") : STR("\""));
		buf_add_json(out, r->x->state[i].name);
		buf_addc(out, '"');
	}
	buf_add(out, STR("]}"));
}

static void replay(struct verification *v, const struct pact *pact, const struct interaction *x,
		   struct pact_findings *found)
{
	struct replay r = {.v = v, .pact = pact, .x = x, .found = found};
	struct client_answer answer = {0};
	struct client_fields fields = {0};
	arena_init(&r.arena, 8192);
	r.generating = (struct generating){.arena = &r.arena, .now_ms = clock_wall_ms(), .seed = clock_mono_ns() | 1};
	arena_init(&fields.arena, 256);
	if (set_states(&r) && send_request(&r, &answer, &fields))
		hold_against(&r, &answer, &fields);
	enum ending e = r.differs ? DIFFERENT : r.untold ? CANNOT_TELL : VERIFIED;
	v->verified += e == VERIFIED;
	v->failed += e == DIFFERENT && !x->pending;
	v->untold += e == CANNOT_TELL;
	if (v->json)
		note_json(&r, e, &v->log);
	else
		note_text(&r, e, &v->log);
	buf_free(&answer.body);
	arena_free(&fields.arena);
	arena_free(&r.arena);
}

void pact_verify(struct verification *v, const struct pacts *pacts, struct pact_findings *found)
{
	for (size_t i = 0; i < pacts->list.len; i++)
		for (unsigned k = 0; k < pacts->list.at[i]->count; k++)
			replay(v, pacts->list.at[i], &pacts->list.at[i]->at[k], found);
}
