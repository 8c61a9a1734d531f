/* Arrays: which rules each place must keep, how many items there are, and the ways to break what is denied. Beyond the
 * longest prefix all places are alike: one stands for them. */
#include "filters/contract/compat_evaluated.h"

#include <stdlib.h>

enum { PREFIX = 64, LENGTH = 400, DENIED = 12, COMBINATIONS = 300, SAME = 24 };

/* One way to break a denied atom: the item at `index` has `item`, or all have, or `least` of them. */
struct way_out {
	enum { WAY_NOTHING, WAY_ITEM, WAY_ALL, WAY_MOST, WAY_LEAST, WAY_REPEAT } what; /* MOST: as many as can */
	uint32_t index;
	uint64_t item;
};

struct row {
	const struct leaf *l;
	struct solver *s;
	uint64_t min, max;
	uint32_t places; /* 0..places-1 may differ; `places` stands for the rest */
	bool unique;
	const char *why;
	struct way_out way[DENIED][PREFIX * 2 + 8];
	size_t ways[DENIED];
	size_t denied;
	struct way_out chosen[DENIED];
};

static void bounds(struct row *r, const struct atom *a)
{
	uint64_t n = a->op->a;
	const struct contains *c;
	switch ((enum op_code)a->op->code) {
	case OP_MIN_ITEMS:
		if (a->denied && n <= r->max)
			r->max = n - 1;
		else if (!a->denied && n > r->min)
			r->min = n;
		break;
	case OP_MAX_ITEMS:
		if (a->denied && n >= r->min)
			r->min = n + 1;
		else if (!a->denied && n < r->max)
			r->max = n;
		break;
	case OP_CONTAINS:
		c = &r->s->program[a->side]->contains.at[a->op->b];
		if (!a->denied && c->min > r->min)
			r->min = c->min;
		break;
	case OP_UNIQUE:
		r->unique |= !a->denied;
		break;
	case OP_PREFIX:
		r->places = a->op->b > r->places ? a->op->b : r->places;
		break;
	case OP_ITEMS:
		r->places = a->op->b > r->places ? a->op->b : r->places;
		break;
	case OP_UNEVALUATED_ITEMS:
		n = evaluated_prefix(r->s, a->side, a->index);
		r->places = n > r->places ? (uint32_t)n : r->places;
		break;
	default:
		break;
	}
}

/* What the item at a place must keep. */
static void place_items(const struct row *r, uint64_t index, struct item_list *out)
{
	const struct expansion *e = r->l->e;
	for (size_t i = 0; i < e->atoms.len; i++) {
		const struct atom *a = &e->atoms.at[i];
		const struct program *p = r->s->program[a->side];
		if (a->denied)
			continue;
		if (a->op->code == OP_PREFIX && index < a->op->b)
			items_add(out, solve_rule(r->s, a->side, p->lists.at[a->op->a + index], false));
		if (a->op->code == OP_ITEMS && index >= a->op->b)
			items_add(out, solve_rule(r->s, a->side, a->op->a, false));
		if (a->op->code == OP_UNEVALUATED_ITEMS &&
		    evaluated_item(r->l, a->side, a->index, index) == EVALUATED_NOT)
			items_add(out, solve_rule(r->s, a->side, a->op->a, false));
	}
	for (size_t i = 0; i < e->demands.len; i++) {
		const struct demand *d = solve_demand_of(r->s, e->demands.at[i]);
		if (!item_denied(e->demands.at[i]) && d->what == DEMAND_ELEMENT && d->number == index && d->item)
			items_add(out, d->item);
	}
}

static struct reply at_place(struct row *r, uint64_t index, const uint64_t *more, size_t count)
{
	struct item_list l = {0};
	place_items(r, index, &l);
	for (size_t i = 0; i < count; i++)
		if (more[i])
			items_add(&l, more[i]);
	struct reply one = solve_part(r->s, &l);
	VEC_FREE(&l);
	return one;
}

static void offer(struct row *r, struct way_out w)
{
	size_t *n = &r->ways[r->denied];
	if (*n < PREFIX * 2 + 8)
		r->way[r->denied][(*n)++] = w;
	else
		r->why = "more ways than the bound allows";
}

static void offer_item(struct row *r, uint32_t index, uint64_t item)
{
	if (index < r->max && at_place(r, index, &item, 1).answer != NEVER)
		offer(r, (struct way_out){WAY_ITEM, index, item});
}

