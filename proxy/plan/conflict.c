#include "proxy/plan/conflict.h"

#include "proxy/plan/clauses.h"

enum { ORDERS = 4 };

/* Guards that are assumed; there is room for one more. */
struct guards {
	int *at;
	size_t count;
	int fixed; /* assumed too, and never left out; 0: nothing */
};

static enum sat_answer solve(struct clauses *c, struct guards *g)
{
	if (g->fixed)
		g->at[g->count] = g->fixed;
	return sat_solve(c->sat, g->at, g->count + (g->fixed != 0));
}

/* Those that the last answer blames. */
static void narrow(const struct clauses *c, struct guards *g)
{
	size_t kept = 0;
	for (size_t i = 0; i < g->count; i++)
		if (sat_blamed(c->sat, g->at[i]))
			g->at[kept++] = g->at[i];
	g->count = kept;
}

/* Orders in which they are left out: as written, backwards, and each of these from the middle. */
static void arrange(struct guards *g, const struct guards *from, unsigned order)
{
	size_t n = from->count, begin = order & 2 ? n / 2 : 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = (i + begin) % n;
		g->at[i] = from->at[order & 1 ? n - 1 - at : at];
	}
	g->count = n;
}

/* Leaves out what is not needed; false: the bound was reached. */
static bool shrink(struct clauses *c, struct guards *g)
{
	for (size_t i = 0; i < g->count;) {
		int left_out = g->at[i];
		g->at[i] = g->at[--g->count];
		enum sat_answer answer = solve(c, g);
		if (answer == SAT_NO) {
			/* what is needed for sure, [0, i), stays: each set that is left has all of them */
			narrow(c, g);
			continue;
		}
		g->at[g->count++] = g->at[i];
		g->at[i++] = left_out;
		if (answer == SAT_SPENT)
			return false;
	}
	return true;
}

static int as_told(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->wish > y->wish) - (x->wish < y->wish);
}

static void tell(const struct clauses *c, const struct guards *g, struct reasons *found, struct arena *arena)
{
	found->at = ARENA_ARRAY(arena, struct reason, g->count);
	found->count = 0;
	for (size_t i = 0; i < c->guards.len; i++)
		for (size_t j = 0; j < g->count; j++)
			if (c->guards.at[i] == g->at[j])
				found->at[found->count++] = c->reasons.at[i];
	if (found->count)
		qsort(found->at, found->count, sizeof *found->at, as_told);
}

static bool is_asked(const struct clauses *c, size_t i, bool alone)
{
	const struct reason *r = &c->reasons.at[i];
	return r->kind != REASON_ALONE || alone || c->l->services[r->index].beside != BESIDE_ON;
}

static void shortest(struct clauses *c, const struct guards *blamed, struct reasons *found, struct arena *arena)
{
	struct guards best = *blamed, g = {.fixed = blamed->fixed};
	g.at = must_zalloc(blamed->count + 1, sizeof *g.at);
	best.at = must_zalloc(blamed->count + 1, sizeof *best.at);
	memcpy(best.at, blamed->at, blamed->count * sizeof *best.at);
	for (unsigned order = 0; order < ORDERS && blamed->count; order++) {
		arrange(&g, blamed, order);
		bool whole = shrink(c, &g);
		if (order == 0 || (whole && g.count < best.count)) {
			memcpy(best.at, g.at, g.count * sizeof *g.at);
			best.count = g.count;
			found->minimal = whole;
		}
		if (!whole)
			break;
	}
	tell(c, &best, found, arena);
	free(best.at);
	free(g.at);
}

bool conflict_of(struct clauses *c, const int *guards, size_t count, int fixed, struct reasons *found,
		 struct arena *arena)
{
	struct guards g = {must_zalloc(count + 1, sizeof *g.at), count, fixed};
	*found = (struct reasons){0};
	if (count)
		memcpy(g.at, guards, count * sizeof *guards);
	bool conflict = solve(c, &g) == SAT_NO;
	if (conflict) {
		narrow(c, &g);
		shortest(c, &g, found, arena);
	}
	free(g.at);
	return conflict;
}

void conflict_find(const struct landscape *l, uint64_t work, bool alone, struct reasons *found, struct arena *arena)
{
	struct clauses c;
	clauses_make(&c, l, work, true);
	int *guards = must_zalloc(c.guards.len + 1, sizeof *guards);
	size_t count = 0;
	for (size_t i = 0; i < c.guards.len; i++)
		if (is_asked(&c, i, alone))
			guards[count++] = c.guards.at[i];
	if (!conflict_of(&c, guards, count, 0, found, arena))
		*found = (struct reasons){0};
	free(guards);
	clauses_free(&c);
}
