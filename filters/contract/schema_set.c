#include "filters/contract/schema_set.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/metaschema.h"
#include "filters/contract/pointer.h"
#include "filters/contract/uri_reference.h"

struct walk {
	struct schema_set *set;
	struct diag *diag;
	struct buf pointer; /* of the schema that is being visited */
	unsigned depth;
};

static bool visit(struct walk *w, const struct node *n, uint32_t resource);

static uint32_t add_resource(struct schema_set *set, const struct resource *r)
{
	VEC_PUSH(&set->resources, *r);
	return (uint32_t)set->resources.len - 1;
}

static uint64_t anchor_key(uint32_t resource, struct str name)
{
	return schema_map_text((uint64_t)resource + 1, name);
}

const struct anchor *schema_set_anchor(const struct schema_set *set, uint32_t resource, struct str name)
{
	const uint32_t *i = schema_map_get(&set->by_anchor, anchor_key(resource, name));
	return i ? &set->anchors.at[*i] : NULL;
}

/* The same name as $anchor and $dynamicAnchor of one schema is one anchor that is dynamic; anything else is a clash. */
static bool add_anchor(struct walk *w, const struct node *n, uint32_t resource, const struct node *value, struct str name,
		       bool dynamic)
{
	struct schema_set *set = w->set;
	uint32_t *old = schema_map_get(&set->by_anchor, anchor_key(resource, name));
	if (old && set->anchors.at[*old].node != n)
		return diag_error(w->diag, tree_place(value), "the anchor \"%.*s\" stands twice in this schema",
				  STR_ARG(name));
	if (old) {
		set->anchors.at[*old].dynamic |= dynamic;
		return true;
	}
	schema_map_put(&set->by_anchor, anchor_key(resource, name), (uint32_t)set->anchors.len);
	VEC_PUSH(&set->anchors, ((struct anchor){arena_dup(&set->arena, name),
						  arena_dup(&set->arena, buf_str(&w->pointer)), resource, n, dynamic}));
	return true;
}

static const struct node *text_of(const struct node *n, struct str key)
{
	const struct node *v = tree_get(n, key);
	return v && v->kind == NODE_STRING ? v : NULL;
}

/* The value of the keyword for identifiers that the language has. */
static const struct node *identifier(const struct node *n, struct language l)
{
	if (language_in(l, REF_STANDS_ALONE) && tree_get(n, STR("$ref")))
		return NULL;
	return language_in(l, IN_30) ? NULL : text_of(n, language_in(l, IN_4) ? STR("id") : STR("$id"));
}

/* Up to draft 7 an identifier may be, or end in, a plain-name fragment (draft 7 Core, 8.2.3). */
static bool enter_identifier(struct walk *w, const struct node *n, const struct node *id, struct language l,
			     uint32_t *resource)
{
	struct schema_set *set = w->set;
	struct str uri = uri_reference_resolve(&set->arena, set->resources.at[*resource].uri, id->text);
	struct str fragment = uri_reference_fragment(id->text);
	bool named = fragment.len && fragment.at[0] != '/';
	if (named && language_in(l, FROM_2019))
		return diag_error(w->diag, tree_place(id), "$id must not have a fragment");
	/* A document's own identifier is known since it was registered; only its name may be left to enter. */
	bool root = set->resources.at[*resource].root == n;
	if (!root && (!named || id->text.at[0] != '#')) {
		const uint32_t *known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
		if (known && set->resources.at[*known].root != n && set->resources.at[*known].root->file == n->file)
			return diag_error(w->diag, tree_place(id), "two schemas have the identifier %.*s", STR_ARG(uri));
		struct resource r = {uri, arena_dup(&set->arena, buf_str(&w->pointer)), n, l, false, false, true};
		if (known && set->resources.at[*known].root == n) {
			*resource = *known;
		} else {
			*resource = add_resource(set, &r);
			if (!known)
				schema_map_put(&set->by_uri, schema_map_text(0, uri), *resource);
		}
	}
	return !named || add_anchor(w, n, *resource, id, fragment, false);
}

static bool enter_anchors(struct walk *w, const struct node *n, uint32_t resource)
{
	struct language l = w->set->resources.at[resource].language;
	const struct node *v;
	if (language_in(l, FROM_2019) && (v = text_of(n, STR("$anchor"))) &&
	    !add_anchor(w, n, resource, v, v->text, false))
		return false;
	if (language_in(l, IN_MODERN) && (v = text_of(n, STR("$dynamicAnchor"))) &&
	    !add_anchor(w, n, resource, v, v->text, true))
		return false;
	if (language_in(l, IN_2019) && n == w->set->resources.at[resource].root &&
	    tree_is_true(tree_get(n, STR("$recursiveAnchor"))))
		return add_anchor(w, n, resource, n, STR(""), true);
	return true;
}

static bool visit_step(struct walk *w, struct str keyword, const struct node *name, uint32_t index, const struct node *n,
		       uint32_t resource)
{
	size_t length = w->pointer.len;
	pointer_add_key(&w->pointer, keyword);
	if (name)
		pointer_add_key(&w->pointer, name->text);
	else if (index != NONE)
		pointer_add_index(&w->pointer, index);
	bool ok = visit(w, n, resource);
	w->pointer.len = length;
	return ok;
}

