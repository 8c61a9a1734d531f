/* program_fused_pass: the state of a pass without a tape (program_fused.h), and its steps that more than one file takes.
 * Functions that read return the place behind what they have read, or NULL: the tape has to tell. Private to
 * program_fused*.c. */
#ifndef FILTERS_CONTRACT_PROGRAM_FUSED_PASS_H
#define FILTERS_CONTRACT_PROGRAM_FUSED_PASS_H

#include "filters/contract/program_fused_name.h"

struct frame;

/* One message on its way. */
struct fused {
	struct run run; /* for scalars and for parts that need the tape */
	const struct fused_program *program;
	const struct fused_rule *rules; /* these four are what the program holds, one load nearer */
	const struct fused_plan *plans;
	const struct fused_property *properties;
	const struct fused_slot *slots;
	struct tape *tape;       /* the text, and the one part that is looked at */
	struct tape *keys;       /* open objects' keys that their plan does not know, each with a null as its value */
	const struct frame *top; /* the innermost */
	uint32_t nest;           /* levels of arrays and objects left */
	const struct frame *unwind; /* what is broken is told as one with all of this: the pass goes on behind it */
	unsigned pointers;          /* uses of something deprecated that came before what is broken first, */
	size_t pointers_len;        /* in so many bytes */
	bool wrong;                 /* more is broken than can be told value by value */
};

/* An array or object that is being read: where in it. */
struct frame {
	const struct frame *up;
	const struct fused_plan *plan;
	const char *key; /* the quote of the member's key; NULL: an array */
	const char *start;
	uint32_t item;
	uint32_t rule; /* its own */
	uint32_t keys; /* how many strangers there were before it */
};

/* What an object has of keys that its plan does not know. One alone is kept here, for it cannot stand there twice. */
struct strangers {
	struct str first;
	uint64_t seen; /* one bit for each of 64 classes of hashes */
	uint32_t open; /* their object's token among `keys`, where there are two or more */
	uint32_t count;
};

/* Into an array or object. The bound on depth is the tape's or nearer. */
static inline bool fused_enter(struct fused *f, const struct fused_plan *plan)
{
	if (UNLIKELY(!f->nest || f->run.depth + plan->weight >= RUN_DEPTH))
		return false;
	f->nest--;
	f->run.depth += plan->weight;
	return true;
}

/* Behind the colon, with the white space before it; NULL: none is there. */
SCANNER const char *fused_behind_colon(const char *p)
{
	if (UNLIKELY(*p != ':'))
		p = scan_space(p);
	return LIKELY(*p == ':') ? p + 1 : NULL;
}

/* Whether the object has what it must have in this direction, and nothing that must not come. */
static inline bool fused_keeps_masks(const struct fused *f, const struct fused_plan *plan, const uint64_t *seen)
{
	const uint64_t *required = f->program->masks.at + plan->masks + f->run.direction * plan->words;
	const uint64_t *forbidden = required + 2 * plan->words;
	uint64_t wrong = 0;
	for (uint32_t i = 0; i < plan->words; i++)
		wrong |= (required[i] & ~seen[i]) | (forbidden[i] & seen[i]);
	return !wrong;
}

/* False: it was seen before. */
SCANNER bool fused_see(uint64_t *seen, uint32_t property)
{
	uint64_t *word = LIKELY(property < 64) ? seen : seen + property / 64, bit = (uint64_t)1 << property % 64;
	if (UNLIKELY(*word & bit))
		return false;
	*word |= bit;
	return true;
}

/* program_fused_pass.c: the value at `p`, by its rule. */
const char *fused_read(struct fused *f, uint32_t rule, const char *p);

/* program_fused_keys.c: the key at `p`, which is in no table, with its colon; *found is NULL where the plan has no such: then it
 * is kept among the strangers. */
const char *fused_read_key(struct fused *f, const struct fused_plan *plan, const char *p, struct strangers *s,
			   const struct fused_property **found);
/* At the object's end; false: one of many keys stands there twice. */
bool fused_forget_strangers(struct fused *f, const struct strangers *s);
/* The property of that name that is not in its plan's table, or NULL. */
const struct fused_property *fused_search_odd(const struct fused *f, const struct fused_plan *plan, struct str name,
					      uint32_t hash);

/* program_fused_told.c: notes the use of the deprecated value that is `token` of the tape. */
void fused_add_deprecated(struct fused *f, uint32_t token);
/* Those of the part that was run over the tape. */
void fused_keep_deprecated(struct fused *f);
/* The value between `start` and `end` breaks its rule. What is wrong with it, and with others, is all that has to be
 * told: the pass goes on to the end, and returns `end`. Where what is around it has to be told with it, that is left
 * first: NULL. */
const char *fused_broken(struct fused *f, uint32_t rule, const char *start, const char *end);
/* The same of an array or object that was looked into: of what was used in it the tape might tell less. */
const char *fused_broken_parts(struct fused *f, uint32_t rule, const char *start, const char *end);

#endif
