/* Encoding objects: how the properties of a form are written, and, from 3.2 on, the parts of a body by their position.
 */
#include "filters/contract/load.h"

enum { ENCODING_DEPTH = 8 }; /* of parts in parts */

/* contentType: media ranges with commas between them. */
static bool read_types(struct loader *l, const struct node *n, struct encoding *e)
{
	struct str rest = load_keep(l, tree_text(n));
	e->type = ARENA_ARRAY(&l->c->arena, struct media_range, 1 + rest.len / 4);
	while (rest.at)
		if (!media_range_parse(str_cut(&rest, ','), &e->type[e->types++]))
			return diag_error(l->d, tree_place(n), "\"%.*s\" is no list of media types",
					  STR_ARG(tree_text(n)));
	return true;
}

static bool load_encoding(struct loader *l, struct here h, struct str name, struct encoding *e)
{
	static const struct str styling[] = {STR_INIT("style"), STR_INIT("explode"), STR_INIT("allowReserved")};
	if (!oas_check(OAS_ENCODING, h.node, l->version, l->d))
		return false;
	e->field.name = load_keep(l, name);
	e->field.pointer = load_keep(l, h.pointer);
	e->field.place = load_place(l, h.node);
	for (size_t i = 0; i < sizeof styling / sizeof *styling; i++)
		e->styled |= tree_get(h.node, styling[i]) != NULL;
	if (!load_style(l, h, IN_QUERY, &e->field))
		return false;
	e->field.location = IN_BODY;
	e->headers = load_headers(l, load_child(l, h, STR("headers")), false);
	const struct node *type = tree_get(h.node, STR("contentType"));
	return !type || read_types(l, type, e);
}

/* An Encoding object whose value has parts of its own, and how those are written (3.2, 4.15.2). */
struct nesting {
	struct here h;
	struct media *parts;
	unsigned depth;
};
struct nestings {
	VEC(struct nesting) left;
};

static bool has_parts(const struct node *n)
{
	return tree_get(n, STR("encoding")) || tree_get(n, STR("prefixEncoding")) || tree_get(n, STR("itemEncoding"));
}

static bool add_encoding(struct loader *l, struct nestings *todo, const struct nesting *owner, struct here h,
			 struct str name, struct encoding *e)
{
	if (!load_encoding(l, h, name, e))
		return false;
	if (l->version < 32 || !has_parts(h.node))
		return true;
	if (owner->depth == ENCODING_DEPTH)
		return diag_error(l->d, tree_place(h.node), "encodings are nested more than %d deep", ENCODING_DEPTH);
	e->parts = ARENA_NEW(&l->c->arena, struct media);
	VEC_PUSH(&todo->left, ((struct nesting){h, e->parts, owner->depth + 1}));
	return true;
}

static void by_name(struct loader *l, struct nestings *todo, const struct nesting *owner, struct here map)
{
	struct media *m = owner->parts;
	if (!map.node)
		return;
	m->encoding = ARENA_ARRAY(&l->c->arena, struct encoding, map.node->count);
	for (uint32_t i = 0; i < map.node->count; i++) {
		struct str name = map.node->members[i].key.text;
		if (add_encoding(l, todo, owner, load_member(l, map, i), name, &m->encoding[m->encodings]))
			m->encodings++;
	}
}

/* A place is kept where an encoding is wrong: the others would move up. */
static void by_position(struct loader *l, struct nestings *todo, const struct nesting *owner, struct here list)
{
	struct media *m = owner->parts;
	if (!list.node)
		return;
	m->position = ARENA_ARRAY(&l->c->arena, struct encoding, list.node->count);
	m->positions = list.node->count;
	for (uint32_t i = 0; i < m->positions; i++)
		(void)add_encoding(l, todo, owner, load_item(l, list, i), STR(""), &m->position[i]);
}

static void load_one(struct loader *l, struct nestings *todo, const struct nesting *n)
{
	struct here item = load_child(l, n->h, STR("itemEncoding"));
	by_name(l, todo, n, load_child(l, n->h, STR("encoding")));
	if (l->version < 32)
		return;
	by_position(l, todo, n, load_child(l, n->h, STR("prefixEncoding")));
	if (!item.node)
		return;
	n->parts->rest = ARENA_NEW(&l->c->arena, struct encoding);
	(void)add_encoding(l, todo, n, item, STR(""), n->parts->rest);
}

void load_encodings(struct loader *l, struct here owner, struct media *m)
{
	struct nestings todo = {0};
	VEC_PUSH(&todo.left, ((struct nesting){owner, m, 0}));
	while (todo.left.len) {
		struct nesting one = todo.left.at[--todo.left.len];
		load_one(l, &todo, &one);
	}
	VEC_FREE(&todo.left);
}
