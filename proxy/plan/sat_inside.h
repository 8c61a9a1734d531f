/* sat_inside: what sat.c, sat_learn.c and sat_trail.c share of a solver, and nobody else. */
#ifndef PROXY_PLAN_SAT_INSIDE_H
#define PROXY_PLAN_SAT_INSIDE_H

#include "proxy/base/vec.h"
#include "proxy/plan/sat.h"

#define NO_REASON UINT32_MAX

struct numbers {
	uint32_t *at;
	size_t len, cap;
};

struct literals {
	int *at;
	size_t len, cap;
};

struct variable {
	signed char value; /* 1, -1, 0: not decided */
	bool phase;        /* as it was last: tried first */
	bool model;
	bool seen;
	uint32_t level, reason; /* reason: offset of a clause in `store`, or NO_REASON */
	double activity;
};

struct sat {
	VEC(struct variable) variables; /* [0] is not used */
	VEC(struct numbers) watches;    /* by index_of: clauses in which the literal is one of the first two */
	struct literals store;          /* clauses: count, then literals */
	struct literals trail;          /* what holds, in the order in which it was found */
	struct numbers limits;          /* where each level begins in the trail */
	size_t head;                    /* how far the trail was followed */
	struct literals learnt, core;
	double bump;
	uint64_t work;
	bool never;
};

static inline int variable_of(int literal)
{
	return literal < 0 ? -literal : literal;
}

static inline size_t index_of(int literal)
{
	return 2 * (size_t)variable_of(literal) + (literal < 0);
}

static inline struct variable *at(const struct sat *s, int literal)
{
	return &s->variables.at[variable_of(literal)];
}

static inline int value_of(const struct sat *s, int literal)
{
	int value = at(s, literal)->value;
	return literal < 0 ? -value : value;
}

static inline uint32_t level_now(const struct sat *s)
{
	return (uint32_t)s->limits.len;
}

/* The literal holds from here on, by that clause, or (NO_REASON) because it is tried or known. */
void sat_hold(struct sat *s, int literal, uint32_t reason);
/* Follows what holds to what has to hold then. The clause that cannot hold any more, or NO_REASON. */
uint32_t sat_propagate(struct sat *s);
/* What was found at later levels is forgotten. */
void sat_back_to(struct sat *s, uint32_t level);
/* Keeps a clause of two literals or more, watched by the first two: its offset. */
uint32_t sat_keep(struct sat *s, const int *literals, size_t count);
/* Learns from a clause that cannot hold what has to be otherwise, and goes back to where that follows. */
void sat_take_back(struct sat *s, uint32_t broken);
/* `assumed` is false by the other assumptions: s->core becomes it and those that did it. */
void sat_blame(struct sat *s, int assumed);

#endif
