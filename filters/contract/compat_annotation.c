/* What schemas say that no verdict depends on, but people and code do: defaults, deprecations, discriminators, how text
 * is encoded; and which properties came and went. Both trees are walked side by side; each pair of schemas once.
 * Whether a message passes is not decided here (compat_schema.c): these are notes. */
#include "filters/contract/compat_side.h"
#include "filters/contract/pointer.h"
#include "filters/contract/program_code.h"

#include <stdio.h>

enum { PAIRS = 50000, DEPTH = 40, HOPS = 16, ORIGINS = 640 };

struct side_by_side {
	struct comparing *c;
	const struct schema_pair *p;
	const char *id_part; /* "request-property" */
	struct buf path;
	unsigned depth;
};

/* X(keyword, added, changed, removed, level): ids follow the part of the message that they are about. */
#define ANNOTATIONS(X)                                                                                                 \
	X("default", "default-value-added", "default-value-changed", "default-value-removed", INFO)                    \
	X("contentEncoding", "content-encoding-changed", "content-encoding-changed", "content-encoding-changed",       \
	  WARNING)                                                                                                     \
	X("contentMediaType", "content-media-type-changed", "content-media-type-changed",                              \
	  "content-media-type-changed", WARNING)                                                                       \
	X("contentSchema", "content-schema-added", "content-schema-changed", "content-schema-removed", WARNING)        \
	X("x-extensible-enum", "x-extensible-enum-added", "x-extensible-enum-changed", "x-extensible-enum-removed",    \
	  INFO)                                                                                                        \
	X("x-sunset", "deprecated-with-sunset", "sunset-changed", "sunset-deleted", INFO)                              \
	X("x-stability-level", "stability-changed", "stability-changed", "stability-changed", INFO)

static const struct annotation {
	struct str keyword;
	const char *added, *changed, *removed;
	enum change_level level;
} annotations[] = {
#define X(keyword, added, changed, removed, level) {STR_INIT(keyword), added, changed, removed, CHANGE_##level},
    ANNOTATIONS(X)
#undef X
};

static void note(struct side_by_side *w, enum change_kind kind, enum change_level level, const struct node *a,
		 const struct node *b, const char *part, const char *what, const char *text)
{
	struct arena *arena = &w->c->out->arena;
	struct place nowhere = {NULL, 0, 0};
	struct change *one = comparing_add(w->c, kind, w->p->where, a ? tree_place(a) : nowhere,
					   b ? tree_place(b) : nowhere, "%s", text);
	one->level = level;
	one->id = *part ? arena_printf(arena, "%s-%s", part, what).at : what;
	one->pointer = arena_dup(arena, buf_str(&w->path));
}

static const struct node *follow(const struct node *root, const struct node *n)
{
	const struct node *ref = tree_get(n, STR("$ref"));
	for (unsigned hops = 0; ref && hops < HOPS; hops++) {
		n = comparing_at(root, tree_text(ref));
		ref = tree_get(n, STR("$ref"));
	}
	return n;
}

static bool same(const struct node *a, const struct node *b)
{
	struct buf x = {0}, y = {0};
	tree_to_json(a, &x);
	tree_to_json(b, &y);
	bool equal = str_eq(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	return equal;
}

static void values(struct side_by_side *w, const struct node *a, const struct node *b)
{
	for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++) {
		const struct annotation *row = &annotations[i];
		const struct node *x = tree_get(a, row->keyword), *y = tree_get(b, row->keyword);
		if ((!x && !y) || (x && y && same(x, y)))
			continue;
		const char *what = !x ? row->added : !y ? row->removed : row->changed;
		note(w, CHANGE_ANNOTATION, row->level, x ? x : a, y ? y : b, w->id_part, what, row->keyword.at);
	}
}

static void flag(struct side_by_side *w, const struct node *a, const struct node *b, struct str keyword, const char *on,
		 const char *off)
{
	bool x = tree_is_true(tree_get(a, keyword)), y = tree_is_true(tree_get(b, keyword));
	if (x != y)
		note(w, CHANGE_ANNOTATION, CHANGE_INFO, a, b, w->id_part, y ? on : off, keyword.at);
}

static void mappings(struct side_by_side *w, const struct node *a, const struct node *b)
{
	for (uint32_t i = 0; a && a->kind == NODE_MAPPING && i < a->count; i++) {
		const struct node *other = tree_get(b, a->members[i].key.text);
		if (!other)
			note(w, CHANGE_ANNOTATION, CHANGE_INFO, &a->members[i].key, b, w->id_part,
			     "discriminator-mapping-deleted", "a value of the discriminator is no longer mapped");
		else if (!same(other, &a->members[i].value))
			note(w, CHANGE_ANNOTATION, CHANGE_INFO, &a->members[i].key, other, w->id_part,
			     "discriminator-mapping-changed", "a value of the discriminator means another schema");
	}
	for (uint32_t i = 0; b && b->kind == NODE_MAPPING && i < b->count; i++)
		if (!tree_get(a, b->members[i].key.text))
			note(w, CHANGE_ANNOTATION, CHANGE_INFO, a, &b->members[i].key, w->id_part,
			     "discriminator-mapping-added", "a value of the discriminator is mapped");
}

