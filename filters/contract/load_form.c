/* What is read for its form, whoever holds it: titles, servers, links, security. */
#include "filters/contract/load.h"

static void check_child(struct loader *l, struct here owner, struct str key, enum oas_object object)
{
	const struct node *n = tree_get(owner.node, key);
	if (n)
		(void)oas_check(object, n, l->version, l->d);
}

void load_info(struct loader *l, struct here root)
{
	struct here info = load_child(l, root, STR("info"));
	if (!info.node || !oas_check(OAS_INFO, info.node, l->version, l->d))
		return;
	check_child(l, info, STR("contact"), OAS_CONTACT);
	check_child(l, info, STR("license"), OAS_LICENSE);
	l->c->title = load_keep(l, tree_text(tree_get(info.node, STR("title"))));
	l->c->version = load_keep(l, tree_text(tree_get(info.node, STR("version"))));
}

static void load_variable(struct loader *l, struct here h)
{
	const struct node *values = tree_get(h.node, STR("enum")), *fallback = tree_get(h.node, STR("default"));
	if (!oas_check(OAS_SERVER_VARIABLE, h.node, l->version, l->d) || !values)
		return;
	bool among = !fallback;
	for (uint32_t i = 0; i < values->count; i++)
		among |= str_eq(tree_text(&values->items[i]), tree_text(fallback));
	if (values->count == 0)
		diag_error(l->d, tree_place(values), "the \"enum\" of a server variable is empty");
	else if (!among)
		diag_warn(l->d, tree_place(fallback), "the default is not one of \"enum\"");
}

const struct node *load_servers(struct loader *l, struct here owner, const struct node *outer)
{
	struct here list = load_child(l, owner, STR("servers"));
	bool good = true;
	if (!list.node || list.node->count == 0)
		return outer;
	for (uint32_t i = 0; i < list.node->count; i++) {
		struct here server = load_item(l, list, i);
		if (oas_check(OAS_SERVER, server.node, l->version, l->d))
			load_each(l, server, STR("variables"), load_variable);
		else
			good = false;
	}
	return good ? list.node : outer;
}

void load_link(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (!h.node || !oas_check(OAS_LINK, h.node, l->version, l->d))
		return;
	bool by_id = tree_get(h.node, STR("operationId")), by_ref = tree_get(h.node, STR("operationRef"));
	if (by_id == by_ref)
		diag_warn(l->d, tree_place(h.node),
			  "a link names its target by one of \"operationId\" and \"operationRef\"");
	check_child(l, h, STR("server"), OAS_SERVER);
}

void load_links(struct loader *l, struct here map)
{
	for (uint32_t i = 0; map.node && i < map.node->count; i++)
		load_link(l, load_member(l, map, i));
}

void load_security(struct loader *l, struct here list)
{
	for (uint32_t i = 0; list.node && i < list.node->count; i++)
		if (list.node->items[i].kind != NODE_MAPPING)
			diag_error(l->d, tree_place(&list.node->items[i]),
				   "a security requirement is a mapping; this is %s",
				   tree_kind_name(&list.node->items[i]));
}

static void load_flow(struct loader *l, struct here h)
{
	(void)oas_check(OAS_OAUTH_FLOW, h.node, l->version, l->d);
}

/* The key of an apiKey scheme in the query is a query parameter that no operation lists. */
void load_scheme(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (!h.node || !oas_check(OAS_SECURITY_SCHEME, h.node, l->version, l->d))
		return;
	check_child(l, h, STR("flows"), OAS_OAUTH_FLOWS);
	load_each(l, h, STR("flows"), load_flow);
	if (str_eq(tree_text(tree_get(h.node, STR("in"))), STR("query")))
		VEC_PUSH(&l->keys, load_keep(l, tree_text(tree_get(h.node, STR("name")))));
}