static bool visit_list(struct walk *w, struct str keyword, const struct node *n, uint32_t resource)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (!visit_step(w, keyword, NULL, i, &n->items[i], resource))
			return false;
	return true;
}

static bool visit_map(struct walk *w, struct str keyword, const struct node *n, uint32_t resource)
{
	for (uint32_t i = 0; n->kind == NODE_MAPPING && i < n->count; i++)
		if (!visit_step(w, keyword, &n->members[i].key, 0, &n->members[i].value, resource))
			return false;
	return true;
}

/* Only where the language says that schemas stand: an `$id` anywhere else is just data. */
static bool visit_value(struct walk *w, const struct keyword_row *k, const struct node *v, uint32_t resource)
{
	bool list = v->kind == NODE_SEQUENCE;
	switch (k->value) {
	case VALUE_ITEMS:
	case VALUE_SCHEMAS:
	case VALUE_SCHEMA:
		if (list && k->value != VALUE_SCHEMA)
			return visit_list(w, k->text, v, resource);
		return visit_step(w, k->text, NULL, NONE, v, resource);
	case VALUE_SCHEMA_MAP:
	case VALUE_DEPENDENCIES:
		return visit_map(w, k->text, v, resource);
	default:
		return true;
	}
}

static bool visit_members(struct walk *w, const struct node *n, uint32_t resource)
{
	struct language l = w->set->resources.at[resource].language;
	for (uint32_t i = 0; i < n->count; i++) {
		enum keyword k = schema_keyword_find(l, n->members[i].key.text);
		if (k != KEYWORD_COUNT && !visit_value(w, &schema_keywords[k], &n->members[i].value, resource))
			return false;
	}
	return true;
}

/* An embedded resource may be written in another dialect (Core 2020-12, 9.3.3). */
static bool enter_language(struct walk *w, const struct node *n, struct language *l)
{
	const struct node *schema = text_of(n, STR("$schema"));
	if (!schema || (!text_of(n, STR("$id")) && !text_of(n, STR("id"))))
		return true;
	return schema_set_language(w->set, schema->text, tree_place(schema), l, w->diag);
}

static bool visit(struct walk *w, const struct node *n, uint32_t resource)
{
	if (n->kind != NODE_MAPPING)
		return true;
	if (++w->depth > SCHEMA_DEPTH)
		return diag_error(w->diag, tree_place(n), "schemas are nested too deeply");
	struct language l = w->set->resources.at[resource].language;
	bool root = w->set->resources.at[resource].root == n;
	if (!root && !enter_language(w, n, &l))
		return false;
	const struct node *id = identifier(n, l);
	if (id && id->text.len && !enter_identifier(w, n, id, l, &resource))
		return false;
	schema_map_put(&w->set->by_node, schema_map_pointer(n), resource);
	bool alone = language_in(l, REF_STANDS_ALONE) && tree_get(n, STR("$ref"));
	bool ok = (alone || enter_anchors(w, n, resource)) && visit_members(w, n, resource);
	w->depth--;
	return ok;
}

bool schema_set_visit(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer, struct diag *d)
{
	if (schema_map_get(&set->by_node, schema_map_pointer(n)))
		return true;
	struct walk w = {set, d, {0}, 0};
	buf_add(&w.pointer, pointer);
	bool ok = visit(&w, n, resource);
	buf_free(&w.pointer);
	return ok;
}

/* A custom metaschema (Core 2020-12, 8.1.2): its own dialect, and only the vocabularies that it lists. */
static bool custom_language(const struct node *meta, struct place at, struct language *l,
			    struct diag *d)
{
	const struct node *list = tree_get(meta, STR("$vocabulary"));
	if (!list || list->kind != NODE_MAPPING || !language_in(*l, FROM_2019))
		return true;
	l->vocabularies = VOCABULARY_CORE;
	for (uint32_t i = 0; i < list->count; i++) {
		struct str uri = list->members[i].key.text;
		uint32_t known = dialect_vocabulary(uri);
		if (!known && tree_is_true(&list->members[i].value))
			return diag_error(d, at, "the vocabulary %.*s is required and not known", STR_ARG(uri));
		l->vocabularies |= known;
	}
	return true;
}

static bool language_below(struct schema_set *set, struct str uri, struct place at, struct language *language,
			   unsigned depth, struct diag *d)
{
	enum dialect dialect;
	if (dialect_from_uri(uri, &dialect)) {
		*language = dialect_language(dialect);
		return true;
	}
	uint32_t r = depth < 8 ? schema_set_find(set, uri_reference_resolve(&set->arena, STR(""), uri), NONE, d) : NONE;
	if (r == NONE)
		return diag_error(d, at, "the dialect \"%.*s\" is not known", STR_ARG(uri));
	const struct node *meta = set->resources.at[r].root, *of = text_of(meta, STR("$schema"));
	if (of && !str_eq(of->text, uri) && !language_below(set, of->text, tree_place(of), language, depth + 1, d))
		return false;
	return custom_language(meta, at, language, d);
}

