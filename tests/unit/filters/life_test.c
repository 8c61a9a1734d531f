#include "filters/life.h"

#include "proxy/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int64_t at(const char *text)
{
	int64_t ms;
	assert_true(clock_parse(str_from(text), &ms));
	return ms;
}

static struct life_brownout windows[2];

static struct life whole_life(void)
{
	windows[0] = (struct life_brownout){at("2027-03-01T14:00Z"), 3600000, 1000000};
	windows[1] = (struct life_brownout){at("2027-04-01T14:00Z"), 3600000, 500000};
	return (struct life){at("2026-06-30"), at("2027-06-30"), windows, 2};
}

static void states_change_at_the_second(void **state)
{
	(void)state;
	static const struct {
		const char *now;
		enum life_state state;
	} rows[] = {
	    {"1970-01-01", LIFE_ACTIVE},
	    {"2026-06-29T23:59:59Z", LIFE_ACTIVE},
	    {"2026-06-29T23:59:59.999Z", LIFE_ACTIVE},
	    {"2026-06-30T00:00:00Z", LIFE_DEPRECATED},
	    {"2026-06-30T00:00:01Z", LIFE_DEPRECATED},
	    {"2027-03-01T13:59:59Z", LIFE_DEPRECATED},
	    {"2027-03-01T14:00:00Z", LIFE_BROWNOUT},
	    {"2027-03-01T14:59:59.999Z", LIFE_BROWNOUT},
	    {"2027-03-01T15:00:00Z", LIFE_DEPRECATED},
	    {"2027-06-29T23:59:59Z", LIFE_DEPRECATED},
	    {"2027-06-30T00:00:00Z", LIFE_SUNSET},
	    {"2099-01-01", LIFE_SUNSET},
	    {"2026-06-29T23:59:59Z", LIFE_ACTIVE}, /* a clock that jumps back */
	};
	struct life life = whole_life();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].now);
		assert_int_equal(life_state(&life, at(rows[i].now), STR("id"), NULL), rows[i].state);
	}
}

static void a_brownout_says_when_it_ends(void **state)
{
	(void)state;
	struct life life = whole_life();
	int64_t until = 0;
	windows[1] = (struct life_brownout){at("2027-03-01T14:30Z"), 3600000, 1000000}; /* overlaps the first */
	assert_int_equal(life_state(&life, at("2027-03-01T14:10Z"), STR("id"), &until), LIFE_BROWNOUT);
	assert_int_equal(until, at("2027-03-01T15:00Z"));
	assert_int_equal(life_state(&life, at("2027-03-01T14:40Z"), STR("id"), &until), LIFE_BROWNOUT);
	assert_int_equal(until, at("2027-03-01T15:30Z"));
}

static void a_share_hits_that_many(void **state)
{
	(void)state;
	struct life life = whole_life();
	unsigned hit = 0;
	for (unsigned i = 0; i < 10000; i++) {
		char id[16];
		struct str name = str_of(id, (size_t)snprintf(id, sizeof id, "r%u", i));
		enum life_state s = life_state(&life, at("2027-04-01T14:30Z"), name, NULL);
		assert_int_equal(s, life_state(&life, at("2027-04-01T14:30Z"), name, NULL));
		assert_true(s == LIFE_BROWNOUT || s == LIFE_DEPRECATED);
		hit += s == LIFE_BROWNOUT;
	}
	assert_in_range(hit, 4800, 5200);
	windows[1].share = 0;
	assert_int_equal(life_state(&life, at("2027-04-01T14:30Z"), STR("r1"), NULL), LIFE_DEPRECATED);
}

static void dates_may_be_left_out(void **state)
{
	(void)state;
	struct life none = {LIFE_NEVER, LIFE_NEVER, NULL, 0};
	assert_int_equal(life_state(&none, at("2999-01-01"), STR(""), NULL), LIFE_ACTIVE);
	struct life sunset = {LIFE_NEVER, at("2027-01-01"), NULL, 0};
	assert_int_equal(life_state(&sunset, at("2020-01-01"), STR(""), NULL), LIFE_DEPRECATED);
	assert_int_equal(life_state(&sunset, at("2027-01-01"), STR(""), NULL), LIFE_SUNSET);
	struct life deprecated = {at("2027-01-01"), LIFE_NEVER, NULL, 0};
	assert_int_equal(life_state(&deprecated, at("2999-01-01"), STR(""), NULL), LIFE_DEPRECATED);
	struct life at_once = {at("2027-01-01"), at("2027-01-01"), NULL, 0};
	assert_int_equal(life_state(&at_once, at("2026-12-31"), STR(""), NULL), LIFE_ACTIVE);
	assert_int_equal(life_state(&at_once, at("2027-01-01"), STR(""), NULL), LIFE_SUNSET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states_change_at_the_second),
	    cmocka_unit_test(a_brownout_says_when_it_ends),
	    cmocka_unit_test(a_share_hits_that_many),
	    cmocka_unit_test(dates_may_be_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
