/* What asserted rules say of one member of an object. */
#include "filters/contract/compat_object.h"

#include <stdlib.h>

bool making_matches(struct making *m, unsigned side, uint32_t pattern, struct str name)
{
	enum pattern_verdict v = pattern_match(m->s->program[side]->patterns.at[pattern], m->s->patterns, name);
	if (v == PATTERN_UNDECIDED)
		m->why = "a pattern of names that could not be decided";
	return v == PATTERN_MATCH;
}

static uint32_t forbidden(const struct solver *s)
{
	return s->direction == REQUEST ? PROPERTY_READ_ONLY : PROPERTY_WRITE_ONLY;
}

static void object_items(struct making *m, const struct atom *a, struct str name, struct item_list *out, bool *never)
{
	const struct program *p = m->s->program[a->side];
	const struct object *o = &p->objects.at[a->op->a];
	const struct property *one = evaluated_property(p, o, name);
	bool matched = false;
	uint32_t rule = one ? one->rule : NONE;
	if (one && one->flags & forbidden(m->s))
		*never = true;
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *pp = &p->pattern_properties.at[o->pattern + i];
		if (!making_matches(m, a->side, pp->pattern, name))
			continue;
		matched = true;
		items_add(out, solve_rule(m->s, a->side, pp->rule, false));
	}
	if (rule == NONE && !matched)
		rule = o->additional;
	if (rule != NONE)
		items_add(out, solve_rule(m->s, a->side, rule, false));
}

void making_items(struct making *m, struct str name, struct item_list *out, bool *never)
{
	const struct expansion *e = m->l->e;
	*never = false;
	for (size_t i = 0; i < e->atoms.len; i++) {
		const struct atom *a = &e->atoms.at[i];
		if (a->denied)
			continue;
		if (a->op->code == OP_OBJECT)
			object_items(m, a, name, out, never);
		else if (a->op->code == OP_UNEVALUATED_PROPERTIES &&
			 evaluated_member(m->l, a->side, a->index, name) == EVALUATED_NOT)
			items_add(out, solve_rule(m->s, a->side, a->op->a, false));
		else if (a->op->code == OP_NAMES &&
			 solve_judge(m->s, a->side, a->op->a, solve_quote(m->s, name)) == INVALID)
			*never = true;
	}
	for (size_t i = 0; i < e->demands.len; i++) {
		const struct demand *d = solve_demand_of(m->s, e->demands.at[i]);
		if (d->what == DEMAND_MEMBER && !item_denied(e->demands.at[i]) && d->item && str_eq(d->name, name))
			items_add(out, d->item);
	}
}

static int part_order(const void *key, const void *element)
{
	const struct part *p = element;
	return str_cmp(*(const struct str *)key, p->name);
}

struct part *making_part(struct making *m, struct str name)
{
	return m->parts.len ? bsearch(&name, m->parts.at, m->parts.len, sizeof *m->parts.at, part_order) : NULL;
}

const struct part *making_known(struct making *m, struct part *part)
{
	if (!part->known) {
		making_items(m, part->name, &part->items, &part->never);
		part->known = true;
	}
	return part;
}
