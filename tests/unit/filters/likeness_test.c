/* The shapes of two JSON texts. */
#include "filters/likeness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static enum likeness compared(struct str a, struct str b, struct differences *d)
{
	static const struct json_limits limits = {.depth = 0};
	struct tape x = {0}, y = {0};
	assert_int_equal(tape_read(&x, a, &limits).error, JSON_OK);
	assert_int_equal(tape_read(&y, b, &limits).error, JSON_OK);
	enum likeness like = likeness_compare(&x, &y, d);
	tape_free(&x);
	tape_free(&y);
	return like;
}

static void shapes(void **state)
{
	static const struct {
		const char *original, *copy;
		enum likeness like;
		const char *what[3];
	} rows[] = {
	    {"1", "2.5e9", LIKENESS_SAME, {NULL}},
	    {"true", "false", LIKENESS_SAME, {NULL}},
	    {"{}", "{}", LIKENESS_SAME, {NULL}},
	    {"{\"a\":1,\"b\":\"x\"}", "{\"b\":\"\",\"a\":7}", LIKENESS_SAME, {NULL}},
	    {"[1,2,3]", "[4]", LIKENESS_SAME, {NULL}},
	    {"[]", "[{\"a\":1}]", LIKENESS_SAME, {NULL}},
	    {"1", "\"1\"", LIKENESS_DIFFERS, {"/: number, in the copy string"}},
	    {"{\"a\":null}", "{\"a\":{}}", LIKENESS_DIFFERS, {"/a: null, in the copy object"}},
	    {"{\"a\":1}", "{\"b\":1}", LIKENESS_DIFFERS, {"/a: only in the original", "/b: only in the copy"}},
	    {"{\"a\":[{\"b\":1},{\"b\":2}]}", "{\"a\":[{\"b\":1},{\"b\":\"2\"}]}", LIKENESS_DIFFERS,
	     {"/a/~/b: number, in the copy string"}},
	    {"[[1],[1],[1]]", "[[\"\"],[\"\"],[\"\"]]", LIKENESS_DIFFERS, {"/~/~: number, in the copy string"}}, /* once */
	    {"{\"a\\u0062\":1}", "{\"ab\":true}", LIKENESS_DIFFERS, {"/ab: number, in the copy boolean"}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		arena_init(&arena, 1024);
		struct differences d = {.arena = &arena};
		assert_int_equal(compared(str_from(rows[i].original), str_from(rows[i].copy), &d), rows[i].like);
		unsigned told = 0;
		for (; told < 3 && rows[i].what[told]; told++) {
			assert_true(told < d.count);
			assert_string_equal(d.what[told].at, rows[i].what[told]);
		}
		assert_int_equal(d.count, told);
		arena_free(&arena);
	}
}

static void add_many(struct buf *b, const char *text, unsigned count)
{
	while (count--)
		buf_add(b, str_from(text));
}

static void bounds(void **state)
{
	struct arena arena;
	struct differences d = {.arena = &arena};
	struct buf deep = {0}, wide = {0};
	(void)state;
	arena_init(&arena, 1024);
	add_many(&deep, "[", 200);
	add_many(&deep, "]", 200);
	assert_int_equal(compared(buf_str(&deep), buf_str(&deep), &d), LIKENESS_UNKNOWN);
	buf_addc(&wide, '{');
	for (unsigned i = 0; i < 20000; i++)
		buf_addf(&wide, "%s\"member%u\":%u", i ? "," : "", i, i);
	buf_addc(&wide, '}');
	assert_int_equal(compared(buf_str(&wide), buf_str(&wide), &d), LIKENESS_UNKNOWN);
	/* more differences than are told */
	assert_int_equal(compared(STR("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}"), STR("{}"), &d), LIKENESS_DIFFERS);
	assert_int_equal(d.count, LIKENESS_DIFFERENCES);
	buf_free(&deep);
	buf_free(&wide);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(bounds)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
