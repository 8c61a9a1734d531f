/* Parameters and headers. */
#include "filters/contract/compat_side.h"
#include "filters/contract/json.h"

enum { STRUCTURED = 1 << JSON_ARRAY | 1 << JSON_OBJECT };

static struct str where_of(struct comparing *c, const struct parameter *p)
{
	return arena_printf(&c->out->arena, "%s %.*s", location_word((enum location)p->location), STR_ARG(p->name));
}

static const struct judged *schema_of(const struct parameter *p)
{
	return p->media ? &p->media->schema : &p->schema;
}

static bool styled_alike(const struct parameter *a, const struct parameter *b)
{
	uint32_t types =
	    (a->schema.present ? a->schema.types : UINT32_MAX) | (b->schema.present ? b->schema.types : UINT32_MAX);
	if ((a->media != NULL) != (b->media != NULL))
		return false;
	if (a->media)
		return str_eq(a->media->text, b->media->text);
	bool framed =
	    a->style == STYLE_LABEL || a->style == STYLE_MATRIX || b->style == STYLE_LABEL || b->style == STYLE_MATRIX;
	if (!(types & STRUCTURED))
		return a->style == b->style || !framed;
	return a->style == b->style && a->explode == b->explode;
}

static const struct node *default_of(const struct node *root, const struct parameter *p)
{
	const struct node *schema = tree_get(comparing_at(root, p->pointer), STR("schema"));
	const struct node *ref = tree_get(schema, STR("$ref"));
	for (unsigned hops = 0; ref && hops < 16; hops++) {
		schema = comparing_at(root, tree_text(ref));
		ref = tree_get(schema, STR("$ref"));
	}
	return tree_get(schema, STR("default"));
}

static void defaults(struct comparing *c, struct str where, const struct parameter *a, const struct parameter *b)
{
	const struct node *old = default_of(c->old_root, a), *new = default_of(c->new_root, b);
	struct buf x = {0}, y = {0};
	if (old)
		tree_to_json(old, &x);
	if (new)
		tree_to_json(new, &y);
	enum change_kind kind = !old   ? CHANGE_PARAMETER_DEFAULT_ADDED
				: !new ? CHANGE_PARAMETER_DEFAULT_REMOVED
				       : CHANGE_PARAMETER_DEFAULT;
	if (!a->required && !str_eq(buf_str(&x), buf_str(&y)))
		comparing_add(c, kind, where, a->place, b->place, "the default was %.*s and is %.*s",
			      old ? (int)x.len : 4, old ? x.at : "none", new ? (int)y.len : 4, new ? y.at : "none");
	buf_free(&x);
	buf_free(&y);
}

static void one_parameter(struct comparing *c, const struct parameter *a, const struct parameter *b)
{
	struct str where = where_of(c, b);
	if (!a->required && b->required)
		comparing_add(c, CHANGE_PARAMETER_REQUIRED, where, a->place, b->place, "%s",
			      change_rows[CHANGE_PARAMETER_REQUIRED].text);
	if (a->required && !b->required)
		comparing_add(c, CHANGE_PARAMETER_OPTIONAL, where, a->place, b->place, "%s",
			      change_rows[CHANGE_PARAMETER_OPTIONAL].text);
	comparing_parameter_life(c, where, a, b);
	if (!styled_alike(a, b))
		comparing_add(c, CHANGE_PARAMETER_STYLE, where, a->place, b->place,
			      "style %s, explode %s became style %s, explode %s", style_word((enum style)a->style),
			      a->explode ? "true" : "false", style_word((enum style)b->style),
			      b->explode ? "true" : "false");
	defaults(c, where, a, b);
	struct schema_pair p = {REQUEST, schema_of(a),        schema_of(b), a->place, b->place,
				where,   "request-parameter", !a->media,    NULL};
	p.inner = b->location == IN_HEADER ? "request-header-property" : NULL;
	comparing_schemas(c, &p);
}

static bool same(const struct endpoint *x, const struct parameter *a, uint32_t i, const struct endpoint *y,
		 const struct parameter *b, uint32_t k)
{
	/* Path parameters are told by their place in the template: their names say nothing on the wire. */
	if (a->location == IN_PATH)
		return x->slot[i] == y->slot[k];
	return a->location == IN_HEADER ? str_eq_nocase(a->name, b->name) : str_eq(a->name, b->name);
}

/* Whether it is described beside the operations of its path: "#/paths/~1p/parameters/0", or by a reference from there.
 */
