/* conflict: what cannot hold together, as few reasons as there have to be: without any one of them the rest can hold (a
 * minimal unsatisfiable set). Found by asking the solver which assumptions were to blame, and then leaving out one
 * after the other; in several orders, and the shortest is kept. Used by fit.c. */
#ifndef PROXY_PLAN_CONFLICT_H
#define PROXY_PLAN_CONFLICT_H

#include "proxy/plan/fit.h"

/* The landscape must have a conflict: as it is, or with `alone` if every service had one version only. Where the bound
 * is reached, what was found so far, not minimal. */
void conflict_find(const struct landscape *l, uint64_t work, bool alone, struct reasons *found, struct arena *arena);

#endif
