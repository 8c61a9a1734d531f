/* Both schemas' trees, walked side by side; each pair of schemas once. What people and code read in them, but no
 * verdict depends on, is told here: defaults, discriminators, how text is encoded; and which properties came and went.
 * Keywords are compat_kind.c's, deprecations compat_lifecycle.c's. */
#include "filters/contract/compat_note.h"
#include "filters/contract/pointer.h"
#include "filters/contract/program_code.h"

#include <stdio.h>

enum { PAIRS = 50000, AGAIN = 500000, DEPTH = 40, HOPS = 16, ORIGINS = 640 };

/* X(keyword, added, changed, removed, level): ids follow the part of the message that they are about. */
#define ANNOTATIONS(X)                                                                                                 \
	X("default", "default-value-added", "default-value-changed", "default-value-removed", INFO)                    \
	X("contentEncoding", "content-encoding-changed", "content-encoding-changed", "content-encoding-changed",       \
	  WARNING)                                                                                                     \
	X("contentMediaType", "content-media-type-changed", "content-media-type-changed",                              \
	  "content-media-type-changed", WARNING)                                                                       \
	X("contentSchema", "content-schema-added", "content-schema-changed", "content-schema-removed", WARNING)

enum { CONTENT_SCHEMA = 3 }; /* its row */
static const struct annotation {
	struct str keyword;
	const char *added, *changed, *removed;
	enum change_level level;
} annotations[] = {
#define X(keyword, added, changed, removed, level) {STR_INIT(keyword), added, changed, removed, CHANGE_##level},
    ANNOTATIONS(X)
#undef X
};

static const struct node *follow(const struct node *root, const struct node *n)
{
	const struct node *ref = tree_get(n, STR("$ref"));
	for (unsigned hops = 0; ref && hops < HOPS; hops++) {
		n = comparing_at(root, tree_text(ref));
		ref = tree_get(n, STR("$ref"));
	}
	return n;
}

static void values(struct side_by_side *w, const struct node *a, const struct node *b)
{
	for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++) {
		const struct annotation *row = &annotations[i];
		const struct node *x = tree_get(a, row->keyword), *y = tree_get(b, row->keyword);
		/* Defaults of parameters are looked at by compat_parameter.c, which knows whether they are sent. */
		bool own = i == 0 && !w->path.len && strcmp(w->p->part, "request-parameter") == 0;
		if ((!x && !y) || (x && y && note_same(x, y)) || own)
			continue;
		const char *what = !x ? row->added : !y ? row->removed : row->changed;
		/* A schema of what is encoded asks more of who writes it. */
		bool more = !x == (w->p->direction == REQUEST), one = !x != !y && i == CONTENT_SCHEMA;
		note_plain(w, CHANGE_ANNOTATION, one && !more ? CHANGE_INFO : row->level, x ? x : a, y ? y : b,
			   note_id(w, what), row->keyword.at);
	}
}

static void mappings(struct side_by_side *w, const struct node *a, const struct node *b)
{
	for (uint32_t i = 0; a && a->kind == NODE_MAPPING && i < a->count; i++) {
		const struct node *other = tree_get(b, a->members[i].key.text);
		if (!other)
			note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, &a->members[i].key, b,
				   note_id(w, "discriminator-mapping-deleted"),
				   "a value of the discriminator is no longer mapped");
		else if (!note_same(other, &a->members[i].value))
			note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, &a->members[i].key, other,
				   note_id(w, "discriminator-mapping-changed"),
				   "a value of the discriminator means another schema");
	}
	for (uint32_t i = 0; b && b->kind == NODE_MAPPING && i < b->count; i++)
		if (!tree_get(a, b->members[i].key.text))
			note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, a, &b->members[i].key,
				   note_id(w, "discriminator-mapping-added"), "a value of the discriminator is mapped");
}

