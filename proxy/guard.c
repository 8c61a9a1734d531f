#include "proxy/guard.h"

#include "proxy/base/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 61, LOWEST_BIT = 10, STEPS_PER_BIT = 8, WHOLE = 1000000 };
/* Of one side: requests, errors, violations, and the times. */
enum { CELL_REQUESTS, CELL_ERRORS, CELL_VIOLATIONS, CELL_TIMES, CELLS = CELL_TIMES + GUARD_TIMES };

/* One worker's; a cache line apart from the next by its size. */
struct counter {
	_Atomic uint64_t cells[2][CELLS];
};

struct sample {
	int64_t at_ms;
	struct guard_counts sides[2];
};

struct guard {
	struct guard_limits limits;
	struct counter *workers;
	unsigned worker_count;
	struct sample *ring; /* SAMPLES sums, oldest at `first`; the last is a whole step old at most */
	unsigned first, count;
	bool restart;
	struct guard_counts window[2];
};

struct guard *guard_new(const struct guard_limits *limits, unsigned workers)
{
	struct guard *g = must_zalloc(1, sizeof *g);
	g->limits = *limits;
	g->worker_count = workers;
	g->workers = must_zalloc(workers, sizeof *g->workers);
	g->ring = must_zalloc(SAMPLES, sizeof *g->ring);
	return g;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	free(g->workers);
	free(g->ring);
	free(g);
}

/* ---- times ---- */

unsigned guard_step(uint64_t ns)
{
	unsigned bit = LOWEST_BIT;
	if (ns < UINT64_C(1) << LOWEST_BIT)
		return 0;
	while (bit < 63 && ns >> (bit + 1))
		bit++;
	unsigned step = (bit - LOWEST_BIT) * STEPS_PER_BIT + (unsigned)(ns >> (bit - 3) & 7);
	return step < GUARD_TIMES ? step : GUARD_TIMES - 1;
}

uint64_t guard_edge(unsigned step)
{
	unsigned bit = LOWEST_BIT + step / STEPS_PER_BIT;
	return (UINT64_C(1) << bit) + ((UINT64_C(1) << (bit - 3)) * (step % STEPS_PER_BIT + 1));
}

uint64_t guard_p99(const struct guard_counts *c)
{
	uint64_t all = 0, below = 0;
	for (unsigned i = 0; i < GUARD_TIMES; i++)
		all += c->times[i];
	for (unsigned i = 0; i < GUARD_TIMES; i++) {
		below += c->times[i];
		if (all && below * 100 >= all * 99)
			return guard_edge(i);
	}
	return 0;
}

/* ---- counting ---- */

/* A plain addition: only its worker writes a counter. */
static void add(_Atomic uint64_t *cell, uint64_t more)
{
	atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + more, memory_order_relaxed);
}

void guard_count(struct guard *g, unsigned worker, bool canary, bool error, bool violation, uint64_t ns)
{
	CHECK(worker < g->worker_count);
	_Atomic uint64_t *cells = g->workers[worker].cells[canary];
	add(&cells[CELL_REQUESTS], 1);
	add(&cells[CELL_ERRORS], error);
	add(&cells[CELL_VIOLATIONS], violation);
	add(&cells[CELL_TIMES + guard_step(ns)], 1);
}

static void sum(const struct guard *g, unsigned side, struct guard_counts *to)
{
	memset(to, 0, sizeof *to);
	for (unsigned w = 0; w < g->worker_count; w++) {
		const _Atomic uint64_t *cells = g->workers[w].cells[side];
		to->requests += atomic_load_explicit(&cells[CELL_REQUESTS], memory_order_relaxed);
		to->errors += atomic_load_explicit(&cells[CELL_ERRORS], memory_order_relaxed);
		to->violations += atomic_load_explicit(&cells[CELL_VIOLATIONS], memory_order_relaxed);
		for (unsigned i = 0; i < GUARD_TIMES; i++)
			to->times[i] += atomic_load_explicit(&cells[CELL_TIMES + i], memory_order_relaxed);
	}
}

