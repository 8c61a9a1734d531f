/* The examples of RFC 3986, 5.4, and of its section 6. */
#include "filters/contract/uri_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *base, *reference, *want;
} rows[] = {
    {"http://a/b/c/d;p?q", "g:h", "g:h"},
    {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "/g", "http://a/g"},
    {"http://a/b/c/d;p?q", "//g", "http://g/"}, /* 6.2.3: an empty path is "/" */
    {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
    {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
    {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q"}, /* without its fragment */
    {"http://a/b/c/d;p?q", "g#s", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
    {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
    {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "./", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "..", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "../..", "http://a/"},
    {"http://a/b/c/d;p?q", "../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
    {"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
    {"http://a/b/c/d;p?q", "./../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "g/./h", "http://a/b/c/g/h"},
    {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
    {"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
    {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
    {"http://a/b/c/d;p?q", "http:g", "http:g"}, /* strict: 5.2.2 */
    {"http://a", "g", "http://a/g"},
    {"", "HTTP://Us%65r@ExAmple.COM:80/%7efoo/%c2%b1", "http://User@example.com/~foo/%C2%B1"},
    {"", "https://example.com:/x", "https://example.com/x"},
    {"", "http://example.com:8080", "http://example.com:8080/"},
    {"", "urn:example:Schema", "urn:example:Schema"},
    {"urn:example:a", "#b", "urn:example:a"},
    {"file:///srv/api/openapi.yaml", "schemas/pet.yaml#/Pet", "file:///srv/api/schemas/pet.yaml"},
    {"", "a/../b", "b"},
    {"", "", ""},
    {"", "%", "%"},
    {"", "%4", "%4"},
};

static void references_resolve(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, 1024);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str got = uri_reference_resolve(&arena, str_from(rows[i].base), str_from(rows[i].reference));
		if (!str_eq(got, str_from(rows[i].want)))
			fail_msg("%s from %s: %.*s, not %s", rows[i].reference, rows[i].base, STR_ARG(got),
				 rows[i].want);
		/* What is normal stays as it is. */
		assert_true(str_eq(uri_reference_resolve(&arena, STR(""), got), got));
	}
	arena_free(&arena);
}

static void parts_are_told_apart(void **state)
{
	struct arena arena;
	struct uri_reference u = uri_reference_parse(STR("a+b://h?x#"));
	(void)state;
	arena_init(&arena, 256);
	assert_true(str_eq(u.scheme, STR("a+b")) && str_eq(u.authority, STR("h")) && u.path.len == 0);
	assert_true(str_eq(u.query, STR("x")) && u.fragment.at && u.fragment.len == 0);
	u = uri_reference_parse(STR("1a:b"));
	assert_true(!u.scheme.at && str_eq(u.path, STR("1a:b")) && !u.query.at && !u.fragment.at);
	assert_true(uri_reference_fragment(STR("x")).at == NULL);
	assert_true(str_eq(uri_reference_decode(&arena, STR("%25a%2g%")), STR("%a%2g%")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(references_resolve),
					   cmocka_unit_test(parts_are_told_apart)};
	return cmocka_run_group_tests_name("uri_reference", tests, NULL, NULL);
}
