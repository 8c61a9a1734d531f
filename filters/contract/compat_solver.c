/* What all who decide share: items and demands, the budget, and the judge who is asked in the end. */
#include "filters/contract/compat_solve.h"

#include "proxy/base/clock.h"

enum { CLOCK_EVERY = 64 };

static const char spent_steps[] = "more work than the bound allows", spent_time[] = "more time than the bound allows";

void items_add(struct item_list *l, uint64_t item)
{
	VEC_PUSH(l, item);
}

bool items_have(const struct item_list *l, uint64_t item)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->at[i] == item)
			return true;
	return false;
}

uint64_t solve_rule(const struct solver *s, unsigned side, uint32_t rule, bool denied)
{
	return s->canonical[s->same[side][class_behind(s->program[side], rule)]] | denied;
}

uint64_t solve_demand(struct solver *s, const struct demand *d, bool denied)
{
	uint32_t i = 0;
	for (; i < s->demands.len; i++) {
		const struct demand *old = &s->demands.at[i];
		if (old->what == d->what && old->number == d->number && old->item == d->item &&
		    str_eq(old->name, d->name))
			break;
	}
	if (i == s->demands.len) {
		struct demand new = *d;
		new.name = arena_dup(&s->arena, d->name);
		VEC_PUSH(&s->demands, new);
	}
	return item_make(ITEM_DEMAND, 0, i, denied);
}

void solve_begin(struct solver *s)
{
	s->steps = 0;
	s->spent = NULL;
	s->depth = s->level = 0;
	s->low = LOW_NONE;
	s->deadline_ns = clock_mono_ns() + s->ms * 1000000u;
}

bool solve_spent(struct solver *s, uint64_t steps)
{
	uint64_t before = s->steps;
	s->steps += steps;
	if (!s->spent && s->steps > s->step_limit)
		s->spent = spent_steps;
	if (!s->spent && before / CLOCK_EVERY != s->steps / CLOCK_EVERY && clock_mono_ns() > s->deadline_ns)
		s->spent = spent_time;
	return s->spent != NULL;
}

enum judgement solve_judge(struct solver *s, unsigned side, uint32_t rule, struct str value)
{
	struct findings none = {0};
	return program_judge(s->program[side], rule, s->judge, value, s->direction, IN_BODY, STR(""), &none);
}

enum judgement solve_verify(struct solver *s, const uint64_t *items, size_t count, struct str value)
{
	enum judgement sum = VALID;
	solve_spent(s, 1 + value.len / 256);
	for (size_t i = 0; i < count; i++) {
		if (item_form(items[i]) != ITEM_RULE)
			continue;
		unsigned side = item_side(items[i]);
		enum judgement got = solve_judge(s, side, item_index(items[i]), value);
		/* Where the dynamic scope counts, a rule by itself may mean something else. */
		if (got == UNDECIDED || s->program[side]->dynamic)
			sum = sum == VALID && got == (item_denied(items[i]) ? INVALID : VALID) ? VALID : UNDECIDED;
		else if (got != (item_denied(items[i]) ? INVALID : VALID))
			return INVALID;
	}
	return sum;
}
