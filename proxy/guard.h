/* guard: watches a canary against the stable backend of its version and says when it has to go: its share of 5xx answers,
 * its share of answers that break the contract, its 99th percentile of response times against the stable's, all within a
 * window that moves. Each worker adds to counters of its own; once a second the main thread adds them up, keeps the sums
 * in a ring as long as the window, and judges the difference. Owned by the canary's lever. The judging is pure. */
#ifndef PROXY_GUARD_H
#define PROXY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times are counted in eight steps for each power of two, from about a microsecond to more than a minute. */
enum { GUARD_TIMES = 216, GUARD_TOLD = 160 };
enum { GUARD_STABLE, GUARD_CANARY };

struct guard_limits {
	int64_t errors;       /* share of 5xx, parts per million; -1: not watched */
	int64_t violations;   /* share of answers that break the contract, likewise */
	int64_t slower;       /* 99th percentile against the stable's, in thousandths: 1500 is 1.5 times; 0: not watched */
	int64_t window_ms;
	int64_t min_requests; /* to the canary within the window, before anything is said; for `slower` to the stable too */
};

/* What was counted of one side. */
struct guard_counts {
	uint64_t requests, errors, violations;
	uint64_t times[GUARD_TIMES];
};

struct guard;

/* A guard that has seen nothing yet. */
struct guard *guard_new(const struct guard_limits *limits, unsigned workers);
/* NULL is fine. */
void guard_free(struct guard *g);
/* One answer of a backend, or what stood for it. `ns`: how long the backend took. The worker's thread. */
void guard_count(struct guard *g, unsigned worker, bool canary, bool error, bool violation, uint64_t ns);
/* Once a second, main thread: true when a limit is crossed; `why` (GUARD_TOLD bytes) says which, for people. `mono_ms`:
 * any clock that never goes back. */
bool guard_tick(struct guard *g, int64_t mono_ms, char *why);
/* Forgets what was counted: the next window begins now. */
void guard_restart(struct guard *g);
/* What the window holds as of the last tick, stable and canary. Main thread. */
const struct guard_counts *guard_window(const struct guard *g);

/* The decision alone, on what a window holds: the word of the limit that was crossed ("errors", "violations", "slower"),
 * or NULL. A share only counts when it is also above the stable's own: what fails on both sides is not the canary. */
const char *guard_judge(const struct guard_limits *limits, const struct guard_counts sides[2], char *why);
/* The step of a time, and the upper edge of a step in nanoseconds. */
unsigned guard_step(uint64_t ns);
/* The first nanosecond above the step. */
uint64_t guard_edge(unsigned step);
/* The upper edge of the step that holds the 99th percentile; 0 without requests. */
uint64_t guard_p99(const struct guard_counts *c);

#endif
