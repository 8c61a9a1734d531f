/* sat: satisfiability of clauses over boolean variables: conflict-driven search with learnt clauses, two watched
 * literals and restarts, after Marques-Silva and Sakallah (GRASP) and Een and Sorensson (MiniSat, with its
 * assumptions). Complete, deterministic, and bounded: all searches of one solver together may do so much work, then the
 * answer is SAT_SPENT. Literals are written as in DIMACS: variables from 1, -v is not v. Owned by whoever made it; not
 * thread-safe. */
#ifndef PROXY_PLAN_SAT_H
#define PROXY_PLAN_SAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sat_answer { SAT_YES, SAT_NO, SAT_SPENT };

struct sat;

/* A solver without variables. `work`: how many clauses may be looked at in all; a million take some 20 ms. */
struct sat *sat_new(uint64_t work);
/* Gives it back. NULL is allowed. */
void sat_free(struct sat *s);
/* A new variable: its number, from 1. */
int sat_variable(struct sat *s);
/* One of the literals must hold, from now on. No literals: nothing can hold any more. */
void sat_clause(struct sat *s, const int *literals, size_t count);
/* Whether all clauses can hold at once, with these literals assumed for this once. */
enum sat_answer sat_solve(struct sat *s, const int *assumed, size_t count);
/* After SAT_YES: what the variable was. Valid until the next SAT_YES. */
bool sat_value(const struct sat *s, int variable);
/* After SAT_NO: whether the assumed literal is among those that cannot hold together. */
bool sat_blamed(const struct sat *s, int literal);

#endif
