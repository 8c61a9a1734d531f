/* The split of canaries: uniform, monotone, the same everywhere. */
#include "filters/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { KEYS = 100000, BUCKETS = 100 };

static struct str key(char *text, size_t size, const char *format, unsigned i)
{
	return str_of(text, (size_t)snprintf(text, size, format, i));
}

/* Pearson's statistic over 100 buckets has 99 degrees of freedom: it is above 148.2 once in a thousand tries, for keys that
 * look alike as much as for others. The keys are fixed, so the outcome is too. */
static void is_uniform(const char *format, struct str salt)
{
	unsigned counts[BUCKETS] = {0};
	char text[64];
	double statistic = 0;
	for (unsigned i = 0; i < KEYS; i++)
		counts[split_point(key(text, sizeof text, format, i), salt) / (SPLIT_WHOLE / BUCKETS)]++;
	for (unsigned i = 0; i < BUCKETS; i++) {
		double off = (double)counts[i] - (double)KEYS / BUCKETS;
		statistic += off * off / ((double)KEYS / BUCKETS);
	}
	if (statistic >= 148.2)
		fprintf(stderr, "%s: %.1f\n", format, statistic);
	assert_true(statistic < 148.2);
}

static void uniform(void **state)
{
	(void)state;
	is_uniform("consumer-%u", STR("orders/v2"));
	is_uniform("%u", STR("orders/v2"));
	is_uniform("%u", STR(""));
	is_uniform("10.0.%u.1", STR("orders/v1"));
	is_uniform("0000000000000000000000000000%08x", STR("a salt"));
}

/* The smallest steps of a weight are hit as often as they should be: 0.01 % of 100,000 is 10, give or take. */
static void small_weights(void **state)
{
	char text[64];
	unsigned in = 0;
	(void)state;
	for (unsigned i = 0; i < KEYS; i++)
		in += split_point(key(text, sizeof text, "c%u", i), STR("s")) < SPLIT_STEP;
	assert_in_range(in, 1, 25);
}

static void monotone(void **state)
{
	char text[64];
	unsigned before = 0;
	(void)state;
	for (unsigned weight = 0; weight <= SPLIT_WHOLE; weight += 50000) {
		unsigned in = 0;
		for (unsigned i = 0; i < 10000; i++)
			in += split_point(key(text, sizeof text, "c%u", i), STR("s")) < weight;
		assert_true(in >= before);
		before = in;
	}
	assert_int_equal(before, 10000); /* 100 % is everybody */
}

/* Two salts are two independent splits: of those in the first 10 %, about 10 % are in the second. */
static void salts(void **state)
{
	char text[64];
	unsigned both = 0, first = 0;
	(void)state;
	for (unsigned i = 0; i < KEYS; i++) {
		struct str k = key(text, sizeof text, "c%u", i);
		bool in = split_point(k, STR("orders/v1")) < SPLIT_WHOLE / 10;
		first += in;
		both += in && split_point(k, STR("orders/v2")) < SPLIT_WHOLE / 10;
	}
	assert_in_range(first, 9500, 10500);
	assert_in_range(both, 850, 1150);
}

/* Computed by another implementation of SipHash-2-4 (a few lines of Python) from what split.h promises. */
static void the_same_everywhere(void **state)
{
	(void)state;
	static const struct {
		const char *key, *salt;
		uint32_t point;
	} known[] = {
#include "tests/unit/filters/data/split_points.inc"
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal(split_point(str_from(known[i].key), str_from(known[i].salt)), known[i].point);
}

static void ramps(void **state)
{
	static const struct split_ramp r = {10000, 510000, 7200000};
	(void)state;
	assert_int_equal(split_ramp_weight(&r, -5), 10000);
	assert_int_equal(split_ramp_weight(&r, 0), 10000);
	assert_int_equal(split_ramp_weight(&r, 3600000), 260000);
	assert_int_equal(split_ramp_weight(&r, 7200000), 510000);
	assert_int_equal(split_ramp_weight(&r, INT64_MAX), 510000);
	int64_t before = 0;
	for (int64_t t = 0; t <= 7200000; t += 1000) {
		int64_t now = split_ramp_weight(&r, t);
		assert_true(now >= before);
		before = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(uniform), cmocka_unit_test(small_weights), cmocka_unit_test(monotone),
	    cmocka_unit_test(salts),   cmocka_unit_test(the_same_everywhere), cmocka_unit_test(ramps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
