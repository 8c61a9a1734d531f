#include "filters/contract/schema_compile.h"
#include "filters/contract/schema_value.h"

/* Two generations: prefixItems and items (2020-12), or items as a list and additionalItems. */
static void items(struct compiling *c)
{
	bool modern = language_in(c->language, IN_MODERN);
	const struct node *items = c->value[KEYWORD_ITEMS], *prefix = c->value[KEYWORD_PREFIX_ITEMS], *rest = items;
	enum keyword prefix_keyword = KEYWORD_PREFIX_ITEMS, rest_keyword = KEYWORD_ITEMS;
	if (!modern && items && items->kind == NODE_SEQUENCE) {
		prefix = items;
		rest = c->value[KEYWORD_ADDITIONAL_ITEMS];
		prefix_keyword = KEYWORD_ITEMS;
		rest_keyword = KEYWORD_ADDITIONAL_ITEMS;
	}
	uint32_t from = prefix ? prefix->count : 0;
	if (prefix && prefix->count)
		schema_emit(c, ARRAYS, OP_PREFIX, prefix_keyword, prefix, schema_children(c, prefix_keyword, prefix),
			    prefix->count);
	if (rest)
		schema_emit(c, ARRAYS, OP_ITEMS, rest_keyword, rest, schema_child(c, rest_keyword, NULL, NONE, rest),
			    from);
}

static void contains(struct compiling *c)
{
	const struct node *v = c->value[KEYWORD_CONTAINS];
	const struct node *min = c->value[KEYWORD_MIN_CONTAINS], *max = c->value[KEYWORD_MAX_CONTAINS];
	if (!v)
		return;
	struct program *p = c->set->program;
	struct contains one = {
	    .min = min ? schema_value_count(min) : 1,
	    .max = max ? schema_value_count(max) : UINT32_MAX,
	    .min_op = min ? schema_spot(c, KEYWORD_MIN_CONTAINS) : 0,
	    .max_op = max ? schema_spot(c, KEYWORD_MAX_CONTAINS) : 0,
	    .marks = language_in(c->language, IN_MODERN),
	};
	VEC_PUSH(&p->contains, one);
	schema_emit(c, ARRAYS, OP_CONTAINS, KEYWORD_CONTAINS, v, schema_child(c, KEYWORD_CONTAINS, NULL, NONE, v),
		    (uint32_t)p->contains.len - 1);
}

void schema_arrays(struct compiling *c)
{
	if (tree_is_true(c->value[KEYWORD_UNIQUE_ITEMS]))
		schema_emit(c, ARRAYS, OP_UNIQUE, KEYWORD_UNIQUE_ITEMS, c->value[KEYWORD_UNIQUE_ITEMS], 0, 0);
	items(c);
	contains(c);
}
