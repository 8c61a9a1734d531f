/* generator: values of a request that are made anew when a pact is replayed (Pact specification 3 and 4, "Generators"):
 * dates of today, random numbers and texts, what the provider says of its state. What cannot be made (a text for a
 * regular expression, a date by an expression, a value that no state gave) stays the example, and is told. Called when
 * pacts are verified. */
#ifndef FILTERS_PACT_GENERATOR_H
#define FILTERS_PACT_GENERATOR_H

#include "filters/pact/message.h"

enum { GENERATOR_STATES = 16 };

struct generating {
	struct arena *arena; /* of what is made */
	int64_t now_ms;
	uint64_t seed;                              /* of what is random; changes */
	const struct node *state[GENERATOR_STATES]; /* objects that state changes answered with; the last one wins */
	unsigned states;
	struct buf untouched; /* a sentence for each generator that was not applied, a line each; the caller frees it */
};

/* A copy of `m` with its generators applied; without any, `m` as it is. The copy shares what did not change, and the
 * rules: it is not to be freed. */
struct pact_message generator_apply(struct generating *g, const struct pact_message *m);

#endif
