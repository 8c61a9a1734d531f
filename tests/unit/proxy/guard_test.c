/* The guard of a canary: what it counts, when it says no. */
#include "proxy/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct guard_limits all = {
    .errors = 20000, .violations = 10000, .slower = 1500, .window_ms = 60000, .min_requests = 50};

static void fill(struct guard_counts *c, uint64_t requests, uint64_t errors, uint64_t violations, uint64_t ns)
{
	memset(c, 0, sizeof *c);
	c->requests = requests;
	c->errors = errors;
	c->violations = violations;
	c->times[guard_step(ns)] = requests;
}

static const char *judged(const struct guard_limits *l, uint64_t stable[4], uint64_t canary[4])
{
	struct guard_counts sides[2];
	char why[GUARD_TOLD];
	fill(&sides[GUARD_STABLE], stable[0], stable[1], stable[2], stable[3]);
	fill(&sides[GUARD_CANARY], canary[0], canary[1], canary[2], canary[3]);
	const char *word = guard_judge(l, sides, why);
	if (word)
		assert_memory_equal(why, word, strlen(word));
	return word ? word : "";
}

#define SIDE(...) ((uint64_t[4]){__VA_ARGS__})

static void judges(void **state)
{
	enum { MS = 1000000 };
	(void)state;
	/* requests, errors, violations, time */
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(1000, 20, 10, MS)), ""); /* at the limit is not over it */
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(1000, 21, 0, MS)), "errors");
	assert_string_equal(judged(&all, SIDE(0, 0, 0, MS), SIDE(1000, 21, 0, MS)), "errors");
	assert_string_equal(judged(&all, SIDE(1000, 21, 0, MS), SIDE(1000, 21, 0, MS)), ""); /* both alike */
	assert_string_equal(judged(&all, SIDE(1000, 21, 0, MS), SIDE(1000, 22, 0, MS)), "errors");
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(49, 49, 49, MS)), ""); /* too few */
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(50, 0, 1, MS)), "violations");
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(1000, 0, 0, 2 * MS)), "slower");
	assert_string_equal(judged(&all, SIDE(1000, 0, 0, MS), SIDE(1000, 0, 0, MS * 5 / 4)), "");
	assert_string_equal(judged(&all, SIDE(49, 0, 0, MS), SIDE(1000, 0, 0, 20 * MS)), ""); /* nothing to compare with */
	assert_string_equal(judged(&all, SIDE(0, 0, 0, MS), SIDE(0, 0, 0, MS)), "");
}

static void limits_that_are_not_there(void **state)
{
	const struct guard_limits none = {.errors = -1, .violations = -1, .window_ms = 60000, .min_requests = 1};
	const struct guard_limits zero = {.errors = 0, .violations = -1, .window_ms = 60000, .min_requests = 1};
	(void)state;
	assert_string_equal(judged(&none, SIDE(100, 0, 0, 1000), SIDE(100, 100, 100, 1000000000)), "");
	assert_string_equal(judged(&zero, SIDE(100, 0, 0, 1000), SIDE(100, 0, 0, 1000)), "");
	assert_string_equal(judged(&zero, SIDE(100, 0, 0, 1000), SIDE(100, 1, 0, 1000)), "errors");
}

static void steps(void **state)
{
	(void)state;
	assert_int_equal(guard_step(0), 0);
	assert_int_equal(guard_step(UINT64_MAX), GUARD_TIMES - 1);
	for (unsigned i = 0; i < GUARD_TIMES; i++) {
		assert_int_equal(guard_step(guard_edge(i) - 1), i);
		if (i + 1 < GUARD_TIMES)
			assert_int_equal(guard_step(guard_edge(i)), i + 1);
		/* a step is an eighth wide at most */
		if (i)
			assert_true((guard_edge(i) - guard_edge(i - 1)) * 8 <= guard_edge(i - 1));
	}
}

