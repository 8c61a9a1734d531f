/* micro: how the programs of this folder measure. An operation is run in rounds of some milliseconds; the best round
 * counts, in nanoseconds per operation. Under valgrind --tool=callgrind each row is instead a dump named after it, with
 * the number of operations in it, from which bench/micro/run reads instructions per operation. Header only. */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

enum { MICRO_ROUNDS = 25 };

static inline double micro_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double micro_round(void (*op)(void *), void *arg, unsigned long times)
{
	double begin = micro_now();
	for (unsigned long i = 0; i < times; i++)
		op(arg);
	return (micro_now() - begin) / (double)times;
}

/* Prints "NAME<tab>NS"; returns the nanoseconds. */
static inline double micro(const char *name, void (*op)(void *), void *arg)
{
	if (RUNNING_ON_VALGRIND) {
		unsigned long counted = micro_round(op, arg, 8) > 1e6 ? 16 : 2048;
		char row[256];
		snprintf(row, sizeof row, "%lu %s", counted, name);
		CALLGRIND_ZERO_STATS;
		micro_round(op, arg, counted);
		CALLGRIND_DUMP_STATS_AT(row);
		return 0;
	}
	unsigned long times = 1;
	double best = micro_round(op, arg, times);
	while (best * (double)times < 2e6 && times < 1u << 30)
		best = micro_round(op, arg, times *= 2);
	for (int i = 0; i < MICRO_ROUNDS; i++) {
		double now = micro_round(op, arg, times);
		best = now < best ? now : best;
	}
	printf("%s\t%.2f\n", name, best);
	fflush(stdout);
	return best;
}

#endif
