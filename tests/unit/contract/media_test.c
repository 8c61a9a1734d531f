#include "filters/contract/media_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned covers(const char *range, const char *type)
{
	struct media_range a, b;
	assert_true(media_range_parse(str_from(range), &a));
	assert_true(media_range_parse(str_from(type), &b));
	return media_range_covers(&a, &b);
}

static enum media_kind kind(const char *type)
{
	struct media_range m;
	assert_true(media_range_parse(str_from(type), &m));
	return media_kind(&m);
}

/* RFC 9110, 8.3.1 and 5.6.6. */
static void syntax(void **state)
{
	static const char *const good[] = {
	    "text/plain",         " a/b ",      "a/b;", "a/b ; ; c=d", "a/b;c=\"x;\\\"y\"", "*/*",
	    "application/*+json", "a/b;c=d;e=f"};
	static const char *const bad[] = {"",         "text",    "text/",     "/plain",    "a/b c",
					  "a/b;c",    "a/b;c=",  "a/b;=d",    "a b/c",     "a/b;c=\"d",
					  "a/b;c= d", "a/b,c/d", "a/b;c=d e", "a/\xc3\xa9"};
	struct media_range m;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(media_range_parse(str_from(good[i]), &m));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(media_range_parse(str_from(bad[i]), &m));
	assert_true(media_range_parse(STR("a/b; Charset=\"UTF-8\"; v=2"), &m));
	assert_int_equal(m.count, 2);
	assert_true(str_eq(media_range_parameter(&m, STR("charset")), STR("UTF-8")));
	assert_null(media_range_parameter(&m, STR("w")).at);
	assert_false(media_range_parse(STR("a/b;a=1;b=2;c=3;d=4;e=5;f=6;g=7;h=8;i=9"), &m));
}

static void specificity(void **state)
{
	static const char *const order[] = {"*/*", "application/*", "application/*+json", "application/a+json",
					    "application/a+json; v=1"};
	(void)state;
	for (size_t i = 1; i < sizeof order / sizeof *order; i++)
		assert_true(covers(order[i - 1], "application/a+json; v=1") <
			    covers(order[i], "application/a+json; v=1"));
	assert_true(covers("*/*", "x/y") > 0);
	assert_int_equal(covers("text/*", "application/json"), 0);
	assert_true(covers("Application/JSON", "application/json") > 0);
	assert_int_equal(covers("application/json", "application/problem+json"), 0);
	assert_true(covers("application/json; version=1", "application/json") <
		    covers("application/json", "application/json"));
	assert_true(covers("application/json; version=1", "application/json") >
		    covers("application/*", "application/json"));
	assert_int_equal(covers("application/json; version=1", "application/json; version=2"), 0);
	assert_true(covers("application/json", "application/json; version=2") > 0);
	assert_true(covers("application/json; charset=utf-8", "application/json") > 0);
	assert_true(covers("application/json; charset=UTF-8", "application/json; charset=utf-8") > 0);
	assert_int_equal(covers("text/plain; charset=utf-8", "text/plain; charset=latin1"), 0);
}

static void kinds(void **state)
{
	(void)state;
	assert_int_equal(kind("application/json"), MEDIA_JSON);
	assert_int_equal(kind("application/problem+json"), MEDIA_JSON);
	assert_int_equal(kind("application/vnd.a.b+JSON; v=1"), MEDIA_JSON);
	assert_int_equal(kind("application/jsonx"), MEDIA_OTHER);
	assert_int_equal(kind("application/json-seq"), MEDIA_SEQUENCE);
	assert_int_equal(kind("application/geo+json-seq"), MEDIA_SEQUENCE);
	assert_int_equal(kind("application/x-ndjson"), MEDIA_LINES);
	assert_int_equal(kind("application/jsonl"), MEDIA_LINES);
	assert_int_equal(kind("text/event-stream"), MEDIA_EVENTS);
	assert_int_equal(kind("text/plain"), MEDIA_TEXT);
	assert_int_equal(kind("text/html"), MEDIA_OTHER);
	assert_int_equal(kind("image/png"), MEDIA_BINARY);
	assert_int_equal(kind("image/svg+xml"), MEDIA_OTHER);
	assert_int_equal(kind("application/octet-stream"), MEDIA_BINARY);
	assert_int_equal(kind("multipart/form-data; boundary=x"), MEDIA_MULTIPART);
	assert_int_equal(kind("multipart/mixed"), MEDIA_PARTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(syntax),
	    cmocka_unit_test(specificity),
	    cmocka_unit_test(kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