static bool within(struct row *r, unsigned side, uint32_t rule, unsigned other_side, uint32_t other)
{
	struct item_list l = {0};
	items_add(&l, solve_rule(r->s, side, rule, false));
	items_add(&l, solve_rule(r->s, other_side, other, true));
	enum answer a = solve_part(r->s, &l).answer;
	VEC_FREE(&l);
	return a == NEVER;
}

/* Whether an asserted `contains` makes sure that at least `min`, or at most `max`, items keep the denied one's rule. */
static bool contained(struct row *r, const struct atom *denied, bool least)
{
	const struct contains *want = &r->s->program[denied->side]->contains.at[denied->op->b];
	for (size_t i = 0; i < r->l->e->atoms.len; i++) {
		const struct atom *a = &r->l->e->atoms.at[i];
		if (a->denied || a->op->code != OP_CONTAINS)
			continue;
		const struct contains *have = &r->s->program[a->side]->contains.at[a->op->b];
		if (least && have->min >= want->min && within(r, a->side, a->op->a, denied->side, denied->op->a))
			return true;
		if (!least && have->max <= want->max && within(r, denied->side, denied->op->a, a->side, a->op->a))
			return true;
	}
	return false;
}

static void ways_of_contains(struct row *r, const struct atom *a)
{
	const struct contains *c = &r->s->program[a->side]->contains.at[a->op->b];
	uint64_t yes = solve_rule(r->s, a->side, a->op->a, false), no = yes ^ 1;
	if (c->min && !contained(r, a, true)) {
		bool can = true;
		/* With one asked for, none may keep it: not even those that must be there. */
		for (uint64_t i = 0; c->min == 1 && i < r->min && i <= r->places && can; i++)
			can = at_place(r, i, &no, 1).answer != NEVER;
		if (can)
			offer(r, (struct way_out){c->min == 1 ? WAY_ALL : WAY_MOST, 0, no});
	}
	if (c->max != UINT32_MAX && r->max > c->max && !contained(r, a, false)) {
		bool can = false;
		for (uint64_t i = 0; i <= r->places && i < r->max; i++)
			can |= at_place(r, i, &yes, 1).answer != NEVER;
		if (can)
			offer(r, (struct way_out){WAY_LEAST, c->max + 1, yes});
	}
}

static void ways_of_repeat(struct row *r)
{
	if (r->unique || r->max < 2)
		return;
	for (uint64_t i = 0; i <= r->places && i + 1 < r->max; i++)
		for (uint64_t k = i + 1; k <= (uint64_t)r->places + 1 && k < r->max; k++) {
			struct item_list l = {0};
			place_items(r, i, &l);
			place_items(r, k, &l);
			enum answer both = solve_part(r->s, &l).answer;
			VEC_FREE(&l);
			if (both == NEVER)
				continue;
			offer(r, (struct way_out){WAY_REPEAT, (uint32_t)i, k});
			return;
		}
}

static void ways_of(struct row *r, const struct atom *a)
{
	const struct program *p = r->s->program[a->side];
	switch ((enum op_code)a->op->code) {
	case OP_PREFIX:
		for (uint32_t i = 0; i < a->op->b && i < PREFIX; i++)
			offer_item(r, i, solve_rule(r->s, a->side, p->lists.at[a->op->a + i], true));
		if (a->op->b > PREFIX)
			r->why = "a very long list of items";
		break;
	case OP_ITEMS:
		for (uint32_t i = a->op->b; i <= r->places; i++)
			offer_item(r, i, solve_rule(r->s, a->side, a->op->a, true));
		break;
	case OP_UNEVALUATED_ITEMS:
		for (uint32_t i = 0; i <= r->places; i++)
			if (evaluated_item(r->l, a->side, a->index, i) != EVALUATED_SURELY)
				offer_item(r, i, solve_rule(r->s, a->side, a->op->a, true));
		break;
	case OP_CONTAINS:
		ways_of_contains(r, a);
		break;
	case OP_UNIQUE:
		ways_of_repeat(r);
		break;
	case OP_ENUM:
		offer(r, (struct way_out){WAY_NOTHING, 0, 0});
		break;
	default:
		offer(r, (struct way_out){WAY_NOTHING, 0, 0});
		r->why = "a keyword of arrays that could not be compared";
	}
}

/* ---- the array ---- */

