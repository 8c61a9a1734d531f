/* program_fused: the verdict in one pass over the bytes, without a tape: what a rule and those that it applies in place
 * ($ref, allOf, the one branch of anyOf or oneOf that is for this kind of value) ask of an array or an object is
 * merged, when the program is linked, into one plan. Where that cannot be said without looking twice (uniqueItems,
 * other anyOf, unevaluated…, patternProperties …) the value alone is read to the tape and the ordinary executor judges
 * it.
 *
 *   rule ──► code by kind:  scalars: the program's own instructions, run over a tape of one token
 *                           arrays, objects: a plan ──► property property …   `"key":` as the text has it, 32 bytes
 *
 * What it says is VALID, or that some rule is broken; all else (a fault of the text, a key with escapes, a limit …) it
 * leaves to the tape, and findings too: where it says VALID, the tape would, and it counts steps and depth as the tape
 * does or sooner. The text is copied first, for it may lie in the network's buffer and JSON_PADDING zeros must follow.
 * schema_fuse.c makes the plans, once; they are immutable and belong to the program. Called by program.c. Private to
 * program_*.c and schema_*.c. */
#ifndef FILTERS_CONTRACT_PROGRAM_FUSED_H
#define FILTERS_CONTRACT_PROGRAM_FUSED_H

#include "filters/contract/program_run.h"

enum {
	FUSED_KEY = 32,        /* bytes of a key that are compared before it is read */
	FUSED_PROPERTIES = 256 /* of one plan; objects with more are left to the tape */
};

/* What the code of an array or object is, if no plan: 0 passes, NONE fails. Scalars: an op of the program, or these. */
#define FUSED_TAPE (NONE - 1)

/* The first of these are the program's rules, with the same numbers. */
struct fused_rule {
	uint32_t code[KIND_COUNT];
};

struct fused_property {
	char key[FUSED_KEY]; /* `"name":`, filled up with zeros */
	uint32_t low;        /* which of its first 16 bytes count, one bit each; all 32: no text is compared with it */
	uint32_t rule;       /* of fused rules, also where the schema says nothing of the value */
	uint16_t flags;      /* set of enum property_flag */
	uint16_t key_length; /* bytes of `key` */
	struct name name;
};

struct fused_plan {
	uint32_t weight;               /* rules that are merged here: steps are counted as over the tape */
	uint32_t min, max;             /* items or members */
	uint32_t property, count;      /* followed by one more, which no key is compared with */
	uint32_t slot, mask;           /* as in struct object */
	uint32_t additional;           /* rule of all others */
	uint32_t required[2];          /* how many, by direction */
	uint32_t prefix, prefix_count; /* in `lists` */
	uint32_t items;                /* rule of the items behind them */
	bool deprecated;               /* one of the rules is */
	bool mixed;                    /* what breaks inside is told by several rules, or by none of them alone */
};

/* Several rules of the program for one value: those of a property that two parts of an allOf name. */
struct fused_many {
	uint32_t first, count; /* in `lists` */
};

struct fused_program {
	VEC(struct fused_rule) rules;
	VEC(struct fused_plan) plans; /* the first is none */
	VEC(struct fused_property) properties;
	VEC(uint32_t) slots;
	VEC(uint32_t) lists;
	VEC(struct fused_many) many;
	uint32_t anything;   /* the rule that all values keep */
	uint32_t first_many; /* the rule that stands for many[0]; the others follow */
};

/* WRONG: some value that was read breaks a rule; the text may still be no JSON further on, or run into a limit.
 * ONE: the text is JSON, and one value breaks its rule; no other does. */
enum fused_verdict { FUSED_VALID, FUSED_WRONG, FUSED_ONE, FUSED_UNTOLD };

/* Whether the text keeps the rule at `entry`; `r` is begun and not changed but for the judge's scratch memory. With
 * ONE, *rule is what is broken, the tape holds the one value, and the judge's `path` is the pointer to it. */
enum fused_verdict fused_judge(const struct run *r, uint32_t entry, struct str json, uint32_t *rule);

/* schema_fuse.c: the plans of a program that is linked but for them; NULL where it has none. */
struct fused_program *schema_fuse(const struct program *p);
/* Gives it back. NULL is allowed. */
void fused_free(struct fused_program *f);
size_t fused_size(const struct fused_program *f);

#endif
