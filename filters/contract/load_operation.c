#include "filters/contract/load.h"

static const struct method_row {
	struct str field, method;
} methods[] = {
    {STR_INIT("get"), STR_INIT("GET")},         {STR_INIT("put"), STR_INIT("PUT")},
    {STR_INIT("post"), STR_INIT("POST")},       {STR_INIT("delete"), STR_INIT("DELETE")},
    {STR_INIT("options"), STR_INIT("OPTIONS")}, {STR_INIT("head"), STR_INIT("HEAD")},
    {STR_INIT("patch"), STR_INIT("PATCH")},     {STR_INIT("trace"), STR_INIT("TRACE")},
    {STR_INIT("query"), STR_INIT("QUERY")},
};

/* What the operations of one path item share. */
struct item {
	struct str template;
	uint32_t path;
	const struct path_names *names;
	struct parameters common;
	const struct node *servers;
};

static bool same_parameter(const struct parameter *a, const struct parameter *b)
{
	if (a->location != b->location)
		return false;
	return a->location == IN_HEADER ? str_eq_nocase(a->name, b->name) : str_eq(a->name, b->name);
}

static const struct parameter *find_same(const struct parameters *list, const struct parameter *p)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (same_parameter(list->at[i], p))
			return list->at[i];
	return NULL;
}

static bool in_template(const struct item *item, struct str name, uint32_t *slot)
{
	for (uint32_t i = 0; i < item->names->count; i++)
		if (str_eq(item->names->name[i], name)) {
			*slot = i;
			return true;
		}
	return false;
}

static struct parameters read_list(struct loader *l, struct here list, const struct item *item)
{
	struct parameters out = {0};
	uint32_t slot;
	if (!list.node)
		return out;
	out.at = ARENA_ARRAY(&l->c->arena, const struct parameter *, list.node->count);
	for (uint32_t i = 0; i < list.node->count; i++) {
		struct here h = load_item(l, list, i);
		const struct parameter *p = load_parameter(l, h), *other = p ? find_same(&out, p) : NULL;
		if (!p)
			continue;
		if (other) {
			diag_error(l->d, tree_place(h.node), "parameter \"%.*s\" stands twice in one list",
				   STR_ARG(p->name));
		} else if (p->location == IN_PATH && item->path != UINT32_MAX && !in_template(item, p->name, &slot)) {
			diag_warn(l->d, tree_place(h.node),
				  "path parameter \"%.*s\" is not in the path %.*s: it is never judged",
				  STR_ARG(p->name), STR_ARG(item->template));
		} else {
			out.at[out.count++] = p;
		}
	}
	return out;
}

