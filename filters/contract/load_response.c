#include "filters/contract/load.h"

/* "200", "2XX", "default". */
static bool read_status(struct str key, uint16_t *status)
{
	uint64_t n;
	*status = 0;
	if (str_eq(key, STR("default")))
		return true;
	if (key.len != 3 || key.at[0] < '1' || key.at[0] > '5')
		return false;
	*status = (uint16_t)(key.at[0] - '0');
	if (str_eq_nocase(str_skip(key, 1), STR("XX")))
		return true;
	if (!str_to_u64(key, &n))
		return false;
	*status = (uint16_t)n;
	return true;
}

const struct response *load_response(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (!h.node)
		return NULL;
	const struct response *known = memo_get(&l->memo, MEMO_RESPONSE, h.node);
	if (known)
		return known;
	if (memo_get(&l->memo, MEMO_BROKEN, h.node))
		return NULL;
	if (!oas_check(OAS_RESPONSE, h.node, l->version, l->d)) {
		memo_put(&l->memo, MEMO_BROKEN, h.node, h.node);
		return NULL;
	}
	struct response *r = ARENA_NEW(&l->c->arena, struct response);
	r->pointer = load_keep(l, h.pointer);
	r->place = load_place(l, h.node);
	l->use = EXAMPLE_RESPONSE;
	r->headers = load_headers(l, load_child(l, h, STR("headers")), false);
	load_content(l, load_child(l, h, STR("content")), &r->content);
	l->use = 0;
	load_links(l, load_child(l, h, STR("links")));
	if (!l->passive)
		memo_put(&l->memo, MEMO_RESPONSE, h.node, r);
	return r;
}

static void add_response(struct loader *l, struct here map, uint32_t index, struct endpoint *e)
{
	const struct node *key = &map.node->members[index].key;
	uint16_t status;
	if (str_starts(key->text, STR("x-")))
		return;
	if (!read_status(key->text, &status)) {
		diag_error(l->d, tree_place(key), "\"%.*s\" is neither a status code, nor 1XX to 5XX, nor \"default\"",
			   STR_ARG(key->text));
		return;
	}
	const struct response *r = load_response(l, load_member(l, map, index));
	if (!r)
		return;
	struct response *mine = &e->response[e->responses++];
	*mine = *r;
	mine->status = status;
}

void load_responses(struct loader *l, struct here map, struct endpoint *e)
{
	if (!map.node)
		return;
	e->responses_pointer = load_keep(l, map.pointer);
	e->responses_place = load_place(l, map.node);
	if (map.node->count == 0)
		diag_warn(l->d, tree_place(map.node), "an operation describes at least one response");
	e->response = ARENA_ARRAY(&l->c->arena, struct response, map.node->count);
	for (uint32_t i = 0; i < map.node->count; i++)
		add_response(l, map, i, e);
}
