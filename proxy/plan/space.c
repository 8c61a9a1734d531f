#include "proxy/plan/space.h"

uint32_t space_count(const struct space *p, const word *set, uint32_t service)
{
	const struct space_service *s = &p->services[service];
	uint32_t count = 0;
	for (uint32_t i = s->first; i < s->first + s->count; i++)
		count += set_has(set, i);
	return count;
}

bool space_fed(const struct space *p, const word *set, uint32_t slot)
{
	const struct slot *s = &p->slots[slot];
	for (uint32_t i = s->first_need; i < s->first_need + s->need_count; i++)
		if (!set_meets(p, set, p->needs[i].met_by))
			return false;
	return true;
}

bool space_spares(const struct space *p, const word *set, uint32_t slot)
{
	const struct slot *s = &p->slots[slot];
	for (uint32_t i = 0; i < s->user_count; i++) {
		const struct space_need *need = &p->needs[s->users[i]];
		if (set_has(set, need->slot) && !set_meets(p, set, need->met_by))
			return false;
	}
	return true;
}

static bool start(const struct space *p, word *set, struct step *step)
{
	uint32_t service = p->slots[step->release].service;
	step->beside = space_count(p, set, service) > 0;
	if (set_has(set, step->release) || (step->beside && p->services[service].off) ||
	    !space_fed(p, set, step->release))
		return false;
	set_add(set, step->release);
	return true;
}

static bool stop(const struct space *p, word *set, const struct step *step)
{
	uint32_t service = p->slots[step->release].service;
	if (!set_has(set, step->release) || (p->services[service].stays && space_count(p, set, service) == 1))
		return false;
	set_remove(set, step->release);
	if (space_spares(p, set, step->release))
		return true;
	set_add(set, step->release);
	return false;
}

/* Both run for a moment. Before and after being in order is enough for that: nothing requires another of its own
 * service. */
static bool replace(const struct space *p, word *set, const struct step *step)
{
	if (set_has(set, step->release) || !set_has(set, step->old) || !space_fed(p, set, step->release))
		return false;
	set_remove(set, step->old);
	set_add(set, step->release);
	if (space_spares(p, set, step->old))
		return true;
	set_remove(set, step->release);
	set_add(set, step->old);
	return false;
}

bool space_step(const struct space *p, word *set, struct step *step)
{
	step->beside = false;
	if (step->kind == STEP_START)
		return start(p, set, step);
	return step->kind == STEP_STOP ? stop(p, set, step) : replace(p, set, step);
}

/* ---- layout ---- */

static const uint32_t no_slot = UINT32_MAX;

struct layout {
	struct space *p;
	const struct landscape *l;
	const bool *chosen;
	bool *use;         /* by release */
	uint32_t *slot_of; /* by release */
	bool *lacks;       /* by need: nothing that runs meets it, though what requires it runs */
	uint32_t **asked;  /* by service: the needs that are about it */
	uint32_t *asked_count;
};

static bool some_runs(const struct landscape *l, const struct demand *d)
{
	for (uint32_t i = 0; i < d->met_count; i++)
		if (l->releases[d->met_by[i]].runs)
			return true;
	return false;
}

static void find_missing(struct layout *o)
{
	o->p->missing = ARENA_ARRAY(o->p->arena, uint32_t, o->l->need_count);
	for (uint32_t i = 0; i < o->l->need_count; i++) {
		o->lacks[i] = o->l->releases[o->l->needs[i].release].runs && !some_runs(o->l, &o->l->needs[i].demand);
		if (o->lacks[i])
			o->p->missing[o->p->missing_count++] = i;
	}
}

/* Whether whatever feeds `x` feeds `y` too. */
static bool asks_no_more(const struct layout *o, uint32_t y, uint32_t x)
{
	const struct release *a = &o->l->releases[y], *b = &o->l->releases[x];
	for (uint32_t i = a->first_need; i < a->first_need + a->need_count; i++) {
		const struct need *asked = &o->l->needs[i];
		bool implied = o->lacks[i];
		for (uint32_t j = b->first_need; j < b->first_need + b->need_count && !implied; j++)
			implied = asked->service == o->l->needs[j].service &&
				  !(o->l->needs[j].demand.met & ~asked->demand.met);
		if (!implied)
			return false;
	}
	return true;
}

/* Whether `y` meets whatever `x` meets. */
static bool serves_no_less(const struct layout *o, uint32_t y, uint32_t x)
{
	uint32_t service = o->l->releases[x].service, first = o->l->services[service].first;
	for (uint32_t i = 0; i < o->asked_count[service]; i++) {
		uint64_t met = o->l->needs[o->asked[service][i]].demand.met;
		if (met >> (x - first) & 1 && !(met >> (y - first) & 1))
			return false;
	}
	return true;
}

