/* clauses: a landscape as clauses for the solver: a variable for each release, whether it is in the set. Used by fit.c
 * and conflict.c only. */
#ifndef PROXY_PLAN_CLAUSES_H
#define PROXY_PLAN_CLAUSES_H

#include "proxy/base/vec.h"
#include "proxy/plan/fit.h"
#include "proxy/plan/sat.h"

struct clauses {
	const struct landscape *l;
	struct sat *sat;
	int *chosen;  /* by release: its variable */
	int *extra;   /* by release: it is in the set and not the first one of its service; 0 for the newest */
	int *counter; /* by release: at least `counted` extra ones up to here */
	unsigned counted;
	VEC(struct reason) reasons; /* with guards only */
	VEC(int) guards;            /* assumed: the reason of the same number holds */
};

/* Writes everything down. With `guarded`, what a set has to keep to holds only as far as its guard is assumed. Without,
 * it holds, but that a service with side_by_side: on has one version only. */
void clauses_make(struct clauses *c, const struct landscape *l, uint64_t work, bool guarded);
/* With guards: another one, for a release to be in the set. */
void clauses_take(struct clauses *c, uint32_t release);
/* The same for a service to have none. */
void clauses_away(struct clauses *c, uint32_t service);
/* Gives it back. */
void clauses_free(struct clauses *c);
/* A literal that, assumed, allows at most `most` extra versions. Called with 0, 1, 2 … in turn. */
int clauses_at_most(struct clauses *c, unsigned most);

#endif
