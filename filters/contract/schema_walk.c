/* The walk over a document: only where the language says that schemas stand are `$id` and `$anchor` what they look
 * like. */
#include "filters/contract/pointer.h"
#include "filters/contract/schema_set.h"
#include "filters/contract/uri_reference.h"

struct walk {
	struct schema_set *set;
	struct diag *diag;
	struct buf pointer; /* of the schema that is being visited */
	unsigned depth;
};

static bool visit(struct walk *w, const struct node *n, uint32_t resource);

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
static bool add_anchor(struct walk *w, const struct node *n, uint32_t resource, const struct node *value,
		       struct str name, bool dynamic)
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

/* The value of the keyword for identifiers that the language has. */
static const struct node *identifier(const struct node *n, struct language l)
{
	if (language_in(l, REF_STANDS_ALONE) && tree_get(n, STR("$ref")))
		return NULL;
	return language_in(l, IN_30) ? NULL : schema_member_text(n, language_in(l, IN_4) ? STR("id") : STR("$id"));
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
			return diag_error(w->diag, tree_place(id), "two schemas have the identifier %.*s",
					  STR_ARG(uri));
		struct resource r = {.uri = uri, .root = n, .language = l, .schema = true};
		r.pointer = arena_dup(&set->arena, buf_str(&w->pointer));
		if (known && set->resources.at[*known].root == n) {
			*resource = *known;
		} else {
			*resource = schema_set_resource(set, &r);
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
	if (language_in(l, FROM_2019) && (v = schema_member_text(n, STR("$anchor"))) &&
	    !add_anchor(w, n, resource, v, v->text, false))
		return false;
	if (language_in(l, IN_MODERN) && (v = schema_member_text(n, STR("$dynamicAnchor"))) &&
	    !add_anchor(w, n, resource, v, v->text, true))
		return false;
	if (language_in(l, IN_2019) && n == w->set->resources.at[resource].root &&
	    tree_is_true(tree_get(n, STR("$recursiveAnchor"))))
		return add_anchor(w, n, resource, n, STR(""), true);
	return true;
}

static bool visit_step(struct walk *w, struct str keyword, const struct node *name, uint32_t index,
		       const struct node *n, uint32_t resource)
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
	const struct node *schema = schema_member_text(n, STR("$schema"));
	if (!schema || (!schema_member_text(n, STR("$id")) && !schema_member_text(n, STR("id"))))
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

bool schema_set_visit(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer,
		      struct diag *d)
{
	if (schema_map_get(&set->by_node, schema_map_pointer(n)))
		return true;
	struct walk w = {set, d, {0}, 0};
	buf_add(&w.pointer, pointer);
	bool ok = visit(&w, n, resource);
	buf_free(&w.pointer);
	return ok;
}