bool schema_set_language(struct schema_set *set, struct str uri, struct place at, struct language *language, struct diag *d)
{
	return language_below(set, uri, at, language, 0, d);
}

static uint32_t find_metaschema(struct schema_set *set, struct str uri, struct diag *d)
{
	const struct metaschema *m = metaschema_find(uri);
	if (!m)
		return NONE;
	const struct node *root = json_tree_read(&set->arena, m->text, m->uri.at, d);
	if (!root || !schema_set_add(set, uri, root, m->dialect, true, d))
		return NONE;
	return *schema_map_get(&set->by_uri, schema_map_text(0, uri));
}

uint32_t schema_set_find(struct schema_set *set, struct str uri, uint32_t referrer, struct diag *d)
{
	const uint32_t *known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
	if (known)
		return *known;
	uint32_t meta = find_metaschema(set, uri, d);
	if (meta != NONE || !set->options.load)
		return meta;
	const struct node *root = set->options.load(set->options.context, uri, d);
	if (!root)
		return NONE;
	struct resource from = referrer == NONE ? (struct resource){.schema = true, .language = {DIALECT_2020_12, 0}}
						: set->resources.at[referrer];
	bool schema = from.schema || tree_get(root, STR("$schema"));
	if (!schema_set_add(set, uri, root, from.language.dialect, schema, d))
		return NONE;
	return *schema_map_get(&set->by_uri, schema_map_text(0, uri));
}

struct schema_set *schema_set_new(const struct schema_options *options)
{
	struct schema_set *set = must_zalloc(1, sizeof *set);
	set->options = *options;
	arena_init(&set->arena, 1 << 16);
	set->program = must_zalloc(1, sizeof *set->program);
	set->program->closed = options->closed_objects;
	VEC_PUSH(&set->program->ops, ((struct op){OP_NOTHING, true, 0, 0, 0}));
	VEC_PUSH(&set->program->spots, ((struct spot){0, 0}));
	buf_addc(&set->program->text, '\0'); /* so that there is a text even where all names are empty */
	return set;
}

bool schema_set_add(struct schema_set *set, struct str uri, const struct node *root, enum dialect dialect, bool is_schema,
		    struct diag *d)
{
	struct resource r = {uri_reference_resolve(&set->arena, STR(""), uri), STR("#"), root, dialect_language(dialect),
			     false, true, is_schema};
	uint64_t key = schema_map_text(0, r.uri);
	const uint32_t *known = schema_map_get(&set->by_uri, key);
	if (known && set->resources.at[*known].root == root)
		return true;
	if (known)
		return diag_error(d, tree_place(root), "another document is already registered as %.*s", STR_ARG(r.uri));
	uint32_t index = add_resource(set, &r);
	set->pending_resources++;
	schema_map_put(&set->by_uri, key, index);
	const struct node *id = is_schema ? text_of(root, STR("$id")) : NULL;
	if (!id && is_schema && dialect == DIALECT_4)
		id = text_of(root, STR("id"));
	if (!id || !id->text.len || id->text.at[0] == '#')
		return true;
	struct str own = uri_reference_resolve(&set->arena, r.uri, id->text);
	if (!schema_map_get(&set->by_uri, schema_map_text(0, own)))
		schema_map_put(&set->by_uri, schema_map_text(0, own), index);
	set->resources.at[index].uri = own;
	return true;
}

/* OpenAPI 3.1 components may name themselves, and be referred to before anything compiles them. */
static bool settle_components(struct schema_set *set, uint32_t index, struct diag *d)
{
	struct resource r = set->resources.at[index];
	const struct node *schemas = tree_get(tree_get(r.root, STR("components")), STR("schemas"));
	if (!schemas || schemas->kind != NODE_MAPPING || language_in(r.language, IN_30))
		return true;
	struct buf pointer = {0};
	bool ok = true;
	for (uint32_t i = 0; ok && i < schemas->count; i++) {
		pointer.len = 0;
		buf_add(&pointer, STR("#/components/schemas"));
		pointer_add_key(&pointer, schemas->members[i].key.text);
		ok = schema_set_visit(set, &schemas->members[i].value, index, buf_str(&pointer), d);
	}
	buf_free(&pointer);
	return ok;
}

static bool settle_one(struct schema_set *set, uint32_t index, struct diag *d)
{
	set->resources.at[index].pending = false;
	set->pending_resources--;
	struct resource r = set->resources.at[index];
	if (!r.schema)
		return settle_components(set, index, d);
	const struct node *schema = r.root->kind == NODE_MAPPING ? text_of(r.root, STR("$schema")) : NULL;
	if (schema && !schema_set_language(set, schema->text, tree_place(schema), &r.language, d))
		return false;
	set->resources.at[index].language = r.language;
	return schema_set_visit(set, r.root, index, r.pointer, d);
}

bool schema_set_settle(struct schema_set *set, struct diag *d)
{
	for (uint32_t i = 0; set->pending_resources && i < set->resources.len; i++)
		if (set->resources.at[i].pending && !settle_one(set, i, d))
			return !(set->failed = true);
	return true;
}
