/* pattern_parse: the text of an ECMA-262 regular expression (22.2.1, and Annex B.1.2 without the `u` flag) as a tree.
 * pattern.c reads with `u` first and without it second; pattern_simplify then takes out what no verdict depends on, and
 * the tree goes to the table matcher (pattern_fast.h) or is written for PCRE2 (pattern_emit.h). A tree lives in the
 * arena it was read into. Nesting is bounded (PATTERN_DEPTH), so that walking a tree by recursion is safe. */
#ifndef FILTERS_CONTRACT_PATTERN_PARSE_H
#define FILTERS_CONTRACT_PATTERN_PARSE_H

#include "filters/contract/pattern_refuse.h"
#include "filters/contract/pattern_set.h"

enum { PATTERN_DEPTH = 150, PATTERN_SOURCE = 65536 };
#define PATTERN_INFINITE UINT32_MAX

enum pattern_kind {
	NODE_EMPTY,
	NODE_SET,    /* one character of a set; a literal is a set of one */
	NODE_CAT,    /* children in order */
	NODE_ALT,    /* one of the children */
	NODE_GROUP,  /* one child; number 0: captures nothing */
	NODE_LOOK,   /* one child, looked at from here: negative, behind */
	NODE_REPEAT, /* one child, min to max times */
	NODE_START,  /* ^ */
	NODE_END,    /* $ */
	NODE_WORD,   /* \b; negative: \B */
	NODE_REF     /* what group `number` captured */
};

struct pattern_node {
	enum pattern_kind kind;
	bool negative, behind, lazy;
	uint32_t min, max; /* NODE_REPEAT; max may be PATTERN_INFINITE */
	uint32_t number;   /* NODE_GROUP, NODE_REF */
	size_t offset;     /* in the source */
	struct pattern_set set;
	struct pattern_node *first, *last, *next, *parent;
};

struct pattern_tree {
	struct arena *arena;
	struct pattern_node *root;
	struct pattern_node **groups; /* by number; [0] is unused */
	uint32_t group_count;
	bool units;    /* read without `u`: the text is matched as UTF-16 code units */
	bool captures; /* some reference needs what a group captured */
	size_t behind; /* offset of the first lookbehind, for complaints */
};

/* Reads `source` (valid UTF-8) with the `u` flag (`unicode`) or without. False with *err filled. */
bool pattern_parse(struct pattern_tree *t, struct arena *a, struct str source, bool unicode,
		   struct pattern_error *err) WARN_UNUSED;
/* Settles references (those that can only be empty become empty), refuses those for which PCRE2 would remember another
 * capture than ECMA-262 does, drops groups that nothing refers to, and joins what can be joined. */
bool pattern_simplify(struct pattern_tree *t, struct pattern_error *err) WARN_UNUSED;

#endif
