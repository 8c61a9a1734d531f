#include "filters/contract/compat_evaluated.h"

enum { WAYS = 20000, NUMBERS = 1 << JSON_NUMBER | 1 << KIND_INTEGER };

static const uint16_t kinds_of[OP_COUNT] = {
    [OP_NOTHING] = EVERY_KIND,
    [OP_ENUM] = EVERY_KIND & ~(1 << JSON_STRING),
    [OP_WORDS] = 1 << JSON_STRING,
    [OP_REF] = EVERY_KIND,
    [OP_DYNAMIC_REF] = EVERY_KIND,
    [OP_ALL] = EVERY_KIND,
    [OP_ANY] = EVERY_KIND,
    [OP_ONE] = EVERY_KIND,
    [OP_NOT] = EVERY_KIND,
    [OP_IF] = EVERY_KIND,
    [OP_INTEGER] = 1 << JSON_NUMBER,
    [OP_MINIMUM] = NUMBERS,
    [OP_MAXIMUM] = NUMBERS,
    [OP_ABOVE] = NUMBERS,
    [OP_BELOW] = NUMBERS,
    [OP_MULTIPLE] = NUMBERS,
    [OP_MIN_LENGTH] = 1 << JSON_STRING,
    [OP_MAX_LENGTH] = 1 << JSON_STRING,
    [OP_PATTERN] = 1 << JSON_STRING,
    [OP_FORMAT] = NUMBERS | 1 << JSON_STRING,
    [OP_MIN_ITEMS] = 1 << JSON_ARRAY,
    [OP_MAX_ITEMS] = 1 << JSON_ARRAY,
    [OP_UNIQUE] = 1 << JSON_ARRAY,
    [OP_PREFIX] = 1 << JSON_ARRAY,
    [OP_ITEMS] = 1 << JSON_ARRAY,
    [OP_CONTAINS] = 1 << JSON_ARRAY,
    [OP_UNEVALUATED_ITEMS] = 1 << JSON_ARRAY,
    [OP_MIN_PROPERTIES] = 1 << JSON_OBJECT,
    [OP_MAX_PROPERTIES] = 1 << JSON_OBJECT,
    [OP_OBJECT] = 1 << JSON_OBJECT,
    [OP_NAMES] = 1 << JSON_OBJECT,
    [OP_DEPENDENTS] = 1 << JSON_OBJECT,
    [OP_UNEVALUATED_PROPERTIES] = 1 << JSON_OBJECT,
};

uint32_t expand_kinds(const struct program *p, const struct op *op)
{
	if (op->code != OP_FORMAT)
		return kinds_of[op->code];
	return p->formats.at[op->a]->applies == FORMAT_NUMBERS ? NUMBERS : 1 << JSON_STRING;
}

/* What is under way: items whose turn has not come, and those that leave a choice. */
struct expanding {
	struct solver *s;
	struct expansion *e;
	size_t next; /* in e->seen */
	struct item_list open;
	struct item_list split; /* rules of which it must be known whether they hold */
};

static void push(struct expanding *x, uint64_t item)
{
	if (expand_seen(x->e, item))
		return;
	if (expand_seen(x->e, item ^ 1))
		x->e->closed = true;
	items_add(&x->e->seen, item);
	uint64_t bit = expand_bit(item);
	x->e->filter[bit / 64] |= (uint64_t)1 << bit % 64;
}

static void push_rule(struct expanding *x, unsigned side, uint32_t rule, bool denied)
{
	if (rule != NONE)
		push(x, solve_rule(x->s, side, rule, denied));
	else if (denied)
		x->e->closed = true;
}

static void push_list(struct expanding *x, unsigned side, const struct op *op, bool denied)
{
	for (uint32_t i = 0; i < op->b; i++)
		push_rule(x, side, x->s->program[side]->lists.at[op->a + i], denied);
}

