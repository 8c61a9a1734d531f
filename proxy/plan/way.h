/* way: a plan by construction: start whatever can be started, until all that is wanted runs, and stop what is not; then
 * leave out what was of no use, and replace where a start and a stop can be one step. Quick whatever the size, and
 * seldom much longer than the shortest. Whether it can be done at all is decided exactly: starting never takes anything
 * from others, so there is a plan if and only if all that is chosen can be started, one after the other, and what runs
 * can be stopped, one after the other. (With side_by_side: off that is not enough.) Used by steps.c only. */
#ifndef PROXY_PLAN_WAY_H
#define PROXY_PLAN_WAY_H

#include "proxy/plan/space.h"

/* NONE with the ring of what waits for each other; else, where one is wanted, FOUND with a plan whose releases are
 * slots; else SPENT: there is a plan as far as this can tell, or a service may not have two versions at once. */
void way_find(const struct space *p, bool wanted, struct steps *found);

#endif
