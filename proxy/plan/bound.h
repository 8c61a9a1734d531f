/* bound: how far it is at least from a set of running versions to the goal, for astar.c. Never more than it is: each
 * service's own way; a step more for one that cannot be replaced in one, because a service that uses it has no version
 * that can do with either; and a step more for two services that wait for each other. */
#ifndef PROXY_PLAN_BOUND_H
#define PROXY_PLAN_BOUND_H

#include "proxy/plan/space.h"

/* At least so many steps, of them (where there are no more) so many starts beside. */
struct bound {
	uint32_t steps, beside;
};

struct sight {
	const struct space *p;
	uint8_t *forced; /* of slots: by the old one and the new one's place in its service */
	uint32_t runs[LANDSCAPE_SERVICES], goal[LANDSCAPE_SERVICES]; /* the slot, where there is one only; else none */
	bool counted[LANDSCAPE_SERVICES];
};

/* Begins with nothing known. */
void bound_begin(struct sight *sight, const struct space *p);
/* Gives back what it took. */
void bound_end(struct sight *sight);
/* At least so much is left from `set`. */
struct bound bound_of(struct sight *sight, const word *set);

#endif
