/* pattern_steps: what pattern_fast_build.c and pattern_line.c make and pattern_fast.c runs; private to the three. */
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
	struct pattern_line *lines; /* as many; NULL: some sequence cannot be laid out so */
};

/* pattern_line.c: lays the sequences out as lines, where all of them can be. */
void pattern_line_build(struct pattern_fast *f);

#endif