static void discriminators(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("discriminator")), *y = tree_get(b, STR("discriminator"));
	if ((x != NULL) != (y != NULL))
		note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, x ? x : a, y ? y : b,
			   note_id(w, y ? "discriminator-added" : "discriminator-removed"), "discriminator");
	if (!x || !y)
		return;
	if (!str_eq(tree_text(tree_get(x, STR("propertyName"))), tree_text(tree_get(y, STR("propertyName")))))
		note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, x, y, note_id(w, "discriminator-property-name-changed"),
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
	w->id_part = schema_pair_inner(w->p);
	walk(w, a, b);
	w->id_part = part;
	w->path.len = len;
}

/* In requests nothing is sent that is read-only, in responses nothing that is write-only. */
static bool kept_back(const struct side_by_side *w, const struct node *property)
{
	return property && w->c->old &&
	       tree_is_true(tree_get(property, w->p->direction == REQUEST ? STR("readOnly") : STR("writeOnly")));
}

static const char *came_id(const struct side_by_side *w, bool needed, bool filled, bool back)
{
	if (!w->c->old)
		return needed ? "new-required-property" : "new-optional-property";
	if (strcmp(w->p->part, "request-parameter") == 0)
		return !needed                                   ? "new-optional-request-parameter-property"
		       : str_starts(w->p->where, STR("header ")) ? "new-required-request-header-property"
								 : "new-required-request-parameter-property";
	if (w->p->direction == REQUEST)
		return !needed  ? "new-optional-request-property"
		       : filled ? "new-required-request-property-with-default"
				: "new-required-request-property";
	if (back)
		return needed ? "response-required-write-only-property-added"
			      : "response-optional-write-only-property-added";
	return needed ? "response-required-property-added" : "response-optional-property-added";
}

static const char *went_id(const struct side_by_side *w, bool needed, bool back)
{
	if (!w->c->old)
		return "property-removed";
	if (strcmp(w->p->part, "request-parameter") == 0)
		return "request-parameter-property-removed";
	if (w->p->direction == REQUEST)
		return "request-property-removed";
	if (back)
		return needed ? "response-required-write-only-property-removed"
			      : "response-optional-write-only-property-removed";
	return needed ? "response-required-property-removed" : "response-optional-property-removed";
}

static void came(struct side_by_side *w, const struct node *owner, const struct node *a, const struct node *property,
		 struct str name)
{
	const struct node *target = follow(w->c->new_root, property);
	bool needed = requires(owner, name), filled = tree_get(target, STR("default")) != NULL;
	if (filled)
		note_filled(w, name, NULL);
	note_property(w,
		      &(struct note){.what = came_id(w, needed, filled, kept_back(w, target)),
				     .a = a,
				     .b = property,
				     .sense = w->p->direction == REQUEST ? NOTE_TIGHTENS : NOTE_LOOSENS,
				     .text = "a property is new"},
		      name, CHANGE_INFO);
}

static void went(struct side_by_side *w, const struct node *owner, const struct node *property, const struct node *b,
		 struct str name)
{
	bool back = kept_back(w, follow(w->c->old_root, property)), request = w->p->direction == REQUEST;
	note_property(w,
		      &(struct note){.what = went_id(w, requires(owner, name), back),
				     .a = property,
				     .b = b,
				     .sense = request ? NOTE_TIGHTENS : NOTE_LOOSENS,
				     .text = request ? "a property is no longer described: who sends it is not heard"
						     : "a property is no longer described"},
		      name, request && w->c->old && !back ? CHANGE_WARNING : CHANGE_INFO);
}

/* ---- a property that both have ---- */

static void shut(struct side_by_side *w, const struct node *x, const struct node *y, struct str keyword, bool needed)
{
	bool was = tree_is_true(tree_get(x, keyword)), is = tree_is_true(tree_get(y, keyword));
	const char *word = str_eq(keyword, STR("readOnly")) ? "read-only" : "write-only";
	if (was == is || !w->c->old || strcmp(w->p->part, "request-parameter") == 0)
		return;
	const char *id = arena_printf(&w->c->out->arena, "%s-%s-property-became-%s%s",
				      w->p->direction == REQUEST ? "request" : "response",
				      needed ? "required" : "optional", is ? "" : "not-", word)
			     .at;
	struct note n = {.what = "", .a = x, .b = y, .sense = NOTE_EITHER, .keyword = keyword};
	if (!note_rename(w, &n, id))
		note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, x, y, id, keyword.at);
}

