/* schema_set: the documents of one compilation, as resources with base URIs and anchors, and where references between
 * them lead. Private to schema_*.c; schema.h is the face. A document is walked once, when something is first looked up:
 * so documents may be registered in any order. Everything it makes lives in its arena until schema_set_end.
 *
 *   schema_set.c       the registry: documents, resources, dialects
 *   schema_walk.c      the walk that finds `$id` and `$anchor`
 *   schema_settle.c    when documents are walked, and which could not be
 *   schema_resolve.c   a reference to the node that it means
 *   schema_rule.c      which node has which rule; schema_emit.c: the ops of one
 *   schema_compile.c   a node to a rule; schema_object.c, schema_array.c …: its keywords to ops
 *   schema_pool.c      texts, names, constants, patterns: what rules share
 *   schema_end.c       what $dynamicRef may lead to; the set is given back
 *   schema_link.c      the last pass: circles, aliases, constants */
#ifndef FILTERS_CONTRACT_SCHEMA_SET_H
#define FILTERS_CONTRACT_SCHEMA_SET_H

#include "filters/contract/program_code.h"
#include "filters/contract/schema.h"
#include "filters/contract/schema_map.h"

/* What has a base URI of its own (JSON Schema Core 2020-12, 4.3.5): a document, or a subschema with `$id`. */
struct resource {
	struct str uri;     /* normalised, without fragment */
	struct str pointer; /* of its root in the document: "#" or "#/…" */
	const struct node *root;
	struct language language;
	bool used;         /* some rule was compiled from it */
	bool pending;      /* registered, not yet walked */
	bool schema;       /* the whole is a schema */
	struct str broken; /* why the document could not be walked; told when something in it is asked for */
	struct place broken_at;
};

struct anchor {
	struct str name; /* empty: $recursiveAnchor */
	struct str pointer;
	uint32_t resource;
	const struct node *node;
	bool dynamic;
};

/* Where a reference leads. */
struct target {
	const struct node *node;
	uint32_t resource;
	struct str pointer;  /* from the document's root: "#/…" */
	bool anchor_dynamic; /* it was found by the name of a $dynamicAnchor */
	struct str anchor;   /* that name */
};

/* A schema that was given a rule and waits to be compiled. */
struct pending {
	const struct node *node;
	uint32_t rule, resource;
};

/* A $dynamicRef's name, and which resources' anchors of that name have rules by now. */
struct dynamic_use {
	struct str name;
	VEC(struct dynamic_target) targets;
};

struct schema_set {
	struct schema_options options;
	struct arena arena;
	struct program *program;
	VEC(struct resource) resources;
	VEC(struct anchor) anchors;
	VEC(struct target) targets;
	VEC(struct pending) queue;
	VEC(struct dynamic_use) dynamic;
	struct schema_map by_uri;       /* URI -> resource */
	struct schema_map by_node;      /* schema node -> resource that it belongs to */
	struct schema_map by_anchor;    /* resource and name -> anchor */
	struct schema_map by_reference; /* resource and reference -> target */
	struct schema_map rules;        /* node -> rule */
	VEC(const struct node *) nodes; /* rule -> node */
	struct schema_map strings;      /* interned text -> offset in the program's text */
	struct schema_map file_names;
	struct schema_map patterns; /* source -> pattern */
	struct buf constants;       /* JSON text of program->values, growing */
	size_t constant_count;
	size_t pending_resources;
	bool failed;
};

enum { SCHEMA_DEPTH = 600 }; /* nesting of schemas in a document */

/* schema_settle.c: walks what was registered since the last call. A document that is wrong hurts only who refers to it.
 */
void schema_set_settle(struct schema_set *set);
/* schema_settle.c: false after an error where the resource's document could not be walked. */
bool schema_set_sound(struct schema_set *set, uint32_t resource, struct diag *d) WARN_UNUSED;
/* schema_set.c: the resource with that URI (normalised, no fragment), from the registry, the metaschemas or the loader;
 * NONE without a complaint where there is none. `referrer`: whose dialect a loaded document has that names none. */
uint32_t schema_set_find(struct schema_set *set, struct str uri, uint32_t referrer, struct diag *d);
/* Adds a resource; its index. */
uint32_t schema_set_resource(struct schema_set *set, const struct resource *r);
/* schema_walk.c: walks the schema at `n` of `resource` if no walk has come there. */
bool schema_set_visit(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer,
		      struct diag *d) WARN_UNUSED;
/* schema_set.c: the language that `$schema: uri` names. */
bool schema_set_language(struct schema_set *set, struct str uri, struct place at, struct language *language,
			 struct diag *d) WARN_UNUSED;
/* schema_resolve.c: `reference`, standing at `at` in `resource`. False after an error. The result is the set's. */
bool schema_resolve(struct schema_set *set, uint32_t resource, struct str reference, struct place at,
		    struct target *target, struct diag *d) WARN_UNUSED;
/* schema_walk.c: the anchor of that name in the resource, or NULL. */
const struct anchor *schema_set_anchor(const struct schema_set *set, uint32_t resource, struct str name);

/* The member's value where it is a string, else NULL. */
static inline const struct node *schema_member_text(const struct node *n, struct str key)
{
	const struct node *v = tree_get(n, key);
	return v && v->kind == NODE_STRING ? v : NULL;
}

#endif
