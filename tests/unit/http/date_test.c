/* HTTP dates (RFC 9110, 5.6.7) and structured Dates (RFC 9651, 3.3.7), with timegm and strftime as oracles. */
#include "parse_case.h"

#include "proxy/http/date.h"

#include <time.h>

static void dates_are_written_as_strftime_does(void **state)
{
	(void)state;
	for (int64_t t = -62167219200; t <= 253402300799; t += 86400 * 13 + 4567) {
		char expected[64], out[DATE_BYTES];
		time_t time = (time_t)t;
		struct tm tm;
		gmtime_r(&time, &tm);
		strftime(expected, sizeof expected, "%a, %d %b ", &tm);
		snprintf(expected + 12, sizeof expected - 12, "%04d %02d:%02d:%02d GMT", tm.tm_year + 1900, tm.tm_hour,
			 tm.tm_min, tm.tm_sec);
		date_format(out, t);
		assert_str(str_of(out, DATE_BYTES), expected);
		int64_t back = 0;
		assert_true(date_parse(str_of(out, DATE_BYTES), 0, &back));
		assert_true(back == t);
	}
	char out[DATE_BYTES];
	date_format(out, INT64_MAX);
	assert_str(str_of(out, DATE_BYTES), "Fri, 31 Dec 9999 23:59:59 GMT");
	date_format(out, INT64_MIN);
	assert_str(str_of(out, DATE_BYTES), "Sat, 01 Jan 0000 00:00:00 GMT");
}

static void three_forms_9110_5_6_7(void **state)
{
	(void)state;
	const int64_t now = 1700000000; /* 2023 */
	int64_t t;
	static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
					   "Sun Nov  6 08:49:37 1994"};
	for (size_t i = 0; i < 3; i++) {
		t = 0;
		assert_true(date_parse(str_from(same[i]), now, &t));
		assert_int_equal(t, 784111777);
	}
	assert_true(date_parse(STR("Sun Nov 16 08:49:37 1994"), now, &t));
	assert_int_equal(t, 784111777 + 864000);
	/* two-digit years: at most 50 years ahead */
	assert_true(date_parse(STR("Wednesday, 01-Jan-70 00:00:00 GMT"), now, &t));
	assert_int_equal(t, 3155760000);
	assert_true(date_parse(STR("Wednesday, 01-Jan-75 00:00:00 GMT"), now, &t));
	assert_int_equal(t, 157766400);
	/* a leap second, and the day's name is not compared */
	assert_true(date_parse(STR("Mon, 31 Dec 2016 23:59:60 GMT"), now, &t));
	assert_int_equal(t, 1483228799);
}

static void what_is_not_a_date(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "0",
					  "Sun, 06 Nov 1994 08:49:37 UTC",
					  "Sun, 06 Nov 1994 08:49:37",
					  "Sun, 6 Nov 1994 08:49:37 GMT",
					  "sun, 06 Nov 1994 08:49:37 GMT",
					  "Sun, 06 nov 1994 08:49:37 GMT",
					  "Sun, 31 Feb 1994 08:49:37 GMT",
					  "Sun, 29 Feb 1900 08:49:37 GMT",
					  "Sun, 00 Nov 1994 08:49:37 GMT",
					  "Sun, 06 Nov 1994 24:00:00 GMT",
					  "Sun, 06 Nov 1994 08:60:37 GMT",
					  "Sun, 06 Nov 1994 08:49:61 GMT",
					  "Sun,06 Nov 1994 08:49:37 GMT ",
					  "Sun, 06 Nov 1994 08:49:37 GMTx",
					  "Son, 06 Nov 1994 08:49:37 GMT",
					  "Sun, 06 Nov 1994 08-49-37 GMT",
					  "Sunday, 06-Nov-1994 08:49:37 GMT",
					  "Sondag, 06-Nov-94 08:49:37 GMT",
					  "Sun, 06-Nov-94 08:49:37 GMT",
					  "Sun Nov 06 08:49:37 94",
					  "Sun Nov   6 08:49:37 1994",
					  "Sun, 06 Nov -994 08:49:37 GMT",
					  "1994-11-06T08:49:37Z"};
	int64_t t;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (date_parse(str_from(bad[i]), 0, &t))
			fail_msg("accepted: %s", bad[i]);
	assert_true(date_parse(STR("Thu, 29 Feb 1996 08:49:37 GMT"), 0, &t));
	assert_true(date_parse(STR("Tue, 29 Feb 2000 08:49:37 GMT"), 0, &t));
}

static void structured_dates_rfc9651_3_3_7(void **state)
{
	(void)state;
	int64_t t = 0;
	assert_true(date_parse_structured(STR("@1688169599"), &t));
	assert_int_equal(t, 1688169599);
	assert_true(date_parse_structured(STR(" @-5 ;a=1 "), &t));
	assert_int_equal(t, -5);
	static const char *const bad[] = {"",    "@",    "1688169599",        "@1.5", "@-",    "@+1",
					  "@ 1", "@1 2", "@1234567890123456", "@--1", "@1,@2", "true",
					  "?1"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (date_parse_structured(str_from(bad[i]), &t))
			fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates_are_written_as_strftime_does),
	    cmocka_unit_test(three_forms_9110_5_6_7),
	    cmocka_unit_test(what_is_not_a_date),
	    cmocka_unit_test(structured_dates_rfc9651_3_3_7),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
