/* Media types, their parameters, and Accept (RFC 9110, 8.3 and 12.5.1). */
#include "parse_case.h"

#include "proxy/http/accept.h"

static void parts_of_a_type_9110_8_3_1(void **state)
{
	(void)state;
	struct media m;
	assert_true(media_parse(STR(" application/vnd.orders.v2+json ;charset=\"UTF-8\" ; a=b;"), &m));
	assert_str(m.type, "application");
	assert_str(m.subtype, "vnd.orders.v2+json");
	assert_str(m.suffix, "json");
	assert_str(m.full, "application/vnd.orders.v2+json");
	assert_str(media_parameter(&m, STR("CHARSET")), "\"UTF-8\"");
	assert_str(media_charset(&m), "UTF-8");
	assert_str(media_parameter(&m, STR("A")), "b");
	assert_null(media_parameter(&m, STR("x")).at);
	assert_true(media_parse(STR("text/plain"), &m));
	assert_int_equal(m.suffix.len, 0);
	assert_int_equal(media_charset(&m).len, 0);
	assert_true(media_parse(STR("a/b+c+d"), &m));
	assert_str(m.suffix, "d");
	assert_true(media_parse(STR("a/b+"), &m));
	assert_int_equal(m.suffix.len, 0);
	assert_true(media_parse(STR("a/b; charset=x"), &m));
	assert_str(media_charset(&m), "x");
}

static void malformed_types_are_refused_9110_8_3_1(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",        "a",         "a/",     "/b",       "a /b",     "a/ b",      "a/b/c",         "a/b c",
	    "a/b;c",   "a/b;c=",    "a/b;=d", "a/b;c =d", "a/b;c= d", "a/b;c=\"d", "a/b;c=\"d\\\"", "a/b;c=\"d\"e",
	    "a/b,c/d", "a/b;c=d e", "\"a\"/b"};
	struct media m;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (media_parse(str_from(bad[i]), &m))
			fail_msg("accepted: %s", bad[i]);
}

static void quoted_strings_9110_5_6_4(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 256);
	struct media m;
	assert_true(media_parse(STR("a/b;x=\"c;d=\\\"e\\\\\";y=z"), &m));
	assert_str(parameter_text(media_parameter(&m, STR("x")), &arena), "c;d=\"e\\");
	assert_str(parameter_text(media_parameter(&m, STR("y")), &arena), "z");
	assert_str(parameter_text(STR("\"\""), &arena), "");
	arena_free(&arena);
}

static void json_is_told_rfc6839(void **state)
{
	(void)state;
	static const char *const yes[] = {"application/json", "APPLICATION/JSON; charset=utf-8",
					  "application/problem+JSON", "text/json"};
	static const char *const no[] = {"application/jsonx", "application/json-seq", "text/plain", "application/xml",
					 "json/application"};
	struct media m;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(media_parse(str_from(yes[i]), &m) && media_is_json(&m));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_true(media_parse(str_from(no[i]), &m) && !media_is_json(&m));
}

static void ranges_cover_types_9110_12_5_1(void **state)
{
	(void)state;
	struct media range, type;
	assert_true(media_parse(STR("Text/HTML; x=y"), &type));
	static const char *const yes[] = {"*/*", "text/*", "TEXT/html"}, *const no[] = {"text/plain", "image/*",
											"*/html"};
	for (size_t i = 0; i < 3; i++) {
		assert_true(media_parse(str_from(yes[i]), &range) && media_matches(&range, &type));
		assert_true(media_parse(str_from(no[i]), &range) && !media_matches(&range, &type));
	}
}

static void accept_ranges_9110_12_5_1(void **state)
{
	(void)state;
	struct accept_range r;
	struct str value;
	assert_true(accept_read(STR("application/vnd.a+json;version=\"1.2\" ;q=0.5;version=9;ext=\"1\""), &r));
	assert_str(r.type, "application/vnd.a+json");
	assert_int_equal(r.quality, 500);
	assert_true(accept_parameter(&r, STR("Version"), &value));
	assert_str(value, "1.2");
	assert_false(accept_parameter(&r, STR("ext"), &value));
	assert_false(accept_parameter(&r, STR("q"), &value));
	assert_true(accept_read(STR("*/*"), &r));
	assert_int_equal(r.quality, 1000);
	assert_true(accept_read(STR("text/*;Q=0"), &r));
	assert_int_equal(r.quality, 0);
	static const char *const bad[] = {"*/html",   "text",         "",         "a/b;q=2",     "a/b;q=1.001",
					  "a/b;q=.5", "a/b;q=0.1234", "a/b;q=-1", "a/b;q=\"1\"", "a/b;q"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (accept_read(str_from(bad[i]), &r))
			fail_msg("accepted: %s", bad[i]);
}

static void qualities_9110_12_4_2(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int value;
	} cases[] = {{"0", 0},       {"1", 1000},  {"0.", 0},       {"1.", 1000}, {"0.5", 500},
		     {"0.123", 123}, {"0.001", 1}, {"1.000", 1000}, {"1.1", -1},  {"00", -1},
		     {"0.5a", -1},   {"", -1},     {"2", -1},       {"0,5", -1},  {"0.1234", -1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(accept_quality(str_from(cases[i].text)), cases[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_of_a_type_9110_8_3_1),     cmocka_unit_test(malformed_types_are_refused_9110_8_3_1),
	    cmocka_unit_test(quoted_strings_9110_5_6_4),      cmocka_unit_test(json_is_told_rfc6839),
	    cmocka_unit_test(ranges_cover_types_9110_12_5_1), cmocka_unit_test(accept_ranges_9110_12_5_1),
	    cmocka_unit_test(qualities_9110_12_4_2),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
