/* chain: what filters cost that do nothing: a request and its response through a chain of n of them. */
#include "bench/micro/micro.h"
#include "proxy/chain.h"

struct work {
	struct chain chain;
	struct exchange x;
};

static enum verdict pass(struct exchange *x, const void *settings, void *state)
{
	(void)x, (void)settings, (void)state;
	return PASS;
}

static void through(void *arg)
{
	struct work *w = arg;
	struct chain_run run = {0};
	chain_request(&w->chain, &run, &w->x);
	chain_response(&w->chain, &run, &w->x);
	chain_finish(&w->chain, &run, &w->x);
}

int main(void)
{
	static const struct filter empty = {.name = "empty", .on_request = pass, .on_response = pass};
	for (unsigned n = 0; n <= 16; n = n ? n * 2 : 1) {
		struct work w = {.chain.count = n};
		char name[40];
		for (unsigned i = 0; i < n; i++)
			w.chain.filters[i] = &empty;
		exchange_begin(&w.x, 0);
		snprintf(name, sizeof name, "chain of %u empty filters", n);
		micro(name, through, &w);
		exchange_free(&w.x);
	}
	return 0;
}