static bool must_contain(struct row *r, uint64_t index, uint64_t length, uint64_t *item)
{
	uint64_t left = length - index;
	*item = 0;
	for (size_t i = 0; i < r->l->e->atoms.len; i++) {
		const struct atom *a = &r->l->e->atoms.at[i];
		if (a->denied || a->op->code != OP_CONTAINS)
			continue;
		if (left <= r->s->program[a->side]->contains.at[a->op->b].min)
			*item = solve_rule(r->s, a->side, a->op->a, false);
	}
	return *item != 0;
}

static struct reply item_of(struct row *r, uint64_t index, uint64_t length, bool *sure)
{
	uint64_t more[DENIED + 2];
	size_t count = 0;
	*sure = true;
	for (size_t i = 0; i < r->denied; i++) {
		const struct way_out *w = &r->chosen[i];
		if (w->what == WAY_ALL || (w->what == WAY_ITEM && w->index == index))
			more[count++] = w->item;
	}
	/* The last ones that can still bring the number that `contains` asks for. */
	if (must_contain(r, index, length, &more[count])) {
		enum answer must = at_place(r, index, more, count + 1).answer;
		*sure = must == EXISTS;
		count += must == EXISTS;
	}
	/* What some items are to have, not just this one: where it can be. */
	for (size_t i = 0; i < r->denied; i++) {
		if (r->chosen[i].what != WAY_MOST && r->chosen[i].what != WAY_LEAST)
			continue;
		more[count] = r->chosen[i].item;
		*sure = false;
		count += at_place(r, index, more, count + 1).answer == EXISTS;
	}
	return at_place(r, index, more, count);
}

/* Items that are to differ. */
static struct str unlike(struct row *r, uint64_t index, struct str value, const struct str *before, size_t count)
{
	struct item_list l = {0};
	struct str variants[SAME];
	place_items(r, index, &l);
	unsigned n = solve_variants(r->s, &l, value, variants, SAME);
	VEC_FREE(&l);
	for (unsigned i = 0; i < n; i++) {
		bool again = false;
		for (size_t k = 0; k < count; k++)
			again |= str_eq(before[k], variants[i]);
		if (!again)
			return variants[i];
	}
	return value;
}

static struct reply build(struct row *r, uint64_t length)
{
	struct buf out = {0};
	struct reply sum = reply_unclear("an array that could not be put together");
	struct str *value;
	if (length > LENGTH)
		return reply_unclear("an array longer than the bound allows");
	value = arena_alloc(&r->s->arena, (size_t)(length + 1) * sizeof *value);
	buf_addc(&out, '[');
	for (uint64_t i = 0; i < length; i++) {
		bool sure;
		struct reply one = item_of(r, i, length, &sure);
		if (one.answer != EXISTS) {
			buf_free(&out);
			return one.answer == NEVER && sure ? one : sum;
		}
		value[i] = r->unique ? unlike(r, i, one.value, value, (size_t)i) : one.value;
		for (size_t k = 0; k < r->denied; k++)
			if (r->chosen[k].what == WAY_REPEAT && r->chosen[k].item == i) {
				struct item_list l = {0};
				place_items(r, r->chosen[k].index, &l);
				place_items(r, i, &l);
				struct reply both = solve_part(r->s, &l);
				VEC_FREE(&l);
				if (both.answer == EXISTS)
					value[i] = value[r->chosen[k].index] = both.value;
			}
	}
	for (uint64_t i = 0; i < length && out.len < VALUE_BYTES; i++) {
		if (i)
			buf_addc(&out, ',');
		buf_add(&out, value[i]);
	}
	buf_addc(&out, ']');
	struct str text = arena_dup(&r->s->arena, buf_str(&out));
	bool whole = out.len < VALUE_BYTES;
	buf_free(&out);
	if (whole && solve_verify(r->s, r->l->item, r->l->count, text) == VALID)
		return reply_exists(text);
	return sum;
}

/* The least length that the choice needs; UINT64_MAX: more than may be. */
static uint64_t length_of(const struct row *r)
{
	uint64_t length = r->min;
	for (size_t i = 0; i < r->denied; i++) {
		const struct way_out *w = &r->chosen[i];
		uint64_t needs = w->what == WAY_ITEM     ? (uint64_t)w->index + 1
				 : w->what == WAY_LEAST  ? w->index
				 : w->what == WAY_REPEAT ? w->item + 1
							 : 0;
		length = needs > length ? needs : length;
	}
	return length;
}

struct combining {
	struct row *r;
	unsigned tried;
	struct reply sum;
};

