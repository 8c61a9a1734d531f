/* program_run: a judge's memory, and the quick verdict over a tape: true or false, as early as it is known. It collects
 * nothing; only when it says false, program_explain.c goes over the same rules again and names what is wrong. Private
 * to program_*.c.
 *
 * Marks say which members or items of one object or array some keyword has looked at, for unevaluatedProperties and
 * unevaluatedItems. Where nobody asks, they are NULL, and anyOf stops at the first branch that passes. */
#ifndef FILTERS_CONTRACT_PROGRAM_RUN_H
#define FILTERS_CONTRACT_PROGRAM_RUN_H

#include "filters/contract/program_code.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { DEPRECATED_KEPT = 16, EXPLAIN_STEPS = 5000000 };
enum { RUN_DEPTH = 3000 }; /* rules inside of rules; each takes some 300 bytes of stack */

/* Something wrong, before it is put into words. */
struct issue {
	uint32_t rule;   /* whose keyword it is */
	uint32_t op;     /* index; 0 where no op is concerned */
	uint32_t token;  /* of the value */
	uint32_t detail; /* by `what` */
	uint32_t what;   /* enum issue_kind, program_explain.h */
};

/* A property that is missing and has a default. */
struct fill {
	uint32_t object;   /* token */
	uint32_t fallback; /* index in the program */
};

/* An object, and a schema that names its members and says nothing of others: judge_partial. */
struct named {
	uint32_t object, rule;
};

/* A value that breaks a rule. */
struct broken_value {
	const char *start; /* in the tape's text */
	uint32_t rule;
	uint32_t nest; /* levels of arrays and objects that are left there */
	size_t path;   /* of the judge's `path`: from here to the next one's is the pointer to it */
};

enum { BROKEN_KEPT = 32 };

struct judge {
	struct judge_limits limits;
	struct tape tape;
	struct pattern_scratch *patterns;
	VEC(uint64_t) words;      /* marks, as a stack */
	VEC(uint32_t) scope;      /* resources, outermost first */
	VEC(uint32_t) deprecated; /* tokens of values that a deprecated schema applied to */
	VEC(struct fill) fills;   /* program_fill.h: where the run collects them */
	VEC(uint32_t) known;      /* keys that a schema which passed speaks of: judge_partial */
	VEC(struct named) named;
	VEC(struct issue) issues;
	struct buf pointers; /* of the deprecated values; each ends with a NUL */
	unsigned pointer_count;
	unsigned held;   /* so many of them are of items that came before what is judged, */
	size_t held_len; /* in so many bytes */
	struct buf text; /* of a finding, while it is put into words */
	struct broken_value
	    broken[BROKEN_KEPT]; /* those that the pass without a tape found, in the order of the text */
	unsigned broken_count;
	struct buf path;      /* pointers to them */
	struct tape keys;     /* of the pass without a tape: program_fused.h */
	bool tape_only;       /* that pass is not tried */
	bool partial;         /* messages are parts: judge_partial */
	uint64_t fused_count; /* messages that it found valid */
	struct judge_attachment attachment;
};

struct marks {
	uint32_t at; /* first word in judge->words */
	bool names;  /* a schema that names properties and says nothing of others has passed */
};

/* One message under judgement. */
struct run {
	const struct program *p;
	struct judge *j;
	struct tape *tape;
	const struct json_token *token;
	const struct rule *rules; /* these five are what p and tape hold, one load nearer */
	const struct op *ops;
	const struct object *objects;
	const struct property *properties;
	const char *source;
	enum direction direction;
	uint32_t required;  /* the property flag that counts in this direction */
	uint32_t forbidden; /* and the one that must not come */
	uint32_t number;    /* the token whose whole part `whole` is, or 0 */
	bool number_ends;   /* it has no fraction */
	int64_t whole;
	unsigned
	    open; /* inside not, if or contains: closed_objects shuts nothing there, or it would turn verdicts around */
	uint32_t depth;
	bool fills;            /* missing properties that have defaults are collected (program_fill.h) */
	bool tolerant;         /* and pass for present where they are required */
	bool partial;          /* the message is a part: judge_partial */
	uint64_t steps;        /* left */
	struct str prefix;     /* pointer to what the tape holds: the whole message, or one value of it */
	uint64_t noted;        /* issues so far, also those that were not kept: program_explain.c */
	const char *undecided; /* why the run was given up; NULL: it was not */
};

