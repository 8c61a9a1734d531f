#include "bench/wire/histogram.h"

/* Values below 64 have a bucket each; above, the six bits behind the highest one choose it. */
static unsigned bucket_of(uint64_t ns)
{
	if (ns < HISTOGRAM_STEPS)
		return (unsigned)ns;
	unsigned power = 63 - (unsigned)__builtin_clzll(ns) - 6;
	unsigned at = (power + 1) * HISTOGRAM_STEPS + (unsigned)(ns >> power) - HISTOGRAM_STEPS;
	unsigned last = HISTOGRAM_POWERS * HISTOGRAM_STEPS - 1;
	return at < last ? at : last;
}

static double middle_of(unsigned at)
{
	if (at < HISTOGRAM_STEPS)
		return at;
	unsigned power = at / HISTOGRAM_STEPS - 1;
	return ((double)(at % HISTOGRAM_STEPS + HISTOGRAM_STEPS) + 0.5) * (double)(1ull << power);
}

void histogram_add(struct histogram *h, uint64_t ns)
{
	h->count++;
	h->buckets[bucket_of(ns)]++;
}

double histogram_us(const struct histogram *h, double share)
{
	double wanted = share * (double)h->count, seen = 0;
	for (unsigned i = 0; i < HISTOGRAM_POWERS * HISTOGRAM_STEPS; i++) {
		seen += h->buckets[i];
		if (h->buckets[i] && seen >= wanted)
			return middle_of(i) / 1000;
	}
	return 0;
}
