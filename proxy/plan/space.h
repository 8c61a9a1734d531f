/* space: what runs, as a set of bits, and which steps lead where: what steps.c searches. Only releases that can be of
 * use have a bit: those that run, those that are chosen, and others that are not outdone by one of these. Used by
 * steps.c, way.c and astar.c only. */
#ifndef PROXY_PLAN_SPACE_H
#define PROXY_PLAN_SPACE_H

#include "proxy/plan/steps.h"

typedef uint64_t word;

struct slot {
	uint32_t release, service;       /* service: an index in space.services */
	uint32_t first_need, need_count; /* in space.needs: what it requires */
	const uint32_t *users;           /* needs that it meets */
	uint32_t user_count;
};

struct space_need {
	uint32_t slot;    /* who requires */
	uint32_t service; /* of which, in space.services */
	uint32_t need;    /* in landscape.needs */
	const word *met_by;
};

struct space_service {
	uint32_t first, count; /* slots, newest first */
	bool stays;            /* runs now and is chosen: never without a version */
	bool off;              /* never two versions */
};

struct space {
	const struct landscape *l;
	struct arena *arena;
	uint32_t words; /* of a set */
	struct slot *slots;
	uint32_t slot_count;
	struct space_need *needs;
	uint32_t need_count;
	struct space_service *services; /* as in the landscape */
	word *runs, *goal;
	uint32_t *missing;
	uint32_t missing_count;
};

/* Lays it out. `between`: with releases that neither run nor are chosen. */
void space_make(struct space *p, const struct landscape *l, const bool *chosen, bool between, struct arena *arena);

static inline bool set_has(const word *set, uint32_t slot)
{
	return set[slot / 64] >> slot % 64 & 1;
}

static inline void set_add(word *set, uint32_t slot)
{
	set[slot / 64] |= (word)1 << slot % 64;
}

static inline void set_remove(word *set, uint32_t slot)
{
	set[slot / 64] &= ~((word)1 << slot % 64);
}

static inline bool set_meets(const struct space *p, const word *a, const word *b)
{
	for (uint32_t i = 0; i < p->words; i++)
		if (a[i] & b[i])
			return true;
	return false;
}

/* How many versions of the service are in the set. */
uint32_t space_count(const struct space *p, const word *set, uint32_t service);
/* Whether the slot has what it requires in the set. */
bool space_fed(const struct space *p, const word *set, uint32_t slot);
/* Whether everything in the set that uses the slot can do without it: it is in the set no more. */
bool space_spares(const struct space *p, const word *set, uint32_t slot);
/* Whether the step can be taken at `set`, which it then is part of. Here and below releases of steps are slots. */
bool space_step(const struct space *p, word *set, struct step *step);

#endif