static void percentile(void **state)
{
	struct guard_counts c = {.requests = 1000};
	(void)state;
	assert_int_equal(guard_p99(&c), 0);
	c.times[10] = 990;
	c.times[100] = 10;
	assert_int_equal(guard_p99(&c), guard_edge(10));
	c.times[10] = 989;
	c.times[100] = 11;
	assert_int_equal(guard_p99(&c), guard_edge(100));
}

static void count_many(struct guard *g, unsigned worker, bool canary, unsigned errors, unsigned of)
{
	for (unsigned i = 0; i < of; i++)
		guard_count(g, worker, canary, i < errors, false, 1000000);
}

/* What lies further back than the window is forgotten, over all workers. */
static void the_window_moves(void **state)
{
	char why[GUARD_TOLD];
	struct guard *g = guard_new(&all, 3);
	(void)state;
	assert_false(guard_tick(g, 1000, why));
	count_many(g, 0, true, 1, 40); /* 1 of 40: too few to say anything */
	count_many(g, 2, false, 0, 1000);
	assert_false(guard_tick(g, 2000, why));
	assert_int_equal(guard_window(g)[GUARD_CANARY].requests, 40);
	assert_int_equal(guard_window(g)[GUARD_STABLE].requests, 1000);
	for (int64_t t = 3000; t <= 70000; t += 1000)
		assert_false(guard_tick(g, t, why));
	assert_int_equal(guard_window(g)[GUARD_CANARY].requests, 0);
	count_many(g, 1, true, 1, 60); /* 1.7 %: were the first still there, it would be 2 % */
	assert_false(guard_tick(g, 71000, why));
	assert_int_equal(guard_window(g)[GUARD_CANARY].requests, 60);
	count_many(g, 0, true, 1, 1);
	assert_true(guard_tick(g, 72000, why));
	guard_free(g);
}

static void a_restart_forgets(void **state)
{
	char why[GUARD_TOLD];
	struct guard *g = guard_new(&all, 1);
	(void)state;
	guard_tick(g, 1000, why);
	count_many(g, 0, true, 100, 100);
	assert_true(guard_tick(g, 2000, why));
	guard_restart(g);
	assert_int_equal(guard_window(g)[GUARD_CANARY].requests, 0);
	assert_false(guard_tick(g, 3000, why));
	count_many(g, 0, true, 0, 100);
	assert_false(guard_tick(g, 4000, why));
	assert_int_equal(guard_window(g)[GUARD_CANARY].requests, 100);
	assert_int_equal(guard_window(g)[GUARD_CANARY].errors, 0);
	guard_free(g);
}

/* A window of hours is kept in few samples, one of a second in as many as there are. */
static void windows_of_every_length(void **state)
{
	static const int64_t lengths[] = {1000, 5000, 300000, 86400000};
	char why[GUARD_TOLD];
	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct guard_limits l = all;
		l.window_ms = lengths[i];
		l.errors = -1;
		l.violations = -1;
		struct guard *g = guard_new(&l, 1);
		int64_t end = lengths[i] * 3 < 100000 ? 100000 : lengths[i] * 3, apart = end / 20000 < 1000 ? 1000 : end / 20000;
		for (int64_t t = 0; t <= end; t += apart) {
			guard_count(g, 0, true, false, false, 1);
			assert_false(guard_tick(g, t, why));
		}
		/* within a sample of what the window holds */
		uint64_t seen = guard_window(g)[GUARD_CANARY].requests, exact = (uint64_t)(lengths[i] / apart);
		assert_in_range(seen, exact, exact + exact / 20 + 2);
		guard_free(g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges), cmocka_unit_test(limits_that_are_not_there), cmocka_unit_test(steps),
	    cmocka_unit_test(percentile), cmocka_unit_test(the_window_moves), cmocka_unit_test(a_restart_forgets),
	    cmocka_unit_test(windows_of_every_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
