#include "proxy/plan/astar.h"

#include "proxy/base/hash.h"
#include "proxy/base/vec.h"

static const uint32_t none = UINT32_MAX;

/* ---- how far it is at least ---- */

enum { NOT_KNOWN, FREE, FORCED };

/* At least so many steps, of them (where there are no more) so many starts beside. */
struct bound {
	uint32_t steps, beside;
};

struct sight {
	const struct space *p;
	uint8_t *forced; /* of slots: by the old one and the new one's place in its service */
	uint32_t runs[LANDSCAPE_SERVICES], goal[LANDSCAPE_SERVICES]; /* the slot, where there is one only; else none */
	bool counted[LANDSCAPE_SERVICES];
};

/* Whether the slot can do with `used` alone of that service. */
static bool can_use(const struct space *p, uint32_t slot, uint32_t used)
{
	const struct slot *s = &p->slots[slot];
	for (uint32_t i = s->first_need; i < s->first_need + s->need_count; i++)
		if (p->needs[i].service == p->slots[used].service && !set_has(p->needs[i].met_by, used))
			return false;
	return true;
}

static bool bridges(const struct space *p, const struct space_service *user, uint32_t old, uint32_t new)
{
	for (uint32_t i = user->first; i < user->first + user->count; i++)
		if (can_use(p, i, old) && can_use(p, i, new))
			return true;
	return false;
}

/* A service that goes on has no version that can do with either: then the one cannot be replaced by the other in one
 * step. */
static bool is_forced(const struct sight *sight, uint32_t old, uint32_t new)
{
	const struct space *p = sight->p;
	uint8_t *known =
	    &sight->forced[(size_t)old * LANDSCAPE_VERSIONS + (new - p->services[p->slots[new].service].first)];
	for (uint32_t i = 0; *known == NOT_KNOWN && i < p->l->service_count; i++)
		if (p->services[i].stays && !bridges(p, &p->services[i], old, new))
			*known = FORCED;
	if (*known == NOT_KNOWN)
		*known = FREE;
	return *known == FORCED;
}

/* Two steps at least; by way of a third version, or beside each other. */
static struct bound forced_way(const struct sight *sight, const struct space_service *s, uint32_t old, uint32_t new)
{
	for (uint32_t i = s->first; i < s->first + s->count; i++)
		if (i != old && i != new && !is_forced(sight, old, i) && !is_forced(sight, i, new))
			return (struct bound){2, 0};
	return (struct bound){2, 1};
}

/* A service's own way: as many starts as are wanted more, as many stops, in pairs. */
static struct bound own_way(struct sight *sight, const word *set, uint32_t service)
{
	const struct space_service *s = &sight->p->services[service];
	uint32_t more = 0, less = 0, runs = 0, goals = 0, *now = &sight->runs[service], *then = &sight->goal[service];
	*now = *then = none;
	sight->counted[service] = false;
	for (uint32_t i = s->first; i < s->first + s->count; i++) {
		bool is_now = set_has(set, i), is_then = set_has(sight->p->goal, i);
		*now = is_now ? i : *now;
		*then = is_then ? i : *then;
		runs += is_now;
		goals += is_then;
		more += is_then && !is_now;
		less += is_now && !is_then;
	}
	if (runs == 1 && goals == 1 && more) {
		sight->counted[service] = is_forced(sight, *now, *then);
		return sight->counted[service] ? forced_way(sight, s, *now, *then) : (struct bound){1, 0};
	}
	*now = *then = none;
	return (struct bound){more > less ? more : less, more > less + (runs == 0) ? more - less - (runs == 0) : 0};
}

/* Two services with one version each, both to change, of which neither can be replaced first: one needs a step more. */
static bool is_tight(const struct sight *sight, uint32_t user, uint32_t *used)
{
	const struct space *p = sight->p;
	const struct slot *now = &p->slots[sight->runs[user]];
	for (uint32_t i = now->first_need; i < now->first_need + now->need_count; i++) {
		*used = p->needs[i].service;
		if (sight->runs[*used] != none && !sight->counted[*used] &&
		    !set_has(p->needs[i].met_by, sight->goal[*used]) &&
		    !can_use(p, sight->goal[user], sight->runs[*used]))
			return true;
	}
	return false;
}

/* At least so much is left. What is tight beyond what is forced is counted once for each service, so that the sum
 * holds. */
static struct bound distance(struct sight *sight, const word *set)
{
	struct bound sum = {0, 0};
	uint32_t used;
	for (uint32_t i = 0; i < sight->p->l->service_count; i++) {
		struct bound own = own_way(sight, set, i);
		sum.steps += own.steps;
		sum.beside += own.beside;
	}
	for (uint32_t i = 0; i < sight->p->l->service_count; i++) {
		if (sight->runs[i] == none || sight->counted[i] || !is_tight(sight, i, &used))
			continue;
		sight->counted[i] = sight->counted[used] = true;
		sum.steps++;
	}
	return sum;
}

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
	push(s, (struct open){rank(s, &state, distance(&s->sight, set)), number, state.steps, state.beside});
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
		if (s->work == 0) {
			found->answer = STEPS_SPENT;
			return;
		}
		expand(s, o.state, set);
	}
}

void astar_find(const struct space *p, uint64_t work, unsigned haste, struct steps *found)
{
	struct search s = {.p = p, .sight = {.p = p}, .work = work, .haste = haste};
	word *set = must_zalloc(p->words + 1, sizeof *set);
	s.sight.forced = must_zalloc(p->slot_count + 1, LANDSCAPE_VERSIONS);
	grow_table(&s);
	reach(&s, p->runs, (struct state){.before = none});
	look(&s, set, found);
	found->states += (uint32_t)s.states.len;
	free(set);
	free(s.table);
	free(s.sight.forced);
	VEC_FREE(&s.states);
	VEC_FREE(&s.sets);
	VEC_FREE(&s.heap);
}
