/* Dates and times in Java's formats. */
#include "filters/pact/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *format, *text;
	enum moment_verdict verdict;
} rows[] = {
    {"yyyy-MM-dd", "2026-01-31", MOMENT_YES},
    {"yyyy-MM-dd", "2026-1-31", MOMENT_NO},
    {"yyyy-MM-dd", "2026-13-01", MOMENT_NO},
    {"yyyy-MM-dd", "2026-00-01", MOMENT_NO},
    {"yyyy-MM-dd", "2026-02-29", MOMENT_NO},
    {"yyyy-MM-dd", "2024-02-29", MOMENT_YES},
    {"yyyy-MM-dd", "1900-02-29", MOMENT_NO},
    {"yyyy-MM-dd", "2000-02-29", MOMENT_YES},
    {"dd-MM-yyyy", "29-02-2001", MOMENT_NO},
    {"dd-MM-yyyy", "31-04-2001", MOMENT_NO},
    {"yyyy-MM-dd", "2026-01-31 ", MOMENT_NO},
    {"yyyy-MM-dd", "2026-01-3", MOMENT_NO},
    {"yyyy-MM-dd", "", MOMENT_NO},
    {"d/M/yy", "1/2/26", MOMENT_YES},
    {"d/M/yy", "31/12/26", MOMENT_YES},
    {"dd MMM yyyy", "01 jan 2026", MOMENT_YES},
    {"dd MMM yyyy", "01 Foo 2026", MOMENT_NO},
    {"d MMMM yyyy", "1 September 2026", MOMENT_YES},
    {"EEE, d MMM yyyy HH:mm:ss Z", "Sun, 6 Nov 2026 08:49:37 +0000", MOMENT_YES},
    {"EEEE", "Sunday", MOMENT_YES},
    {"EEEE", "Sun", MOMENT_NO},
    {"HH:mm", "24:00", MOMENT_NO},
    {"kk:mm", "24:00", MOMENT_YES},
    {"HH:mm:ss", "23:59:60", MOMENT_YES},
    {"HH:mm:ss", "23:60:00", MOMENT_NO},
    {"hh:mm a", "12:30 PM", MOMENT_YES},
    {"hh:mm a", "13:30 PM", MOMENT_NO},
    {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-01-31T10:00:00.123+02:00", MOMENT_YES},
    {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-01-31T10:00:00.123Z", MOMENT_YES},
    {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-01-31T10:00:00.12Z", MOMENT_NO},
    {"yyyy-MM-dd'T'HH:mm:ssZ", "2026-01-31T10:00:00+0200", MOMENT_YES},
    {"yyyy-MM-dd'T'HH:mm:ssZ", "2026-01-31T10:00:00Z", MOMENT_NO},
    {"yyyy-MM-dd'T'HH:mm:ssX", "2026-01-31T10:00:00+02", MOMENT_YES},
    {"yyyy-MM-dd'T'HH:mm:ssxxx", "2026-01-31T10:00:00Z", MOMENT_NO},
    {"HH:mm z", "10:00 Europe/Amsterdam", MOMENT_YES},
    {"yyyy[-MM[-dd]]", "2026", MOMENT_YES},
    {"yyyy[-MM[-dd]]", "2026-02", MOMENT_YES},
    {"yyyy[-MM[-dd]]", "2026-02-30", MOMENT_NO},
    {"yyyy''MM", "2026'02", MOMENT_YES},
    {"hh 'o''clock'", "10 o'clock", MOMENT_YES},
    {"hh 'oops", "10 oops", MOMENT_NO},
    {"yyyyMMdd", "20260131", MOMENT_YES},
    {"D", "366", MOMENT_YES},
    {"D", "367", MOMENT_NO},
    {"+yyyy", "+2026", MOMENT_YES},
    {"b", "1", MOMENT_UNTOLD},
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (moment_matches(str_from(rows[i].text), str_from(rows[i].format)) != rows[i].verdict)
			fail_msg("%s in %s", rows[i].text, rows[i].format);
}

/* Optional parts that could be left out in many ways end all the same. */
static void hostile(void **state)
{
	char format[256], text[128];
	(void)state;
	for (size_t i = 0; i + 3 < sizeof format; i += 3)
		memcpy(format + i, "[a]", 3);
	memset(text, 'x', sizeof text);
	assert_int_not_equal(moment_matches(str_of(text, sizeof text), str_of(format, 252)), MOMENT_YES);
	for (size_t i = 0; i + 3 < sizeof format; i += 3)
		memcpy(format + i, "[x]", 3);
	assert_int_not_equal(moment_matches(str_of(text, sizeof text), str_of(format, 252)), MOMENT_YES);
	for (size_t i = 0; i + 4 < sizeof format; i += 4)
		memcpy(format + i, "['x", 3), format[i + 3] = '\'';
	assert_int_not_equal(moment_matches(STR("xxxy"), str_of(format, 252)), MOMENT_YES);
	char longer[1000];
	memset(longer, 'd', sizeof longer);
	assert_int_equal(moment_matches(str_of(text, 20), str_of(longer, sizeof longer)), MOMENT_UNTOLD);
}

/* What is written is read in the same format. */
static void written(void **state)
{
	static const struct {
		const char *format, *text; /* at 2026-02-03T14:05:06.789Z, a Tuesday */
	} formats[] = {{"yyyy-MM-dd", "2026-02-03"},
		       {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-02-03T14:05:06.789Z"},
		       {"yyyy-MM-dd'T'HH:mm:ssZ", "2026-02-03T14:05:06+0000"},
		       {"yyyy-MM-dd HH:mm:ss xxx", "2026-02-03 14:05:06 +00:00"},
		       {"d/M/yy", "3/2/26"},
		       {"EEE, dd MMM yyyy", "Tue, 03 Feb 2026"},
		       {"EEEE d MMMM", "Tuesday 3 February"},
		       {"h:mm a", "2:05 PM"},
		       {"HH 'o''clock' ss.S", "14 o'clock 06.7"},
		       {"ss.SSSSSS", "06.789000"}};
	struct buf out = {0};
	(void)state;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		out.len = 0;
		assert_true(moment_write(INT64_C(1770127506789), str_from(formats[i].format), &out));
		if (!str_eq(buf_str(&out), str_from(formats[i].text)))
			fail_msg("%s: %.*s", formats[i].format, STR_ARG(buf_str(&out)));
		assert_int_equal(moment_matches(buf_str(&out), str_from(formats[i].format)), MOMENT_YES);
	}
	assert_false(moment_write(0, STR("yyyy VV"), &out));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(table), cmocka_unit_test(hostile),
					   cmocka_unit_test(written)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
