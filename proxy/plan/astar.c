#include "proxy/plan/astar.h"

#include "proxy/base/hash.h"
#include "proxy/base/vec.h"
#include "proxy/plan/bound.h"

/* What a search holds at most: states, and bytes of their sets. */
enum { MOST_STATES = 1 << 20, MOST_BYTES = 64 << 20 };

static const uint32_t none = UINT32_MAX;

/* ---- states ---- */

struct state {
	uint32_t before; /* the state that it was reached from */
	struct step by;
	uint32_t steps, beside;
};

/* In the heap: a state as it was when it was put there. */
struct open {
	uint64_t rank; /* least first */
	uint32_t state, steps, beside;
};

struct search {
	const struct space *p;
	struct sight sight;
	uint64_t work;
	unsigned haste;
	VEC(struct state) states;
	VEC(word) sets; /* of state i at i * p->words */
	VEC(struct open) heap;
	uint32_t *table;     /* states by their sets; none: free */
	uint32_t table_size; /* a power of two */
};

static const word *set_of(const struct search *s, uint32_t state)
{
	return &s->sets.at[(size_t)state * s->p->words];
}

static uint32_t *place_of(const struct search *s, const word *set)
{
	size_t size = s->p->words * sizeof(word);
	uint64_t at = hash_local(str_of((const char *)set, size));
	for (;; at++) {
		uint32_t *place = &s->table[at & (s->table_size - 1)];
		if (*place == none || memcmp(set_of(s, *place), set, size) == 0)
			return place;
	}
}

static void grow_table(struct search *s)
{
	free(s->table);
	s->table_size = s->table_size ? s->table_size * 2 : 1024;
	s->table = must_alloc(s->table_size * sizeof *s->table);
	for (uint32_t i = 0; i < s->table_size; i++)
		s->table[i] = none;
	for (uint32_t i = 0; i < s->states.len; i++)
		*place_of(s, set_of(s, i)) = i;
}

static void push(struct search *s, struct open one)
{
	VEC_PUSH(&s->heap, one);
	size_t i = s->heap.len - 1;
	while (i && s->heap.at[(i - 1) / 2].rank > one.rank) {
		s->heap.at[i] = s->heap.at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap.at[i] = one;
}

static struct open pop(struct search *s)
{
	struct open top = s->heap.at[0], last = s->heap.at[--s->heap.len];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child + 1 < s->heap.len && s->heap.at[child + 1].rank < s->heap.at[child].rank)
			child++;
		if (child >= s->heap.len || s->heap.at[child].rank >= last.rank)
			break;
		s->heap.at[i] = s->heap.at[child];
		i = child;
	}
	s->heap.at[i] = last;
	return top;
}

/* Fewest steps first, of these the fewest beside, of these the ones that have come furthest. */
static uint64_t rank(const struct search *s, const struct state *state, struct bound left)
{
	uint64_t steps = state->steps + (uint64_t)s->haste * left.steps, beside = state->beside + left.beside;
	return steps << 40 | (beside & 0xFFFFF) << 20 | (left.steps & 0xFFFFF);
}

static void reach(struct search *s, const word *set, struct state state)
{
	uint32_t *place = place_of(s, set), number = *place;
	if (number == none) {
		number = *place = (uint32_t)s->states.len;
		VEC_PUSH(&s->states, state);
		for (uint32_t i = 0; i < s->p->words; i++)
			VEC_PUSH(&s->sets, set[i]);
		if (s->states.len * 2 > s->table_size)
			grow_table(s);
	} else {
		struct state *known = &s->states.at[number];
		if (known->steps < state.steps || (known->steps == state.steps && known->beside <= state.beside))
			return;
		*known = state;
	}
	push(s, (struct open){rank(s, &state, bound_of(&s->sight, set)), number, state.steps, state.beside});
}

static void take(struct search *s, uint32_t from, word *set, struct step step)
{
	const struct state *before = &s->states.at[from];
	s->work -= s->work > 0;
	memcpy(set, set_of(s, from), s->p->words * sizeof *set);
	if (!space_step(s->p, set, &step))
		return;
	reach(s, set, (struct state){from, step, before->steps + 1, before->beside + step.beside});
}

static void expand(struct search *s, uint32_t from, word *set)
{
	for (uint32_t slot = 0; slot < s->p->slot_count; slot++) {
		const struct space_service *service = &s->p->services[s->p->slots[slot].service];
		if (set_has(set_of(s, from), slot)) {
			take(s, from, set, (struct step){STEP_STOP, slot, 0, false});
			continue;
		}
		for (uint32_t old = service->first; old < service->first + service->count; old++)
			if (set_has(set_of(s, from), old))
				take(s, from, set, (struct step){STEP_REPLACE, slot, old, false});
		take(s, from, set, (struct step){STEP_START, slot, 0, false});
	}
}

/* ---- search ---- */

static void tell(const struct search *s, uint32_t state, struct steps *found)
{
	found->answer = STEPS_FOUND;
	found->shortest = s->haste == 1;
	found->count = s->states.at[state].steps;
	found->beside = s->states.at[state].beside;
	found->at = ARENA_ARRAY(s->p->arena, struct step, found->count);
	for (size_t i = found->count; i; i--) {
		found->at[i - 1] = s->states.at[state].by;
		state = s->states.at[state].before;
	}
}

static void look(struct search *s, word *set, struct steps *found)
{
	size_t size = s->p->words * sizeof(word);
	found->answer = STEPS_NONE;
	while (s->heap.len) {
		struct open o = pop(s);
		struct state *state = &s->states.at[o.state];
		if (state->steps != o.steps || state->beside != o.beside)
			continue; /* it was reached on a shorter way since */
		if (memcmp(set_of(s, o.state), s->p->goal, size) == 0) {
			tell(s, o.state, found);
			return;
		}
		if (s->work == 0 || s->states.len >= MOST_STATES || s->sets.len * sizeof(word) >= MOST_BYTES) {
			found->answer = STEPS_SPENT;
			return;
		}
		expand(s, o.state, set);
	}
}

void astar_find(const struct space *p, uint64_t work, unsigned haste, struct steps *found)
{
	struct search s = {.p = p, .work = work, .haste = haste};
	word *set = must_zalloc(p->words + 1, sizeof *set);
	bound_begin(&s.sight, p);
	grow_table(&s);
	reach(&s, p->runs, (struct state){.before = none});
	look(&s, set, found);
	found->states += (uint32_t)s.states.len;
	free(set);
	free(s.table);
	bound_end(&s.sight);
	VEC_FREE(&s.states);
	VEC_FREE(&s.sets);
	VEC_FREE(&s.heap);
}
