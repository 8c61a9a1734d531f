#include "filters/contract/load.h"

/* Calls `each` for every member of the mapping under `key`. */
static void for_members(struct loader *l, struct here owner, struct str key, void (*each)(struct loader *, struct here))
{
	struct here map = load_child(l, owner, key);
	for (uint32_t i = 0; map.node && map.node->kind == NODE_MAPPING && i < map.node->count; i++)
		each(l, load_member(l, map, i));
}

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

void load_servers(struct loader *l, struct here list)
{
	bool good = true;
	if (!list.node)
		return;
	for (uint32_t i = 0; i < list.node->count; i++) {
		struct here server = load_item(l, list, i);
		if (oas_check(OAS_SERVER, server.node, l->version, l->d))
			for_members(l, server, STR("variables"), load_variable);
		else
			good = false;
	}
	if (good && !l->passive)
		VEC_PUSH(&l->bases, list.node);
}

static void load_link(struct loader *l, struct here h)
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
static void load_scheme(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (!h.node || !oas_check(OAS_SECURITY_SCHEME, h.node, l->version, l->d))
		return;
	check_child(l, h, STR("flows"), OAS_OAUTH_FLOWS);
	for_members(l, h, STR("flows"), load_flow);
	if (str_eq(tree_text(tree_get(h.node, STR("in"))), STR("query")))
		VEC_PUSH(&l->keys, load_keep(l, tree_text(tree_get(h.node, STR("name")))));
}

static void schema_part(struct loader *l, struct here h)
{
	struct judged unused;
	load_schema(l, h, &unused);
}

static void parameter_part(struct loader *l, struct here h)
{
	(void)load_parameter(l, h);
}

static void response_part(struct loader *l, struct here h)
{
	(void)load_response(l, h);
}

static void body_part(struct loader *l, struct here h)
{
	bool required;
	(void)load_request_body(l, h, &required);
}

static void example_part(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (h.node && oas_check(OAS_EXAMPLE, h.node, l->version, l->d) && tree_get(h.node, STR("value")) &&
	    tree_get(h.node, STR("externalValue")))
		diag_error(l->d, tree_place(h.node), "\"value\" and \"externalValue\" exclude each other");
}

static void path_part(struct loader *l, struct here h)
{
	static const struct path_names none = {NULL, 0};
	load_path_item(l, h, STR(""), UINT32_MAX, &none);
}

/* Maps whose names are fields of their own are read as one: headers, media types. */
static void media_map(struct loader *l, struct here map)
{
	struct content unused;
	if (map.node)
		load_content(l, map, &unused);
}

void load_components(struct loader *l, struct here components)
{
	static const struct {
		struct str key;
		void (*each)(struct loader *, struct here);
	} parts[] = {
	    {STR_INIT("schemas"), schema_part},         {STR_INIT("parameters"), parameter_part},
	    {STR_INIT("responses"), response_part},     {STR_INIT("requestBodies"), body_part},
	    {STR_INIT("examples"), example_part},       {STR_INIT("links"), load_link},
	    {STR_INIT("securitySchemes"), load_scheme}, {STR_INIT("callbacks"), load_callback},
	    {STR_INIT("pathItems"), path_part},
	};
	if (!components.node || !oas_check(OAS_COMPONENTS, components.node, l->version, l->d))
		return;
	l->passive++;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for_members(l, components, parts[i].key, parts[i].each);
	struct here headers = load_child(l, components, STR("headers"));
	(void)load_headers(l, headers, true);
	media_map(l, load_child(l, components, STR("mediaTypes")));
	l->passive--;
}
