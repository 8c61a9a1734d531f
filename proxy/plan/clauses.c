#include "proxy/plan/clauses.h"

static void two(struct clauses *c, int a, int b)
{
	sat_clause(c->sat, (int[]){a, b}, 2);
}

static void three(struct clauses *c, int a, int b, int d)
{
	sat_clause(c->sat, (int[]){a, b, d}, 3);
}

/* The literal that switches a clause on when it is assumed; 0: always on. */
static int guard(struct clauses *c, bool guarded, struct reason reason)
{
	if (!guarded)
		return 0;
	VEC_PUSH(&c->reasons, reason);
	VEC_PUSH(&c->guards, sat_variable(c->sat));
	return VEC_LAST(&c->guards);
}

/* One of the releases, where the guard holds (and the release `by`, if there is one, is in the set). */
static void some(struct clauses *c, int on, int by, const uint32_t *releases, uint32_t count)
{
	VEC(int) literals = {0};
	if (on)
		VEC_PUSH(&literals, -on);
	if (by)
		VEC_PUSH(&literals, -by);
	for (uint32_t i = 0; i < count; i++)
		VEC_PUSH(&literals, c->chosen[releases[i]]);
	sat_clause(c->sat, literals.at, literals.len);
	VEC_FREE(&literals);
}

/* Extra is what is in the set behind another release of the service: `before` says that there is one. */
static void mark_extra(struct clauses *c, const struct service *s)
{
	int before = c->chosen[s->first];
	for (uint32_t i = s->first + 1; i < s->first + s->count; i++) {
		c->extra[i] = sat_variable(c->sat);
		three(c, -c->chosen[i], -before, c->extra[i]);
		int now = sat_variable(c->sat);
		two(c, -c->chosen[i], now);
		two(c, -before, now);
		before = now;
	}
}

/* Without guards a service with side_by_side: on may have several: they are counted. */
static void keep_alone(struct clauses *c, uint32_t service, bool guarded)
{
	const struct service *s = &c->l->services[service];
	int on = guard(c, guarded, (struct reason){REASON_ALONE, service, 0});
	if (!guarded && s->beside == BESIDE_ON)
		return;
	for (uint32_t i = s->first + 1; i < s->first + s->count; i++)
		if (on)
			two(c, -on, -c->extra[i]);
		else
			sat_clause(c->sat, (int[]){-c->extra[i]}, 1);
}

/* None of its releases. */
static void write_none(struct clauses *c, const struct service *s, int on)
{
	for (uint32_t i = s->first; i < s->first + s->count; i++)
		if (on)
			two(c, -on, -c->chosen[i]);
		else
			sat_clause(c->sat, (int[]){-c->chosen[i]}, 1);
}

static void write_stays(struct clauses *c, uint32_t service, bool guarded)
{
	const struct service *s = &c->l->services[service];
	uint32_t all[LANDSCAPE_RELEASES];
	int on = guard(c, guarded, (struct reason){REASON_STAYS, service, 0});
	for (uint32_t i = 0; i < s->count; i++)
		all[i] = s->first + i;
	some(c, on, 0, all, s->count);
}

static void write_service(struct clauses *c, uint32_t service, bool guarded)
{
	const struct service *s = &c->l->services[service];
	mark_extra(c, s);
	keep_alone(c, service, guarded);
	if (s->retired)
		write_none(c, s, guard(c, guarded, (struct reason){REASON_GOES, service, 0}));
	for (uint32_t i = 0; i < s->wish_count; i++)
		some(c, guard(c, guarded, (struct reason){REASON_WISH, service, i}), 0, s->wishes[i].met_by,
		     s->wishes[i].met_count);
	if (s->runs && !s->retired && !s->wish_count)
		write_stays(c, service, guarded);
}

void clauses_make(struct clauses *c, const struct landscape *l, uint64_t work, bool guarded)
{
	*c = (struct clauses){.l = l, .sat = sat_new(work)};
	c->chosen = must_zalloc(l->release_count, sizeof *c->chosen);
	c->extra = must_zalloc(l->release_count, sizeof *c->extra);
	c->counter = must_zalloc(l->release_count, sizeof *c->counter);
	for (uint32_t i = 0; i < l->release_count; i++)
		c->chosen[i] = sat_variable(c->sat);
	for (uint32_t i = 0; i < l->service_count; i++)
		write_service(c, i, guarded);
	for (uint32_t i = 0; i < l->need_count; i++) {
		const struct need *n = &l->needs[i];
		int on = guard(c, guarded, (struct reason){REASON_NEED, i, 0});
		some(c, on, c->chosen[n->release], n->demand.met_by, n->demand.met_count);
	}
}

void clauses_take(struct clauses *c, uint32_t release)
{
	two(c, -guard(c, true, (struct reason){REASON_TAKEN, release, 0}), c->chosen[release]);
}

void clauses_away(struct clauses *c, uint32_t service)
{
	write_none(c, &c->l->services[service], guard(c, true, (struct reason){REASON_AWAY, service, 0}));
}

void clauses_free(struct clauses *c)
{
	sat_free(c->sat);
	free(c->chosen);
	free(c->extra);
	free(c->counter);
	VEC_FREE(&c->reasons);
	VEC_FREE(&c->guards);
}

/* A unary counter, a column for each call: column k says, release by release, "at least k extra ones up to here". It is
 * made of the column before it. */
int clauses_at_most(struct clauses *c, unsigned most)
{
	int up_to = 0, before = 0; /* of this column and of the one before it, up to the release before */
	CHECK(most == c->counted);
	for (uint32_t i = 0; i < c->l->release_count; i++) {
		int now = sat_variable(c->sat);
		if (up_to)
			two(c, -up_to, now);
		if (c->extra[i] && c->counted == 0)
			two(c, -c->extra[i], now);
		else if (c->extra[i] && before)
			three(c, -c->extra[i], -before, now);
		before = c->counter[i];
		c->counter[i] = up_to = now;
	}
	c->counted++;
	return -up_to;
}
