#include "proxy/plan/conflict.h"

struct search {
	struct clauses c;
	const struct landscape *l;
	const struct fit *fit;
	VEC(int) guards; /* what is given */
};

static unsigned count_chosen(const struct search *s, uint32_t service)
{
	const struct service *of = &s->l->services[service];
	unsigned count = 0;
	for (uint32_t i = of->first; i < of->first + of->count; i++)
		count += s->fit->chosen[i];
	return count;
}

/* All that a set keeps to; and where a service has one version, that it has no more. */
static void give_reasons(struct search *s)
{
	for (size_t i = 0; i < s->c.guards.len; i++) {
		const struct reason *r = &s->c.reasons.at[i];
		if (r->kind != REASON_ALONE || count_chosen(s, r->index) <= 1)
			VEC_PUSH(&s->guards, s->c.guards.at[i]);
	}
}

/* What the service has is given for those that come after it. */
static void give_taken(struct search *s, uint32_t service)
{
	const struct service *of = &s->l->services[service];
	for (uint32_t i = of->first; i < of->first + of->count; i++)
		if (s->fit->chosen[i]) {
			clauses_take(&s->c, i);
			VEC_PUSH(&s->guards, VEC_LAST(&s->c.guards));
		}
	if (count_chosen(s, service) || of->retired)
		return;
	clauses_away(&s->c, service);
	VEC_PUSH(&s->guards, VEC_LAST(&s->c.guards));
}

size_t fit_held(const struct landscape *l, uint64_t work, const struct fit *fit, const struct held **held,
		struct arena *arena)
{
	struct search s = {.l = l, .fit = fit};
	struct held *list = ARENA_ARRAY(arena, struct held, l->service_count);
	size_t count = 0;
	clauses_make(&s.c, l, work, true);
	give_reasons(&s);
	for (uint32_t i = 0; i < l->service_count; i++) {
		const struct service *service = &l->services[l->order[i]];
		list[count].release = service->first;
		if (count_chosen(&s, l->order[i]) && !fit->chosen[service->first])
			count += conflict_of(&s.c, s.guards.at, s.guards.len, s.c.chosen[service->first],
					     &list[count].reasons, arena);
		give_taken(&s, l->order[i]);
	}
	*held = list;
	clauses_free(&s.c);
	VEC_FREE(&s.guards);
	return count;
}