static void discriminators(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("discriminator")), *y = tree_get(b, STR("discriminator"));
	if ((x != NULL) != (y != NULL))
		note(w, CHANGE_ANNOTATION, CHANGE_INFO, x ? x : a, y ? y : b, w->id_part,
		     y ? "discriminator-added" : "discriminator-removed", "discriminator");
	if (!x || !y)
		return;
	if (!str_eq(tree_text(tree_get(x, STR("propertyName"))), tree_text(tree_get(y, STR("propertyName")))))
		note(w, CHANGE_ANNOTATION, CHANGE_INFO, x, y, w->id_part, "discriminator-property-name-changed",
		     "another property tells the schemas apart");
	mappings(w, tree_get(x, STR("mapping")), tree_get(y, STR("mapping")));
}

static bool requires(const struct node *schema, struct str name)
{
	const struct node *list = tree_get(schema, STR("required"));
	for (uint32_t i = 0; list && list->kind == NODE_SEQUENCE && i < list->count; i++)
		if (str_eq(tree_text(&list->items[i]), name))
			return true;
	return false;
}

static void walk(struct side_by_side *w, const struct node *a, const struct node *b);

static void below(struct side_by_side *w, struct str key, const struct node *a, const struct node *b)
{
	size_t len = w->path.len;
	const char *part = w->id_part;
	if (key.at)
		pointer_add_key(&w->path, key);
	w->id_part = comparing_inner_part(part);
	walk(w, a, b);
	w->id_part = part;
	w->path.len = len;
}

static void came(struct side_by_side *w, const struct node *owner, const struct node *a, const struct node *property,
		 struct str name)
{
	bool request = w->p->direction == REQUEST, needed = requires(owner, name);
	bool filled = tree_get(follow(w->c->new_root, property), STR("default")) != NULL;
	const char *id =
	    !w->c->old ? (needed ? "new-required-property" : "new-optional-property")
	    : request
		? (needed ? (filled ? "new-required-request-property-with-default" : "new-required-request-property")
			  : "new-optional-request-property")
		: (needed ? "response-required-property-added" : "response-optional-property-added");
	size_t len = w->path.len;
	pointer_add_key(&w->path, name);
	note(w, CHANGE_PROPERTY, CHANGE_INFO, a, property, "", id, "a property is new");
	w->path.len = len;
}

static void went(struct side_by_side *w, const struct node *owner, const struct node *property, const struct node *b,
		 struct str name)
{
	bool request = w->p->direction == REQUEST, needed = requires(owner, name);
	const char *id = !w->c->old ? "property-removed"
			 : request  ? "request-property-removed"
			 : needed   ? "response-required-property-removed"
				    : "response-optional-property-removed";
	size_t len = w->path.len;
	pointer_add_key(&w->path, name);
	note(w, CHANGE_PROPERTY, CHANGE_INFO, property, b, "", id, "a property is no longer described");
	w->path.len = len;
}

static void properties(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("properties")), *y = tree_get(b, STR("properties"));
	for (uint32_t i = 0; x && x->kind == NODE_MAPPING && i < x->count; i++) {
		const struct member *m = &x->members[i];
		const struct node *other = tree_get(y, m->key.text);
		if (other)
			below(w, m->key.text, &m->value, other);
		else
			went(w, a, &m->value, b, m->key.text);
	}
	for (uint32_t i = 0; y && y->kind == NODE_MAPPING && i < y->count; i++)
		if (!tree_get(x, y->members[i].key.text))
			came(w, b, a, &y->members[i].value, y->members[i].key.text);
}

/* A pair once for each direction. Two pairs of one key would lose a note, never a verdict. */
static bool seen(struct comparing *c, const struct node *a, const struct node *b, enum direction direction)
{
	uint64_t key =
	    (schema_map_pointer(a) * 0x9E3779B97F4A7C15u ^ schema_map_pointer(b) * 0xBF58476D1CE4E5B9u) + direction;
	key |= (uint64_t)1 << 63;
	if (schema_map_get(&c->noted, key))
		return true;
	schema_map_put(&c->noted, key, 1);
	return false;
}

