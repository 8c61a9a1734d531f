/* conflict: what cannot hold together, as few reasons as there have to be: without any one of them the rest can hold (a
 * minimal unsatisfiable set). Found by asking the solver which assumptions were to blame, and then leaving out one
 * after the other; in several orders, and the shortest is kept. Used by fit.c and held.c. */
#ifndef PROXY_PLAN_CONFLICT_H
#define PROXY_PLAN_CONFLICT_H

#include "proxy/plan/clauses.h"

/* Whether the guards of `c` that are given cannot hold together, with the literal `fixed` (0: none), and then which of
 * them. False too where the bound is reached first. */
bool conflict_of(struct clauses *c, const int *guards, size_t count, int fixed, struct reasons *found,
		 struct arena *arena) WARN_UNUSED;
/* The landscape must have a conflict: as it is, or with `alone` if every service had one version only. Where the bound
 * is reached, what was found so far, not minimal. */
void conflict_find(const struct landscape *l, uint64_t work, bool alone, struct reasons *found, struct arena *arena);

#endif
