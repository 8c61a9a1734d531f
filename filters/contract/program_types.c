/* What can be said of a schema without a message: how the text of a parameter or form field is to be read. */
#include "filters/contract/program_code.h"

enum { LOOK_DEPTH = 32, LOOK_WORK = 10000, JSON_SET = (1 << JSON_KINDS) - 1 };

/* A look into schemas, bounded: they may refer to each other in ways that double at every step. */
struct look {
	const struct program *p;
	unsigned work;
};

/* The first op for that kind, then each next one; NULL: no more. */
static const struct op *first_op(const struct program *p, uint32_t rule, unsigned kind)
{
	uint32_t code = p->rules.at[rule].code[kind];
	return code && code != NONE ? &p->ops.at[code] : NULL;
}

static const struct op *next_op(const struct op *op)
{
	return op->last ? NULL : op + 1;
}

/* Kinds that some branch lets pass. */
static uint32_t types(struct look *l, uint32_t rule, unsigned depth);

static uint32_t either(struct look *l, uint32_t list, uint32_t count, unsigned depth)
{
	uint32_t set = 0;
	for (uint32_t i = 0; i < count; i++)
		set |= types(l, l->p->lists.at[list + i], depth);
	return set;
}

static bool constants_have(const struct program *p, const struct op *op, unsigned kind)
{
	for (uint32_t i = 0; i < op->b; i++) {
		const struct json_token *k = &p->values.token[p->constants.at[op->a + i]];
		if (program_kind(k) == kind ||
		    (k->kind == JSON_NUMBER && (kind == JSON_NUMBER || kind == KIND_INTEGER)))
			return true;
	}
	return false;
}

static bool op_allows(struct look *l, const struct op *op, unsigned kind, unsigned depth)
{
	const struct program *p = l->p;
	switch (op->code) {
	case OP_REF:
	case OP_DYNAMIC_REF:
		return types(l, op->a, depth) >> kind & 1;
	case OP_ALL:
		for (uint32_t i = 0; i < op->b; i++)
			if (!(types(l, p->lists.at[op->a + i], depth) >> kind & 1))
				return false;
		return true;
	case OP_ANY:
	case OP_ONE:
		return either(l, op->a, op->b, depth) >> kind & 1;
	case OP_ENUM:
		return constants_have(p, op, kind);
	case OP_WORDS:
		return p->words.at[op->a].count;
	default:
		return true;
	}
}

static uint32_t types(struct look *l, uint32_t rule, unsigned depth)
{
	const struct program *p = l->p;
	uint32_t set = p->rules.at[rule].kinds;
	if (depth == LOOK_DEPTH || !l->work)
		return set;
	l->work--;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		for (const struct op *op = first_op(p, rule, kind); op && set >> kind & 1; op = next_op(op))
			if (!op_allows(l, op, kind, depth + 1))
				set &= ~(1u << kind);
	return set;
}

uint32_t program_types(const struct program *p, uint32_t entry)
{
	struct look l = {p, LOOK_WORK};
	uint32_t set = types(&l, entry, 0);
	if (set >> KIND_INTEGER & 1)
		set |= 1u << JSON_NUMBER;
	return set & JSON_SET;
}

static bool object_names(const struct program *p, const struct object *o, struct str name, uint32_t *rule)
{
	for (uint32_t i = 0; i < o->count; i++) {
		const struct property *one = &p->properties.at[o->property + i];
		if (one->rule != NONE && str_eq(program_name(p, &one->name), name))
			return *rule = one->rule, true;
	}
	return false;
}

/* The first schema that names it, in place or through $ref, allOf, anyOf and oneOf; then the one for all others. */
static bool find_property(struct look *l, uint32_t rule, struct str name, bool others, uint32_t *found, unsigned depth)
{
	const struct program *p = l->p;
	if (depth == LOOK_DEPTH || !l->work)
		return false;
	l->work--;
	for (const struct op *op = first_op(p, rule, JSON_OBJECT); op; op = next_op(op)) {
		const struct object *o = op->code == OP_OBJECT ? &p->objects.at[op->a] : NULL;
		bool list = op->code == OP_ALL || op->code == OP_ANY || op->code == OP_ONE;
		if (o && !others && object_names(p, o, name, found))
			return true;
		if (o && others && o->additional != NONE)
			return *found = o->additional, true;
		if (op->code == OP_REF && find_property(l, op->a, name, others, found, depth + 1))
			return true;
		for (uint32_t i = 0; list && i < op->b; i++)
			if (find_property(l, p->lists.at[op->a + i], name, others, found, depth + 1))
				return true;
	}
	return false;
}

bool program_property(const struct program *p, uint32_t entry, struct str name, uint32_t *property)
{
	struct look l = {p, LOOK_WORK};
	return find_property(&l, entry, name, false, property, 0) || find_property(&l, entry, name, true, property, 0);
}

static bool find_item(struct look *l, uint32_t rule, uint32_t index, uint32_t *item, unsigned depth)
{
	const struct program *p = l->p;
	if (depth == LOOK_DEPTH || !l->work)
		return false;
	l->work--;
	for (const struct op *op = first_op(p, rule, JSON_ARRAY); op; op = next_op(op)) {
		bool list = op->code == OP_ALL || op->code == OP_ANY || op->code == OP_ONE;
		if (op->code == OP_PREFIX && index < op->b)
			return *item = p->lists.at[op->a + index], true;
		if (op->code == OP_ITEMS && index >= op->b)
			return *item = op->a, true;
		if (op->code == OP_REF && find_item(l, op->a, index, item, depth + 1))
			return true;
		for (uint32_t i = 0; list && i < op->b; i++)
			if (find_item(l, p->lists.at[op->a + i], index, item, depth + 1))
				return true;
	}
	return false;
}

bool program_item(const struct program *p, uint32_t entry, uint32_t index, uint32_t *item)
{
	struct look l = {p, LOOK_WORK};
	return find_item(&l, entry, index, item, 0);
}
