/* program_place: the places that a compiled schema names in a JSON value, as templates of pointers, "/customer/name":
 * every item of an array and every member that is data (additionalProperties, patternProperties) is one step, the fold
 * `*`, and all members that the schema says nothing of are one bucket, `?`. So a place is made of names of the contract
 * and of folds, never of a name that a message chose. A schema that contains itself is folded into the place where it
 * began:
 * "/child/child/name" is "/child/name". The graph grows as messages come, up to PLACES_MOST; it is one worker's and
 * lives as long as the programs. Private to program_place*.c and presence*.c. */
#ifndef FILTERS_CONTRACT_PROGRAM_PLACE_H
#define FILTERS_CONTRACT_PROGRAM_PLACE_H

#include "filters/contract/program_code.h"
#include "filters/contract/schema_map.h"
#include "proxy/base/arena.h"

enum {
	PLACES_MOST = 16384, /* of one worker */
	PLACES_AHEAD = 1024, /* of one schema, before a message has been there */
	PLACE_LONGEST = 320, /* bytes of a template */
	PLACE_DEEPEST = 64,
	PLACE_SCHEMAS = 96 /* that speak of one value */
};

/* No node: nothing is named inside; nobody has been there; there was no room. */
#define PLACE_LEAF   UINT32_MAX
#define PLACE_UNMADE (UINT32_MAX - 1)
#define PLACE_FULL   (UINT32_MAX - 2)

/* A way from a value to a part of it. */
struct place_edge {
	struct str text;       /* the template, from the message's root */
	struct str name;       /* what a member is called; at NULL: a fold */
	uint32_t node;         /* where it begins */
	uint32_t first, count; /* rules that speak of the part */
	uint32_t to;           /* a node, or one of the words above */
	uint32_t same;         /* another edge of the same key, or NONE */
	uint64_t seen;         /* the last message that had it */
	bool declared;         /* not the bucket */
};

/* A value: the rules with something to say of its parts. */
struct place_node {
	const struct program *program;
	struct str text;
	uint32_t parent;
	uint32_t first, count;      /* those rules, sorted */
	uint32_t edge, edges;       /* its own, side by side: the first, and how many */
	uint32_t every, other;      /* the folds, or NONE */
	uint32_t pattern, patterns; /* in places->patterns: members that are data by their name */
	uint32_t ahead;             /* of a root: the node behind those that were made with it */
	uint8_t depth;
	bool any_member; /* all other members are data */
	bool items;      /* items of an array are named */
	bool members;    /* members are */
	bool made;       /* its edges are there */
	bool cut;        /* some of them found no room */
};

struct places {
	struct arena arena; /* texts */
	VEC(struct place_edge) edges;
	VEC(struct place_node) nodes;
	VEC(uint32_t) rules;
	VEC(uint32_t) patterns;  /* of the node's program */
	struct schema_map named; /* node and name -> edge */
	struct pattern_scratch *scratch;
	VEC(uint32_t) found; /* edges of this message, each once */
	uint64_t message;    /* its number */
	bool cut;            /* there was something in it that found no room */
	struct place_work *work;
};

/* Begin with zeros. */
void places_begin(struct places *p);
/* Gives all back. */
void places_end(struct places *p);
/* Another message: nothing is found yet. */
void places_message(struct places *p);
/* The place was met; it is noted once for a message. */
void places_found(struct places *p, uint32_t edge);
/* An edge that belongs to no node: a parameter's. NONE where there is no room. */
uint32_t places_add(struct places *p, struct str text, bool declared);
/* The node of what the schema at `entry` describes, with the places in it made up to PLACES_AHEAD; PLACE_LEAF: it names
 * none, PLACE_FULL: no room. `prefix` stands before its templates. */
uint32_t places_root(struct places *p, const struct program *program, uint32_t entry, struct str prefix);
/* The edge for a member of that name (UTF-8; its json_key_hash) of the value at `node`, which is one: its own, a fold, or
 * NONE. */
uint32_t places_member(struct places *p, uint32_t node, struct str name, uint32_t hash);
/* The edge of that very name, whatever its bytes, or NONE. */
uint32_t places_named(struct places *p, uint32_t node, struct str name);
/* The edge for the items of the value at `node` where it can be nothing but an array, else NONE. */
uint32_t places_items(struct places *p, uint32_t node);
/* The node that an edge leads to, or one of the words above. */
uint32_t places_behind(struct places *p, uint32_t edge);
/* Notes all places of the value at `index` of the tape. */
void places_walk(struct places *p, uint32_t node, const struct tape *tape, uint32_t index);
/* Calls `tell` for the places that were made for a root, outermost first, at most PLACES_AHEAD; not for buckets. */
void places_each(struct places *p, uint32_t root, void (*tell)(void *context, struct str place), void *context);

/* program_place_rules.c: which rules apply to the very value that `from` (count of them) apply to and have something to
 * say of its parts, sorted; at most PLACE_SCHEMAS into `to`. False: there were more. */
bool place_rules(const struct program *p, const uint32_t *from, uint32_t count, uint32_t to[PLACE_SCHEMAS],
		 uint32_t *found);

/* What one rule says of parts: a member of this name, with this schema (NONE: any); data: the name is a fold. */
struct place_parts {
	void (*member)(void *context, struct str name, uint32_t rule);
	void (*any_member)(void *context, uint32_t rule);
	void (*pattern)(void *context, uint32_t pattern, uint32_t rule);
	void (*item)(void *context, uint32_t rule);
	void *context;
};
/* Tells what the rule itself says, not what it applies in place. */
void place_rule_parts(const struct program *p, uint32_t rule, const struct place_parts *parts);

#endif
