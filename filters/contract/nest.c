#include "filters/contract/nest.h"
#include "filters/contract/json.h"

/* A name: with children, or with values, in their order. */
struct nest_node {
	struct str name;
	struct nest_node *next, *child, *last;
	struct nest_value {
		struct nest_value *next;
		struct str raw;
	} * value, *last_value;
};

void nest_begin(struct nest *n, struct arena *arena)
{
	*n = (struct nest){arena, ARENA_NEW(arena, struct nest_node), 0, 0};
}

/* The child of that name; `[]` is always a new one. */
static struct nest_node *child_of(struct nest *n, struct nest_node *parent, struct str name)
{
	for (struct nest_node *c = parent->child; c && name.len; c = c->next)
		if (str_eq(c->name, name))
			return c;
	if (n->nodes == NEST_NODES)
		return NULL;
	n->nodes++;
	struct nest_node *c = ARENA_NEW(n->arena, struct nest_node);
	c->name = name;
	if (parent->last)
		parent->last->next = c;
	else
		parent->child = c;
	parent->last = c;
	return c;
}

bool nest_add(struct nest *n, struct str brackets, struct str raw)
{
	struct nest_node *at = n->root;
	if (n->values++ == NEST_VALUES)
		return false;
	for (unsigned depth = 0; brackets.len; depth++) {
		size_t shut = str_find(brackets, ']');
		if (brackets.at[0] != '[' || shut == brackets.len || depth == NEST_DEPTH)
			return false;
		at = child_of(n, at, str_of(brackets.at + 1, shut - 1));
		if (!at)
			return false;
		brackets = str_skip(brackets, shut + 1);
	}
	struct nest_value *v = ARENA_NEW(n->arena, struct nest_value);
	v->raw = raw;
	if (at->last_value)
		at->last_value->next = v;
	else
		at->value = v;
	at->last_value = v;
	return true;
}

static bool all_numbered(const struct nest_node *n)
{
	uint64_t index;
	for (const struct nest_node *c = n->child; c; c = c->next)
		if (c->name.len && !str_to_u64(c->name, &index))
			return false;
	return n->child != NULL;
}

static bool write_node(const struct nest_node *n, struct coercion *c, const struct judged *schema);

static bool write_values(const struct nest_node *n, struct coercion *c, const struct judged *schema)
{
	bool array = schema->types >> JSON_ARRAY & 1;
	if (!n->value->next && (!array || schema->types != 1u << JSON_ARRAY)) {
		coerce_encoded(c, schema->types, n->value->raw);
		return true;
	}
	json_out_add(&c->out, STR("["));
	uint32_t index = 0;
	for (const struct nest_value *v = n->value; v; v = v->next, index++) {
		struct judged item = coerce_item(c, schema, index);
		if (index)
			json_out_add(&c->out, STR(","));
		coerce_encoded(c, item.types, v->raw);
	}
	json_out_add(&c->out, STR("]"));
	return array;
}

static bool write_children(const struct nest_node *n, struct coercion *c, const struct judged *schema, bool array)
{
	uint32_t index = 0;
	bool good = true;
	json_out_add(&c->out, array ? STR("[") : STR("{"));
	for (const struct nest_node *k = n->child; k; k = k->next, index++) {
		struct judged sub = array ? coerce_item(c, schema, index) : coerce_property(c, schema, k->name);
		if (index)
			json_out_add(&c->out, STR(","));
		if (!array) {
			json_out_string(&c->out, k->name);
			json_out_add(&c->out, STR(":"));
		}
		good &= write_node(k, c, &sub);
	}
	json_out_add(&c->out, array ? STR("]") : STR("}"));
	return good;
}

/* Recursion is bounded by NEST_DEPTH. */
static bool write_node(const struct nest_node *n, struct coercion *c, const struct judged *schema)
{
	if (n->child && n->value)
		return false; /* a[b]=1 beside a=1 */
	if (n->value)
		return write_values(n, c, schema);
	bool array = (schema->types >> JSON_ARRAY & 1) && all_numbered(n);
	return write_children(n, c, schema, array);
}

bool nest_write(const struct nest *n, struct coercion *c, const struct judged *schema)
{
	return write_node(n->root, c, schema);
}