static void add_atom(struct expanding *x, uint64_t item, const struct op *op)
{
	struct atom a = {op, item_side(item), item_index(item), item_denied(item)};
	VEC_PUSH(&x->e->atoms, a);
	if (op->code == OP_UNEVALUATED_PROPERTIES || op->code == OP_UNEVALUATED_ITEMS)
		evaluated_conditions(x->s, a.side, a.index, x->e->kind, &x->split);
	if (op->code == OP_DYNAMIC_REF)
		x->e->opaque = "a $dynamicRef";
}

static void expand_op(struct expanding *x, uint64_t item)
{
	unsigned side = item_side(item);
	const struct program *p = x->s->program[side];
	const struct op *op = &p->ops.at[item_index(item)];
	bool denied = item_denied(item);
	if (!(expand_kinds(p, op) >> x->e->kind & 1) || op->code == OP_NOTHING) {
		x->e->closed |= denied;
		return;
	}
	switch ((enum op_code)op->code) {
	case OP_REF:
		push_rule(x, side, op->a, denied);
		break;
	case OP_NOT:
		push_rule(x, side, op->a, !denied);
		break;
	case OP_ALL:
		if (!denied || op->b == 1)
			push_list(x, side, op, denied);
		else
			items_add(&x->open, item);
		break;
	case OP_ANY:
	case OP_ONE:
		if (op->b == 1 || (denied && op->code == OP_ANY))
			push_list(x, side, op, denied);
		else
			items_add(&x->open, item);
		break;
	case OP_IF:
		items_add(&x->open, item);
		break;
	case OP_DEPENDENTS:
		if (denied)
			items_add(&x->open, item);
		else
			add_atom(x, item, op);
		break;
	default:
		add_atom(x, item, op);
	}
}

static void expand_rule(struct expanding *x, uint64_t item)
{
	unsigned side = item_side(item);
	const struct program *p = x->s->program[side];
	uint32_t code = p->rules.at[item_index(item)].code[x->e->kind];
	bool denied = item_denied(item);
	if (code == NONE || code == 0) {
		x->e->closed |= (code == NONE) != denied;
		return;
	}
	if (denied && !p->ops.at[code].last) {
		items_add(&x->open, item);
		return;
	}
	for (uint32_t i = code;; i++) {
		push(x, item_make(ITEM_OP, side, i, denied));
		if (p->ops.at[i].last)
			break;
	}
}

static void expand_demand(struct expanding *x, uint64_t item)
{
	const struct demand *d = solve_demand_of(x->s, item);
	unsigned needs = d->what == DEMAND_KIND ? d->number : d->what == DEMAND_MEMBER ? JSON_OBJECT : JSON_ARRAY;
	bool other = needs != x->e->kind;
	if (d->what == DEMAND_KIND)
		x->e->closed |= other != item_denied(item);
	else if (other)
		x->e->closed |= !item_denied(item);
	else
		items_add(&x->e->demands, item);
}

static void settle_open(struct expanding *x)
{
	while (!x->e->closed && x->next < x->e->seen.len) {
		uint64_t item = x->e->seen.at[x->next++];
		if (item_form(item) == ITEM_RULE)
			expand_rule(x, item);
		else if (item_form(item) == ITEM_OP)
			expand_op(x, item);
		else
			expand_demand(x, item);
	}
}

/* ---- choices ---- */

static void way_begin(struct expansion *e)
{
	VEC_PUSH(&e->ways, ((struct way){e->pool.len, 0}));
}

static void way_add(struct expansion *e, uint64_t item)
{
	items_add(&e->pool, item);
	VEC_LAST(&e->ways).count++;
}

