#include "proxy/plan/way.h"

#include "proxy/base/vec.h"

enum { TRIED_STEPS = 4 << 20 };

struct list {
	struct step *at;
	size_t len, cap;
};

/* Starts of `wanted` (NULL: of anything) that can be taken, round by round, until there are none. */
static void start_all(const struct space *p, word *set, const word *wanted, struct list *starts)
{
	for (bool more = true; more;) {
		more = false;
		for (uint32_t slot = 0; slot < p->slot_count; slot++) {
			if (set_has(set, slot) || (wanted && !set_has(wanted, slot)) || !space_fed(p, set, slot))
				continue;
			set_add(set, slot);
			VEC_PUSH(starts, ((struct step){STEP_START, slot, 0, false}));
			more = true;
		}
	}
}

static bool has_all(const struct space *p, const word *set, const word *of)
{
	for (uint32_t i = 0; i < p->words; i++)
		if (of[i] & ~set[i])
			return false;
	return true;
}

/* From one that waits to the one that it waits for, and so on, until one comes again: all of `of` would be fed by all
 * of `of`, so what is missing is in it, and not in `set` either. */
static void find_ring(const struct space *p, const word *set, const word *of, struct steps *found)
{
	uint32_t *ring = ARENA_ARRAY(p->arena, uint32_t, p->slot_count + 1),
		 *seen = ARENA_ARRAY(p->arena, uint32_t, p->slot_count);
	uint32_t slot = 0, count = 0;
	while (!set_has(of, slot) || set_has(set, slot))
		slot++;
	while (!seen[slot]) {
		const struct slot *s = &p->slots[slot];
		uint32_t need = s->first_need, next = 0;
		while (set_meets(p, set, p->needs[need].met_by))
			need++;
		while (!set_has(of, next) || !set_has(p->needs[need].met_by, next))
			next++;
		seen[slot] = count + 1;
		ring[count++] = p->needs[need].need;
		slot = next;
	}
	found->answer = STEPS_NONE;
	found->ring = ring + (seen[slot] - 1);
	found->ring_count = count - (seen[slot] - 1);
}

/* ---- making it shorter ---- */

/* Takes all steps from the beginning; true when they can be taken and lead to the goal. Sets `beside` of each. */
static bool works(const struct space *p, struct list *steps, word *set)
{
	memcpy(set, p->runs, p->words * sizeof *set);
	for (size_t i = 0; i < steps->len; i++)
		if (!space_step(p, set, &steps->at[i]))
			return false;
	return memcmp(set, p->goal, p->words * sizeof *set) == 0;
}

static void copy(struct list *to, const struct list *from)
{
	to->len = 0;
	for (size_t i = 0; i < from->len; i++)
		VEC_PUSH(to, from->at[i]);
}

/* Without the steps at `a` and `b`, and with `instead` (NULL: nothing) at `at`, one of the two. */
static bool try_without(const struct space *p, struct list *steps, size_t a, size_t b, const struct step *instead,
			size_t at)
{
	struct list other = {0};
	word *set = must_zalloc(p->words + 1, sizeof *set);
	for (size_t i = 0; i < steps->len; i++)
		if (i == at && instead)
			VEC_PUSH(&other, *instead);
		else if (i != a && i != b)
			VEC_PUSH(&other, steps->at[i]);
	bool good = works(p, &other, set);
	if (good)
		copy(steps, &other);
	VEC_FREE(&other);
	free(set);
	return good;
}

/* A start and a later stop: of the same version, both can go; of another of the same service, both can be one. */
static bool merge(const struct space *p, struct list *steps, size_t a, size_t b)
{
	const struct step *start = &steps->at[a], *stop = &steps->at[b];
	if (start->kind != STEP_START || stop->kind != STEP_STOP)
		return false;
	if (start->release == stop->release)
		return try_without(p, steps, a, b, NULL, 0);
	if (p->slots[start->release].service != p->slots[stop->release].service)
		return false;
	struct step one = {STEP_REPLACE, start->release, stop->release, false};
	return try_without(p, steps, a, b, &one, b) || try_without(p, steps, a, b, &one, a);
}

/* `tries` bounds it: a plan of thousands of steps stays a little longer than it could be. */
static void shorten(const struct space *p, struct list *steps)
{
	size_t tries = TRIED_STEPS;
	for (size_t a = 0; a < steps->len; a++)
		for (size_t b = a + 1; b < steps->len && tries; b++) {
			tries -= tries < steps->len ? tries : steps->len;
			if (merge(p, steps, a, b))
				b = a;
		}
}

/* ---- the way ---- */

static bool has_off(const struct space *p)
{
	for (uint32_t i = 0; i < p->l->service_count; i++)
		for (uint32_t j = p->services[i].first; j < p->services[i].first + p->services[i].count; j++)
			if (p->services[i].off && set_has(p->runs, j) != set_has(p->goal, j))
				return true;
	return false;
}

/* Forth by starting, and back from the goal by starting too: that way turned round is one of stops. */
static void there_and_back(const struct space *p, word *forth, word *back, struct list *starts, struct list *stops)
{
	memcpy(forth, p->runs, p->words * sizeof *forth);
	memcpy(back, p->goal, p->words * sizeof *back);
	start_all(p, forth, p->goal, starts);
	start_all(p, back, p->runs, stops);
	if (has_all(p, forth, p->goal) && has_all(p, back, p->runs))
		return;
	start_all(p, forth, NULL, starts);
	start_all(p, back, NULL, stops);
}

static void make(const struct space *p, struct list *steps, struct list *stops, struct steps *found)
{
	word *set = ARENA_ARRAY(p->arena, word, p->words);
	for (; stops->len; stops->len--) {
		VEC_PUSH(steps, VEC_LAST(stops));
		VEC_LAST(steps).kind = STEP_STOP;
	}
	shorten(p, steps);
	CHECK(works(p, steps, set));
	found->answer = STEPS_FOUND;
	found->count = steps->len;
	found->at = ARENA_ARRAY(p->arena, struct step, steps->len);
	for (size_t i = 0; i < steps->len; i++)
		found->beside += (found->at[i] = steps->at[i]).beside;
}

void way_find(const struct space *p, bool wanted, struct steps *found)
{
	struct list starts = {0}, stops = {0};
	word *forth = ARENA_ARRAY(p->arena, word, p->words), *back = ARENA_ARRAY(p->arena, word, p->words);
	there_and_back(p, forth, back, &starts, &stops);
	found->answer = STEPS_SPENT;
	found->backwards = has_all(p, forth, p->goal);
	if (!found->backwards)
		find_ring(p, forth, p->goal, found);
	else if (!has_all(p, back, p->runs))
		find_ring(p, back, p->runs, found);
	else if (wanted && !has_off(p))
		make(p, &starts, &stops, found);
	VEC_FREE(&starts);
	VEC_FREE(&stops);
}
