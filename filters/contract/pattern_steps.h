/* pattern_steps: what pattern_fast_build.c makes and pattern_fast.c runs; private to the two. */
#ifndef FILTERS_CONTRACT_PATTERN_STEPS_H
#define FILTERS_CONTRACT_PATTERN_STEPS_H

#include "filters/contract/pattern_fast.h"

struct step {
	struct str literal;            /* these bytes; or, when empty: */
	unsigned char ascii[256];      /* members of a set: 1 for each below U+0080; 0 from there on */
	const struct code_range *wide; /* and the others */
	uint32_t wide_count;
	uint32_t min, max;
};

/* One alternative. Without `start` it is a literal, or one set without `end`, or nothing (matches always). */
struct sequence {
	struct step *steps;
	uint32_t count;
	bool start, end;
};

struct pattern_fast {
	struct arena arena;
	struct sequence *sequences;
	uint32_t count;
};

#endif
