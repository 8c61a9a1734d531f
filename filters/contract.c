#include "filters/contract.h"

#include "filters/judging.h"
#include "proxy/base/hash.h"

enum { WHOLE = 1000000 };

static bool configure(struct filter_setup *setup, void **settings)
{
	struct guards *g = ARENA_NEW(setup->arena, struct guards);
	bool any, good = validate_load(setup, g, &any);
	if (good && any)
		*settings = g;
	else
		validate_free(g);
	return good;
}

static void release(void *settings)
{
	validate_free(settings);
}

/* --- bodies --- */

static enum verdict on_request_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	return judging_take_part(x, settings, state, SIDE_REQUEST, part, last);
}

static enum verdict on_response_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	return judging_take_part(x, settings, state, SIDE_RESPONSE, part, last);
}

/* --- requests --- */

/* Without the version's segment first; contracts that have it in their own paths are found by the whole path. HEAD is
 * what GET is, where the contract does not say more (RFC 9110, 9.3.2). */
static void find(const struct exchange *x, const struct contract *c, struct str method, struct path_match *match)
{
	contract_find(c, method, x->contract_path, match);
	if (!match->template.len && x->contract_path.at != x->path.at)
		contract_find(c, method, x->path, match);
	if (!match->operation && match->template.len && str_eq(method, STR("HEAD")))
		find(x, c, STR("GET"), match);
}

/* A browser's question ahead of a request to another origin (Fetch, 3.2.2): no contract describes it. */
static bool is_preflight(const struct message *m)
{
	return m->method == METHOD_OPTIONS && message_known(m, KNOWN_ORIGIN).at &&
	       message_get(m, STR("Access-Control-Request-Method")).at;
}

static enum verdict no_operation(struct exchange *x, struct judging *j, const struct path_match *match)
{
	bool path_known = match->template.len > 0, enforced = j->mode == MODE_ENFORCE;
	if (path_known && is_preflight(&x->request)) {
		exchange_unchecked(x, SIDE_REQUEST, "preflight");
		return PASS;
	}
	exchange_violated(x, &(struct violation){.side = SIDE_REQUEST,
						 .enforced = enforced,
						 .code = path_known ? STR("operation.method") : STR("operation.path"),
						 .location = str_from(location_word(IN_OPERATION)),
						 .expected = match->allow});
	x->checked[SIDE_REQUEST] = true;
	if (!enforced)
		return PASS;
	if (!path_known)
		return exchange_answer(x, OUTCOME_OPERATION_UNKNOWN, "version %.*s has no such path",
				       STR_ARG(x->version->name));
	exchange_add_field(x, STR("Allow"), match->allow);
	return exchange_answer(x, OUTCOME_METHOD_NOT_ALLOWED, "version %.*s has this path, but not with this method",
			       STR_ARG(x->version->name));
}

static bool has_content(const struct message *m)
{
	return m->framing == FRAMING_LENGTH ? m->content_length > 0 : m->framing != FRAMING_NONE;
}

static void note_parameters(struct exchange *x, const struct contract *c, const struct path_match *match,
			    const struct message_head *head)
{
	struct str names[JUDGING_DEPRECATED];
	unsigned count = contract_deprecated_parameters(c, match, head, names, JUDGING_DEPRECATED);
	for (unsigned i = 0; i < count && i < JUDGING_DEPRECATED; i++)
		exchange_deprecated(x, STR("parameter"), names[i]);
}

/* Some clients announce a chunked body whenever there could be one and then send none: whether that would do. */
static bool allows_no_body(struct exchange *x, const struct guards *g, const struct stage *s,
			   const struct path_match *match, struct message_head head)
{
	struct findings ignored;
	struct body_plan plan;
	head.has_body = false;
	findings_begin(&ignored, &x->arena, 0);
	return contract_request_head(s->rule->contract, match, &head, judging_judge(x, g), &ignored, &plan) == VALID;
}

static enum verdict judge_request(struct exchange *x, const struct guards *g, struct stage *s,
				  const struct path_match *match)
{
	const struct message *m = &x->request;
	const struct message_head head = {.method = m->method_name,
					  .query = m->query,
					  .fields = m->fields,
					  .field_count = m->count,
					  .has_body = has_content(m)};
	struct judging *j = &s->sides[SIDE_REQUEST];
	struct findings f;
	judging_findings(x, s, SIDE_REQUEST, &f);
	enum judgement judgement =
	    contract_request_head(s->rule->contract, match, &head, judging_judge(x, g), &f, &j->plan);
	note_parameters(x, s->rule->contract, match, &head);
	if (judging_conclude(x, s, SIDE_REQUEST, judgement, &f) == ANSWERED)
		return ANSWERED;
	if (head.has_body) {
		j->may_be_empty = m->framing == FRAMING_CHUNKED && allows_no_body(x, g, s, match, head);
		judging_plan_body(x, s, SIDE_REQUEST, m);
		return PASS;
	}
	x->checked[SIDE_REQUEST] |= judgement == VALID;
	return PASS;
}