static void both(struct side_by_side *w, const struct node *a, const struct node *b, const struct member *m,
		 const struct node *other)
{
	const struct node *x = follow(w->c->old_root, &m->value), *y = follow(w->c->new_root, other);
	bool was = requires(a, m->key.text), is = requires(b, m->key.text), back = kept_back(w, x) || kept_back(w, y);
	size_t len = w->path.len;
	const char *part = w->id_part;
	bool equal = w->equal;
	if (!was && is && tree_get(y, STR("default")))
		note_filled(w, m->key.text, "request-property-became-required-with-default");
	pointer_add_key(&w->path, m->key.text);
	/* No message shows what is never sent this way: it is told by what is written. */
	w->equal = equal && !back;
	w->id_part = back ? (w->p->direction == REQUEST ? "request-read-only-property" : "response-write-only-property")
			  : schema_pair_inner(w->p);
	if (back && was != is)
		note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, x, y,
			   note_id(w, is ? "became-required" : "became-optional"), "of what is never sent this way");
	shut(w, x, y, STR("readOnly"), is);
	shut(w, x, y, STR("writeOnly"), is);
	note_lifecycle(w, x, y);
	walk(w, &m->value, other);
	w->equal = equal;
	w->id_part = part;
	w->path.len = len;
}

static void properties(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("properties")), *y = tree_get(b, STR("properties"));
	for (uint32_t i = 0; x && x->kind == NODE_MAPPING && i < x->count; i++) {
		const struct member *m = &x->members[i];
		const struct node *other = tree_get(y, m->key.text);
		if (other)
			both(w, a, b, m, other);
		else
			went(w, a, &m->value, b, m->key.text);
	}
	for (uint32_t i = 0; y && y->kind == NODE_MAPPING && i < y->count; i++)
		if (!tree_get(x, y->members[i].key.text))
			came(w, b, a, &y->members[i].value, y->members[i].key.text);
}

/* Whether this walk has been here. What an earlier one has told is not told again, unless a message shows it. Two pairs
 * of one key would lose a note, never a verdict. */
static bool seen(struct side_by_side *w, const struct node *a, const struct node *b)
{
	struct comparing *c = w->c;
	uint64_t key = (schema_map_pointer(a) * 0x9E3779B97F4A7C15u ^ schema_map_pointer(b) * 0xBF58476D1CE4E5B9u) +
		       w->p->direction;
	key |= (uint64_t)1 << 63;
	const uint32_t *known = schema_map_get(&c->noted, key);
	if (known && (*known == c->walks || w->first == w->last || ++c->again > AGAIN))
		return true;
	w->again = known != NULL;
	schema_map_put(&c->noted, key, c->walks);
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
	bool outer = w->again;
	if (seen(w, a, b))
		return;
	w->depth++;
	values(w, a, b);
	note_keywords(w, a, b);
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
	w->again = outer;
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

static void schema_or_none(struct side_by_side *w)
{
	const struct schema_pair *p = w->p;
	struct note n = {.sense = p->new->present ? NOTE_TIGHTENS : NOTE_LOOSENS,
			 .text = "a schema where there was none"};
	if (p->old->present == p->new->present || !strstr(p->part, "body"))
		return;
	n.what = p->new->present ? "media-type-schema-added" : "media-type-schema-removed";
	n.a = p->old->present ? node_of(w->c->program[0], p->old->entry, w->c->old_root) : NULL;
	n.b = p->new->present ? node_of(w->c->program[1], p->new->entry, w->c->new_root) : NULL;
	note_kind(w, &n);
}

void comparing_annotations(struct comparing *c, const struct schema_pair *p, size_t first, bool equal)
{
	struct side_by_side w = {
	    .c = c, .p = p, .id_part = p->part, .first = first, .last = c->out->count, .equal = equal};
	c->walks++;
	if (p->old->present && p->new->present)
		walk(&w, node_of(c->program[0], p->old->entry, c->old_root),
		     node_of(c->program[1], p->new->entry, c->new_root));
	else if (c->old_root && c->new_root)
		schema_or_none(&w);
	buf_free(&w.path);
}

/* ---- what there is ---- */

typedef void explain_row(void *, const char *id, enum change_level level, const char *text);

static void explain_properties(explain_row *row, void *context)
{
	static const char *const ids[] = {"new-optional-property",
					  "new-required-property",
					  "property-removed",
					  "new-optional-request-property",
					  "new-required-request-property",
					  "new-required-request-property-with-default",
					  "request-property-removed",
					  "new-optional-request-parameter-property",
					  "new-required-request-parameter-property",
					  "new-required-request-header-property",
					  "request-parameter-property-removed",
					  "response-optional-property-added",
					  "response-required-property-added",
					  "response-optional-property-removed",
					  "response-required-property-removed",
					  "response-optional-write-only-property-added",
					  "response-required-write-only-property-added",
					  "response-optional-write-only-property-removed",
					  "response-required-write-only-property-removed"};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		bool breaks = strstr(ids[i], "new-required") ||
			      str_eq(str_from(ids[i]), STR("response-required-property-removed"));
		row(context, ids[i], breaks ? CHANGE_ERROR : CHANGE_INFO,
		    "a property came or went: graded by the message that shows it");
	}
	row(context, "request-property-became-required-with-default", CHANGE_ERROR,
	    "required: messages that passed are refused; information where vane fills defaults in");
	row(context, "response-write-only-property-became-required", CHANGE_INFO, "of what is never sent this way");
	row(context, "response-write-only-property-became-optional", CHANGE_INFO, "of what is never sent this way");
}

