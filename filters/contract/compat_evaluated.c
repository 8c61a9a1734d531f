/* What `unevaluatedProperties` and `unevaluatedItems` leave: which members and items the rules applied to the same
 * value have looked at. Where only a branch that may or may not hold looks at one, that is a maybe; compat_expand.c
 * asks which rules decide it and takes both ways of each. */
#include "filters/contract/compat_evaluated.h"

enum { CLOSURE = 96, CONDITIONS = 6 };

/* A rule that is applied in place, and whether it surely holds. */
struct applied {
	uint32_t rule;
	bool sure;
};

struct closure {
	struct solver *s;
	const struct expansion *e; /* NULL: every branch counts, as a maybe */
	unsigned side, kind;
	uint32_t top; /* the op that asks */
	struct applied at[CLOSURE];
	uint32_t count;
	bool whole; /* false: there were too many */
	/* what is asked */
	const struct leaf *leaf;
	struct str name;
	uint64_t index;
	bool items;
	enum evaluation best;
	uint32_t prefix;
	struct item_list *conditions;
};

static void apply(struct closure *c, uint32_t rule, bool sure)
{
	if (rule == NONE)
		return;
	rule = class_behind(c->s->program[c->side], rule);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->at[i].rule == rule && (c->at[i].sure || !sure))
			return;
	if (c->count < CLOSURE)
		c->at[c->count++] = (struct applied){rule, sure};
	else
		c->whole = false;
}

/* 1: it holds in this state; 0: it does not, or says nothing; -1: nobody knows. */
static int holds(const struct closure *c, uint32_t rule)
{
	uint32_t code = c->s->program[c->side]->rules.at[rule].code[c->kind];
	uint64_t item = solve_rule(c->s, c->side, rule, false);
	if (code == NONE)
		return 0;
	if (code == 0)
		return 1;
	if (!c->e)
		return -1;
	return expand_seen(c->e, item) ? 1 : expand_seen(c->e, item ^ 1) ? 0 : -1;
}

static void condition(struct closure *c, uint32_t rule)
{
	uint32_t code = c->s->program[c->side]->rules.at[rule].code[c->kind];
	if (c->conditions && code != NONE && code != 0)
		items_add(c->conditions, solve_rule(c->s, c->side, rule, false));
}

static void branch(struct closure *c, uint32_t rule, bool sure)
{
	int state = holds(c, rule);
	condition(c, rule);
	if (state)
		apply(c, rule, sure && state > 0);
}

static void branches(struct closure *c, const struct op *op, bool sure)
{
	for (uint32_t i = 0; i < op->b; i++) {
		uint32_t rule = c->s->program[c->side]->lists.at[op->a + i];
		if (op->code == OP_ALL || op->b == 1)
			apply(c, rule, sure);
		else
			branch(c, rule, sure);
	}
}

static void conditional(struct closure *c, const struct op *op, bool sure)
{
	const uint32_t *list = &c->s->program[c->side]->lists.at[op->b];
	int state = holds(c, op->a);
	condition(c, op->a);
	if (state)
		apply(c, op->a, sure && state > 0);
	if (state)
		apply(c, list[0], sure && state > 0);
	if (state <= 0)
		apply(c, list[1], sure && state == 0);
}

/* A dependent's rule is applied where its name is there. */
static void dependents(struct closure *c, const struct op *op, bool sure)
{
	const struct program *p = c->s->program[c->side];
	for (uint32_t i = 0; i < op->b; i++) {
		const struct dependent *d = &p->dependents.at[op->a + i];
		struct demand there = {.what = DEMAND_MEMBER, .name = program_name(p, &p->names.at[d->name])};
		int state = -1;
		for (size_t k = 0; c->e && k < c->e->demands.len; k++) {
			uint64_t item = c->e->demands.at[k];
			const struct demand *one = solve_demand_of(c->s, item);
			if (one->what == DEMAND_MEMBER && str_eq(one->name, there.name))
				state = item_denied(item) && !one->item ? 0 : item_denied(item) ? state : 1;
		}
		if (d->rule != NONE && state)
			apply(c, d->rule, sure && state > 0);
	}
}

static void looked_at(struct closure *c, bool sure)
{
	enum evaluation got = sure ? EVALUATED_SURELY : EVALUATED_MAYBE;
	c->best = got > c->best ? got : c->best;
}

static bool names_match(const struct closure *c, const struct program *p, const struct object *o, bool *unclear)
{
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		enum pattern_verdict v = pattern_match(p->patterns.at[p->pattern_properties.at[o->pattern + i].pattern],
						       c->s->patterns, c->name);
		*unclear |= v == PATTERN_UNDECIDED;
		if (v == PATTERN_MATCH)
			return true;
	}
	return false;
}