/* A share of the exchanges, drawn under a key that clients do not know, so that none can aim at being left out. */
static bool sampled(const struct exchange *x, const struct validate *v)
{
	if (v->sample >= WHOLE)
		return true;
	uint64_t ids[2] = {x->began_ns, hash_local(x->request_id)};
	return (int64_t)(hash_local(str_of((const char *)ids, sizeof ids)) % WHOLE) < v->sample;
}

static void note_operation(struct exchange *x, const struct operation *o)
{
	x->has_operation = true;
	x->operation = o->index;
	x->operation_id = o->id;
	if (o->deprecated)
		exchange_deprecated(x, STR("operation"), o->id.len ? o->id : o->template);
}

static void set_modes(struct exchange *x, struct stage *s)
{
	bool wanted = sampled(x, &s->rule->validate);
	for (unsigned side = 0; side < 2; side++) {
		s->sides[side].mode = validate_mode(s->rule, (enum side)side);
		if (wanted || s->sides[side].mode == MODE_OFF)
			continue;
		s->sides[side].mode = MODE_OFF;
		exchange_unchecked(x, (enum side)side, "sampled_out");
	}
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct guards *g = settings;
	struct stage *s = state;
	struct path_match match;
	if (!x->version || x->unversioned)
		return PASS;
	const struct guarded *guarded = &g->versions[x->version->index];
	if (!guarded->base.contract)
		return PASS;
	find(x, guarded->base.contract, x->request.method_name, &match);
	s->operation = match.operation;
	s->rule = match.operation ? &guarded->operations[match.operation->index] : &guarded->base;
	x->route = match.template;
	if (match.operation)
		note_operation(x, match.operation);
	set_modes(x, s);
	if (s->sides[SIDE_REQUEST].mode == MODE_OFF)
		return PASS;
	return match.operation ? judge_request(x, g, s, &match) : no_operation(x, &s->sides[SIDE_REQUEST], &match);
}

/* --- responses --- */

/* Why a response with this head cannot be held against the contract at all, or NULL. */
static const char *beyond_contract(const struct stage *s, const struct message *m)
{
	if (!s->operation)
		return "no_operation";
	if (m->status < 200)
		return "upgrade";
	return m->status == 304 ? "not_modified" : NULL;
}

static bool response_has_content(const struct exchange *x)
{
	const struct message *m = &x->response;
	return x->request.method != METHOD_HEAD && m->status != 204 && m->status != 304 && has_content(m);
}

static enum verdict judge_response(struct exchange *x, const struct guards *g, struct stage *s)
{
	const struct message *m = &x->response;
	const struct message_head head = {.method = x->request.method_name,
					  .status = m->status,
					  .fields = m->fields,
					  .field_count = m->count,
					  .has_body = response_has_content(x)};
	struct judging *j = &s->sides[SIDE_RESPONSE];
	struct findings f;
	judging_findings(x, s, SIDE_RESPONSE, &f);
	enum judgement judgement =
	    contract_response_head(s->rule->contract, s->operation, &head, judging_judge(x, g), &f, &j->plan);
	if (judging_conclude(x, s, SIDE_RESPONSE, judgement, &f) == ANSWERED)
		return ANSWERED;
	if (!head.has_body) {
		x->checked[SIDE_RESPONSE] |= judgement == VALID;
		return PASS;
	}
	if (m->status == 206 || message_known(m, KNOWN_CONTENT_RANGE).at) {
		exchange_unchecked(x, SIDE_RESPONSE, "partial");
		return PASS;
	}
	judging_plan_body(x, s, SIDE_RESPONSE, m);
	return PASS;
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	struct stage *s = state;
	if (!s->rule || x->answer.set || s->sides[SIDE_RESPONSE].mode == MODE_OFF)
		return PASS;
	const char *beyond = beyond_contract(s, &x->response);
	if (!beyond)
		return judge_response(x, settings, s);
	exchange_unchecked(x, SIDE_RESPONSE, beyond);
	return PASS;
}

/* A body that never became complete was not judged; a stream that was left was, as far as it came. */
static void on_finish(struct exchange *x, const void *settings, void *state)
{
	(void)settings;
	struct stage *s = state;
	for (unsigned side = 0; side < 2; side++) {
		if (s->sides[side].pending && s->sides[side].items.index == 0)
			exchange_unchecked(x, (enum side)side, "incomplete");
		buf_free(&s->sides[side].body);
		buf_free(&s->sides[side].items.text);
	}
}

const struct filter contract_filter = {
    .name = "contract",
    .state_size = sizeof(struct stage),
    .top_keys = validate_top_keys,
    .version_keys = validate_version_keys,
    .operation_keys = validate_operation_keys,
    .configure = configure,
    .release = release,
    .on_request = on_request,
    .on_request_body = on_request_body,
    .on_response = on_response,
    .on_response_body = on_response_body,
    .on_finish = on_finish,
};