static void walk(struct side_by_side *w, const struct node *a, const struct node *b)
{
	static const struct str lists[] = {STR_INIT("allOf"), STR_INIT("anyOf"), STR_INIT("oneOf"),
					   STR_INIT("prefixItems")};
	a = follow(w->c->old_root, a);
	b = follow(w->c->new_root, b);
	if (!a || !b || a->kind != NODE_MAPPING || b->kind != NODE_MAPPING || w->depth >= DEPTH ||
	    w->c->noted.len >= PAIRS)
		return;
	if (seen(w->c, a, b, w->p->direction))
		return;
	w->depth++;
	values(w, a, b);
	flag(w, a, b, STR("deprecated"), "deprecated", "reactivated");
	flag(w, a, b, STR("readOnly"), "became-read-only", "became-not-read-only");
	flag(w, a, b, STR("writeOnly"), "became-write-only", "became-not-write-only");
	discriminators(w, a, b);
	properties(w, a, b);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const struct node *x = tree_get(a, lists[i]), *y = tree_get(b, lists[i]);
		for (uint32_t k = 0; x && y && x->kind == NODE_SEQUENCE && y->kind == NODE_SEQUENCE &&
				     x->count == y->count && k < x->count;
		     k++)
			below(w, (struct str){NULL, 0}, &x->items[k], &y->items[k]);
	}
	below(w, STR("*"), tree_get(a, STR("items")), tree_get(b, STR("items")));
	below(w, STR("*"), tree_get(a, STR("additionalProperties")), tree_get(b, STR("additionalProperties")));
	w->depth--;
}

/* The node that a rule was compiled from, where it stands in the document itself. */
static const struct node *node_of(const struct program *p, uint32_t rule, const struct node *root)
{
	uint32_t chain[ORIGINS];
	unsigned depth = 0;
	struct buf pointer = {0};
	if (!root || !root->file)
		return NULL;
	for (uint32_t at = rule; depth < ORIGINS; at = p->origins.at[at].parent) {
		chain[depth++] = at;
		if (p->origins.at[at].parent == NONE)
			break;
	}
	const struct origin *top = &p->origins.at[chain[depth - 1]];
	if (strcmp(p->files.at[top->file], root->file) != 0)
		return NULL;
	buf_add(&pointer, str_of(p->text.at + top->text, top->length));
	while (--depth > 0) {
		const struct origin *o = &p->origins.at[chain[depth - 1]];
		pointer_add_key(&pointer, schema_keywords[o->keyword].text);
		if (o->detail == DETAIL_TEXT)
			pointer_add_key(&pointer, str_of(p->text.at + o->text, o->length));
		else if (o->detail == DETAIL_INDEX)
			pointer_add_index(&pointer, o->text);
	}
	const struct node *n = comparing_at(root, buf_str(&pointer));
	buf_free(&pointer);
	return n;
}

void comparing_annotations(struct comparing *c, const struct schema_pair *p)
{
	struct side_by_side w = {.c = c, .p = p, .id_part = p->part};
	/* Defaults of parameters are looked at by compat_parameter.c, which knows whether they are sent. */
	if (!p->old->present || !p->new->present || strcmp(p->part, "request-parameter") == 0)
		return;
	walk(&w, node_of(c->program[0], p->old->entry, c->old_root),
	     node_of(c->program[1], p->new->entry, c->new_root));
	buf_free(&w.path);
}

void comparison_explain_notes(void (*row)(void *, const char *id, enum change_level level, const char *text),
			      void *context)
{
	static const char *const parts[] = {"request-body",      "request-property", "response-body",
					    "response-property", "schema",           "property"};
	static const char *const whole[] = {"new-optional-property",
					    "new-required-property",
					    "property-removed",
					    "new-optional-request-property",
					    "new-required-request-property",
					    "new-required-request-property-with-default",
					    "request-property-removed",
					    "response-optional-property-added",
					    "response-required-property-added",
					    "response-optional-property-removed",
					    "response-required-property-removed"};
	static const char *const others[] = {"deprecated",
					     "reactivated",
					     "became-read-only",
					     "became-not-read-only",
					     "became-write-only",
					     "became-not-write-only",
					     "discriminator-added",
					     "discriminator-removed",
					     "discriminator-property-name-changed",
					     "discriminator-mapping-added",
					     "discriminator-mapping-changed",
					     "discriminator-mapping-deleted"};
	char id[128];
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		row(context, whole[i], CHANGE_INFO, "a property came or went: its schema tells whether messages break");
	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
		for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
			snprintf(id, sizeof id, "%s-%s", parts[p], others[i]);
			row(context, id, CHANGE_INFO, "no verdict depends on it");
		}
		for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++) {
			const struct annotation *a = &annotations[i];
			const char *ways[3] = {a->added, a->changed, a->removed};
			for (unsigned n = 0; n < 3; n++) {
				if (n && (strcmp(ways[n], ways[0]) == 0 || (n == 2 && strcmp(ways[2], ways[1]) == 0)))
					continue;
				snprintf(id, sizeof id, "%s-%s", parts[p], ways[n]);
				row(context, id, a->level, "no verdict depends on it");
			}
		}
	}
}
