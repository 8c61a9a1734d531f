#include "filters/canary.h"

static bool configure(struct filter_setup *setup, void **settings)
{
	struct canaries *c = ARENA_NEW(setup->arena, struct canaries);
	bool any, good = canary_load(setup, c, &any);
	if (good && any)
		*settings = c;
	return good;
}

int64_t canary_weight(const struct canary *c, int64_t wall_ms)
{
	int64_t weight = c->weight;
	if (c->has_ramp) {
		int64_t since = c->ramp_start;
		if (!since && c->lever)
			since = atomic_load_explicit(&c->lever->since_ms, memory_order_relaxed);
		weight = split_ramp_weight(&c->ramp, since ? wall_ms - since : 0);
	}
	return lever_get(c->lever, weight);
}

/* The canary of the request's version, or NULL. */
static const struct canary *canary_of(const struct exchange *x, const struct canaries *all)
{
	if (!x->version || x->unversioned || !all->versions[x->version->index].here)
		return NULL;
	return &all->versions[x->version->index];
}

/* What the request asks for in so many words; anything but the two words says nothing. */
static bool asks(struct exchange *x, struct str word, const char *where)
{
	bool always = str_eq_nocase(word, STR("always"));
	if (!always && !str_eq_nocase(word, STR("never")))
		return false;
	x->canary = always;
	x->canary_reason = where;
	return true;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct canary *c = canary_of(x, settings);
	enum sticky_kind by;
	(void)state;
	if (!c)
		return PASS;
	if (x->canary) { /* the version filter has met the canary's own name */
		x->canary_reason = "version";
		return PASS;
	}
	if (asks(x, message_get(&x->request, c->header), "header") ||
	    (c->cookie.len && asks(x, sticky_cookie(&x->request, c->cookie), "cookie")))
		return PASS;
	int64_t weight = canary_weight(c, x->wall_ms);
	x->canary = weight > 0 && split_point(sticky_key(x, c->sticky, c->sticky_count, &by), c->salt) < weight;
	x->canary_reason = "weight";
	return PASS;
}

static bool breaks_contract(const struct exchange *x)
{
	for (const struct violation *v = x->violations; v; v = v->next)
		if (v->side == SIDE_RESPONSE)
			return true;
	return false;
}

/* A request that had to fall back is the canary's failure, though the stable backend has answered it. A client that left
 * says nothing about anybody. */
static void on_finish(struct exchange *x, const void *settings, void *state)
{
	const struct canary *c = canary_of(x, settings);
	(void)state;
	if (!c || !c->lever || !c->lever->guard || !x->canary_reason || !x->attempts || x->outcome == OUTCOME_CLIENT_GONE)
		return;
	uint64_t from = x->sent_ns ? x->sent_ns : x->began_ns, until = x->answered_ns ? x->answered_ns : x->ended_ns;
	uint64_t took = until > from ? until - from : 0;
	if (strcmp(x->canary_reason, "fallback") == 0)
		guard_count(c->lever->guard, x->worker, true, true, false, took);
	else
		guard_count(c->lever->guard, x->worker, x->canary, x->status >= 500 || x->outcome == OUTCOME_BACKEND_CUT,
			    breaks_contract(x), took);
}

static void describe(const void *settings, const struct version *v, int64_t now_ms, struct version_facts *facts)
{
	const struct canaries *all = settings;
	const struct canary *c = &all->versions[v->index];
	if (!c->here)
		return;
	facts->canary = true;
	facts->canary_weight = (double)canary_weight(c, now_ms) / SPLIT_WHOLE;
	facts->canary_state = c->has_ramp ? STR("ramp") : STR("configured");
	if (!c->lever || lever_get(c->lever, LEVER_AS_CONFIGURED) == LEVER_AS_CONFIGURED)
		return;
	facts->canary_state = c->lever->aborted ? STR("aborted") : STR("set");
	facts->canary_why = str_from(c->lever->why);
}

const struct filter canary_filter = {
    .name = "canary",
    .version_keys = canary_version_keys,
    .configure = configure,
    .on_request = on_request,
    .on_finish = on_finish,
    .describe = describe,
};
