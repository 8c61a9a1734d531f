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
	FUSED_NAME = 31,       /* bytes of a name that is found by its place in a table; longer ones are searched for */
	FUSED_PROPERTIES = 256 /* of one plan; objects with more are left to the tape */
};

/* What the code of an array or object is, if no plan: 0 passes, NONE fails. Scalars: an op of the program, or these. */
#define FUSED_TAPE (NONE - 1)

/* What most values of a rule are, and all that the rule asks of them. A value that is of this kind and keeps it is read
 * in one step; all others go by their code. */
enum fused_expect {
	EXPECT_ANY,     /* nothing in particular: by their code */
	EXPECT_TEXT,    /* min, span: code points */
	EXPECT_WORD,    /* what: a table of names, that hold neither quote, backslash nor control characters */
	EXPECT_LINE,    /* what: struct pattern_line, `count` of them; min, span */
	EXPECT_SHAPE,   /* the same: one line with a shape that has a run */
	EXPECT_FIXED,   /* the same: with one that has none */
	EXPECT_FORMAT,  /* what: struct format; min, span */
	EXPECT_INTEGER, /* low, range: the least, and how many integers from there */
	EXPECT_NUMBER,  /* the same, and a fraction */
	EXPECT_BOOLEAN,
	EXPECT_OBJECT,
	EXPECT_ARRAY
};

/* The first of these are the program's rules, with the same numbers. */
struct fused_rule {
	uint32_t code[KIND_COUNT];
	uint8_t expect; /* enum fused_expect */
	uint8_t count;
	uint8_t nested;     /* steps that a scalar takes over the tape */
	uint32_t min, span; /* the most above `min` */
	union {
		const void *what;
		uint32_t table;
		int64_t low;
	};
	uint64_t range; /* the most above `low` */
};

/* A name and its closing quote, filled up with zeros. Without length: it cannot be in a table, being too long, or
 * having characters that JSON escapes. */
struct fused_name {
	char text[FUSED_NAME + 1];
	uint32_t low; /* which of its first 16 bytes count, one bit each; all 32: it is like no text */
	uint16_t length;
};

struct fused_slot {
	uint16_t name;   /* its number; the table's `count`: none, the slot is free */
	uint16_t expect; /* enum fused_expect: what is expected of that property's value */
};

/* Where names are found without a search: slots[slot + hash] and those behind it, up to a free one, are of names with
 * that hash. The hash is of this table alone (program_fused_name.h). */
struct fused_table {
	uint64_t multiplier;
	uint64_t select;      /* the bytes of the first eight that are hashed; 0: all up to the quote */
	uint32_t slot, first; /* in `slots`; in `words`, where the table is of words */
	uint16_t count;
	uint8_t shift;
	bool wide; /* more than eight bytes are hashed */
	bool odd;  /* some names cannot be in it */
};

struct fused_property {
	struct fused_name key;
	uint32_t rule; /* of fused rules, also where the schema says nothing of the value */
	bool mixed;    /* what breaks is told by several rules */
	struct name name;
};

struct fused_plan {
	uint32_t weight;               /* rules that are merged here */
	uint32_t charge;               /* steps for it and for each member or item: at least those over the tape */
	uint32_t min, max;             /* items or members */
	uint32_t property, count;      /* followed by one more, which is nobody's */
	struct fused_table names;      /* of the properties */
	uint32_t additional;           /* rule of all others */
	uint32_t masks;                /* in `masks`: words of the required by direction, then of the forbidden */
	uint32_t words;                /* of each: 64 properties */
	uint32_t prefix, prefix_count; /* in `lists` */
	uint32_t items;                /* rule of the items behind them */
	bool deprecated;               /* one of the rules is */
	/* What breaks inside is not told by its rule alone: of any item or member; of members that have no name here.
	 */
	bool mixed, mixed_others;
	bool merged; /* of several objects, which the tape goes over one after the other */
};

/* Several rules of the program for one value: those of a property that two parts of an allOf name. */
struct fused_many {
	uint32_t first, count; /* in `lists` */
};

struct fused_program {
	VEC(struct fused_rule) rules;
	VEC(struct fused_plan) plans; /* the first is none */
	VEC(struct fused_property) properties;
	VEC(struct fused_name) words;
	VEC(struct fused_table) tables;
	VEC(struct fused_slot) slots;
	VEC(uint64_t) masks;
	VEC(uint32_t) lists;
	VEC(struct fused_many) many;
	uint32_t anything;   /* the rule that all values keep */
	uint32_t first_many; /* the rule that stands for many[0]; the others follow */
};

/* WRONG: some value that was read breaks a rule; the text may still be no JSON further on, or run into a limit.
 * TOLD: the text is JSON, and the judge's `broken` values break their rules; no others do. */
enum fused_verdict { FUSED_VALID, FUSED_WRONG, FUSED_TOLD, FUSED_UNTOLD };

/* Whether the text keeps the rule at `entry`; `r` is begun and not changed but for the judge's scratch memory. With
 * TOLD, the tape holds the text, and tape_read_part reads each of the values. */
enum fused_verdict fused_judge(const struct run *r, uint32_t entry, struct str json);

/* schema_fuse_table.c: whether the name can be in a table. */
bool fuse_stands_plain(struct str name);
/* The name as tables have it. */
struct fused_name fuse_name(struct str name);
/* Makes a table; names[i] gets the number i. The table's `first`, and what is expected, are left to the caller. */
struct fused_table fuse_table(struct fused_program *out, const struct str *names, uint16_t count);
/* How many slots it has. */
uint32_t fuse_table_size(const struct fused_table *t);
/* schema_fuse_value.c: what is expected of a rule's values, by their code. */
void fuse_expect(const struct program *p, struct fused_program *out, uint32_t rule);
/* schema_fuse.c: the plans of a program that is linked but for them; NULL where it has none. */
struct fused_program *schema_fuse(const struct program *p);
/* Gives it back. NULL is allowed. */
void fused_free(struct fused_program *f);
size_t fused_size(const struct fused_program *f);

#endif
