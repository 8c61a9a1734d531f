/* histogram: counts of nanoseconds in buckets of 1/64 of a power of two (an error of at most 0.8 %), for percentiles of
 * millions of latencies. Plain data, zeroed is empty. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEPS = 64, HISTOGRAM_POWERS = 40 };

struct histogram {
	uint64_t count;
	uint32_t buckets[HISTOGRAM_POWERS * HISTOGRAM_STEPS];
};

void histogram_add(struct histogram *h, uint64_t ns);
/* The value below which `share` (0 to 1) of them lie, in microseconds; 0 when empty. */
double histogram_us(const struct histogram *h, double share);

#endif
