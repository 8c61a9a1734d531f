#include "proxy/held.h"

#include "proxy/observe.h"

#include <stdlib.h>

static void place_changed(void *context, struct str address, bool up, const char *why)
{
	struct worker *w = context;
	observe_say(w->observer, up ? EVENT_BACKEND_UP : EVENT_BACKEND_DOWN, "%.*s: %s", STR_ARG(address), why);
}

static struct pool *pool_for(struct worker *w, const struct backend *b)
{
	for (size_t i = 0; i < w->pools.len; i++)
		if (str_eq(pool_text(w->pools.at[i]), b->text))
			return w->pools.at[i];
	struct pool_observer observer = {place_changed, w};
	struct pool *p = pool_new(&w->loop, b, &observer);
	VEC_PUSH(&w->pools, p);
	return p;
}

static struct held *held_new(struct worker *w, struct snapshot *s)
{
	struct held *h = must_zalloc(1, sizeof *h);
	h->snapshot = s;
	h->number = ++w->held_count;
	h->in_force = true;
	h->pools = must_zalloc(s->backend_count, sizeof *h->pools);
	for (unsigned i = 0; i < s->backend_count; i++)
		h->pools[i] = pool_for(w, &s->backends[i]);
	h->next = w->helds;
	w->helds = h;
	return h;
}

static bool used(const struct worker *w, const struct pool *p)
{
	for (const struct held *h = w->helds; h; h = h->next)
		for (unsigned i = 0; i < h->snapshot->backend_count; i++)
			if (h->pools[i] == p)
				return true;
	return false;
}

static void retire_unused_pools(struct worker *w)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->pools.len; i++) {
		if (used(w, w->pools.at[i]))
			w->pools.at[kept++] = w->pools.at[i];
		else
			pool_retire(w->pools.at[i]);
	}
	w->pools.len = kept;
}

/* A snapshot that is no longer in force goes with its last exchange. */
static void let_go(struct worker *w, struct held *h)
{
	if (h->in_force || h->exchanges)
		return;
	struct held **link = &w->helds;
	while (*link != h)
		link = &(*link)->next;
	*link = h->next;
	retire_unused_pools(w);
	snapshot_drop(h->snapshot);
	free(h->pools);
	free(h);
}

struct held *held_take(struct worker *w)
{
	w->held->exchanges++;
	return w->held;
}

void held_release(struct worker *w, struct held *h)
{
	h->exchanges--;
	let_go(w, h);
}

void held_use(struct worker *w, struct snapshot *s)
{
	struct held *old = w->held;
	w->held = held_new(w, s);
	if (old) {
		old->in_force = false;
		let_go(w, old);
	}
}

void held_forget(struct worker *w)
{
	w->held->in_force = false;
	let_go(w, w->held);
}
