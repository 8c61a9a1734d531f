/* mismatch: where a message differs from what a pact expects. A mismatch holds no value of the message, only names,
 * positions, types, and what the pact says. Bounded: beyond the limit they are only counted. */
#ifndef FILTERS_PACT_MISMATCH_H
#define FILTERS_PACT_MISMATCH_H

#include "conf/tree.h"

struct mismatch {
	struct str where;   /* "status", "header Content-Type", "query page", "path", "method", "body" */
	struct str path;    /* within a body: "$.items[0].id" */
	struct str text;    /* "expected a number, got a string" */
	struct place place; /* of what is expected, in the pact */
};

struct mismatches {
	struct arena *arena; /* of the texts */
	struct mismatch *at;
	unsigned count, total, limit;
	struct str untold; /* why something could not be compared; empty: all was */
};

/* An empty list of at most `limit`. */
void mismatches_begin(struct mismatches *m, struct arena *arena, unsigned limit);
/* Adds one; the texts are in the arena or constant. */
void mismatches_add(struct mismatches *m, const struct mismatch *one);
/* Notes that something could not be compared, and why (kept as it is). The first counts. */
void mismatches_untold(struct mismatches *m, struct str why);
/* `body $.items[0].id: expected a number, got a string [pact.json:3:4]`. */
void mismatch_to_text(const struct mismatch *m, struct buf *out);
/* One JSON object. */
void mismatch_to_json(const struct mismatch *m, struct buf *out);

#endif