/* A run over the judge's tape, or over none yet: its tokens and source are to be set when that is read (program.c). */
struct run run_begin(const struct program *p, struct judge *j, enum direction direction);
/* program_uses.c: nothing deprecated is used by now, but for what is held of items before (judge_hold). */
void uses_begin(struct judge *j);
/* Writes the pointers of the tape's values that deprecated schemas applied to. */
void uses_keep(struct judge *j);
/* Whether the value at token `index` keeps the rule. `marks`: those of this very value, or NULL. False with
 * r->undecided set: it could not be told. */
bool run_rule(struct run *r, uint32_t rule, uint32_t index, struct marks *marks);
/* The same for a value that stands by itself (an entry, a member, an item): closed_objects is seen to. */
bool run_value(struct run *r, uint32_t rule, uint32_t index);
/* program_apply.c: one instruction each, by code. */
extern bool (*const run_table[OP_COUNT])(struct run *, const struct op *, uint32_t index, struct marks *);
static inline bool run_op(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	return run_table[op->code](r, op, index, marks);
}
/* The instructions from `op` to the last of its rule. */
static inline bool run_ops(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	while (run_op(r, op, index, marks)) {
		if (op->last)
			return true;
		op++;
	}
	return false;
}

/* The same as run_value; what can be told from the value's kind alone is, and a value without parts takes no step. */
static inline bool run_part(struct run *r, uint32_t index_of_rule, uint32_t index)
{
	const struct rule *rule = &r->rules[index_of_rule];
	unsigned kind = program_kind(&r->token[index]);
	uint32_t code = rule->code[kind];
	if (!code || code == NONE)
		return !code;
	if (rule->flags || ((1u << JSON_ARRAY | 1u << JSON_OBJECT) >> kind & 1))
		return run_value(r, index_of_rule, index);
	return run_ops(r, &r->ops[code], index, NULL);
}

/* Whether the first `n` bytes, at most 16, are equal. Both must be followed by as many as make 16 that may be read: the
 * program's text is and the tape's is; decoded strings are not. */
static inline bool run_same_start(const char *a, const char *b, uint32_t n)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);
	uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
	return ((~same << (16 - n)) & 0xFFFF) == 0;
#else
	return memcmp(a, b, n) == 0;
#endif
}

static inline bool run_same_text(const char *a, const char *b, uint32_t n)
{
	return n <= 16 ? run_same_start(a, b, n) : memcmp(a, b, n) == 0;
}

/* Whether the key is that property's. */
static inline bool run_is_property(const struct run *r, const struct property *p, const struct json_token *key)
{
	uint32_t n = p->name.length;
	if (n != key->length || p->name.hash != key->hash)
		return false;
	if (n <= sizeof p->start && !(key->flags & JSON_ESCAPED))
		return run_same_start(p->start, r->source + key->at, n);
	return memcmp(r->p->text.at + p->name.text, tape_string(r->tape, key).at, n) == 0;
}

/* Marks for the value at `index`, all clear. They are given back in the reverse order. */
struct marks run_marks_begin(struct run *r, uint32_t index);
/* Gives marks back. */
void run_marks_end(struct run *r, const struct marks *m);
/* Adds what `from` has marked to `to`; both of the value at `index`. */
void run_marks_merge(struct run *r, struct marks *to, const struct marks *from, uint32_t index);

