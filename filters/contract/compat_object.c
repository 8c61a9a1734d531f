#include "filters/contract/compat_object.h"

#include <stdlib.h>

enum { FILL = 300, COMBINATIONS = 400, DENIED = 24 };

static uint32_t needed(const struct solver *s)
{
	return s->direction == REQUEST ? PROPERTY_REQUIRED_IN : PROPERTY_REQUIRED_OUT;
}

static void mark_required(struct making *m, const struct atom *a)
{
	const struct program *p = m->s->program[a->side];
	const struct object *o = &p->objects.at[a->op->a];
	for (uint32_t i = 0; i < o->count; i++) {
		const struct property *one = &p->properties.at[o->property + i];
		if (one->flags & needed(m->s))
			making_part(m, program_name(p, &one->name))->required = true;
	}
}

static void bounds(struct making *m, const struct atom *a)
{
	uint64_t n = a->op->a;
	if (a->op->code == OP_MIN_PROPERTIES && !a->denied && n > m->min)
		m->min = n;
	else if (a->op->code == OP_MIN_PROPERTIES && a->denied && n <= m->max)
		m->max = n - 1;
	else if (a->op->code == OP_MAX_PROPERTIES && !a->denied && n < m->max)
		m->max = n;
	else if (a->op->code == OP_MAX_PROPERTIES && a->denied && n >= m->min)
		m->min = n + 1;
}

/* What the presence of names asks for. The rule of a dependent that is not there yet: its item; else 0. */
static uint64_t follow(struct making *m, struct part **owner)
{
	const struct expansion *e = m->l->e;
	bool grew = true;
	while (grew) {
		grew = false;
		for (size_t i = 0; i < e->atoms.len; i++) {
			const struct atom *a = &e->atoms.at[i];
			const struct program *p = m->s->program[a->side];
			for (uint32_t k = 0; !a->denied && a->op->code == OP_DEPENDENTS && k < a->op->b; k++) {
				const struct dependent *d = &p->dependents.at[a->op->a + k];
				struct part *part = making_part(m, program_name(p, &p->names.at[d->name]));
				if (!part->required)
					continue;
				for (uint32_t n = 1; n <= d->count; n++) {
					struct part *next = making_part(m, program_name(p, &p->names.at[d->name + n]));
					grew |= !next->required;
					next->required = true;
				}
				uint64_t item = d->rule == NONE ? 0 : solve_rule(m->s, a->side, d->rule, false);
				if (item && !expand_seen(e, item)) {
					*owner = part;
					return item;
				}
			}
		}
	}
	return 0;
}

/* ---- the object ---- */

struct chosen {
	const struct way_out *way[DENIED];
	size_t count;
};

static bool is_chosen(const struct chosen *c, struct str name, struct item_list *items)
{
	bool found = false;
	for (size_t i = 0; i < c->count; i++) {
		const struct way_out *w = c->way[i];
		if (!w || w->absent || !str_eq(w->name, name))
			continue;
		found = true;
		if (w->item)
			items_add(items, w->item);
	}
	return found;
}

static struct reply member(struct making *m, const struct chosen *c, struct str name)
{
	struct item_list items = {0};
	bool never;
	making_items(m, name, &items, &never);
	is_chosen(c, name, &items);
	struct reply r = never ? reply_never() : solve_part(m->s, &items);
	VEC_FREE(&items);
	return r;
}

static void write_member(struct making *m, struct buf *out, struct str name, struct str value)
{
	struct str key = solve_quote(m->s, name);
	if (out->len > 1)
		buf_addc(out, ',');
	buf_add(out, key);
	buf_addc(out, ':');
	buf_add(out, value);
}

static bool absent_by(const struct chosen *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->way[i] && c->way[i]->absent && !c->way[i]->fresh && str_eq(c->way[i]->name, name))
			return true;
	return false;
}

/* Whether no name but those of the parts may be there. */
static bool closed(const struct making *m)
{
	const struct expansion *e = m->l->e;
	bool sealed = m->sealed;
	for (size_t i = 0; i < e->atoms.len && !sealed; i++) {
		const struct atom *a = &e->atoms.at[i];
		const struct program *p = m->s->program[a->side];
		const struct object *o = a->op->code == OP_OBJECT && !a->denied ? &p->objects.at[a->op->a] : NULL;
		sealed =
		    o && !o->pattern_count && o->additional != NONE && p->rules.at[o->additional].flags & RULE_FALSE;
	}
	return sealed;
}

