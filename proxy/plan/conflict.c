#include "proxy/plan/conflict.h"

#include "proxy/plan/clauses.h"

enum { ORDERS = 4 };

struct guards {
	int *at;
	size_t count;
};

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
		enum sat_answer answer = sat_solve(c->sat, g->at, g->count);
		if (answer == SAT_NO) {
			narrow(c,
			       g); /* what is needed for sure, [0, i), stays: each set that is left has all of them */
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
	struct guards best = *blamed, g = {must_zalloc(blamed->count + 1, sizeof *g.at), 0};
	best.at = must_zalloc(blamed->count + 1, sizeof *best.at);
	memcpy(best.at, blamed->at, blamed->count * sizeof *best.at);
	for (unsigned order = 0; order < ORDERS && blamed->count; order++) {
		arrange(&g, blamed, order);
		bool whole = shrink(c, &g);
		if (!whole && found->minimal)
			break;
		if (g.count < best.count || (whole && !found->minimal)) {
			memcpy(best.at, g.at, g.count * sizeof *g.at);
			best.count = g.count;
		}
		found->minimal = whole;
		if (!whole)
			break;
	}
	tell(c, &best, found, arena);
	free(best.at);
	free(g.at);
}

void conflict_find(const struct landscape *l, uint64_t work, bool alone, struct reasons *found, struct arena *arena)
{
	struct clauses c;
	*found = (struct reasons){0};
	clauses_make(&c, l, work, true);
	struct guards g = {must_zalloc(c.guards.len + 1, sizeof *g.at), 0};
	for (size_t i = 0; i < c.guards.len; i++)
		if (is_asked(&c, i, alone))
			g.at[g.count++] = c.guards.at[i];
	if (sat_solve(c.sat, g.at, g.count) == SAT_NO) {
		narrow(&c, &g);
		shortest(&c, &g, found, arena);
	}
	free(g.at);
	clauses_free(&c);
}
