/* What schemas say of the parts of a value: the rules that apply in place, and the names that each has. */
#include "filters/contract/program_place.h"

/* Rules that apply to one value, as they are found; each once. */
struct gathered {
	uint32_t rule[PLACE_SCHEMAS];
	uint32_t count;
	bool cut;
};

static const struct op *first_op(const struct program *p, uint32_t rule, unsigned kind)
{
	uint32_t code = p->rules.at[rule].code[kind];
	return code && code != NONE ? &p->ops.at[code] : NULL;
}

static const struct op *next_op(const struct op *op)
{
	return op->last ? NULL : op + 1;
}

static void gather(struct gathered *g, uint32_t rule)
{
	for (uint32_t i = 0; i < g->count; i++)
		if (g->rule[i] == rule)
			return;
	if (rule == NONE)
		return;
	if (g->count == PLACE_SCHEMAS)
		g->cut = true;
	else
		g->rule[g->count++] = rule;
}

static void gather_list(struct gathered *g, const struct program *p, uint32_t list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		gather(g, p->lists.at[list + i]);
}

static void gather_dynamic(struct gathered *g, const struct program *p, const struct op *op)
{
	const struct dynamic_name *name = op->b < p->dynamic_names.len ? &p->dynamic_names.at[op->b] : NULL;
	gather(g, op->a);
	for (uint32_t i = 0; name && i < name->count; i++)
		gather(g, p->dynamic_targets.at[name->first + i].rule);
}

/* Branches that may not apply count too: what they name stands in the contract. Only `not` says what is not there. */
static void gather_in_place(struct gathered *g, const struct program *p, const struct op *op)
{
	switch (op->code) {
	case OP_REF:
		gather(g, op->a);
		break;
	case OP_DYNAMIC_REF:
		gather_dynamic(g, p, op);
		break;
	case OP_ALL:
	case OP_ANY:
	case OP_ONE:
		gather_list(g, p, op->a, op->b);
		break;
	case OP_IF:
		gather(g, op->a);
		gather_list(g, p, op->b, 2);
		break;
	case OP_DEPENDENTS:
		for (uint32_t i = 0; i < op->b; i++)
			gather(g, p->dependents.at[op->a + i].rule);
		break;
	default:
		break;
	}
}

static bool speaks(const struct program *p, uint32_t rule)
{
	static const uint8_t speaking[OP_COUNT] = {[OP_OBJECT] = 1, [OP_UNEVALUATED_PROPERTIES] = 1, [OP_PREFIX] = 1,
						   [OP_ITEMS] = 1,  [OP_UNEVALUATED_ITEMS] = 1,      [OP_CONTAINS] = 1};
	static const unsigned kinds[] = {JSON_OBJECT, JSON_ARRAY};
	for (unsigned k = 0; k < 2; k++)
		for (const struct op *op = first_op(p, rule, kinds[k]); op; op = next_op(op))
			if (speaking[op->code])
				return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

bool place_rules(const struct program *p, const uint32_t *from, uint32_t count, uint32_t to[PLACE_SCHEMAS],
		 uint32_t *found)
{
	static const unsigned kinds[] = {JSON_OBJECT, JSON_ARRAY};
	struct gathered g = {.count = 0};
	*found = 0;
	for (uint32_t i = 0; i < count; i++)
		gather(&g, from[i]);
	for (uint32_t i = 0; i < g.count; i++) {
		for (unsigned k = 0; k < 2; k++)
			for (const struct op *op = first_op(p, g.rule[i], kinds[k]); op; op = next_op(op))
				gather_in_place(&g, p, op);
		if (speaks(p, g.rule[i]))
			to[(*found)++] = g.rule[i];
	}
	qsort(to, *found, sizeof *to, by_number);
	return !g.cut;
}

/* A schema that lets nothing pass names nothing either. */
static bool is_open(const struct program *p, uint32_t rule)
{
	return rule != NONE && !(p->rules.at[rule].flags & RULE_FALSE);
}

static void object_parts(const struct program *p, const struct object *o, const struct place_parts *parts)
{
	for (uint32_t i = 0; i < o->count; i++) {
		const struct property *one = &p->properties.at[o->property + i];
		parts->member(parts->context, program_name(p, &one->name), one->rule);
	}
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *one = &p->pattern_properties.at[o->pattern + i];
		if (is_open(p, one->rule))
			parts->pattern(parts->context, one->pattern, one->rule);
	}
	if (is_open(p, o->additional))
		parts->any_member(parts->context, o->additional);
}

static void op_parts(const struct program *p, const struct op *op, const struct place_parts *parts)
{
	switch (op->code) {
	case OP_OBJECT:
		object_parts(p, &p->objects.at[op->a], parts);
		break;
	case OP_UNEVALUATED_PROPERTIES:
		if (is_open(p, op->a))
			parts->any_member(parts->context, op->a);
		break;
	case OP_PREFIX:
		for (uint32_t i = 0; i < op->b; i++)
			parts->item(parts->context, p->lists.at[op->a + i]);
		break;
	case OP_ITEMS:
	case OP_UNEVALUATED_ITEMS:
	case OP_CONTAINS:
		if (is_open(p, op->a))
			parts->item(parts->context, op->a);
		break;
	default:
		break;
	}
}

void place_rule_parts(const struct program *p, uint32_t rule, const struct place_parts *parts)
{
	static const unsigned kinds[] = {JSON_OBJECT, JSON_ARRAY};
	for (unsigned k = 0; k < 2; k++)
		for (const struct op *op = first_op(p, rule, kinds[k]); op; op = next_op(op))
			op_parts(p, op, parts);
}
