/* match: one JSON value held against the pact's example of it, by the matching rules (Pact specification 2 to 4). Where
 * no rule speaks, values are equal, lists have the same items in the same order, and an object has the members of the
 * example: a request no others, a response any others. Time is bounded by a budget: when it is spent, or a rule's kind
 * is not known, the answer is UNTOLD with the reason in the list. Called by exchange.c. */
#ifndef FILTERS_PACT_MATCH_H
#define FILTERS_PACT_MATCH_H

#include "filters/pact/mismatch.h"
#include "filters/pact/value.h"

struct match_options {
	bool no_more_members; /* a request: members that the pact does not have are differences */
};

/* Adds every difference of `actual` from `expected` to `out`. */
void match_json(const struct rules *rules, const struct node *expected, const struct node *actual,
		const struct match_options *options, struct mismatches *out);

#endif
