#include "proxy/plan/bound.h"

#include <stdlib.h>

static const uint32_t none = UINT32_MAX;

enum { NOT_KNOWN, FREE, FORCED };

/* Whether the slot can do with `used` alone of that service. */
static bool can_use(const struct space *p, uint32_t slot, uint32_t used)
{
	const struct slot *s = &p->slots[slot];
	for (uint32_t i = s->first_need; i < s->first_need + s->need_count; i++)
		if (p->needs[i].service == p->slots[used].service && !set_has(p->needs[i].met_by, used))
			return false;
	return true;
}

static bool bridges(const struct space *p, const struct space_service *user, uint32_t old, uint32_t new)
{
	for (uint32_t i = user->first; i < user->first + user->count; i++)
		if (can_use(p, i, old) && can_use(p, i, new))
			return true;
	return false;
}

/* A service that goes on has no version that can do with either: then the one cannot be replaced by the other in one
 * step. */
static bool is_forced(const struct sight *sight, uint32_t old, uint32_t new)
{
	const struct space *p = sight->p;
	uint8_t *known =
	    &sight->forced[(size_t)old * LANDSCAPE_VERSIONS + (new - p->services[p->slots[new].service].first)];
	for (uint32_t i = 0; *known == NOT_KNOWN && i < p->l->service_count; i++)
		if (p->services[i].stays && !bridges(p, &p->services[i], old, new))
			*known = FORCED;
	if (*known == NOT_KNOWN)
		*known = FREE;
	return *known == FORCED;
}

/* Two steps at least; by way of a third version, or beside each other. */
static struct bound forced_way(const struct sight *sight, const struct space_service *s, uint32_t old, uint32_t new)
{
	for (uint32_t i = s->first; i < s->first + s->count; i++)
		if (i != old && i != new && !is_forced(sight, old, i) && !is_forced(sight, i, new))
			return (struct bound){2, 0};
	return (struct bound){2, 1};
}

/* A service's own way: as many starts as are wanted more, as many stops, in pairs. */
static struct bound own_way(struct sight *sight, const word *set, uint32_t service)
{
	const struct space_service *s = &sight->p->services[service];
	uint32_t more = 0, less = 0, runs = 0, goals = 0, *now = &sight->runs[service], *then = &sight->goal[service];
	*now = *then = none;
	sight->counted[service] = false;
	for (uint32_t i = s->first; i < s->first + s->count; i++) {
		bool is_now = set_has(set, i), is_then = set_has(sight->p->goal, i);
		*now = is_now ? i : *now;
		*then = is_then ? i : *then;
		runs += is_now;
		goals += is_then;
		more += is_then && !is_now;
		less += is_now && !is_then;
	}
	if (runs == 1 && goals == 1 && more) {
		sight->counted[service] = is_forced(sight, *now, *then);
		return sight->counted[service] ? forced_way(sight, s, *now, *then) : (struct bound){1, 0};
	}
	*now = *then = none;
	return (struct bound){more > less ? more : less, more > less + (runs == 0) ? more - less - (runs == 0) : 0};
}

/* Two services with one version each, both to change, of which neither can be replaced first: one needs a step more. */
static bool is_tight(const struct sight *sight, uint32_t user, uint32_t *used)
{
	const struct space *p = sight->p;
	const struct slot *now = &p->slots[sight->runs[user]];
	for (uint32_t i = now->first_need; i < now->first_need + now->need_count; i++) {
		*used = p->needs[i].service;
		if (sight->runs[*used] != none && !sight->counted[*used] &&
		    !set_has(p->needs[i].met_by, sight->goal[*used]) &&
		    !can_use(p, sight->goal[user], sight->runs[*used]))
			return true;
	}
	return false;
}

/* What is tight beyond what is forced is counted once for each service, so that the sum holds. */
struct bound bound_of(struct sight *sight, const word *set)
{
	struct bound sum = {0, 0};
	uint32_t used;
	for (uint32_t i = 0; i < sight->p->l->service_count; i++) {
		struct bound own = own_way(sight, set, i);
		sum.steps += own.steps;
		sum.beside += own.beside;
	}
	for (uint32_t i = 0; i < sight->p->l->service_count; i++) {
		if (sight->runs[i] == none || sight->counted[i] || !is_tight(sight, i, &used))
			continue;
		sight->counted[i] = sight->counted[used] = true;
		sum.steps++;
	}
	return sum;
}

void bound_begin(struct sight *sight, const struct space *p)
{
	*sight = (struct sight){.p = p, .forced = must_zalloc(p->slot_count + 1, LANDSCAPE_VERSIONS)};
}

void bound_end(struct sight *sight)
{
	free(sight->forced);
}
