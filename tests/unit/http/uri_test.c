/* Paths in their normal form, and queries (RFC 3986). */
#include "parse_case.h"

#include "proxy/http/uri.h"

static void paths_have_one_spelling_3986_6_2_2(void **state)
{
	(void)state;
	static const struct {
		const char *path, *normal;
	} cases[] = {
	    {"/", "/"},
	    {"", "/"},
	    {"/a/b", "/a/b"},
	    {"/a/b/", "/a/b/"},
	    {"/a/.b/..c/...", "/a/.b/..c/..."},
	    {"/a.b/c..", "/a.b/c.."},
	    {"//", "/"},
	    {"//a///b//", "/a/b/"},
	    {"/./a/./b/.", "/a/b/"},
	    {"/a/../b", "/b"},
	    {"/a/b/..", "/a/"},
	    {"/a/b/../", "/a/"},
	    {"/..", "/"},
	    {"/../../a", "/a"},
	    {"/a/../../../b", "/b"},
	    {"/a//../b", "/b"},
	    {"/%2e%2E/a", "/a"},
	    {"/a/%2e%2e/b", "/b"},
	    {"/a/.%2e/b", "/b"},
	    {"/a/%2e/b", "/a/b"},
	    {"/%76%31/x", "/v1/x"},
	    {"/%41%7e%5f%2D", "/A~_-"},
	    {"/a%2fb", "/a%2Fb"},
	    {"/a%2Fb", "/a%2Fb"},
	    {"/%252e%252e/a", "/%252e%252e/a"},
	    {"/%c3%A4", "/%C3%A4"},
	    {"/%00%25%3f%23", "/%00%25%3F%23"},
	    {"/a;b=c/../d", "/d"},
	    {"/a%2f..%2fb", "/a%2F..%2Fb"},
	    {"*", "*"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena;
		arena_init(&arena, 256);
		bool changed = false, again = true;
		struct str path = str_from(cases[i].path);
		struct str normal = uri_normalise(path, &arena, &changed);
		assert_str(normal, cases[i].normal);
		assert_int_equal(changed, !str_eq(path, str_from(cases[i].normal)));
		if (!changed)
			assert_ptr_equal(normal.at, path.at);
		assert_str(uri_normalise(normal, &arena, &again), cases[i].normal);
		assert_false(again);
		assert_str(uri_normalise(path, &arena, NULL), cases[i].normal);
		arena_free(&arena);
	}
}

static void queries_in_pairs_whatwg_url_5_1(void **state)
{
	(void)state;
	struct str rest = STR("a=1&&b&=c&d==e=&f=&%26=%3d"), name, value;
	static const char *const expected[][2] = {{"a", "1"},   {"b", NULL}, {"", "c"},
						  {"d", "=e="}, {"f", ""},   {"%26", "%3d"}};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		assert_true(uri_query_next(&rest, &name, &value));
		assert_str(name, expected[i][0]);
		if (expected[i][1])
			assert_str(value, expected[i][1]);
		assert_int_equal(value.at == NULL, expected[i][1] == NULL);
	}
	assert_false(uri_query_next(&rest, &name, &value));
	rest = (struct str){NULL, 0};
	assert_false(uri_query_next(&rest, &name, &value));
}

static void escapes_are_decoded_3986_2_1(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 256);
	struct str plain = STR("a+b");
	assert_ptr_equal(uri_decode(plain, false, &arena).at, plain.at);
	assert_str(uri_decode(plain, true, &arena), "a b");
	assert_str(uri_decode(STR("%41%2b+%c3%A4%25%34"), true, &arena), "A+ \xc3\xa4%4");
	assert_str(uri_decode(STR("%2b+"), false, &arena), "++");
	assert_str(uri_decode(STR("%4%zz%"), false, &arena), "%4%zz%");
	assert_true(str_eq(uri_decode(STR("%00"), false, &arena), STR("\0")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_have_one_spelling_3986_6_2_2),
	    cmocka_unit_test(queries_in_pairs_whatwg_url_5_1),
	    cmocka_unit_test(escapes_are_decoded_3986_2_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