static bool combine(struct combining *c, size_t depth)
{
	struct row *r = c->r;
	if (depth < r->denied) {
		for (size_t i = 0; i < r->ways[depth]; i++) {
			r->chosen[depth] = r->way[depth][i];
			if (combine(c, depth + 1))
				return true;
		}
		return false;
	}
	uint64_t length = length_of(r);
	struct reply one = length > r->max ? reply_never() : build(r, length);
	/* Longer ones may do where the shortest does not: contains, unevaluatedItems. */
	for (uint64_t more = 1; one.answer == UNCLEAR && more <= (uint64_t)r->places + 1 && length + more <= r->max;
	     more++) {
		struct reply longer = build(r, length + more);
		one = longer.answer == EXISTS ? longer : one;
	}
	if (one.answer == EXISTS || (one.answer == UNCLEAR && c->sum.answer == NEVER))
		c->sum = one;
	if (++c->tried >= COMBINATIONS && c->sum.answer == NEVER)
		c->sum = reply_unclear("more combinations than the bound allows");
	return one.answer == EXISTS || c->tried >= COMBINATIONS || r->s->spent;
}

/* Places that cannot be filled end the array. False: it cannot be as long as it must. */
static bool shorten(struct row *r)
{
	for (uint64_t i = 0; i <= r->places && i < r->max; i++)
		if (at_place(r, i, NULL, 0).answer == NEVER)
			r->max = i;
	return r->min <= r->max;
}

/* An asserted contains needs a place where its rule can be kept. */
static bool can_contain(struct row *r)
{
	for (size_t i = 0; i < r->l->e->atoms.len; i++) {
		const struct atom *a = &r->l->e->atoms.at[i];
		bool can = false;
		if (a->denied || a->op->code != OP_CONTAINS || !r->s->program[a->side]->contains.at[a->op->b].min)
			continue;
		uint64_t item = solve_rule(r->s, a->side, a->op->a, false);
		for (uint64_t k = 0; k <= r->places && k < r->max && !can; k++)
			can = at_place(r, k, &item, 1).answer != NEVER;
		if (!can)
			return false;
	}
	return true;
}

static struct reply decide(struct row *r)
{
	const struct expansion *e = r->l->e;
	struct combining c = {.r = r, .sum = reply_never()};
	for (size_t i = 0; i < e->atoms.len; i++) {
		const struct atom *a = &e->atoms.at[i];
		if (!a->denied || a->op->code == OP_MIN_ITEMS || a->op->code == OP_MAX_ITEMS)
			continue;
		if (r->denied == DENIED) {
			r->why = "more denials than the bound allows";
			break;
		}
		ways_of(r, a);
		if (!r->ways[r->denied++])
			return r->why        ? reply_unclear(r->why)
			       : r->s->spent ? reply_unclear(r->s->spent)
					     : reply_never();
	}
	combine(&c, 0);
	if (c.sum.answer == NEVER && (r->why || r->s->spent))
		return reply_unclear(r->why ? r->why : r->s->spent);
	return c.sum;
}

struct reply leaf_array(const struct leaf *l)
{
	const struct atom *list = leaf_enum(l);
	if (list) {
		struct reply r = leaf_values(l, list);
		return r.answer == EXISTS && l->e->demands.len ? reply_unclear("a listed array under a demand") : r;
	}
	struct row *r = must_zalloc(1, sizeof *r);
	struct reply sum = reply_never();
	uint32_t denials = 0;
	r->l = l;
	r->s = l->s;
	r->max = UINT64_MAX;
	for (size_t i = 0; i < l->e->atoms.len; i++)
		bounds(r, &l->e->atoms.at[i]);
	for (size_t i = 0; i < l->e->demands.len; i++) {
		uint32_t n = solve_demand_of(l->s, l->e->demands.at[i])->number;
		r->places = n + 1 > r->places ? n + 1 : r->places;
		r->min = r->min < (uint64_t)n + 1 ? (uint64_t)n + 1 : r->min;
	}
	/* Several denials may each be about an item of its own. */
	for (size_t i = 0; i < l->e->atoms.len; i++)
		denials += l->e->atoms.at[i].denied;
	r->places += denials > 1 ? denials - 1 : 0;
	if (r->places > PREFIX)
		sum = reply_unclear("a very long list of items");
	else if (r->min <= r->max && shorten(r) && can_contain(r))
		sum = decide(r);
	free(r);
	if (sum.answer == UNCLEAR && l->e->opaque)
		sum.why = l->e->opaque;
	return sum;
}
