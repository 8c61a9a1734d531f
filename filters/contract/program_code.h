/* program_code: what a compiled schema looks like inside: flat arrays that refer to each other by index, written once
 * by the schema compiler (schema_compile.c), linked (schema_link.c) and then only read. Private to schema_*.c and
 * program_*.c.
 *
 *   rule ──► op op op(last)         a schema: which kinds of value it lets pass at all, and for each kind of value
 *             │                      the instructions that are left to check
 *             ├─► list: rule rule    branches of allOf, anyOf, oneOf; prefixItems
 *             ├─► object ─► property property …   names, hashed and in the order of the schema
 *             ├─► number, constant, pattern, format
 *             └─► rule               $ref, items, not, additionalProperties …
 */
#ifndef FILTERS_CONTRACT_PROGRAM_CODE_H
#define FILTERS_CONTRACT_PROGRAM_CODE_H

#include "filters/contract/format.h"
#include "filters/contract/json.h"
#include "filters/contract/pattern.h"
#include "filters/contract/program.h"
#include "filters/contract/schema_keyword.h"
#include "proxy/base/decimal.h"
#include "proxy/base/vec.h"

/* Kinds as rules tell them apart: those of JSON, and plain integers beside all other numbers. */
enum { KIND_INTEGER = JSON_KINDS, KIND_COUNT, EVERY_KIND = (1 << KIND_COUNT) - 1 };
/* Kinds that share a list of instructions. */
enum value_class { CLASS_LITERAL, CLASS_NUMBER, CLASS_STRING, CLASS_ARRAY, CLASS_OBJECT, CLASS_INTEGER, CLASS_COUNT };

_Static_assert(JSON_PLAIN >> 1 == KIND_INTEGER - JSON_NUMBER, "what program_kind adds for a plain number");

static inline unsigned program_kind(const struct json_token *k)
{
	return k->kind + ((k->flags & (unsigned)JSON_PLAIN) >> 1);
}

/* No rule, no property, no index. */
#define NONE UINT32_MAX

enum rule_flag {
	RULE_UNEVALUATED = 1, /* has unevaluatedProperties or unevaluatedItems: counts with marks of its own */
	RULE_DEPRECATED = 2,
	RULE_NAMES = 4,  /* names properties and says nothing of others: closed_objects shuts it */
	RULE_FALSE = 8,  /* the schema `false` */
	RULE_ALIAS = 16, /* nothing but one $ref: linked past */
	RULE_SCOPED = 32 /* the program needs the dynamic scope: every rule has it then */
};

struct rule {
	uint16_t kinds; /* set of 1 << kind: others fail */
	uint16_t flags; /* set of enum rule_flag */
	uint32_t resource;
	uint32_t code[KIND_COUNT]; /* by kind: the first op; 0: passes; NONE: fails. Never 0 in a rule with flags */
};

/* Where a rule comes from, for findings; parallel to the rules. The pointer is the parent's, the keyword and the
 * detail. */
struct origin {
	uint32_t parent;  /* an origin's index; NONE: `text` is the whole pointer */
	uint16_t keyword; /* enum keyword below the parent */
	uint16_t detail;  /* enum detail */
	uint32_t text; /* DETAIL_TEXT: offset of a name (or pointer) in the program's text; DETAIL_INDEX: the index */
	uint32_t length;
	uint32_t file; /* index in the program's files */
	uint32_t line, column;
	uint32_t type_line, type_column; /* of the keyword `type`; 0: none */
};
enum detail { DETAIL_NONE, DETAIL_TEXT, DETAIL_INDEX };

/* X(name, operand a holds a rule) */
#define OPS(X)                                                                                                         \
	X(NOTHING, 0) /* passes; also holds the place of a keyword */                                                  \
	X(ENUM, 0)    /* a: first constant, b: count: enum and const, for all but strings */                           \
	X(WORDS, 0)   /* a: struct words: enum and const, for strings */                                               \
	X(REF, 1)                                                                                                      \
	X(DYNAMIC_REF, 1) /* a: what it leads to at first, b: dynamic name */                                          \
	X(ALL, 0)         /* a: list, b: count */                                                                      \
	X(ANY, 0)         /* the same */                                                                               \
	X(ONE, 0)                                                                                                      \
	X(NOT, 1)                                                                                                      \
	X(IF, 1)      /* b: list of two: then, else; NONE where there is none */                                       \
	X(INTEGER, 0) /* a number without fraction, however it is written */                                           \
	X(MINIMUM, 0) /* a: number */                                                                                  \
	X(MAXIMUM, 0)                                                                                                  \
	X(ABOVE, 0)                                                                                                    \
	X(BELOW, 0)                                                                                                    \
	X(MULTIPLE, 0)                                                                                                 \
	X(MIN_LENGTH, 0) /* a: count */                                                                                \
	X(MAX_LENGTH, 0)                                                                                               \
	X(PATTERN, 0) /* a: pattern */                                                                                 \
	X(FORMAT, 0)  /* a: format */                                                                                  \
	X(MIN_ITEMS, 0)                                                                                                \
	X(MAX_ITEMS, 0)                                                                                                \
	X(UNIQUE, 0)                                                                                                   \
	X(PREFIX, 0)   /* a: list, b: count */                                                                         \
	X(ITEMS, 1)    /* b: from this index on */                                                                     \
	X(CONTAINS, 1) /* b: index of a struct contains */                                                             \
	X(UNEVALUATED_ITEMS, 1)                                                                                        \
	X(MIN_PROPERTIES, 0)                                                                                           \
	X(MAX_PROPERTIES, 0)                                                                                           \
	X(OBJECT, 0) /* a: struct object */                                                                            \
	X(NAMES, 1)                                                                                                    \
	X(DEPENDENTS, 0) /* a: struct dependent, b: count */                                                           \
	X(UNEVALUATED_PROPERTIES, 1)