static void add_parameter(struct endpoint *e, const struct parameter *p)
{
	struct parameters *lists[LOCATION_COUNT] = {
	    [IN_PATH] = &e->path, [IN_QUERY] = &e->query, [IN_HEADER] = &e->header, [IN_COOKIE] = &e->cookie};
	/* OpenAPI 3.1.1, 4.8.12.1: these three are described elsewhere, a parameter of that name is ignored. */
	static const struct str elsewhere[] = {STR_INIT("Accept"), STR_INIT("Content-Type"), STR_INIT("Authorization")};
	for (size_t i = 0; p->location == IN_HEADER && i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (str_eq_nocase(p->name, elsewhere[i]))
			return;
	struct parameters *list = lists[p->location];
	list->at[list->count++] = p;
	e->has_deprecated |= p->deprecated;
}

static int by_name(const void *a, const void *b)
{
	const struct parameter *const *x = a, *const *y = b;
	return str_cmp((*x)->name, (*y)->name);
}

static void merge(struct loader *l, struct endpoint *e, const struct parameters *common, const struct parameters *own)
{
	struct parameters *lists[] = {&e->path, &e->query, &e->header, &e->cookie};
	for (size_t i = 0; i < 4; i++)
		lists[i]->at = ARENA_ARRAY(&l->c->arena, const struct parameter *, common->count + own->count);
	for (uint32_t i = 0; i < common->count; i++)
		if (!find_same(own, common->at[i]))
			add_parameter(e, common->at[i]);
	for (uint32_t i = 0; i < own->count; i++)
		add_parameter(e, own->at[i]);
	if (e->query.count)
		qsort(e->query.at, e->query.count, sizeof *e->query.at, by_name);
}

/* OpenAPI 3.2, 4.12.1: one parameter that is the whole query leaves nothing to others. */
static void check_whole(struct loader *l, const struct endpoint *e, struct place place)
{
	for (uint32_t i = 0; i < e->query.count && e->query.count > 1; i++)
		if (e->query.at[i]->whole) {
			diag_error(l->d, place, "a querystring parameter excludes all other parameters in the query");
			return;
		}
}

/* Every name of the template has its parameter; e->slot tells where its value is. */
static void bind_path(struct loader *l, struct here h, struct endpoint *e, const struct item *item)
{
	e->slot = ARENA_ARRAY(&l->c->arena, uint32_t, e->path.count);
	for (uint32_t i = 0; i < e->path.count; i++)
		in_template(item, e->path.at[i]->name, &e->slot[i]);
	for (unsigned i = 0; i < item->names->count; i++) {
		bool described = false;
		for (uint32_t k = 0; k < e->path.count; k++)
			described |= str_eq(e->path.at[k]->name, item->names->name[i]);
		if (!described)
			diag_warn(l->d, tree_place(h.node),
				  "{%.*s} of the path %.*s is not described as a path parameter: any value passes",
				  STR_ARG(item->names->name[i]), STR_ARG(item->template));
	}
}

struct body_part {
	struct content content;
	bool required;
};

const struct content *load_request_body(struct loader *l, struct here h, bool *required)
{
	h = load_follow(l, h);
	if (!h.node)
		return NULL;
	const struct body_part *known = memo_get(&l->memo, MEMO_BODY, h.node);
	if (!known) {
		if (!oas_check(OAS_REQUEST_BODY, h.node, l->version, l->d))
			return NULL;
		struct body_part *b = ARENA_NEW(&l->c->arena, struct body_part);
		l->use = EXAMPLE_REQUEST;
		load_content(l, load_child(l, h, STR("content")), &b->content);
		l->use = 0;
		b->required = tree_is_true(tree_get(h.node, STR("required")));
		if (!l->passive)
			memo_put(&l->memo, MEMO_BODY, h.node, b);
		known = b;
	}
	*required = known->required;
	return &known->content;
}

static void load_body(struct loader *l, struct here h, struct endpoint *e)
{
	const struct content *c = h.node ? load_request_body(l, h, &e->body_required) : NULL;
	e->public.has_request_body = c != NULL;
	if (!c)
		return;
	e->body = *c;
	e->body_pointer = load_keep(l, h.pointer);
	e->body_place = load_place(l, h.node);
}

static void load_operation(struct loader *l, struct here h, struct str method, const struct item *item)
{
	if (!oas_check(OAS_OPERATION, h.node, l->version, l->d))
		return;
	struct endpoint *e = ARENA_NEW(&l->c->arena, struct endpoint);
	struct parameters own = read_list(l, load_child(l, h, STR("parameters")), item);
	const struct node *responses = tree_get(h.node, STR("responses"));
	struct here callbacks = load_child(l, h, STR("callbacks"));
	e->public = (struct operation){.method = load_keep(l, method),
				       .template = item->template,
				       .id = load_keep(l, tree_text(tree_get(h.node, STR("operationId")))),
				       .deprecated = tree_is_true(tree_get(h.node, STR("deprecated"))),
				       .place = load_place(l, h.node)};
	merge(l, e, &item->common, &own);
	check_whole(l, e, e->public.place);
	load_body(l, load_child(l, h, STR("requestBody")), e);
	if (!responses && l->version == 30)
		diag_error(l->d, tree_place(h.node), "an operation needs \"responses\"");
	load_responses(l, load_child(l, h, STR("responses")), e);
	for (uint32_t i = 0; callbacks.node && i < callbacks.node->count; i++)
		load_callback(l, load_member(l, callbacks, i));
	load_security(l, load_child(l, h, STR("security")));
	const struct node *servers = load_servers(l, h, item->servers);
	if (l->passive)
		return;
	bind_path(l, h, e, item);
	e->public.index = (uint32_t)l->endpoints.len;
	struct path_entry *path = &l->paths.at[item->path];
	path->method[path->methods++] = (struct path_method){e->public.method, e->public.index};
	VEC_PUSH(&l->endpoints, e);
	VEC_PUSH(&l->servers_of, servers);
}

static void load_additional(struct loader *l, struct here map, const struct item *item)
{
	for (uint32_t i = 0; map.node && i < map.node->count; i++) {
		const struct node *key = &map.node->members[i].key;
		bool known = false;
		for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
			known |= str_eq(methods[k].method, key->text);
		if (known)
			diag_error(l->d, tree_place(key), "%.*s has a field of its own in the path item",
				   STR_ARG(key->text));
		else
			load_operation(l, load_member(l, map, i), key->text, item);
	}
}

/* For all methods that the item may add to those that are there (a path that two templates share). */
static void make_room(struct loader *l, struct path_entry *path, const struct node *item)
{
	const struct node *more = tree_get(item, STR("additionalOperations"));
	uint32_t most = path->methods + item->count + (more ? more->count : 0);
	struct path_method *room = ARENA_ARRAY(&l->c->arena, struct path_method, most);
	if (path->methods)
		memcpy(room, path->method, path->methods * sizeof *room);
	path->method = room;
}

void load_path_item(struct loader *l, struct here h, struct str template, uint32_t path, const struct path_names *names)
{
	struct item item = {template, path, names, {0}, NULL};
	h = load_follow(l, h);
	if (!h.node || !oas_check(OAS_PATH_ITEM, h.node, l->version, l->d))
		return;
	item.common = read_list(l, load_child(l, h, STR("parameters")), &item);
	item.servers = load_servers(l, h, l->servers);
	if (!l->passive)
		make_room(l, &l->paths.at[path], h.node);
	for (uint32_t i = 0; i < h.node->count; i++)
		for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
			if (str_eq(h.node->members[i].key.text, methods[k].field) && (k < 8 || l->version >= 32))
				load_operation(l, load_member(l, h, i), methods[k].method, &item);
	if (l->version >= 32)
		load_additional(l, load_child(l, h, STR("additionalOperations")), &item);
}

void load_callback(struct loader *l, struct here h)
{
	static const struct path_names none = {NULL, 0};
	h = load_follow(l, h);
	if (!h.node || memo_get(&l->memo, MEMO_CALLBACK, h.node))
		return;
	/* Remembered before it is read: an operation of a callback may refer to that callback again. */
	memo_put(&l->memo, MEMO_CALLBACK, h.node, h.node);
	if (h.node->kind != NODE_MAPPING) {
		diag_error(l->d, tree_place(h.node), "a callback is a mapping; this is %s", tree_kind_name(h.node));
		return;
	}
	l->passive++;
	for (uint32_t i = 0; i < h.node->count; i++)
		if (!str_starts(h.node->members[i].key.text, STR("x-")))
			load_path_item(l, load_member(l, h, i), h.node->members[i].key.text, UINT32_MAX, &none);
	l->passive--;
}
