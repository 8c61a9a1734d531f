/* schema_compile: one schema to one rule. Each family of keywords has a file that turns what the schema says into
 * instructions (schema_object.c, schema_array.c, schema_scalar.c, schema_apply.c); schema_compile.c gathers a schema's
 * keywords and calls them in order. They emit through schema_emit.c, and ask schema_rule.c for the rules of subschemas,
 * which are compiled later, from a queue: nothing recurses. Private to schema_*.c. */
#ifndef FILTERS_CONTRACT_SCHEMA_COMPILE_H
#define FILTERS_CONTRACT_SCHEMA_COMPILE_H

#include "filters/contract/schema_set.h"

enum { OPS_PER_SCHEMA = 64 }; /* instructions of one schema before they are packed; dependencies go through one list */

enum {
	LITERALS = 1 << CLASS_LITERAL,
	NUMBERS = 1 << CLASS_NUMBER | 1 << CLASS_INTEGER,
	STRINGS = 1 << CLASS_STRING,
	ARRAYS = 1 << CLASS_ARRAY,
	OBJECTS = 1 << CLASS_OBJECT,
	ALL_CLASSES = (1 << CLASS_COUNT) - 1
};

/* One schema while it is compiled. */
struct compiling {
	struct schema_set *set;
	struct diag *diag;
	const struct node *node;
	uint32_t rule, resource;
	struct language language;
	const struct node *value[KEYWORD_COUNT]; /* NULL: absent, or not looked at */
	uint32_t kinds;
	uint32_t flags; /* set of enum rule_flag */
	struct {
		struct op op;
		struct spot spot;
		uint32_t classes;
	} ops[OPS_PER_SCHEMA];
	unsigned op_count;
	unsigned looks; /* left: schemas that are looked into for readOnly and the like */
	bool ok;
};

/* schema_emit.c: adds an instruction for those classes of values; `place` is its keyword's value. */
void schema_emit(struct compiling *c, uint32_t classes, enum op_code code, enum keyword keyword,
		 const struct node *place, uint32_t a, uint32_t b);
/* An op that only holds a place; returns its index. */
uint32_t schema_spot(struct compiling *c, enum keyword keyword);
/* Writes what was emitted into the program, class by class: classes with the same instructions share them. Once, last.
 */
void schema_pack(struct compiling *c);
/* schema_rule.c: the rule of the subschema `n` under `keyword` of the schema that is compiled; `name` or `index` say
 * where in it (NULL, NONE: the keyword's value itself). Compiled later. */
uint32_t schema_child(struct compiling *c, enum keyword keyword, const struct node *name, uint32_t index,
		      const struct node *n);
/* The same for all schemas of a list; returns where they begin in program->lists. */
uint32_t schema_children(struct compiling *c, enum keyword keyword, const struct node *list);
/* The rule that a reference leads to, or NONE after an error. */
uint32_t schema_target_rule(struct compiling *c, const struct target *target);
/* schema_pool.c: what rules share. A text of the program: its offset in program->text; the same text is kept once. */
uint32_t schema_text(struct schema_set *set, struct str text);
/* The name of a file: its index in program->files; the same name is kept once. */
uint32_t schema_file(struct schema_set *set, const char *file);
/* A name: the text with its length and hash, as messages' names are compared with. */
struct name schema_name(struct schema_set *set, struct str text);
/* The same behind the others in program->names; returns its index. */
uint32_t schema_add_name(struct schema_set *set, struct str text);
/* A constant of the program's values; returns its index in program->constants. */
uint32_t schema_constant(struct schema_set *set, const struct node *n);
/* The compiled pattern, or NONE after an error at the node. */
uint32_t schema_pattern(struct compiling *c, const struct node *n, struct str source);
/* Room for a hash table of `count` names: *mask and where it begins in program->slots. */
uint32_t schema_slots(struct schema_set *set, uint32_t count, uint32_t *mask);

/* The families, in the order in which they emit. */
void schema_scalars(struct compiling *c);     /* schema_scalar.c: type, enum, const, numbers, strings */
void schema_references(struct compiling *c);  /* schema_apply.c: $ref and its dynamic kin */
void schema_arrays(struct compiling *c);      /* schema_array.c */
void schema_objects(struct compiling *c);     /* schema_object.c */
void schema_combinators(struct compiling *c); /* schema_apply.c: allOf, anyOf, oneOf, not, if */
void schema_unevaluated(struct compiling *c); /* schema_apply.c */

/* schema_rule.c: the rule of a schema that is not the child of one: what a reference leads to, or an entry; NONE after
 * an error. */
uint32_t schema_rooted_rule(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer,
			    struct diag *d);
/* schema_compile.c: compiles what waits, and what that brings to the queue. False when any schema was wrong; all of
 * them are complained about, and the set has failed. */
bool schema_drain(struct schema_set *set, struct diag *d) WARN_UNUSED;

/* schema_link.c: the last pass over a program whose rules are all compiled. */
bool schema_link(struct schema_set *set, struct diag *d) WARN_UNUSED;

#endif
