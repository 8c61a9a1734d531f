#include "filters/contract/compat_solve.h"

#include <stdlib.h>

enum state_status { STATE_NEW, STATE_OPEN, STATE_DONE };
enum { STATE_ITEMS = 4000 };

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t hash_items(const uint64_t *item, size_t count, unsigned kind)
{
	uint64_t h = kind + 1;
	for (size_t i = 0; i < count; i++) {
		h = (h ^ item[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 31;
	}
	return h;
}

static void grow(struct solver *s)
{
	struct state **old = s->slot;
	size_t count = s->slots;
	s->slots = count ? count * 2 : 1024;
	s->slot = must_zalloc(s->slots, sizeof *s->slot);
	for (size_t i = 0; i < count; i++) {
		if (!old[i])
			continue;
		size_t at = (size_t)old[i]->hash & (s->slots - 1);
		while (s->slot[at])
			at = (at + 1) & (s->slots - 1);
		s->slot[at] = old[i];
	}
	free(old);
}

/* The state with these items (sorted, each once). */
static struct state *intern(struct solver *s, const uint64_t *item, size_t count, unsigned kind)
{
	uint64_t hash = hash_items(item, count, kind);
	if (s->states * 2 >= s->slots)
		grow(s);
	size_t at = (size_t)hash & (s->slots - 1);
	for (; s->slot[at]; at = (at + 1) & (s->slots - 1)) {
		struct state *st = s->slot[at];
		if (st->hash == hash && st->kind == kind && st->count == count &&
		    (count == 0 || memcmp(st->item, item, count * sizeof *item) == 0))
			return st;
	}
	struct state *st = ARENA_NEW(&s->arena, struct state);
	st->hash = hash;
	st->kind = (uint8_t)kind;
	st->count = (uint32_t)count;
	st->item = arena_alloc(&s->arena, (count + 1) * sizeof *item);
	if (count)
		memcpy(st->item, item, count * sizeof *item);
	s->slot[at] = st;
	s->states++;
	return st;
}

/* -1: no value can have it; 1: every value has it; 0: it counts. */
static int weigh(const struct solver *s, uint64_t item, unsigned kind)
{
	const struct rule *rule;
	if (item_form(item) != ITEM_RULE)
		return 0;
	rule = &s->program[item_side(item)]->rules.at[item_index(item)];
	bool all = true, none = true;
	for (unsigned k = 0; k < KIND_COUNT; k++) {
		if (kind != ANY_KIND && kind != k)
			continue;
		all &= rule->code[k] == 0;
		none &= rule->code[k] == NONE;
	}
	int sign = item_denied(item) ? -1 : 1;
	return all ? sign : none ? -sign : 0;
}

/* Sorted, each once, without what is always so. False: there is no value with all of them. */
static bool settle(const struct solver *s, struct item_list *l, unsigned kind)
{
	size_t kept = 0;
	if (l->len)
		qsort(l->at, l->len, sizeof *l->at, by_value);
	for (size_t i = 0; i < l->len; i++) {
		int w = weigh(s, l->at[i], kind);
		if (w < 0 || (kept && l->at[kept - 1] == (l->at[i] ^ 1)))
			return false;
		if (w == 0 && !(kept && l->at[kept - 1] == l->at[i]))
			l->at[kept++] = l->at[i];
	}
	l->len = kept;
	return true;
}

/* What several ways come to: one that exists, or, when all are never, never. */
static bool gather(struct reply *sum, struct reply one)
{
	if (one.answer == EXISTS || (one.answer == UNCLEAR && sum->answer == NEVER))
		*sum = one;
	return one.answer == EXISTS;
}

static struct reply with(struct solver *s, const struct state *st, const uint64_t *more, size_t count)
{
	struct item_list l = {0};
	for (uint32_t i = 0; i < st->count; i++)
		items_add(&l, st->item[i]);
	for (size_t i = 0; i < count; i++)
		items_add(&l, more[i]);
	struct reply r = solve_items(s, &l, st->kind);
	VEC_FREE(&l);
	return r;
}

/* What is asserted, alone, and perhaps one denial. */
static struct reply asserted(struct solver *s, const struct state *st, const struct expansion *e, uint64_t denial)
{
	struct item_list l = {0};
	for (size_t k = 0; k < e->seen.len; k++)
		if (!item_denied(e->seen.at[k]) && item_form(e->seen.at[k]) != ITEM_OP)
			items_add(&l, e->seen.at[k]);
	for (uint32_t k = 0; k < st->count; k++)
		if (!item_denied(st->item[k]) && !items_have(&l, st->item[k]))
			items_add(&l, st->item[k]);
	if (denial)
		items_add(&l, denial);
	bool other =
	    settle(s, &l, st->kind) && (l.len != st->count || memcmp(l.at, st->item, l.len * sizeof *l.at) != 0);
	struct reply r = other ? solve_items(s, &l, st->kind) : reply_unclear("");
	VEC_FREE(&l);
	return r;
}

/* Of many denials one alone may be enough: what is asserted lies within one branch of what is denied; or none is
 * needed. */
static bool one_denial_closes(struct solver *s, const struct state *st, const struct expansion *e, struct reply *found)
{
	bool whole = true, any = false;
	for (uint32_t k = 0; k < st->count; k++)
		whole &= item_form(st->item[k]) == ITEM_RULE;
	for (size_t i = 0; i < e->choices.len; i++)
		any |= item_denied(e->choices.at[i].item);
	if (any) {
		*found = asserted(s, st, e, 0);
		if (found->answer == NEVER)
			return true;
	}
	for (size_t i = 0; i < e->choices.len && !s->spent; i++) {
		if (!item_denied(e->choices.at[i].item))
			continue;
		*found = asserted(s, st, e, e->choices.at[i].item);
		if (found->answer == NEVER)
			return true;
		if (whole && found->answer == EXISTS && solve_verify(s, st->item, st->count, found->value) == VALID)
			return true;
	}
	*found = reply_never();
	return false;
}

static struct reply branch(struct solver *s, const struct state *st, const struct expansion *e)
{
	const struct choice *best = &e->choices.at[0];
	struct reply sum = reply_never();
	for (size_t i = 1; i < e->choices.len; i++)
		if (e->choices.at[i].count < best->count)
			best = &e->choices.at[i];
	if (e->choices.len > 1 && one_denial_closes(s, st, e, &sum))
		return sum;
	for (size_t i = 0; i < best->count; i++) {
		const struct way *w = &e->ways.at[best->first + i];
		if (gather(&sum, with(s, st, e->pool.at + w->first, w->count)))
			return sum;
		if (solve_spent(s, 1))
			return reply_unclear(s->spent);
	}
	return sum;
}

static struct reply of_kind(struct solver *s, const struct state *st)
{
	struct expansion e = {0};
	struct reply r = reply_never();
	expand_state(s, &e, st->item, st->count, st->kind);
	if (!e.closed) {
		struct leaf l = {s, &e, st->item, st->count};
		r = e.choices.len ? branch(s, st, &e) : leaf_table[e.kind](&l);
	}
	expand_free(&e);
	return r;
}

static struct reply of_any_kind(struct solver *s, const struct state *st)
{
	static const uint8_t order[KIND_COUNT] = {JSON_OBJECT, JSON_ARRAY, JSON_STRING, KIND_INTEGER,
						  JSON_NUMBER, JSON_TRUE,  JSON_FALSE,  JSON_NULL};
	struct reply sum = reply_never();
	for (unsigned i = 0; i < KIND_COUNT; i++) {
		struct item_list l = {0};
		for (uint32_t k = 0; k < st->count; k++)
			items_add(&l, st->item[k]);
		struct reply one = solve_items(s, &l, order[i]);
		VEC_FREE(&l);
		if (gather(&sum, one))
			return sum;
		if (s->spent)
			return reply_unclear(s->spent);
	}
	return sum;
}

static void drop_provisional(struct solver *s, size_t mark)
{
	while (s->provisional.len > mark)
		s->provisional.at[--s->provisional.len]->status = STATE_NEW;
}

static struct reply compute(struct solver *s, struct state *st)
{
	size_t mark = s->provisional.len;
	uint32_t outer = s->low;
	st->status = STATE_OPEN;
	st->depth = ++s->depth;
	st->level = s->level;
	s->low = LOW_NONE;
	struct reply r = st->kind == ANY_KIND ? of_any_kind(s, st) : of_kind(s, st);
	uint32_t low = s->low;
	s->depth--;
	s->low = outer;
	st->reply = r;
	st->status = STATE_DONE;
	st->low = LOW_NONE;
	if (r.answer != NEVER) {
		drop_provisional(s, mark);
		/* A question that was given up says nothing of the next one. */
		if (s->spent)
			st->status = STATE_NEW;
	} else if (low >= st->depth) {
		for (size_t i = mark; i < s->provisional.len; i++)
			s->provisional.at[i]->low = LOW_NONE;
		s->provisional.len = mark;
	} else {
		st->low = low;
		VEC_PUSH(&s->provisional, st);
		if (low < s->low)
			s->low = low;
	}
	return r;
}

struct reply solve_items(struct solver *s, const struct item_list *items, unsigned kind)
{
	struct item_list l = {0};
	if (solve_spent(s, 1))
		return reply_unclear(s->spent);
	for (size_t i = 0; i < items->len; i++)
		items_add(&l, items->at[i]);
	bool open = settle(s, &l, kind);
	if (!open || l.len > STATE_ITEMS || s->depth >= SOLVE_DEPTH) {
		VEC_FREE(&l);
		return open ? reply_unclear("nested too deeply to be followed") : reply_never();
	}
	struct state *st = intern(s, l.at, l.len, kind);
	VEC_FREE(&l);
	if (st->status == STATE_NEW)
		return compute(s, st);
	uint32_t low = st->status == STATE_OPEN ? st->depth : st->low;
	if (st->status == STATE_OPEN && st->level == s->level)
		return reply_unclear("a schema that applies itself to the same value");
	if (low < s->low)
		s->low = low;
	return st->status == STATE_OPEN ? reply_never() : st->reply;
}

struct reply solve_part(struct solver *s, const struct item_list *items)
{
	s->level++;
	struct reply r = solve_items(s, items, ANY_KIND);
	s->level--;
	return r;
}
