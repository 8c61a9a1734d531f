/* metrics: what is counted, as a page for a scrape: the tallies of all workers added up, the facts of versions and
 * configuration, the process itself. The families are a table in metrics.c, which the manual prints. Called on the main
 * loop; reads the workers' tables while they are written (series.h). */
#ifndef PROXY_METRICS_H
#define PROXY_METRICS_H

#include "proxy/facts.h"
#include "proxy/names.h"
#include "proxy/page.h"
#include "proxy/tally.h"

/* The last use of something deprecated by one consumer, from the usage ledger. */
struct last_use {
	struct str version, route, method, consumer;
	int64_t wall_ms;
};

struct collector {
	void (*collect)(void *context, struct page *p);
	void *context;
};

struct metrics_input {
	struct tally *sum; /* of all observers */
	const struct facts *facts;
	const struct last_use *last_uses;
	size_t last_use_count;
	uint64_t consumers_overflowed; /* names.h */
	uint64_t usage_overflowed;
	uint64_t fields_overflowed;
	uint64_t log_dropped, ledger_failures, events_dropped;
	bool ledger_ok;
	uint64_t journal_seq; /* the newest event's sequence number */
	const struct collector *collectors;
	size_t collector_count;
};

/* Adds one whole scrape, in OpenMetrics or in the text format of Prometheus, the collectors' families behind ours. */
void metrics_write(const struct metrics_input *in, bool open_metrics, struct buf *out);

/* The families, for the manual: name as scraped in the text format, type, labels, help. NULL name at the end. */
struct metric_row {
	const char *name;
	enum page_type type;
	const char *labels, *help;
};
extern const struct metric_row metrics_table[];

#endif
