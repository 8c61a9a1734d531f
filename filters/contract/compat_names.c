/* The names that the rules of an object speak of. */
#include "filters/contract/compat_object.h"

#include <stdlib.h>

enum { IN_PLACE = 200 };

static void note(void *context, struct str name)
{
	struct making *m = context;
	VEC_PUSH(&m->parts, ((struct part){.name = name}));
}

static void object_names(struct making *m, unsigned side, const struct object *o)
{
	const struct program *p = m->s->program[side];
	for (uint32_t i = 0; i < o->count; i++)
		note(m, program_name(p, &p->properties.at[o->property + i].name));
}

static void dependent_names(struct making *m, unsigned side, const struct op *op)
{
	const struct program *p = m->s->program[side];
	for (uint32_t i = 0; i < op->b; i++) {
		const struct dependent *d = &p->dependents.at[op->a + i];
		for (uint32_t k = 0; k <= d->count; k++)
			note(m, program_name(p, &p->names.at[d->name + k]));
	}
}

struct walking {
	struct solver *s;
	unsigned side;
	VEC(uint32_t) rules;
	void (*name)(void *, struct str);
	void *context;
	bool open;
};

static void walk_to(struct walking *w, uint32_t rule)
{
	if (rule == NONE)
		return;
	for (size_t i = 0; i < w->rules.len; i++)
		if (w->rules.at[i] == rule)
			return;
	VEC_PUSH(&w->rules, rule);
}

static void walk_object(struct walking *w, const struct object *o)
{
	const struct program *p = w->s->program[w->side];
	for (uint32_t i = 0; i < o->count; i++)
		w->name(w->context, program_name(p, &p->properties.at[o->property + i].name));
	w->open |= o->pattern_count || o->additional != NONE;
}

static void walk_op(struct walking *w, const struct op *op, bool top)
{
	const struct program *p = w->s->program[w->side];
	switch ((enum op_code)op->code) {
	case OP_REF:
		walk_to(w, op->a);
		break;
	case OP_ALL:
	case OP_ANY:
	case OP_ONE:
		for (uint32_t i = 0; i < op->b; i++)
			walk_to(w, p->lists.at[op->a + i]);
		break;
	case OP_IF:
		walk_to(w, op->a);
		walk_to(w, p->lists.at[op->b]);
		walk_to(w, p->lists.at[op->b + 1]);
		break;
	case OP_DEPENDENTS:
		for (uint32_t i = 0; i < op->b; i++)
			walk_to(w, p->dependents.at[op->a + i].rule);
		break;
	case OP_OBJECT:
		walk_object(w, &p->objects.at[op->a]);
		break;
	case OP_DYNAMIC_REF:
		w->open = true;
		break;
	case OP_UNEVALUATED_PROPERTIES:
		w->open |= !top;
		break;
	default:
		break;
	}
}

bool making_in_place(struct solver *s, unsigned side, uint32_t rule, void (*name)(void *, struct str), void *context)
{
	struct walking w = {.s = s, .side = side, .name = name, .context = context};
	walk_to(&w, rule);
	for (size_t i = 0; i < w.rules.len; i++) {
		uint32_t code = s->program[side]->rules.at[w.rules.at[i]].code[JSON_OBJECT];
		if (code == 0 || code == NONE)
			continue;
		for (const struct op *op = &s->program[side]->ops.at[code];; op++) {
			walk_op(&w, op, i == 0);
			if (op->last)
				break;
		}
		w.open |= i >= IN_PLACE;
		if (w.open)
			break;
	}
	VEC_FREE(&w.rules);
	return w.open;
}

static int by_name(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static void nobody(void *context, struct str name)
{
	(void)context;
	(void)name;
}

bool making_left_over(struct making *m, const struct atom *a)
{
	return !making_in_place(m->s, a->side, m->s->owner[a->side][a->index], nobody, NULL);
}

/* All names that the rules beside it speak of, so that no other is looked at by them. */
static void seal(struct making *m, const struct atom *a)
{
	const struct program *p = m->s->program[a->side];
	bool open = making_in_place(m->s, a->side, m->s->owner[a->side][a->index], note, m);
	m->sealed |= !open && !a->denied && p->rules.at[a->op->a].flags & RULE_FALSE;
}

void making_find_names(struct making *m)
{
	const struct expansion *e = m->l->e;
	size_t kept = 0;
	for (size_t i = 0; i < e->atoms.len; i++) {
		const struct atom *a = &e->atoms.at[i];
		if (a->op->code == OP_OBJECT)
			object_names(m, a->side, &m->s->program[a->side]->objects.at[a->op->a]);
		else if (a->op->code == OP_DEPENDENTS)
			dependent_names(m, a->side, a->op);
		else if (a->op->code == OP_UNEVALUATED_PROPERTIES)
			seal(m, a);
	}
	for (size_t i = 0; i < e->demands.len; i++)
		note(m, solve_demand_of(m->s, e->demands.at[i])->name);
	if (m->parts.len)
		qsort(m->parts.at, m->parts.len, sizeof *m->parts.at, by_name);
	for (size_t i = 0; i < m->parts.len; i++)
		if (kept == 0 || !str_eq(m->parts.at[kept - 1].name, m->parts.at[i].name))
			m->parts.at[kept++] = m->parts.at[i];
	m->parts.len = kept;
}
