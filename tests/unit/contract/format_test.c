#include "filters/contract/format.h"

#include "tests/unit/contract/data.h"

#include <dirent.h>
#include <stdio.h>

static bool check(const char *name, struct str value)
{
	const struct format *f = format_find(str_from(name));
	assert_non_null(f);
	return f->check(value);
}

#define GOOD(name, text) assert_true(check(name, STR(text)))
#define BAD(name, text)  assert_false(check(name, STR(text)))

#ifdef HAVE_JANSSON
struct tally {
	unsigned passed, failed;
};

/* A test of the suite: what is no string is not judged by a format for strings. */
static void one_test(const json_t *test, const struct format *f, const char *file, struct tally *t)
{
	const json_t *data = json_object_get(test, "data");
	bool valid = true;
	if (json_is_string(data) && f && f->applies == FORMAT_STRINGS)
		valid = f->check(str_of(json_string_value(data), json_string_length(data)));
	if (valid == json_is_true(json_object_get(test, "valid"))) {
		t->passed++;
		return;
	}
	t->failed++;
	print_error("%s: %s\n", file, json_string_value(json_object_get(test, "description")));
}

static void one_file(const char *folder, const char *name, struct tally *t)
{
	char path[1400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	json_t *groups = json_load_file(path, JSON_ALLOW_NUL, NULL), *group, *test;
	size_t i, k;
	assert_non_null(groups);
	json_array_foreach(groups, i, group)
	{
		const json_t *format = json_object_get(json_object_get(group, "schema"), "format");
		const struct format *f = format_find(str_from(json_string_value(format)));
		json_array_foreach(json_object_get(group, "tests"), k, test) one_test(test, f, name, t);
	}
	json_decref(groups);
}

static void suite(const char *draft, unsigned least)
{
	char folder[1024];
	struct tally t = {0, 0};
	snprintf(folder, sizeof folder, "%s/json-schema-test-suite/tests/%s/optional/format", test_data(), draft);
	DIR *d = opendir(folder);
	if (!d) {
		print_message("skipped: no %s\n", folder);
		skip();
	}
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			one_file(folder, e->d_name, &t);
	closedir(d);
	print_message("%s: %u passed, %u failed\n", draft, t.passed, t.failed);
	assert_int_equal(t.failed, 0);
	assert_true(t.passed >= least);
}

static void public_suite_2020_12(void **state)
{
	(void)state;
	suite("draft2020-12", 764);
}

static void public_suite_4(void **state)
{
	(void)state;
	suite("draft4", 219);
}
#endif

static void integers_are_exact(void **state)
{
	(void)state;
	GOOD("int32", "2147483647");
	BAD("int32", "2147483648");
	GOOD("int32", "-2147483648");
	BAD("int32", "-2147483649");
	GOOD("int32", "2.147483647e9");
	GOOD("int32", "21474836470e-1");
	BAD("int32", "21474836471e-1");
	BAD("int32", "1.5");
	GOOD("int32", "1.0");
	GOOD("int32", "-0.0e99999999999999999999");
	GOOD("int32", "0.001e3");
	BAD("int32", "0.001e2");
	BAD("int32", "1e99999999999999999999");
	BAD("int32", "1e-99999999999999999999");
	GOOD("int64", "9223372036854775807");
	BAD("int64", "9223372036854775808");
	GOOD("int64", "-9223372036854775808");
	BAD("int64", "-9223372036854775809");
	BAD("int64", "9223372036854775807.5");
	GOOD("int64", "922337203685477580.7e1");
}

static void floats_know_their_limits(void **state)
{
	(void)state;
	GOOD("double", "1.7976931348623157e308");
	BAD("double", "1.8e308");
	BAD("double", "1e309");
	GOOD("double", "-1e-400");
	GOOD("double", "0e999");
	GOOD("double", "0.00017976931348623157e312");
	GOOD("float", "3.4028234663852886e38");
	BAD("float", "3.5e38");
	BAD("float", "-1e39");
	GOOD("float", "123456789.123456789");
}

static void bytes_are_base64(void **state)
{
	(void)state;
	GOOD("byte", "");
	GOOD("byte", "Zg==");
	GOOD("byte", "Zm8=");
	GOOD("byte", "Zm9v");
	GOOD("byte", "+/+/");
	BAD("byte", "Zg=");
	BAD("byte", "Zg");
	BAD("byte", "Zh==");
	BAD("byte", "Z===");
	BAD("byte", "====");
	BAD("byte", "Zm9v\n");
	BAD("byte", "-_-_");
}

/* Every byte at every place, which are looked at eight at a time. */
static void uuids_are_hexadecimal_everywhere(void **state)
{
	(void)state;
	static const struct str good = STR_INIT("01234567-89aB-cDeF-AbCd-Ef0099aaFFff");
	const struct format *f = format_find(STR("uuid"));
	char text[36];
	assert_true(f->check(good));
	for (size_t at = 0; at < good.len; at++)
		for (int byte = 0; byte < 256; byte++) {
			bool dash = good.at[at] == '-', hex = byte < 128 && ascii_hex((char)byte) >= 0;
			memcpy(text, good.at, good.len);
			text[at] = (char)byte;
			assert_int_equal(f->check(str_of(text, sizeof text)), dash ? byte == '-' : hex);
		}
	assert_false(f->check(str_head(good, 35)));
}

static void nul_is_no_end(void **state)
{
	(void)state;
	BAD("date", "2026-01-01\0");
	BAD("hostname", "a\0b");
	BAD("uri", "http://a/\0");
	BAD("email", "a\0@example.com");
	BAD("email", "\"a\0\"@example.com");
	BAD("uri-template", "a\0b");
	BAD("duration", "P1\0");
	BAD("ipv4", "1.2.3.4\0");
	BAD("regex", "\0(");
	GOOD("json-pointer", "/\0");
}

static void unknown_formats_are_not_found(void **state)
{
	(void)state;
	assert_null(format_find(STR("Date")));
	assert_null(format_find(STR("")));
	assert_null(format_find(STR("zzz")));
	assert_null(format_find(STR("password"))->check);
	assert_true(format_find(STR("int64"))->applies == FORMAT_NUMBERS);
}

static void more_than_the_suite(void **state)
{
	(void)state;
	GOOD("date-time", "2024-02-29T23:59:60.123Z");
	BAD("date-time", "2023-02-29T00:00:00Z");
	BAD("date-time", "2024-02-29 23:59:59Z");
	GOOD("time", "22:59:60-01:00");
	BAD("time", "22:59:60+01:00");
	GOOD("ipv6", "1:2:3:4:5:6:7::");
	GOOD("ipv6", "::");
	GOOD("ipv6", "::ffff:1.2.3.4");
	BAD("ipv6", "1::2::3");
	BAD("ipv6", ":::");
	BAD("ipv6", "1.2.3.4::");
	BAD("ipv6", "1:2:3:4:5:6:7:1.2.3.4");
	BAD("ipv6", "fe80::1%eth0");
	GOOD("uri", "urn:isbn:0451450523");
	GOOD("uri", "http://[v1.a:b]:80/");
	BAD("uri", "http://[::1]x/");
	BAD("uri", "http://a:b/");
	BAD("uri", "http://a/%zz");
	GOOD("uri-reference", "./a:b");
	BAD("uri-reference", "1a:b");
	GOOD("iri", "http://\xc3\xbc.example/\xe2\x82\xac");
	BAD("iri", "http://a/\xef\xbf\xbf");
	GOOD("idn-hostname", "b\xc3\xbc"
			     "cher.example");
	GOOD("hostname", "xn--bcher-kva.example");
	BAD("hostname", "xn--bcher-kvb-999999999.example");
	GOOD("relative-json-pointer", "0+1/a");
	BAD("relative-json-pointer", "01");
}

/* What is read sixteen characters at once is read as one by one: every byte at every place. */
static void bytes_at_once(void **state)
{
	char uuid[] = "4b93484e-95aa-4BAB-addc-e29270627c4a", shorter[] = "http://a/-", longer[64];
	(void)state;
	for (unsigned i = 0; i < 36; i++)
		for (unsigned c = 0; c < 256; c++) {
			char old = uuid[i];
			uuid[i] = (char)c;
			bool dash = i == 8 || i == 13 || i == 18 || i == 23;
			assert_int_equal(check("uuid", str_of(uuid, 36)), dash ? c == '-' : ascii_hex((char)c) >= 0);
			uuid[i] = old;
		}
	for (unsigned c = 0; c < 256; c++)
		for (size_t length = 16; length < sizeof longer; length += 9)
			for (size_t at = 9; at < length; at++) {
				memset(longer, 'z', sizeof longer); /* no digit behind a percent sign */
				memcpy(longer, "http://a/", 9);
				longer[at] = shorter[9] = (char)c;
				assert_int_equal(check("uri", str_of(longer, length)), check("uri", str_of(shorter, 10)));
			}
}

static void common_ones(void **state)
{
	(void)state;
	GOOD("email", "zoe.340@example.com");
	GOOD("email", "a@b");
	GOOD("email", "a-b@c-d.example");
	BAD("email", "");
	BAD("email", "a@");
	BAD("email", "@b");
	BAD("email", "a@b@c");
	BAD("email", "a..b@c.d");
	BAD("email", ".a@b.c");
	BAD("email", "a.@b.c");
	BAD("email", "a@b..c");
	BAD("email", "a@.b");
	BAD("email", "a@b.");
	GOOD("email", "0123456789012345678901234567890123456789012345678901234567890123@a");
	BAD("email", "01234567890123456789012345678901234567890123456789012345678901234@a");
	GOOD("email", "a@012345678901234567890123456789012345678901234567890123456789012");
	BAD("email", "a@0123456789012345678901234567890123456789012345678901234567890123");
	GOOD("ipv4", "0.0.0.0");
	GOOD("ipv4", "255.199.10.255");
	BAD("ipv4", "");
	BAD("ipv4", "1.2.3");
	BAD("ipv4", "1.2.3.");
	BAD("ipv4", "1.2.3.4.5");
	BAD("ipv4", "1.2.3.256");
	BAD("ipv4", "1.2.3.04");
	BAD("ipv4", "1.2.3.0004");
	GOOD("date", "2026-01-31");
	BAD("date", "2026-04-31");
	GOOD("date", "2024-02-29");
	BAD("date", "1900-02-29");
	BAD("date", "2024-02-30");
	BAD("date", "2024-01-00");
	GOOD("date-time", "2026-12-31T23:59:59Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_JANSSON
	    cmocka_unit_test(public_suite_2020_12),
	    cmocka_unit_test(public_suite_4),
#endif
	    cmocka_unit_test(integers_are_exact),
	    cmocka_unit_test(floats_know_their_limits),
	    cmocka_unit_test(bytes_are_base64),
	    cmocka_unit_test(uuids_are_hexadecimal_everywhere),
	    cmocka_unit_test(nul_is_no_end),
	    cmocka_unit_test(unknown_formats_are_not_found),
	    cmocka_unit_test(more_than_the_suite),
	    cmocka_unit_test(bytes_at_once),
	    cmocka_unit_test(common_ones)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