static void object(struct closure *c, const struct op *op, bool sure)
{
	const struct program *p = c->s->program[c->side];
	const struct object *o = &p->objects.at[op->a];
	bool unclear = false;
	if (c->items || !c->name.at)
		return;
	const struct property *one = evaluated_property(p, o, c->name);
	if ((one && one->rule != NONE) || o->additional != NONE || names_match(c, p, o, &unclear))
		looked_at(c, sure);
	else if (unclear)
		looked_at(c, false);
}

static void one_op(struct closure *c, uint32_t index, const struct op *op, bool sure)
{
	const struct program *p = c->s->program[c->side];
	switch ((enum op_code)op->code) {
	case OP_REF:
		apply(c, op->a, sure);
		break;
	case OP_ALL:
	case OP_ANY:
	case OP_ONE:
		branches(c, op, sure);
		break;
	case OP_IF:
		conditional(c, op, sure);
		break;
	case OP_DEPENDENTS:
		dependents(c, op, sure);
		break;
	case OP_OBJECT:
		object(c, op, sure);
		break;
	case OP_PREFIX:
		c->prefix = op->b > c->prefix ? op->b : c->prefix;
		if (c->items && c->index < op->b)
			looked_at(c, sure);
		break;
	case OP_ITEMS:
		c->prefix = op->b > c->prefix ? op->b : c->prefix;
		if (c->items && c->index >= op->b)
			looked_at(c, sure);
		break;
	case OP_CONTAINS:
		if (c->items && p->contains.at[op->b].marks)
			looked_at(c, false);
		break;
	case OP_DYNAMIC_REF:
		looked_at(c, false);
		break;
	case OP_UNEVALUATED_PROPERTIES:
	case OP_UNEVALUATED_ITEMS:
		if (index != c->top)
			looked_at(c, sure);
		break;
	default:
		break;
	}
}

static void walk(struct closure *c)
{
	const struct program *p = c->s->program[c->side];
	uint32_t owner = c->s->owner[c->side][c->top];
	c->whole = true;
	c->at[c->count++] = (struct applied){owner, true};
	for (uint32_t i = 0; i < c->count; i++) {
		struct applied one = c->at[i];
		uint32_t code = p->rules.at[one.rule].code[c->kind];
		for (; code != 0 && code != NONE; code++) {
			/* Of the rule that asks, what holds beside it is among what was seen. */
			bool sure =
			    one.sure && (i || (c->e && expand_seen(c->e, item_make(ITEM_OP, c->side, code, false))));
			one_op(c, code, &p->ops.at[code], sure);
			if (p->ops.at[code].last)
				break;
		}
	}
	if (!c->whole)
		looked_at(c, false);
}

const struct property *evaluated_property(const struct program *p, const struct object *o, struct str name)
{
	if (!o->count)
		return NULL;
	uint32_t hash = json_key_hash(name);
	for (uint32_t at = hash;; at++) {
		uint32_t slot = p->slots.at[o->slot + (at & o->mask)];
		if (!slot)
			return NULL;
		const struct property *one = &p->properties.at[o->property + slot - 1];
		if (one->name.hash == hash && str_eq(program_name(p, &one->name), name))
			return one;
	}
}

enum evaluation evaluated_member(const struct leaf *l, unsigned side, uint32_t op, struct str name)
{
	struct closure c = {.s = l->s, .e = l->e, .side = side, .kind = JSON_OBJECT, .top = op, .name = name};
	walk(&c);
	return c.best;
}

enum evaluation evaluated_item(const struct leaf *l, unsigned side, uint32_t op, uint64_t index)
{
	struct closure c = {
	    .s = l->s, .e = l->e, .side = side, .kind = JSON_ARRAY, .top = op, .items = true, .index = index};
	walk(&c);
	return c.best;
}

uint32_t evaluated_prefix(struct solver *s, unsigned side, uint32_t op)
{
	struct closure c = {.s = s, .side = side, .kind = JSON_ARRAY, .top = op, .items = true};
	walk(&c);
	return c.prefix;
}

void evaluated_conditions(struct solver *s, unsigned side, uint32_t op, unsigned kind, struct item_list *out)
{
	struct closure c = {.s = s, .side = side, .kind = kind, .top = op, .conditions = out};
	size_t before = out->len;
	walk(&c);
	if (!c.whole || out->len - before > CONDITIONS)
		out->len = before;
}