enum op_code {
#define X(name, rule) OP_##name,
	OPS(X)
#undef X
	    OP_COUNT
};

struct op {
	uint8_t code;
	bool last;        /* of its rule and class */
	uint16_t keyword; /* enum keyword, for findings */
	uint32_t a, b;
};

/* Where an op's keyword stands; parallel to the ops. */
struct spot {
	uint32_t line, column;
};

/* A name that a schema speaks of, in the program's text. */
struct name {
	uint32_t length;
	uint32_t hash; /* json_key_hash */
	uint32_t text;
};

enum property_flag {
	PROPERTY_LISTED = 1,       /* stands in `properties`; otherwise it is only required */
	PROPERTY_REQUIRED_IN = 2,  /* in requests */
	PROPERTY_REQUIRED_OUT = 4, /* in responses */
	PROPERTY_READ_ONLY = 8,    /* must not come in requests */
	PROPERTY_WRITE_ONLY = 16   /* must not come in responses */
};

struct property {
	struct name name;
	uint32_t rule;  /* NONE: only required */
	uint16_t flags; /* set of enum property_flag */
	bool last;      /* of its object */
	char start[16]; /* the first bytes of the name, filled up with zeros: most names are no longer */
};

/* The `default` of a property, for program_fill.c; in the order of the properties. */
struct fallback {
	uint32_t property;     /* index in the program's properties */
	uint32_t text, length; /* JSON, in the program's text; the same text has the same place */
	uint32_t file, line, column;
};

struct pattern_property {
	uint32_t pattern, rule;
};

/* properties, patternProperties, additionalProperties and required of one schema: one walk over the members. */
struct object {
	uint32_t property, count;        /* in the order of the schema */
	uint32_t slot, mask;             /* slots[slot + (hash & mask)]: 1 + property within this object; 0: free */
	uint32_t pattern, pattern_count; /* pattern_property */
	uint32_t additional;             /* rule; NONE: anything */
	uint32_t required[2];            /* how many, by direction */
	uint32_t required_op;            /* ops with the places of these keywords; 0 where there is none */
	uint32_t additional_op;
	uint32_t properties_op;
};

/* What a property's presence asks for: other names, or a schema of the whole object. */
struct dependent {
	uint32_t name, count; /* the property's name; the `count` names behind it are needed */
	uint32_t rule;        /* or NONE */
	uint16_t keyword;
	uint32_t line, column;
};

/* The strings of one enum; hashed where they are many. */
struct words {
	uint32_t name, count;
	uint32_t slot, mask; /* as in struct object; mask 0: look at each */
};

struct contains {
	uint32_t min, max;
	uint32_t min_op, max_op; /* spots of their own; 0: none */
	bool marks;              /* counts for unevaluatedItems (2020-12) */
};

/* A bound. Numbers of up to 18 digits without fraction are compared as integers. */
struct number {
	uint32_t text, length;  /* the lexeme, in the program's text */
	struct decimal decimal; /* borrows from it; made when the program is linked */
	int64_t small;
	bool is_small;
};

/* The schemas that a $dynamicRef to one name may lead to, by resource. */
struct dynamic_target {
	uint32_t resource, rule;
};
struct dynamic_name {
	uint32_t first, count;
};

/* Which branch a discriminator's value means. Belongs to the ANY or ONE with that list. */
struct discriminator {
	uint32_t list;
	struct name property;
	uint32_t first, count; /* choices */
	uint32_t fallback;     /* the branch of 3.2's defaultMapping, or NONE */
};
struct discriminated {
	struct name value;
	uint32_t branch; /* index in the op's list */
};

struct fused_program;

struct program {
	VEC(struct rule) rules;
	VEC(struct origin) origins;
	VEC(struct op) ops;
	VEC(struct spot) spots;
	VEC(uint32_t) lists;
	VEC(struct object) objects;
	VEC(struct property) properties;
	VEC(struct fallback) fallbacks;
	VEC(struct pattern_property) pattern_properties;
	VEC(uint32_t) slots;
	VEC(struct name) names;
	VEC(struct dependent) dependents;
	VEC(struct words) words;
	VEC(struct contains) contains;
	VEC(struct number) numbers;
	VEC(struct pattern *) patterns;
	VEC(struct name) pattern_sources; /* parallel to the patterns */
	VEC(const struct format *) formats;
	VEC(uint32_t) constants; /* tokens of `values` */
	VEC(struct dynamic_name) dynamic_names;
	VEC(struct dynamic_target) dynamic_targets;
	VEC(struct discriminator) discriminators;
	VEC(struct discriminated) choices;
	VEC(const char *) files; /* owned */
	struct buf text;         /* names, pointers, number lexemes */
	struct tape values;      /* one array: the constants of enum and const */
	struct fused_program *fused; /* program_fused.h; NULL: none */
	bool dynamic;            /* some $dynamicRef or $recursiveRef needs the dynamic scope */
	bool closed;             /* closed_objects */
};

static inline struct str program_name(const struct program *p, const struct name *n)
{
	return str_of(p->text.at + n->text, n->length);
}

#endif
