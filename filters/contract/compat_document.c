/* What stands in the documents' trees alone: sunsets, tags, security, webhooks. */
#include "filters/contract/compat_side.h"

#include "proxy/base/clock.h"

const struct node *comparing_at(const struct node *root, struct str pointer)
{
	if (!root || !pointer.len || pointer.at[0] != '#')
		return NULL;
	return tree_at(root, str_skip(pointer, 1));
}

const struct node *comparing_node(const struct node *root, const struct operation *o)
{
	const struct node *item = tree_get(tree_get(root, STR("paths")), o->template),
			  *ref = tree_get(item, STR("$ref"));
	char method[32];
	if (o->method.len >= sizeof method)
		return NULL;
	for (size_t i = 0; i < o->method.len; i++)
		method[i] = ascii_lower(o->method.at[i]);
	for (unsigned hops = 0; ref && hops < 16; hops++) {
		item = comparing_at(root, tree_text(ref));
		ref = tree_get(item, STR("$ref"));
	}
	return tree_get(item, str_of(method, o->method.len));
}

bool comparing_sunset(const struct node *operation, int64_t *ms, bool *readable, struct place *at)
{
	const struct node *n = tree_get(operation, STR("x-sunset"));
	if (!n)
		return false;
	*at = tree_place(n);
	*readable = clock_parse(tree_text(n), ms);
	return true;
}

static void sunsets(struct comparing *c, const struct operation *old, const struct operation *new, const struct node *a,
		    const struct node *b)
{
	int64_t was = 0, is = 0;
	bool was_date = false, is_date = false;
	struct place x = old->place, y = new->place;
	bool had = comparing_sunset(a, &was, &was_date, &x), has = comparing_sunset(b, &is, &is_date, &y);
	if (has && !is_date)
		comparing_add(c, CHANGE_SUNSET_UNREADABLE, STR("x-sunset"), x, y, "%s",
			      change_rows[CHANGE_SUNSET_UNREADABLE].text);
	if (had && !has && new->deprecated)
		comparing_add(c, CHANGE_SUNSET_DELETED, STR("x-sunset"), x, y, "%s",
			      change_rows[CHANGE_SUNSET_DELETED].text);
	if (had && has && was_date && is_date && is < was)
		comparing_add(c, CHANGE_SUNSET_EARLIER, STR("x-sunset"), x, y, "%s",
			      change_rows[CHANGE_SUNSET_EARLIER].text);
}

/* ---- security: a list of alternatives, each a set of schemes with scopes ---- */

static const struct node *security_of(const struct node *root, const struct node *operation)
{
	const struct node *own = tree_get(operation, STR("security"));
	return own ? own : tree_get(root, STR("security"));
}

static bool has_scope(const struct node *scopes, struct str scope)
{
	for (uint32_t i = 0; scopes && scopes->kind == NODE_SEQUENCE && i < scopes->count; i++)
		if (str_eq(tree_text(&scopes->items[i]), scope))
			return true;
	return false;
}

/* Whether credentials for `given` are enough for `asked`. */
static bool enough(const struct node *given, const struct node *asked)
{
	for (uint32_t i = 0; asked->kind == NODE_MAPPING && i < asked->count; i++) {
		const struct node *have = tree_get(given, asked->members[i].key.text),
				  *scopes = &asked->members[i].value;
		if (!have)
			return false;
		for (uint32_t k = 0; scopes->kind == NODE_SEQUENCE && k < scopes->count; k++)
			if (!has_scope(have, tree_text(&scopes->items[k])))
				return false;
	}
	return true;
}

static bool open_to_all(const struct node *list)
{
	return !list || list->kind != NODE_SEQUENCE || list->count == 0;
}

/* Whether whoever has what `from` asks for has what `to` asks for. */
static bool secured_within(const struct node *from, const struct node *to)
{
	static const struct node nobody = {.kind = NODE_MAPPING};
	bool anyone = open_to_all(from);
	if (open_to_all(to))
		return true;
	for (uint32_t i = 0; anyone ? i < 1 : i < from->count; i++) {
		const struct node *given = anyone ? &nobody : &from->items[i];
		bool found = false;
		for (uint32_t k = 0; k < to->count && !found; k++)
			found = enough(given, &to->items[k]);
		if (!found)
			return false;
	}
	return true;
}

static void security(struct comparing *c, const struct operation *old, const struct operation *new,
		     const struct node *a, const struct node *b)
{
	const struct node *x = security_of(c->old_root, a), *y = security_of(c->new_root, b);
	struct place from = x ? tree_place(x) : old->place, to = y ? tree_place(y) : new->place;
	if (!secured_within(x, y))
		comparing_add(c, CHANGE_SECURITY_STRICTER, STR("security"), from, to, "%s",
			      change_rows[CHANGE_SECURITY_STRICTER].text);
	if (!secured_within(y, x))
		comparing_add(c, CHANGE_SECURITY_LOOSER, STR("security"), from, to, "%s",
			      change_rows[CHANGE_SECURITY_LOOSER].text);
}

static bool same_json(const struct node *a, const struct node *b)
{
	struct buf x = {0}, y = {0};
	if (a)
		tree_to_json(a, &x);
	if (b)
		tree_to_json(b, &y);
	bool same = str_eq(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

void comparing_marks(struct comparing *c, const struct operation *old, const struct operation *new)
{
	const struct node *a = comparing_node(c->old_root, old), *b = comparing_node(c->new_root, new);
	if (old->deprecated != new->deprecated) {
		enum change_kind kind = new->deprecated ? CHANGE_OPERATION_DEPRECATED : CHANGE_OPERATION_REACTIVATED;
		comparing_add(c, kind, STR(""), old->place, new->place, "%s", change_rows[kind].text);
	}
	if (!str_eq(old->id, new->id))
		comparing_add(c, CHANGE_OPERATION_ID, STR(""), old->place, new->place,
			      "operationId \"%.*s\" became \"%.*s\"", STR_ARG(old->id), STR_ARG(new->id));
	sunsets(c, old, new, a, b);
	security(c, old, new, a, b);
	if (!same_json(tree_get(a, STR("tags")), tree_get(b, STR("tags"))))
		comparing_add(c, CHANGE_TAGS, STR(""), old->place, new->place, "%s", change_rows[CHANGE_TAGS].text);
}

static void hooks(struct comparing *c, const struct node *from, const struct node *to, enum change_kind kind)
{
	struct place nowhere = {NULL, 0, 0};
	for (uint32_t i = 0; from && from->kind == NODE_MAPPING && i < from->count; i++) {
		const struct node *key = &from->members[i].key;
		if (tree_get(to, key->text))
			continue;
		bool removed = kind == CHANGE_WEBHOOK_REMOVED;
		comparing_add(c, kind, arena_printf(&c->out->arena, "webhook %.*s", STR_ARG(key->text)),
			      removed ? tree_place(key) : nowhere, removed ? nowhere : tree_place(key), "%s",
			      change_rows[kind].text);
	}
}

void comparing_document(struct comparing *c)
{
	const struct node *a = tree_get(c->old_root, STR("webhooks")), *b = tree_get(c->new_root, STR("webhooks"));
	hooks(c, a, b, CHANGE_WEBHOOK_REMOVED);
	hooks(c, b, a, CHANGE_WEBHOOK_ADDED);
}
