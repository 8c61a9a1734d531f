/* scrape: writing the metrics page, with 10 to 10,000 series of requests. */
#include "bench/micro/micro.h"
#include "proxy/metrics.h"

struct work {
	struct tally tally;
	struct facts facts;
	struct buf out;
};

static void fill(struct work *w, unsigned rows)
{
	static struct version version = {.name = STR_INIT("v1")};
	for (unsigned i = 0; i < rows; i++) {
		char route[40];
		struct exchange x = {.version = &version, .outcome = OUTCOME_OK, .status = 200, .began_ns = 1, .sent_ns = 2, .answered_ns = 3, .ended_ns = 4};
		snprintf(route, sizeof route, "/things%u/{id}", i);
		x.route = str_from(route);
		tally_exchange(&w->tally, &x, STR("shop"));
	}
}

static void scrape(void *arg)
{
	struct work *w = arg;
	struct metrics_input in = {.sum = &w->tally, .facts = &w->facts, .ledger_ok = true};
	w->out.len = 0;
	metrics_write(&in, false, &w->out);
}

int main(void)
{
	for (unsigned rows = 10; rows <= 10000; rows *= 10) {
		struct work w = {.facts = {.config_file = STR("vane.yaml"), .config_digest = STR("0")}};
		char name[48];
		tally_init(&w.tally);
		fill(&w, rows);
		snprintf(name, sizeof name, "scrape, %u routes", rows);
		micro(name, scrape, &w);
		tally_free(&w.tally);
		buf_free(&w.out);
	}
	return 0;
}
