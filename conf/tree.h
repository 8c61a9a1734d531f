/* tree: a document as the operator wrote it: scalars with their text, mappings in their order, and where each stands.
 * Both YAML (conf/yaml.h) and JSON contracts (filters/contract/json_tree.h) are read into it. Immutable once read;
 * everything lives in the arena that was given to the reader. Numbers keep their lexeme and are never rounded. An alias
 * shares the items of its anchor: a tree may be a graph without cycles; it is at most TREE_DEPTH deep either way. */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include "conf/diag.h"

enum { TREE_DEPTH = 128 };

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_SEQUENCE, NODE_MAPPING };

struct node {
	uint8_t kind;     /* enum node_kind */
	bool quoted;      /* a scalar that stood in quotes: "off" is a string, off is a word */
	bool rewritten;   /* a number whose text is not as written (0x1F, +1, 007): made JSON's, of the same value */
	bool broken;      /* a scalar that an error was told about already (env.h): pass over it */
	uint32_t line;    /* from 1 */
	uint32_t column;  /* from 1 */
	uint32_t count;   /* items or members */
	const char *file; /* the name to show */
	union {
		struct str text;        /* numbers: as in JSON; "true", "false", "null"; the value of strings */
		struct node *items;     /* NODE_SEQUENCE */
		struct member *members; /* NODE_MAPPING, in the order of the document; keys are unique */
	};
};

struct member {
	struct node key; /* NODE_STRING, or another scalar (200: in a YAML contract); text is the key as written */
	struct node value;
};

/* The value under `key` of a mapping, or NULL where there is none or `n` is no mapping. Linear in the members. */
const struct node *tree_get(const struct node *n, struct str key);
/* The same with the member, for the place of its key. */
const struct member *tree_member(const struct node *n, struct str key);
/* The value at a JSON pointer (RFC 6901) that is already percent-decoded; the empty pointer is `n`. NULL: nothing
 * there. */
const struct node *tree_at(const struct node *n, struct str pointer);
/* The text of a scalar, or the empty slice for NULL and for sequences and mappings. */
struct str tree_text(const struct node *n);
/* Whether `n` is the boolean `true`. NULL is false. */
bool tree_is_true(const struct node *n);
/* "a mapping", "a list", "a string", "a number", "true or false", "nothing": for messages. */
const char *tree_kind_name(const struct node *n);
/* `n` as compact JSON text (numbers as written). For digests, messages and the JSON reader. */
void tree_to_json(const struct node *n, struct buf *out);

static inline struct place tree_place(const struct node *n)
{
	return (struct place){n->file, n->line, n->column};
}

#endif
