#include "filters/contract/compat_solve.h"

#include <stdlib.h>

enum { STEPS = 100000, MS = 2000 };

struct compat {
	struct solver s;
};

static void find_owners(struct solver *s, unsigned side)
{
	const struct program *p = s->program[side];
	s->owner[side] = arena_zalloc(&s->arena, p->ops.len + 1, sizeof *s->owner[side]);
	for (uint32_t i = 0; i < p->rules.len; i++)
		for (unsigned k = 0; k < KIND_COUNT; k++) {
			uint32_t code = p->rules.at[i].code[k];
			if (code == NONE || code == 0)
				continue;
			for (;; code++) {
				s->owner[side][code] = i;
				if (p->ops.at[code].last)
					break;
			}
		}
}

struct compat *compat_new(const struct program *a, const struct program *b, enum direction direction,
			  const struct compat_limits *limits)
{
	struct compat *c = must_zalloc(1, sizeof *c);
	struct solver *s = &c->s;
	CHECK(!a->closed && !b->closed);
	s->program[0] = a;
	s->program[1] = b;
	s->direction = direction;
	s->step_limit = limits && limits->steps ? limits->steps : STEPS;
	s->ms = limits && limits->ms ? limits->ms : MS;
	arena_init(&s->arena, 1 << 16);
	s->judge = judge_new(&(struct judge_limits){0});
	s->patterns = pattern_scratch_new();
	class_number(s);
	find_owners(s, 0);
	find_owners(s, 1);
	return c;
}

void compat_free(struct compat *c)
{
	if (!c)
		return;
	struct solver *s = &c->s;
	judge_free(s->judge);
	pattern_scratch_free(s->patterns);
	tape_free(&s->tape);
	VEC_FREE(&s->demands);
	VEC_FREE(&s->provisional);
	free(s->slot);
	arena_free(&s->arena);
	free(c);
}

struct solver *compat_solver(struct compat *c)
{
	return &c->s;
}

bool compat_same(struct compat *c, uint32_t a, uint32_t b)
{
	return solve_rule(&c->s, 0, a, false) == solve_rule(&c->s, 1, b, false);
}

struct compat_answer compat_answer_of(struct compat *c, uint32_t a, uint32_t b, struct reply r)
{
	struct solver *s = &c->s;
	if (r.answer == NEVER)
		return (struct compat_answer){COMPAT_PROVED, {NULL, 0}, NULL};
	bool holds = r.answer == EXISTS && (a == COMPAT_ANYTHING || solve_judge(s, 0, a, r.value) == VALID);
	if (holds && b != COMPAT_ANYTHING && solve_judge(s, 1, b, r.value) == INVALID)
		return (struct compat_answer){COMPAT_REFUTED, r.value, NULL};
	return (struct compat_answer){
	    COMPAT_UNKNOWN, {NULL, 0}, r.answer == EXISTS ? "a message that does not hold" : r.why};
}

struct compat_answer compat_within(struct compat *c, uint32_t a, uint32_t b)
{
	struct item_list l = {0};
	if (b == COMPAT_ANYTHING)
		return (struct compat_answer){COMPAT_PROVED, {NULL, 0}, NULL};
	solve_begin(&c->s);
	if (a != COMPAT_ANYTHING)
		items_add(&l, solve_rule(&c->s, 0, a, false));
	items_add(&l, solve_rule(&c->s, 1, b, true));
	struct reply r = solve_items(&c->s, &l, ANY_KIND);
	VEC_FREE(&l);
	return compat_answer_of(c, a, b, r);
}
