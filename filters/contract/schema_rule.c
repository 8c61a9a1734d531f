/* Which node has which rule: a node gets one rule, and waits in the queue to be compiled. */
#include "filters/contract/schema_compile.h"

/* The rule of a node: the one that it has, or a new one in the queue. */
static uint32_t rule_of(struct schema_set *set, const struct node *n, uint32_t resource, const struct origin *origin)
{
	const uint32_t *known = schema_map_get(&set->rules, schema_map_pointer(n));
	if (known)
		return *known;
	const uint32_t *owner = schema_map_get(&set->by_node, schema_map_pointer(n));
	struct program *p = set->program;
	struct origin o = *origin;
	uint32_t index = (uint32_t)p->rules.len;
	resource = owner ? *owner : resource;
	o.file = schema_file(set, n->file);
	o.line = n->line;
	o.column = n->column;
	set->resources.at[resource].used = true;
	VEC_PUSH(&p->rules, ((struct rule){EVERY_KIND, 0, resource, {0}}));
	VEC_PUSH(&p->origins, o);
	VEC_PUSH(&set->nodes, n);
	schema_map_put(&set->rules, schema_map_pointer(n), index);
	VEC_PUSH(&set->queue, ((struct pending){n, index, resource}));
	return index;
}

uint32_t schema_child(struct compiling *c, enum keyword keyword, const struct node *name, uint32_t index,
		      const struct node *n)
{
	struct origin o = {.parent = c->rule, .keyword = (uint16_t)keyword, .detail = DETAIL_NONE};
	if (name) {
		o.detail = DETAIL_TEXT;
		o.text = schema_text(c->set, name->text);
		o.length = (uint32_t)name->text.len;
	} else if (index != NONE) {
		o.detail = DETAIL_INDEX;
		o.text = index;
	}
	return rule_of(c->set, n, c->resource, &o);
}

uint32_t schema_children(struct compiling *c, enum keyword keyword, const struct node *list)
{
	struct program *p = c->set->program;
	uint32_t first = (uint32_t)p->lists.len;
	for (uint32_t i = 0; i < list->count; i++) {
		uint32_t rule = schema_child(c, keyword, NULL, i, &list->items[i]);
		VEC_PUSH(&p->lists, rule);
	}
	return first;
}

uint32_t schema_rooted_rule(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer,
			    struct diag *d)
{
	struct origin o = {.parent = NONE, .detail = DETAIL_TEXT, .text = 0, .length = (uint32_t)pointer.len};
	/* What a reference or an OpenAPI document reaches is a schema, wherever it stands: only now its `$id`s count.
	 */
	if (!language_in(set->resources.at[resource].language, IN_30) &&
	    !schema_set_visit(set, n, resource, pointer, d))
		return NONE;
	const uint32_t *known = schema_map_get(&set->rules, schema_map_pointer(n));
	if (known)
		return *known;
	o.text = schema_text(set, pointer);
	return rule_of(set, n, resource, &o);
}

uint32_t schema_target_rule(struct compiling *c, const struct target *target)
{
	uint32_t rule = schema_rooted_rule(c->set, target->node, target->resource, target->pointer, c->diag);
	c->ok &= rule != NONE;
	return rule;
}