/* Whether all names that may be there, with what was chosen, are too few. */
static bool too_few(struct making *m, const struct chosen *c)
{
	uint64_t possible = 0;
	if (!m->min || !closed(m))
		return false;
	for (size_t i = 0; i < m->parts.len && possible < m->min; i++)
		possible += !m->parts.at[i].absent && !absent_by(c, m->parts.at[i].name) &&
			    member(m, c, m->parts.at[i].name).answer != NEVER;
	return possible < m->min;
}

/* More members where the least count asks for them: known names first. */
static uint64_t fill(struct making *m, const struct chosen *c, struct buf *out, uint64_t count, const bool *used)
{
	for (size_t i = 0; i < m->parts.len && count < m->min; i++) {
		if (used[i] || m->parts.at[i].absent || absent_by(c, m->parts.at[i].name))
			continue;
		struct reply r = member(m, c, m->parts.at[i].name);
		if (r.answer != EXISTS)
			continue;
		write_member(m, out, m->parts.at[i].name, r.value);
		count++;
	}
	for (unsigned i = 0; i < FILL && count < m->min && !m->sealed; i++) {
		struct str name = i % 2 ? arena_printf(&m->s->arena, "%u", i) : arena_printf(&m->s->arena, "x%u", i);
		if (making_part(m, name))
			continue;
		struct reply r = member(m, c, name);
		if (r.answer != EXISTS)
			continue;
		write_member(m, out, name, r.value);
		count++;
	}
	return count;
}

/* NEVER: this choice cannot be, for certain. */
static struct reply build(struct making *m, const struct chosen *c)
{
	struct buf out = {0};
	struct reply sum = reply_unclear("an object that could not be put together");
	bool *used = must_zalloc(m->parts.len + 1, sizeof *used);
	uint64_t count = 0, strangers = 0;
	struct item_list none = {0};
	buf_addc(&out, '{');
	for (size_t i = 0; i < m->parts.len; i++) {
		struct part *p = &m->parts.at[i];
		bool wanted = is_chosen(c, p->name, &none) || p->required;
		if (wanted && (p->absent || absent_by(c, p->name)))
			goto never;
		if (!wanted)
			continue;
		struct reply r = member(m, c, p->name);
		if (r.answer == NEVER)
			goto never;
		used[i] = true;
		count++;
		if (r.answer == UNCLEAR) {
			sum = r;
			goto done;
		}
		write_member(m, &out, p->name, r.value);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (!c->way[i] || !c->way[i]->fresh || c->way[i]->absent || making_part(m, c->way[i]->name))
			continue;
		struct reply r = member(m, c, c->way[i]->name);
		if (r.answer != EXISTS)
			goto done;
		write_member(m, &out, c->way[i]->name, r.value);
		count++;
		strangers++;
	}
	/* Two strangers could be one. */
	if (count > m->max && strangers < 2)
		goto never;
	count = fill(m, c, &out, count, used);
	if (count < m->min && too_few(m, c))
		goto never;
	if (count > m->max || count < m->min || out.len > VALUE_BYTES)
		goto done;
	buf_addc(&out, '}');
	struct str text = arena_dup(&m->s->arena, buf_str(&out));
	if (solve_verify(m->s, m->l->item, m->l->count, text) == VALID)
		sum = reply_exists(text);
	goto done;
never:
	sum = reply_never();
done:
	VEC_FREE(&none);
	buf_free(&out);
	free(used);
	return sum;
}

struct combining {
	struct making *m;
	struct way_outs ways[DENIED];
	size_t count;
	struct chosen chosen;
	unsigned tried;
	struct reply sum;
};