static bool of_all(const struct comparing *c, const struct parameter *p, struct str template)
{
	const struct node *own = comparing_at(c->new_root, p->pointer);
	const struct node *list = tree_get(tree_get(tree_get(c->new_root, STR("paths")), template), STR("parameters"));
	for (uint32_t i = 0; own && list && list->kind == NODE_SEQUENCE && i < list->count; i++) {
		const struct node *one = &list->items[i], *ref = tree_get(one, STR("$ref"));
		if (one == own || (ref && comparing_at(c->new_root, tree_text(ref)) == own))
			return true;
	}
	return false;
}

static void list(struct comparing *c, const struct endpoint *old, const struct parameters *a,
		 const struct endpoint *new, const struct parameters *b)
{
	struct place nowhere = {NULL, 0, 0};
	for (uint32_t i = 0; i < a->count; i++) {
		bool found = false;
		for (uint32_t k = 0; k < b->count && !found; k++)
			if ((found = same(old, a->at[i], i, new, b->at[k], k)))
				one_parameter(c, a->at[i], b->at[k]);
		if (!found && a->at[i]->location != IN_PATH) {
			enum change_kind kind = comparing_removed_parameter(c, a->at[i]);
			comparing_add(c, kind, where_of(c, a->at[i]), a->at[i]->place, new->public.place, "%s",
				      change_rows[kind].text);
		}
	}
	for (uint32_t k = 0; k < b->count; k++) {
		const struct parameter *p = b->at[k];
		bool found = false;
		for (uint32_t i = 0; i < a->count && !found; i++)
			found = same(old, a->at[i], i, new, p, k);
		if (found)
			continue;
		struct judged anything = {0};
		struct schema_pair both = {REQUEST,  &anything,      schema_of(p),        old->public.place,
					   p->place, where_of(c, p), "request-parameter", !p->media,
					   NULL};
		bool path = p->location == IN_PATH;
		if (path) {
			comparing_add(c, CHANGE_PARAMETER_PATH_NEW, where_of(c, p), old->public.place, p->place, "%s",
				      change_rows[CHANGE_PARAMETER_PATH_NEW].text);
			comparing_schemas(c, &both);
			continue;
		}
		enum change_kind kind = of_all(c, p, new->public.template)
					    ? (p->required ? CHANGE_PARAMETER_ALL_REQUIRED : CHANGE_PARAMETER_ALL_NEW)
					: p->required ? CHANGE_PARAMETER_NEW_REQUIRED
						      : CHANGE_PARAMETER_NEW;
		comparing_add(c, kind, where_of(c, p), nowhere, p->place, "%s", change_rows[kind].text);
	}
}

void comparing_parameters(struct comparing *c, const struct endpoint *old, const struct endpoint *new)
{
	list(c, old, &old->path, new, &new->path);
	list(c, old, &old->query, new, &new->query);
	list(c, old, &old->header, new, &new->header);
	list(c, old, &old->cookie, new, &new->cookie);
}

static const struct parameter *header_named(const struct parameters *list_of, struct str name)
{
	for (uint32_t i = 0; i < list_of->count; i++)
		if (str_eq_nocase(list_of->at[i]->name, name))
			return list_of->at[i];
	return NULL;
}

void comparing_headers(struct comparing *c, const struct parameters *old, const struct parameters *new,
		       const char *status, struct place old_place, struct place new_place)
{
	for (uint32_t i = 0; i < old->count; i++) {
		const struct parameter *a = old->at[i], *b = header_named(new, a->name);
		struct str where = arena_printf(&c->out->arena, "%s header %.*s", status, STR_ARG(a->name));
		if (!b) {
			enum change_kind kind = a->required ? CHANGE_HEADER_REMOVED : CHANGE_HEADER_GONE;
			comparing_add(c, kind, where, a->place, new_place, "%s", change_rows[kind].text);
			continue;
		}
		if (a->required && !b->required)
			comparing_add(c, CHANGE_HEADER_OPTIONAL, where, a->place, b->place, "%s",
				      change_rows[CHANGE_HEADER_OPTIONAL].text);
		struct schema_pair p = {RESPONSE, schema_of(a),      schema_of(b), a->place, b->place,
					where,    "response-header", !a->media,    NULL};
		comparing_schemas(c, &p);
	}
	for (uint32_t i = 0; i < new->count; i++) {
		const struct parameter *b = new->at[i];
		if (!header_named(old, b->name))
			comparing_add(c, CHANGE_HEADER_ADDED,
				      arena_printf(&c->out->arena, "%s header %.*s", status, STR_ARG(b->name)),
				      old_place, b->place, "%s", change_rows[CHANGE_HEADER_ADDED].text);
	}
}
