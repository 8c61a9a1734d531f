/* page: metrics being written for a scrape, in Prometheus' text format 0.0.4 or in OpenMetrics 1.0: families with their
 * help and type, samples with escaped labels. Makes no decision about what is counted. Called by metrics and by the
 * collectors that other rooms register with it. */
#ifndef PROXY_PAGE_H
#define PROXY_PAGE_H

#include "proxy/base/buf.h"

enum page_type { PAGE_COUNTER, PAGE_GAUGE, PAGE_HISTOGRAM, PAGE_INFO };

struct label {
	const char *name;
	struct str value;
};

struct page {
	struct buf *out;
	bool open_metrics;
	const char *name; /* of the family that is being written */
	enum page_type type;
};

/* Begins a family. `name` without `_total` or `_info`: both are added here where the type asks for them. */
void page_family(struct page *p, const char *name, enum page_type type, const char *help);
/* A sample of a counter, a gauge or an info (whose value is 1). */
void page_sample(struct page *p, const struct label *labels, size_t count, double value);
/* The same with a whole number, written with all its digits. */
void page_sample_u64(struct page *p, const struct label *labels, size_t count, uint64_t value);

struct exemplar {
	struct str trace_id; /* empty: none */
	double value;
	int64_t wall_ms;
};
/* One bucket of a histogram: `bound` is its upper edge as text ("0.005", "+Inf"), `below` the count up to it. */
void page_bucket(struct page *p, const struct label *labels, size_t count, const char *bound, uint64_t below,
		 const struct exemplar *e);
/* _sum and _count of a histogram. */
void page_histogram_end(struct page *p, const struct label *labels, size_t count, double sum, uint64_t total);
/* The end of the page (OpenMetrics' EOF line). */
void page_end(struct page *p);
/* The Content-Type of the page. */
struct str page_content_type(bool open_metrics);

#endif