static void explain_shut(explain_row *row, void *context)
{
	static const char *const words[] = {"read-only", "not-read-only", "write-only", "not-write-only"};
	char id[96];
	for (unsigned i = 0; i < 16; i++) {
		snprintf(id, sizeof id, "%s-%s-property-became-%s", i & 1 ? "response" : "request",
			 i & 2 ? "required" : "optional", words[i / 4]);
		row(context, id, CHANGE_INFO, "what may be sent this way: graded by the message that shows it");
	}
}

static void explain_words(const char *part, explain_row *row, void *context)
{
	static const char *const others[] = {
	    "discriminator-added",         "discriminator-removed",         "discriminator-property-name-changed",
	    "discriminator-mapping-added", "discriminator-mapping-changed", "discriminator-mapping-deleted"};
	char id[128];
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		snprintf(id, sizeof id, "%s-%s", part, others[i]);
		row(context, id, CHANGE_INFO, "no verdict depends on it");
	}
	for (size_t i = 0; i < 3 * sizeof annotations / sizeof *annotations; i++) {
		const struct annotation *a = &annotations[i / 3];
		const char *ways[3] = {a->added, a->changed, a->removed};
		snprintf(id, sizeof id, "%s-%s", part, ways[i % 3]);
		row(context, id, a->level, "no verdict depends on it");
	}
}

void comparison_explain_notes(explain_row *row, void *context)
{
	static const struct {
		const char *part;
		bool request, inner;
	} parts[] = {{"request-body", true, false},
		     {"request-property", true, true},
		     {"request-read-only-property", true, true},
		     {"request-parameter", true, false},
		     {"request-parameter-property", true, true},
		     {"request-header-property", true, true},
		     {"response-body", false, false},
		     {"response-property", false, true},
		     {"response-write-only-property", false, true},
		     {"response-header", false, false},
		     {"schema", true, false},
		     {"property", true, true}};
	explain_properties(row, context);
	explain_shut(row, context);
	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
		explain_words(parts[p].part, row, context);
		note_explain_keywords(parts[p].part, parts[p].request, row, context);
		if (parts[p].inner)
			note_explain_lifecycle(parts[p].part, row, context);
	}
	row(context, "request-body-media-type-schema-added", CHANGE_ERROR, "a schema where there was none");
	row(context, "request-body-media-type-schema-removed", CHANGE_INFO, "a schema where there was none");
	row(context, "response-body-media-type-schema-added", CHANGE_INFO, "a schema where there was none");
	row(context, "response-body-media-type-schema-removed", CHANGE_ERROR, "a schema where there was none");
}
