/* astar: the shortest way through a space, with a lower bound of the way that is left. Used by steps.c only. */
#ifndef PROXY_PLAN_ASTAR_H
#define PROXY_PLAN_ASTAR_H

#include "proxy/plan/space.h"

/* From p->runs to p->goal. `haste` 1: the way is the shortest; more: it is found sooner and may be longer. The steps'
 * releases are slots. */
void astar_find(const struct space *p, uint64_t work, unsigned haste, struct steps *found);

#endif