static bool combine(struct combining *c, size_t depth)
{
	if (depth == c->count) {
		struct reply r = build(c->m, &c->chosen);
		if (r.answer == EXISTS || (r.answer == UNCLEAR && c->sum.answer == NEVER))
			c->sum = r;
		if (++c->tried >= COMBINATIONS && c->sum.answer == NEVER)
			c->sum = reply_unclear("more combinations than the bound allows");
		return r.answer == EXISTS || c->tried >= COMBINATIONS || c->m->s->spent;
	}
	for (size_t i = 0; i < c->ways[depth].len; i++) {
		c->chosen.way[depth] = &c->ways[depth].at[i];
		if (combine(c, depth + 1))
			return true;
	}
	return false;
}

static struct reply decide(struct making *m)
{
	const struct expansion *e = m->l->e;
	struct combining c = {.m = m, .sum = reply_never()};
	bool closed = false;
	for (size_t i = 0; i < e->atoms.len && !closed; i++) {
		const struct atom *a = &e->atoms.at[i];
		if (!a->denied || a->op->code == OP_MIN_PROPERTIES || a->op->code == OP_MAX_PROPERTIES)
			continue;
		if (c.count == DENIED) {
			m->why = "more denials than the bound allows";
			break;
		}
		making_ways(m, a, &c.ways[c.count]);
		closed = c.ways[c.count++].len == 0;
	}
	c.chosen.count = c.count;
	if (!closed)
		combine(&c, 0);
	for (size_t i = 0; i < c.count; i++)
		VEC_FREE(&c.ways[i]);
	if (m->s->spent && c.sum.answer != EXISTS)
		return reply_unclear(m->s->spent);
	if (c.sum.answer == NEVER && m->why)
		return reply_unclear(m->why);
	return c.sum;
}

/* Required members that can have no value; counts. */
static struct reply required(struct making *m)
{
	uint64_t count = 0;
	static const struct chosen none;
	for (size_t i = 0; i < m->parts.len; i++) {
		struct part *p = &m->parts.at[i];
		if (!p->required)
			continue;
		if (p->absent || ++count > m->max)
			return reply_never();
		if (member(m, &none, p->name).answer == NEVER)
			return reply_never();
	}
	return too_few(m, &none) ? reply_never() : reply_exists(STR(""));
}

static void demanded(struct making *m)
{
	const struct expansion *e = m->l->e;
	for (size_t i = 0; i < e->demands.len; i++) {
		struct part *p = making_part(m, solve_demand_of(m->s, e->demands.at[i])->name);
		p->required |= !item_denied(e->demands.at[i]);
		p->absent |= item_denied(e->demands.at[i]);
	}
}

/* A dependent's rule joins the state: with the member that brought it in. */
static struct reply join(struct making *m, const struct part *owner, uint64_t item)
{
	struct item_list l = {0};
	struct demand there = {.what = DEMAND_MEMBER, .name = owner->name};
	for (size_t i = 0; i < m->l->count; i++)
		items_add(&l, m->l->item[i]);
	items_add(&l, item);
	items_add(&l, solve_demand(m->s, &there, false));
	struct reply r = solve_items(m->s, &l, JSON_OBJECT);
	VEC_FREE(&l);
	return r;
}

static struct reply make(struct making *m)
{
	const struct expansion *e = m->l->e;
	struct part *owner = NULL;
	for (size_t i = 0; i < e->atoms.len; i++) {
		bounds(m, &e->atoms.at[i]);
		if (e->atoms.at[i].op->code == OP_OBJECT && !e->atoms.at[i].denied)
			mark_required(m, &e->atoms.at[i]);
	}
	demanded(m);
	uint64_t item = follow(m, &owner);
	if (item)
		return join(m, owner, item);
	struct reply r = m->min > m->max ? reply_never() : required(m);
	return r.answer == NEVER ? r : decide(m);
}

struct reply leaf_object(const struct leaf *l)
{
	struct making m = {.l = l, .s = l->s, .max = UINT64_MAX, .why = NULL};
	const struct atom *list = leaf_enum(l);
	if (list) {
		struct reply r = leaf_values(l, list);
		return r.answer == EXISTS && l->e->demands.len ? reply_unclear("a listed object under a demand") : r;
	}
	making_find_names(&m);
	struct reply r = make(&m);
	for (size_t i = 0; i < m.parts.len; i++)
		VEC_FREE(&m.parts.at[i].items);
	VEC_FREE(&m.parts);
	if (r.answer == UNCLEAR && l->e->opaque)
		r.why = l->e->opaque;
	return r;
}
