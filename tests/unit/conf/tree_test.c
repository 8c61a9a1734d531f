#include "conf/tree.h"
#include "conf/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;
static struct diag diag;

static const struct node *tree(const char *text)
{
	const struct node *n = yaml_read(&arena, str_from(text), "t", &diag);
	assert_non_null(n);
	return n;
}

static void pointers_follow_rfc_6901(void **state)
{
	(void)state;
	const struct node *n = tree("{foo: [bar, baz], '': 0, a/b: 1, c%d: 2, m~n: 8, '~1': 9, n: {'': {x: 5}}}");
	static const struct {
		const char *pointer, *text; /* NULL: nothing there */
	} cases[] = {{"/foo/0", "bar"},
		     {"/foo/1", "baz"},
		     {"/", "0"},
		     {"/a~1b", "1"},
		     {"/c%d", "2"},
		     {"/m~0n", "8"},
		     {"/~01", "9"},
		     {"/n//x", "5"},
		     {"/foo/2", NULL},
		     {"/foo/01", NULL},
		     {"/foo/-", NULL},
		     {"foo", NULL},
		     {"/m~n", NULL},
		     {"/a~2b", NULL},
		     {"/foo/", NULL},
		     {"/foo/0/x", NULL},
		     {"/fo", NULL},
		     {"/fooo", NULL},
		     {"/foo/18446744073709551616", NULL}};
	assert_ptr_equal(tree_at(n, STR("")), n);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct node *at = tree_at(n, str_from(cases[i].pointer));
		if ((at != NULL) != (cases[i].text != NULL))
			fail_msg("%s", cases[i].pointer);
		if (at)
			assert_true(str_eq(at->text, str_from(cases[i].text)));
	}
}

static void getting_is_forgiving(void **state)
{
	(void)state;
	const struct node *n = tree("{a: true, b: 'true', c: false, d: [1]}");
	assert_true(tree_is_true(tree_get(n, STR("a"))));
	assert_false(tree_is_true(tree_get(n, STR("b"))));
	assert_false(tree_is_true(tree_get(n, STR("c"))));
	assert_false(tree_is_true(NULL));
	assert_null(tree_get(n, STR("x")));
	assert_null(tree_get(NULL, STR("x")));
	assert_null(tree_get(tree_get(n, STR("d")), STR("0")));
	assert_int_equal(tree_text(tree_get(n, STR("d"))).len, 0);
	assert_int_equal(tree_text(NULL).len, 0);
	assert_int_equal(tree_member(n, STR("c"))->key.column, 22);
	assert_string_equal(tree_kind_name(tree_get(n, STR("d"))), "a list");
	assert_string_equal(tree_kind_name(NULL), "nothing");
}

static void json_is_escaped_and_nested(void **state)
{
	(void)state;
	struct buf out = {0};
	tree_to_json(tree("{\"a\\\"\\n\": [[], {}, [{x: [1, {y: ~}]}], \"\\u00e9\\\\\"], b: 1.0}"), &out);
	assert_true(
	    str_eq(buf_str(&out), STR("{\"a\\\"\\n\":[[],{},[{\"x\":[1,{\"y\":null}]}],\"\xC3\xA9\\\\\"],\"b\":1.0}")));
	buf_free(&out);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 4096);
	diag_init(&diag);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	diag_free(&diag);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pointers_follow_rfc_6901),
	    cmocka_unit_test(getting_is_forgiving),
	    cmocka_unit_test(json_is_escaped_and_nested),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