static inline void run_mark(struct run *r, const struct marks *m, uint32_t i)
{
	r->j->words.at[m->at + i / 64] |= (uint64_t)1 << i % 64;
}

static inline bool run_marked(const struct run *r, const struct marks *m, uint32_t i)
{
	return r->j->words.at[m->at + i / 64] >> i % 64 & 1;
}

/* Whether what is missing here may be in the part of the message that is not known. */
static inline bool run_forgives(const struct run *r)
{
	return r->partial && !r->open;
}
/* program_partial.c: whether a part of a message may be of that branch: a discriminator's value may rule it out. */
bool partial_allows(const struct run *r, const struct op *op, uint32_t index, uint32_t branch);
/* Makes an issue of each member that no schema speaks of, in objects whose members some schema names; the run has
 * passed. False where there is one. */
bool partial_all_known(struct run *r);

/* Enters the rule's resource in the dynamic scope; returns what run_leave is told. */
static inline bool run_enter(struct run *r, const struct rule *rule)
{
	if (!(rule->flags & RULE_SCOPED) || (r->j->scope.len && VEC_LAST(&r->j->scope) == rule->resource))
		return false;
	VEC_PUSH(&r->j->scope, rule->resource);
	return true;
}
static inline void run_leave(struct run *r, bool entered)
{
	r->j->scope.len -= entered;
}
/* The rule that a $dynamicRef means here. */
uint32_t run_dynamic(const struct run *r, const struct op *op);
/* Gives the run up. Always false. */
bool run_undecided(struct run *r, const char *why);
/* Takes `steps` for work that no rule is counted for; false: too few were left, and the run is given up. */
static inline bool run_charge(struct run *r, uint64_t steps)
{
	if (r->steps < steps)
		return run_undecided(r, "steps");
	r->steps -= steps;
	return true;
}
/* The property of that key, or NULL, by hash; *next becomes the one behind it. */
const struct property *run_search(const struct run *r, const struct object *o, const struct json_token *key,
				  const struct property **next);
/* The first property of an object, for *next. */
static inline const struct property *run_first_property(const struct run *r, const struct object *o)
{
	return o->count ? &r->properties[o->property] : NULL;
}
/* As run_search; tries the one that is expected first: messages mostly keep the order of the schema. */
static inline const struct property *run_property(const struct run *r, const struct object *o,
						  const struct json_token *key, const struct property **next)
{
	const struct property *expected = *next;
	if (!expected)
		return NULL;
	if (run_is_property(r, expected, key)) {
		*next = expected + !expected->last;
		return expected;
	}
	return run_search(r, o, key, next);
}

/* The instructions by family; program_apply.c's table is their only user. */
bool run_enum(struct run *r, const struct op *op, uint32_t index, struct marks *marks); /* program_scalar.c */
bool run_words(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* type: integer. */
bool run_integer(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* minimum, maximum and their exclusive forms. */
bool run_bound(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* multipleOf, exactly. */
bool run_multiple(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* minLength and maxLength, in code points. */
bool run_length(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* pattern. */
bool run_pattern(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* format, where it is asserted. */
bool run_format(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* minItems, maxItems, minProperties, maxProperties. */
bool run_count(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* uniqueItems. */
bool run_unique(struct run *r, const struct op *op, uint32_t index, struct marks *marks); /* program_array.c */
bool run_prefix(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* items behind the prefix. */
bool run_items(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* contains with minContains and maxContains. */
bool run_contains(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* unevaluatedItems. */
bool run_unevaluated_items(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* properties, patternProperties, additionalProperties and required. */
bool run_object(struct run *r, const struct op *op, uint32_t index, struct marks *marks); /* program_object.c */
bool run_names(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* dependentRequired and dependentSchemas. */
bool run_dependents(struct run *r, const struct op *op, uint32_t index, struct marks *marks);
/* unevaluatedProperties. */
bool run_unevaluated_properties(struct run *r, const struct op *op, uint32_t index, struct marks *marks);

#endif