static void ways_of_rule(struct expanding *x, uint64_t item)
{
	unsigned side = item_side(item);
	const struct program *p = x->s->program[side];
	for (uint32_t i = p->rules.at[item_index(item)].code[x->e->kind];; i++) {
		const struct op *op = &p->ops.at[i];
		bool late = op->code == OP_UNEVALUATED_PROPERTIES || op->code == OP_UNEVALUATED_ITEMS;
		if (op->code != OP_NOTHING) {
			way_begin(x->e);
			way_add(x->e, item_make(ITEM_OP, side, i, true));
			/* What is evaluated is known where the others hold; where one does not, it has its own way. */
			for (uint32_t k = p->rules.at[item_index(item)].code[x->e->kind]; late && k < i; k++)
				if (p->ops.at[k].code != OP_NOTHING)
					way_add(x->e, item_make(ITEM_OP, side, k, false));
		}
		if (op->last)
			return;
	}
}

static void way_one_of(struct expanding *x, unsigned side, const struct op *op, uint32_t yes, uint32_t also)
{
	for (uint32_t i = 0; i < op->b; i++) {
		bool in = i == yes || i == also;
		if (in || also == NONE)
			way_add(x->e, solve_rule(x->s, side, x->s->program[side]->lists.at[op->a + i], !in));
	}
}

/* oneOf: exactly one; denied: none, or two. */
static void ways_of_one(struct expanding *x, unsigned side, const struct op *op, bool denied)
{
	if (!denied) {
		for (uint32_t i = 0; i < op->b; i++) {
			way_begin(x->e);
			way_one_of(x, side, op, i, NONE);
		}
		return;
	}
	if ((size_t)op->b * op->b / 2 > WAYS) {
		x->e->opaque = "a oneOf with very many branches";
		return;
	}
	way_begin(x->e);
	way_one_of(x, side, op, NONE, NONE);
	for (uint32_t i = 0; i < op->b; i++)
		for (uint32_t k = i + 1; k < op->b; k++) {
			way_begin(x->e);
			way_one_of(x, side, op, i, k);
		}
}

static void ways_of_if(struct expanding *x, unsigned side, const struct op *op, bool denied)
{
	const uint32_t *list = &x->s->program[side]->lists.at[op->b];
	for (unsigned no = 0; no < 2; no++) {
		if (list[no] == NONE && denied)
			continue;
		way_begin(x->e);
		way_add(x->e, solve_rule(x->s, side, op->a, no));
		if (list[no] != NONE)
			way_add(x->e, solve_rule(x->s, side, list[no], denied));
	}
}

/* Denied: a name is there, and what its presence asks for is not. */
static void ways_of_dependents(struct expanding *x, unsigned side, const struct op *op)
{
	const struct program *p = x->s->program[side];
	for (uint32_t i = 0; i < op->b; i++) {
		const struct dependent *d = &p->dependents.at[op->a + i];
		struct demand there = {.what = DEMAND_MEMBER, .name = program_name(p, &p->names.at[d->name])};
		for (uint32_t k = d->rule != NONE ? 0 : 1; k <= d->count; k++) {
			struct demand other = {.what = DEMAND_MEMBER,
					       .name = program_name(p, &p->names.at[d->name + k])};
			way_begin(x->e);
			way_add(x->e, solve_demand(x->s, &there, false));
			way_add(x->e, k ? solve_demand(x->s, &other, true) : solve_rule(x->s, side, d->rule, true));
		}
	}
}

static void ways_of(struct expanding *x, uint64_t item)
{
	unsigned side = item_side(item);
	if (item_form(item) == ITEM_RULE) {
		ways_of_rule(x, item);
		return;
	}
	const struct op *op = &x->s->program[side]->ops.at[item_index(item)];
	if (op->code == OP_ONE) {
		ways_of_one(x, side, op, item_denied(item));
	} else if (op->code == OP_DEPENDENTS) {
		ways_of_dependents(x, side, op);
	} else if (op->code == OP_IF) {
		ways_of_if(x, side, op, item_denied(item));
	} else {
		for (uint32_t i = 0; i < op->b; i++) {
			way_begin(x->e);
			way_add(x->e,
				solve_rule(x->s, side, x->s->program[side]->lists.at[op->a + i], item_denied(item)));
		}
	}
}

