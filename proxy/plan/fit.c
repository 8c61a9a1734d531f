#include "proxy/plan/fit.h"

#include "proxy/plan/clauses.h"
#include "proxy/plan/conflict.h"

/* What is known of the answer so far: a set that fits, which the solver found last. */
struct search {
	struct clauses c;
	const struct landscape *l;
	bool *known;
	bool spent;
};

static void remember(struct search *s)
{
	for (uint32_t i = 0; i < s->l->release_count; i++)
		s->known[i] = sat_value(s->c.sat, s->c.chosen[i]);
}

static bool can(struct search *s, const int *assumed, size_t count)
{
	enum sat_answer answer = s->spent ? SAT_SPENT : sat_solve(s->c.sat, assumed, count);
	s->spent |= answer == SAT_SPENT;
	if (answer == SAT_YES)
		remember(s);
	return answer == SAT_YES;
}

static void settle(struct search *s, uint32_t release, bool in)
{
	int literal = in ? s->c.chosen[release] : -s->c.chosen[release];
	sat_clause(s->c.sat, &literal, 1);
}

static unsigned count_extra(const struct search *s)
{
	unsigned extra = 0;
	for (uint32_t i = 0; i < s->l->service_count; i++) {
		const struct service *service = &s->l->services[i];
		unsigned count = 0;
		for (uint32_t j = 0; j < service->count; j++)
			count += s->known[service->first + j];
		extra += count > 1 ? count - 1 : 0;
	}
	return extra;
}

/* The fewest side by side: none, one, … until it can be done. What the solver found first is enough to end this. */
static unsigned fewest(struct search *s)
{
	for (unsigned most = 0; !s->spent; most++) {
		int literal = clauses_at_most(&s->c, most);
		if (count_extra(s) <= most || can(s, &literal, 1)) {
			sat_clause(s->c.sat, &literal, 1);
			return most;
		}
	}
	return 0;
}

/* A service that neither runs nor is wanted stays away if it can. */
static bool stays_away(struct search *s, const struct service *service)
{
	int none[LANDSCAPE_RELEASES];
	if (service->runs || service->wish_count)
		return false;
	for (uint32_t i = 0; i < service->count; i++)
		none[i] = -s->c.chosen[service->first + i];
	if (!can(s, none, service->count))
		return false;
	for (uint32_t i = 0; i < service->count; i++)
		settle(s, service->first + i, false);
	return true;
}

/* The newest that it can have, given what is settled. */
static void settle_newest(struct search *s, const struct service *service)
{
	if (stays_away(s, service))
		return;
	for (uint32_t i = service->first; i < service->first + service->count && !s->spent; i++) {
		bool in = s->known[i] || can(s, &s->c.chosen[i], 1);
		if (s->spent)
			return;
		settle(s, i, in);
		if (in)
			return;
	}
}

/* What stays beside the newest: as new as it can be, too. With no extra ones nothing does. */
static void settle_rest(struct search *s, const struct service *service)
{
	for (uint32_t i = service->first; i < service->first + service->count && !s->spent; i++) {
		bool in = s->known[i] || can(s, &s->c.chosen[i], 1);
		if (!s->spent)
			settle(s, i, in);
	}
}

static void find_newest(struct search *s, struct fit *fit)
{
	fit->extra = fewest(s);
	for (uint32_t i = 0; i < s->l->service_count; i++)
		settle_newest(s, &s->l->services[s->l->order[i]]);
	for (uint32_t i = 0; i < s->l->service_count; i++)
		settle_rest(s, &s->l->services[s->l->order[i]]);
	fit->answer = s->spent ? FIT_SPENT : FIT_FOUND;
}

void fit_find(const struct landscape *l, uint64_t work, struct fit *fit, struct arena *arena)
{
	struct search s = {.l = l};
	*fit = (struct fit){.chosen = ARENA_ARRAY(arena, bool, l->release_count)};
	s.known = fit->chosen;
	clauses_make(&s.c, l, work, false);
	if (can(&s, NULL, 0))
		find_newest(&s, fit);
	else
		fit->answer = s.spent ? FIT_SPENT : FIT_CONFLICT;
	clauses_free(&s.c);
	if (fit->answer == FIT_CONFLICT)
		conflict_find(l, work, false, &fit->reasons, arena);
	else if (fit->answer == FIT_FOUND && fit->extra)
		conflict_find(l, work, true, &fit->reasons, arena);
}

struct place reason_place(const struct landscape *l, const struct reason *r)
{
	const struct service *s = r->kind == REASON_NEED || r->kind == REASON_TAKEN ? NULL : &l->services[r->index];
	switch (r->kind) {
	case REASON_WISH:
		return s->wishes[r->wish].place;
	case REASON_GOES:
		return s->retired_place;
	case REASON_STAYS:
		return s->running_place;
	case REASON_NEED:
		return l->needs[r->index].demand.place;
	case REASON_TAKEN:
		return l->releases[r->index].place;
	case REASON_AWAY:
		return s->place;
	default:
		return s->beside_place.file ? s->beside_place : s->place;
	}
}
