#include "filters/fields.h"

#include "filters/passing.h"
#include "proxy/base/hash.h"

enum { WHOLE = 1000000, HOUR_MS = 3600000, DAY_MS = 86400000 };

/* One worker's memory. */
struct sampler {
	struct presence *presence;
	uint64_t *firsts; /* by hash: which consumer and operation of which hour came last */
	int64_t second;
	unsigned firsts_now; /* looked at in that second */
};

struct sampling {
	int64_t share;
	struct sampler *samplers; /* by worker, and one more */
	unsigned count;
};

struct stage {
	bool chosen, answered;
	struct passing sides[2];
};

static bool configure(struct filter_setup *setup, void **settings)
{
	bool any = false;
	for (unsigned i = 0; setup->api->fields && i < setup->api->version_count; i++) {
		struct version *v = &setup->api->versions[i];
		any |= v->fields = tree_get(v->conf, STR("contract")) != NULL;
	}
	if (setup->api->fields && !any)
		diag_warn(setup->diag, key_place(tree_get(setup->root, STR("usage")), "fields"),
			  "no version has a contract that would name the fields to look for");
	if (!any)
		return true;
	struct sampling *s = ARENA_NEW(setup->arena, struct sampling);
	s->share = setup->api->fields;
	s->count = setup->api->workers + 1;
	s->samplers = ARENA_ARRAY(setup->arena, struct sampler, s->count);
	for (unsigned i = 0; i < s->count; i++) {
		s->samplers[i].presence = presence_new();
		s->samplers[i].firsts = ARENA_ARRAY(setup->arena, uint64_t, FIELDS_FIRSTS);
	}
	*settings = s;
	return true;
}

static void release(void *settings)
{
	struct sampling *s = settings;
	for (unsigned i = 0; i < s->count; i++)
		presence_free(s->samplers[i].presence);
}

static struct sampler *sampler_of(const struct exchange *x, const struct sampling *s)
{
	CHECK(x->worker < s->count);
	return &s->samplers[x->worker];
}

/* --- which are looked at --- */

/* Drawn under a key that clients do not know, and apart from what the contract filter draws. */
static bool drawn(const struct exchange *x, int64_t share)
{
	uint64_t ids[2] = {x->began_ns, (uint64_t)x->wall_ms};
	return share >= WHOLE || (int64_t)(hash_local(str_of((const char *)ids, sizeof ids)) % WHOLE) < share;
}

/* Which consumer, operation and hour it is; never 0. The consumer's hash is keyed, so nobody can aim at another's. */
static uint64_t key_of(const struct exchange *x)
{
	uint64_t rest = (uint64_t)(x->wall_ms / HOUR_MS) << 32 ^ (uint64_t)x->version->index << 24 ^ x->operation;
	uint64_t key = (hash_local(x->consumer) ^ rest * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
	return (key ^ key >> 32) | 1;
}

/* The first of its consumer and operation in this hour: a job that calls once a night is never drawn. Two that share a
 * place in the table are both looked at more often. */
static bool first(const struct exchange *x, struct sampler *s)
{
	uint64_t key = key_of(x), *slot = &s->firsts[(key >> 32) % FIELDS_FIRSTS];
	int64_t second = x->wall_ms / 1000;
	if (*slot == key)
		return false;
	if (second != s->second)
		s->firsts_now = 0;
	s->second = second;
	if (s->firsts_now == FIELDS_FIRSTS_A_SECOND)
		return false;
	s->firsts_now++;
	*slot = key;
	return true;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct sampling *s = settings;
	struct stage *stage = state;
	if (!x->version || x->unversioned || !x->version->fields || !x->has_operation || x->consumer_ignored)
		return PASS;
	if (!first(x, sampler_of(x, s)) && !drawn(x, s->share))
		return PASS;
	stage->chosen = true;
	if (passing_has_content(&x->request))
		passing_expect(x, &stage->sides[SIDE_REQUEST], SIDE_REQUEST, &x->request, FIELDS_BODY);
	return PASS;
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	struct stage *stage = state;
	(void)settings;
	if (!stage->chosen || x->answer.set || x->response.status < 200)
		return PASS;
	stage->answered = true;
	if (passing_response_has_content(x))
		passing_expect(x, &stage->sides[SIDE_RESPONSE], SIDE_RESPONSE, &x->response, FIELDS_BODY);
	return PASS;
}

static enum verdict on_request_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	struct stage *stage = state;
	(void)x;
	(void)settings;
	passing_take(&stage->sides[SIDE_REQUEST], part, last, FIELDS_BODY);
	return PASS;
}

static enum verdict on_response_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	struct stage *stage = state;
	(void)x;
	(void)settings;
	passing_take(&stage->sides[SIDE_RESPONSE], part, last, FIELDS_BODY);
	return PASS;
}

/* --- when it is over --- */

static void note(struct exchange *x, enum side side, const struct presence_report *r)
{
	struct looked *l = ARENA_NEW(&x->arena, struct looked);
	*l = (struct looked){.head = r->head, .body = r->body, .count = r->count};
	l->places = ARENA_ARRAY(&x->arena, struct looked_place, r->count + 1);
	for (unsigned i = 0; i < r->count; i++)
		l->places[i] = (struct looked_place){r->places[i].place, r->places[i].there};
	x->looked[side] = l;
}

static void look(struct exchange *x, struct sampler *s, const struct stage *stage, enum side side)
{
	const struct message *m = side == SIDE_REQUEST ? &x->request : &x->response;
	const struct passing *p = &stage->sides[side];
	const struct message_head head = {.method = x->request.method_name,
					  .query = m->query,
					  .status = m->status,
					  .fields = m->fields,
					  .field_count = m->count,
					  .has_body = p->expected};
	struct presence_message message = {.contract = x->version->compiled,
					   .operation = contract_operation(x->version->compiled, x->operation),
					   .direction = side == SIDE_REQUEST ? REQUEST : RESPONSE,
					   .head = &head};
	struct presence_report r;
	if (p->whole)
		message.body = p->body.len ? buf_str(&p->body) : STR("");
	presence_look(s->presence, &message, x->wall_ms / DAY_MS, &x->arena, &r);
	note(x, side, &r);
}

static void on_finish(struct exchange *x, const void *settings, void *state)
{
	struct stage *stage = state;
	/* Somebody who explains a request asks the filters, and nothing comes of it; nor of what reached no backend. */
	if (stage->chosen && x->ended_ns && x->sent_ns) {
		look(x, sampler_of(x, settings), stage, SIDE_REQUEST);
		/* Where no answer of the backend came, nothing was filled. */
		if (stage->answered)
			look(x, sampler_of(x, settings), stage, SIDE_RESPONSE);
		else
			note(x, SIDE_RESPONSE, &(struct presence_report){.head = true, .body = true});
	}
	for (unsigned side = 0; side < 2; side++)
		buf_free(&stage->sides[side].body);
}

const struct filter fields_filter = {
    .name = "fields",
    .state_size = sizeof(struct stage),
    .configure = configure,
    .release = release,
    .on_request = on_request,
    .on_request_body = on_request_body,
    .on_response = on_response,
    .on_response_body = on_response_body,
    .on_finish = on_finish,
};