/* A plan with `x` in it is one with `y` in its place: never longer. */
static bool outdone(const struct layout *o, uint32_t x)
{
	const struct service *s = &o->l->services[o->l->releases[x].service];
	for (uint32_t y = s->first; y < s->first + s->count; y++)
		if (y != x && o->use[y] && asks_no_more(o, y, x) && serves_no_less(o, y, x))
			return true;
	return false;
}

static void index_needs(struct layout *o)
{
	struct arena *a = o->p->arena;
	o->asked = ARENA_ARRAY(a, uint32_t *, o->l->service_count);
	o->asked_count = ARENA_ARRAY(a, uint32_t, o->l->service_count);
	for (uint32_t i = 0; i < o->l->need_count; i++)
		o->asked_count[o->l->needs[i].service]++;
	for (uint32_t i = 0; i < o->l->service_count; i++) {
		o->asked[i] = ARENA_ARRAY(a, uint32_t, o->asked_count[i]);
		o->asked_count[i] = 0;
	}
	for (uint32_t i = 0; i < o->l->need_count; i++) {
		uint32_t service = o->l->needs[i].service;
		o->asked[service][o->asked_count[service]++] = i;
	}
}

static void choose_slots(struct layout *o, bool between)
{
	for (uint32_t i = 0; i < o->l->release_count; i++)
		o->use[i] = o->l->releases[i].runs || o->chosen[i];
	for (uint32_t i = 0; between && i < o->l->release_count; i++)
		o->use[i] = o->use[i] || !outdone(o, i);
}

static void make_slots(struct layout *o)
{
	struct space *p = o->p;
	p->slots = ARENA_ARRAY(p->arena, struct slot, o->l->release_count);
	p->services = ARENA_ARRAY(p->arena, struct space_service, o->l->service_count);
	for (uint32_t i = 0; i < o->l->service_count; i++) {
		const struct service *s = &o->l->services[i];
		bool goes_on = false;
		p->services[i] = (struct space_service){.first = p->slot_count, .off = s->beside == BESIDE_OFF};
		for (uint32_t j = s->first; j < s->first + s->count; j++) {
			o->slot_of[j] = o->use[j] ? p->slot_count : no_slot;
			goes_on |= o->chosen[j];
			if (o->use[j])
				p->slots[p->slot_count++] = (struct slot){.release = j, .service = i};
		}
		p->services[i].count = p->slot_count - p->services[i].first;
		p->services[i].stays = s->runs && goes_on;
	}
	p->words = (p->slot_count + 63) / 64;
}

static word *set_of(const struct layout *o, const struct demand *d)
{
	word *set = ARENA_ARRAY(o->p->arena, word, o->p->words);
	for (uint32_t i = 0; i < d->met_count; i++)
		if (o->slot_of[d->met_by[i]] != no_slot)
			set_add(set, o->slot_of[d->met_by[i]]);
	return set;
}

static void make_needs(struct layout *o)
{
	struct space *p = o->p;
	p->needs = ARENA_ARRAY(p->arena, struct space_need, o->l->need_count);
	for (uint32_t slot = 0; slot < p->slot_count; slot++) {
		const struct release *r = &o->l->releases[p->slots[slot].release];
		p->slots[slot].first_need = p->need_count;
		for (uint32_t i = r->first_need; i < r->first_need + r->need_count; i++)
			if (!o->lacks[i])
				p->needs[p->need_count++] = (struct space_need){slot, o->l->needs[i].service, i,
										set_of(o, &o->l->needs[i].demand)};
		p->slots[slot].need_count = p->need_count - p->slots[slot].first_need;
	}
}

static void make_users(struct space *p)
{
	for (uint32_t slot = 0; slot < p->slot_count; slot++) {
		uint32_t *users, count = 0;
		for (uint32_t i = 0; i < p->need_count; i++)
			count += set_has(p->needs[i].met_by, slot);
		p->slots[slot].users = users = ARENA_ARRAY(p->arena, uint32_t, count);
		for (uint32_t i = 0; i < p->need_count; i++)
			if (set_has(p->needs[i].met_by, slot))
				users[p->slots[slot].user_count++] = i;
	}
}

void space_make(struct space *p, const struct landscape *l, const bool *chosen, bool between, struct arena *arena)
{
	struct layout o = {.p = p, .l = l, .chosen = chosen};
	*p = (struct space){.l = l, .arena = arena};
	o.use = ARENA_ARRAY(arena, bool, l->release_count);
	o.slot_of = ARENA_ARRAY(arena, uint32_t, l->release_count);
	o.lacks = ARENA_ARRAY(arena, bool, l->need_count);
	find_missing(&o);
	index_needs(&o);
	choose_slots(&o, between);
	make_slots(&o);
	make_needs(&o);
	make_users(p);
	p->runs = ARENA_ARRAY(arena, word, p->words);
	p->goal = ARENA_ARRAY(arena, word, p->words);
	for (uint32_t i = 0; i < p->slot_count; i++) {
		if (l->releases[p->slots[i].release].runs)
			set_add(p->runs, i);
		if (chosen[p->slots[i].release])
			set_add(p->goal, i);
	}
}