static void subtract(struct guard_counts *from, const struct guard_counts *before)
{
	from->requests -= before->requests;
	from->errors -= before->errors;
	from->violations -= before->violations;
	for (unsigned i = 0; i < GUARD_TIMES; i++)
		from->times[i] -= before->times[i];
}

/* ---- the window ---- */

static struct sample *sample_at(const struct guard *g, unsigned i)
{
	return &g->ring[(g->first + i) % SAMPLES];
}

/* Keeps the newest sum, and drops those that a newer one makes needless: one at the window's edge, or just behind it, is
 * what the window is counted from. */
static void keep(struct guard *g, const struct sample *now)
{
	int64_t apart = g->limits.window_ms / (SAMPLES - 2);
	while (g->count > 1 && sample_at(g, 1)->at_ms <= now->at_ms - g->limits.window_ms) {
		g->first = (g->first + 1) % SAMPLES;
		g->count--;
	}
	if (g->count && now->at_ms - sample_at(g, g->count - 1)->at_ms < apart)
		return;
	if (g->count == SAMPLES) {
		g->first = (g->first + 1) % SAMPLES;
		g->count--;
	}
	*sample_at(g, g->count++) = *now;
}

void guard_restart(struct guard *g)
{
	g->restart = true;
	memset(g->window, 0, sizeof g->window);
}

const struct guard_counts *guard_window(const struct guard *g)
{
	return g->window;
}

bool guard_tick(struct guard *g, int64_t mono_ms, char *why)
{
	struct sample now = {.at_ms = mono_ms};
	if (g->restart) {
		g->count = 0;
		g->restart = false;
		sum(g, GUARD_STABLE, &now.sides[GUARD_STABLE]);
		sum(g, GUARD_CANARY, &now.sides[GUARD_CANARY]);
		keep(g, &now);
		return false;
	}
	for (unsigned side = 0; side < 2; side++) {
		sum(g, side, &now.sides[side]);
		g->window[side] = now.sides[side];
		if (g->count)
			subtract(&g->window[side], &sample_at(g, 0)->sides[side]);
	}
	keep(g, &now);
	return guard_judge(&g->limits, g->window, why) != NULL;
}

/* ---- the decision ---- */

static int64_t share(uint64_t part, uint64_t all)
{
	return all ? (int64_t)(part * WHOLE / all) : 0;
}

static bool share_crossed(int64_t limit, uint64_t canary, uint64_t canary_all, uint64_t stable, uint64_t stable_all,
			  const char *what, char *why)
{
	int64_t ours = share(canary, canary_all), theirs = share(stable, stable_all);
	if (limit < 0 || ours <= limit || ours <= theirs)
		return false;
	snprintf(why, GUARD_TOLD, "%s: %.2f%% of %llu answers of the canary, over %.2f%%; the stable's are %.2f%% of %llu", what,
		 (double)ours / 10000, (unsigned long long)canary_all, (double)limit / 10000, (double)theirs / 10000,
		 (unsigned long long)stable_all);
	return true;
}

const char *guard_judge(const struct guard_limits *l, const struct guard_counts sides[2], char *why)
{
	const struct guard_counts *stable = &sides[GUARD_STABLE], *canary = &sides[GUARD_CANARY];
	uint64_t enough = (uint64_t)l->min_requests;
	if (canary->requests < enough || !canary->requests)
		return NULL;
	if (share_crossed(l->errors, canary->errors, canary->requests, stable->errors, stable->requests, "errors", why))
		return "errors";
	if (share_crossed(l->violations, canary->violations, canary->requests, stable->violations, stable->requests,
			  "violations", why))
		return "violations";
	uint64_t ours = guard_p99(canary), theirs = guard_p99(stable);
	if (!l->slower || stable->requests < enough || !theirs || ours * 1000 <= theirs * (uint64_t)l->slower)
		return NULL;
	snprintf(why, GUARD_TOLD, "slower: the canary's p99 is %.3g s over %llu answers, the stable's %.3g s over %llu",
		 (double)ours / 1e9, (unsigned long long)canary->requests, (double)theirs / 1e9,
		 (unsigned long long)stable->requests);
	return "slower";
}
