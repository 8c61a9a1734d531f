#include "filters/contract/equal.h"

#include "filters/contract/pointer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct json_limits deep = {.depth = 100000};

/* Whether the two items of the array `text` are equal, asked both ways; equal ones must hash alike. */
static bool pair_is_equal(const char *text)
{
	struct tape t = {0};
	assert_int_equal(tape_read(&t, str_from(text), &deep).error, JSON_OK);
	uint32_t i = 1, j = tape_next(&t, 1);
	bool same = tape_equal(&t, i, &t, j);
	assert_int_equal(tape_equal(&t, j, &t, i), same);
	assert_int_equal(tape_hash(&t, i) == tape_hash(&t, j), same);
	tape_free(&t);
	return same;
}

static void values_are_compared_by_value(void **state)
{
	(void)state;
	static const char *const same[] = {
	    "[1, 1.0]", "[null,null]", "[\"a\",\"\\u0061\"]", "[[],[ ]]", "[{},{ }]", "[-0,0.0]", "[1e2,100]",
	    "[{\"a\":1,\"b\":[true,{\"c\":null}]},{\"b\":[true,{\"c\":null}],\"a\":1.0}]",
	    "[[[[1]],2],[[[1]],2]]", "[{\"\\u0041\":{}},{\"A\":{}}]", "[12345678901234567890123,1234567890123456789012.3e1]",
	};
	static const char *const other[] = {
	    "[1,2]", "[0,false]", "[1,true]", "[\"1\",1]", "[null,false]", "[[],{}]", "[[1],[1,1]]", "[[1,2],[2,1]]",
	    "[{\"a\":1},{\"b\":1}]", "[{\"a\":1},{\"a\":2}]", "[{\"a\":1},{\"a\":1,\"b\":1}]", "[[[]],[[[]]]]", "[\"a\",\"A\"]",
	    "[[[1],2],[[1,2]]]", "[{\"a\":\"b\"},{\"b\":\"a\"}]", "[9007199254740992,9007199254740993]", "[[null],[]]",
	    "[{\"a\":1,\"b\":2},{\"a\":2,\"b\":1}]",
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (!pair_is_equal(same[i]))
			fail_msg("%s", same[i]);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (pair_is_equal(other[i]))
			fail_msg("%s", other[i]);
}

static void add_object(struct buf *b, unsigned count, bool backwards, unsigned odd)
{
	buf_addc(b, '{');
	for (unsigned i = 0; i < count; i++) {
		unsigned n = backwards ? count - 1 - i : i;
		buf_addf(b, "%s\"key %u\":{\"n\":%u}", i ? "," : "", n, n == odd ? 999999 : n);
	}
	buf_addc(b, '}');
}

static void large_objects_are_equal_in_any_order(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= 20000; count = count * 3 + 1) {
		struct buf b = {0};
		buf_addc(&b, '[');
		add_object(&b, count, false, UINT32_MAX);
		buf_addc(&b, ',');
		add_object(&b, count, true, UINT32_MAX);
		buf_addc(&b, ']');
		buf_addc(&b, '\0');
		assert_true(pair_is_equal(b.at));
		b.len = 0;
		buf_addc(&b, '[');
		add_object(&b, count, false, UINT32_MAX);
		buf_addc(&b, ',');
		add_object(&b, count, true, count / 2);
		buf_addc(&b, ']');
		buf_addc(&b, '\0');
		assert_false(pair_is_equal(b.at));
		buf_free(&b);
	}
}

static void depth_takes_no_stack(void **state)
{
	(void)state;
	enum { LEVELS = 90000 };
	struct buf b = {0};
	buf_addc(&b, '[');
	for (unsigned side = 0; side < 2; side++) {
		for (unsigned i = 0; i < LEVELS; i++)
			buf_add(&b, i % 2 ? STR("[") : STR("{\"a\":"));
		buf_addc(&b, '1');
		for (unsigned i = LEVELS; i-- > 0;)
			buf_addc(&b, i % 2 ? ']' : '}');
		buf_addc(&b, side ? ']' : ',');
	}
	buf_addc(&b, '\0');
	assert_true(pair_is_equal(b.at));
	buf_free(&b);
}

/* The array of `count` distinct items, with `last` behind them. */
static bool repeats(unsigned count, const char *format, const char *last, uint32_t *first, uint32_t *second)
{
	struct buf b = {0};
	struct tape t = {0};
	buf_addc(&b, '[');
	for (unsigned i = 0; i < count; i++) {
		char item[64];
		for (size_t c = 0, n = 0; n == 0 || item[n - 1]; c++) /* '#' stands for the number */
			n += format[c] == '#' ? (size_t)snprintf(item + n, 16, "%u", i) : (item[n] = format[c], 1u);
		buf_addf(&b, "%s,", item);
	}
	buf_addf(&b, "%s]", last);
	assert_int_equal(tape_read(&t, buf_str(&b), &deep).error, JSON_OK);
	bool found = tape_repeats(&t, 0, first, second);
	if (found)
		assert_true(tape_equal(&t, *first, &t, *second));
	tape_free(&t);
	buf_free(&b);
	return found;
}

static void repeated_items_are_found(void **state)
{
	(void)state;
	uint32_t first = 0, second = 0;
	for (unsigned count = 1; count < 40; count++) {
		assert_false(repeats(count, "#", "\"0\"", &first, &second));
		assert_true(repeats(count, "#", "0.0", &first, &second));
		assert_int_equal(first, 1);
		assert_int_equal(second, count + 1);
	}
	assert_false(repeats(100000, "{\"id\":#,\"a\":[]}", "1", &first, &second));
	assert_true(repeats(100000, "{\"id\":#,\"a\":[]}", "{\"a\":[],\"id\":99999e0}", &first, &second));
	assert_false(repeats(0, "", "1", &first, &second));
}

static struct str pointer_of(const struct tape *t, uint32_t index, struct buf *out)
{
	out->len = 0;
	pointer_add_token(out, t, index);
	return buf_str(out);
}

static void pointers_lead_to_tokens(void **state)
{
	(void)state;
	struct tape t = {0};
	struct buf out = {0};
	assert_int_equal(tape_read(&t, STR("{\"a/b\":[1,{\"~\":[]},[[2]]],\"\":null,\"\\u007e1\":{\"x\":0}}"), &deep).error, JSON_OK);
	static const char *const want[] = {"",           "/a~1b",      "/a~1b",    "/a~1b/0",     "/a~1b/1", "/a~1b/1/~0", "/a~1b/1/~0",
					   "/a~1b/2", "/a~1b/2/0", "/a~1b/2/0/0", "/",       "/",          "/~01",
					   "/~01",    "/~01/x",    "/~01/x"};
	assert_int_equal(t.count, sizeof want / sizeof *want);
	for (uint32_t i = 0; i < t.count; i++)
		if (!str_eq(pointer_of(&t, i, &out), str_from(want[i])))
			fail_msg("%u: %.*s is not %s", i, STR_ARG(buf_str(&out)), want[i]);
	const struct pointer_step steps[] = {{STR_INIT("a~b/"), 0}, {{NULL, 0}, 12}, {STR_INIT(""), 0}};
	out.len = 0;
	pointer_add_steps(&out, steps, 3);
	assert_true(str_eq(buf_str(&out), STR("/a~0b~1/12/")));
	buf_free(&out);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_compared_by_value), cmocka_unit_test(large_objects_are_equal_in_any_order),
	    cmocka_unit_test(depth_takes_no_stack),         cmocka_unit_test(repeated_items_are_found),
	    cmocka_unit_test(pointers_lead_to_tokens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