/* -1: it cannot be gone; 1: all of it is here already. */
static int way_state(const struct expanding *x, const struct way *w)
{
	const struct expansion *e = x->e;
	bool here = true;
	for (size_t i = 0; i < w->count; i++) {
		uint64_t item = e->pool.at[w->first + i];
		if (expand_seen(e, item ^ 1))
			return -1;
		if (expand_seen(e, item))
			continue;
		if (item_form(item) == ITEM_RULE) {
			uint32_t code = x->s->program[item_side(item)]->rules.at[item_index(item)].code[e->kind];
			if (code == (item_denied(item) ? 0 : NONE))
				return -1;
			if (code == (item_denied(item) ? NONE : 0))
				continue;
		}
		here = false;
	}
	return here;
}

/* A rule that decides what is evaluated: it holds, or it does not. */
static void split(struct expanding *x, uint64_t item)
{
	struct expansion *e = x->e;
	if (expand_seen(e, item) || expand_seen(e, item ^ 1))
		return;
	VEC_PUSH(&e->choices, ((struct choice){item, e->ways.len, 2}));
	way_begin(e);
	way_add(e, item);
	way_begin(e);
	way_add(e, item ^ 1);
}

/* Adds the choice that `item` leaves; true where it left none: what follows was pushed. */
static bool choose(struct expanding *x, uint64_t item)
{
	struct expansion *e = x->e;
	size_t first = e->ways.len, pool = e->pool.len, kept = first;
	const char *opaque = e->opaque;
	ways_of(x, item);
	bool done = e->opaque != opaque;
	for (size_t i = first; i < e->ways.len && !done; i++) {
		int state = way_state(x, &e->ways.at[i]);
		done = state > 0;
		if (state == 0)
			e->ways.at[kept++] = e->ways.at[i];
	}
	e->ways.len = kept;
	if (!done && kept - first > 1) {
		VEC_PUSH(&e->choices, ((struct choice){item, first, kept - first}));
		return false;
	}
	if (!done && kept == first)
		e->closed = true;
	if (!done && kept > first)
		for (size_t i = 0; i < e->ways.at[first].count; i++)
			push(x, e->pool.at[e->ways.at[first].first + i]);
	e->ways.len = first;
	e->pool.len = pool;
	return true;
}

static bool choices(struct expanding *x)
{
	size_t open = x->open.len, kept = 0;
	bool grew = false;
	x->e->choices.len = x->e->ways.len = x->e->pool.len = 0;
	for (size_t i = 0; i < open && !x->e->closed; i++) {
		size_t seen = x->e->seen.len;
		if (choose(x, x->open.at[i]))
			grew |= x->e->seen.len > seen;
		else
			x->open.at[kept++] = x->open.at[i];
		if (solve_spent(x->s, 1))
			break;
	}
	x->open.len = kept;
	if (!grew)
		for (size_t i = 0; i < x->split.len && !x->e->closed; i++)
			split(x, x->split.at[i]);
	return grew && !x->e->closed && !x->s->spent;
}

void expand_state(struct solver *s, struct expansion *e, const uint64_t *items, size_t count, unsigned kind)
{
	struct expanding x = {.s = s, .e = e};
	*e = (struct expansion){.kind = kind};
	for (size_t i = 0; i < count; i++)
		push(&x, items[i]);
	do
		settle_open(&x);
	while (!e->closed && choices(&x));
	VEC_FREE(&x.open);
	VEC_FREE(&x.split);
}

void expand_free(struct expansion *e)
{
	VEC_FREE(&e->seen);
	VEC_FREE(&e->atoms);
	VEC_FREE(&e->choices);
	VEC_FREE(&e->ways);
	VEC_FREE(&e->pool);
	VEC_FREE(&e->demands);
}
