/* steps: from what runs now to a set that fits, one deployment after the other. A step starts a version, stops one, or
 * replaces one by another of the same service. At every moment each running version has all it requires (but for what
 * is missing already before the first step), a service that runs and goes on has a version that runs, and one with
 * side_by_side: off never two. The plan is the shortest; of the shortest, one with the fewest starts beside a version
 * that runs. It is found by A*; where that takes too long, a plan that is not known to be the shortest is made by
 * starting all that is wanted, in an order that works, and stopping what is not. Pure; memory is the caller's arena, at
 * most some hundred bytes for each state. */
#ifndef PROXY_PLAN_STEPS_H
#define PROXY_PLAN_STEPS_H

#include "proxy/plan/landscape.h"

enum step_kind { STEP_START, STEP_REPLACE, STEP_STOP };

struct step {
	enum step_kind kind;
	uint32_t release; /* that is started or stopped */
	uint32_t old;     /* STEP_REPLACE: what it replaces */
	bool beside;      /* STEP_START: another version of the service runs */
};

enum steps_answer {
	STEPS_FOUND,
	STEPS_NONE,  /* there is no order */
	STEPS_SPENT, /* no plan was found within the bound, nor that there is none */
};

struct steps {
	enum steps_answer answer;
	struct step *at;
	size_t count;
	unsigned beside; /* starts beside a version that runs */
	bool shortest;   /* no plan is shorter, or as short with fewer of these */
	uint32_t states; /* looked at */
	/* STEPS_NONE, where the reason is a ring: the needs that wait for each other. `backwards`: none of their
	 * releases can be stopped first; else none can be started first. */
	const uint32_t *ring;
	size_t ring_count;
	bool backwards;
	const uint32_t *missing; /* needs of what runs now that nothing running meets: no step is held to them */
	size_t missing_count;
};

/* The way from what runs now to `chosen` (by release), which has to fit. `work`: how many steps are tried at most; a
 * million take some 100 ms. */
void steps_find(const struct landscape *l, const bool *chosen, uint64_t work, struct steps *found, struct arena *arena);

#endif
