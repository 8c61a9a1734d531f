/* The shadow filter: judges a version's traffic by a second contract, the next one, say, without anything following from
 * it: how many of v1's requests and answers would already do for v2, and what is in the way of the others. Bodies are copied
 * as they pass; all judging is done when the exchange is over, so the answer never waits for it. */
#ifndef FILTERS_SHADOW_H
#define FILTERS_SHADOW_H

#include "filters/contract/contract.h"
#include "proxy/filter.h"

enum { SHADOW_REASONS = 4 /* noted of one exchange */ };

/* `shadow_contract` of one version. */
struct shadow {
	struct contract *contract; /* NULL: there is none */
	struct str file;           /* as configured */
	int64_t max_body, sample;
};

struct shadows {
	struct shadow *versions; /* by index */
	unsigned version_count;
	struct judge **judges;   /* by worker, and one more */
	unsigned judge_count;
};

extern const struct filter shadow_filter;

#endif
