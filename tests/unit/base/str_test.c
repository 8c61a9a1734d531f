#include "proxy/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void cut_visits_every_piece(void **state)
{
	(void)state;
	struct str rest = STR("a,,b,"), pieces[8];
	size_t count = 0;
	while (rest.at)
		pieces[count++] = str_cut(&rest, ',');
	assert_int_equal(count, 4);
	assert_true(str_eq(pieces[0], STR("a")));
	assert_int_equal(pieces[1].len, 0);
	assert_true(str_eq(pieces[2], STR("b")));
	assert_int_equal(pieces[3].len, 0);
}

static void numbers_are_digits_only(void **state)
{
	(void)state;
	uint64_t n = 7;
	assert_true(str_to_u64(STR("18446744073709551615"), &n));
	assert_true(n == UINT64_MAX);
	assert_false(str_to_u64(STR("18446744073709551616"), &n));
	assert_false(str_to_u64(STR(""), &n));
	assert_false(str_to_u64(STR("+1"), &n));
	assert_false(str_to_u64(STR(" 1"), &n));
	assert_false(str_to_u64(STR("1x"), &n));
}

static void search_finds_the_first(void **state)
{
	(void)state;
	assert_int_equal(str_search(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_search(STR("abcabc"), STR("cb")), 6);
	assert_int_equal(str_search(STR("aab"), STR("ab")), 1);
	assert_int_equal(str_search(STR("a"), STR("ab")), 1);
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(str_distance(STR("contract"), STR("contrat"), 3), 1);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 3), 3);
	assert_int_equal(str_distance(STR("a"), STR("zzzzzz"), 3), 4);
}

static void trim_takes_only_space_and_tab(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t a b\t ")), STR("a b")));
	assert_int_equal(str_trim(STR(" \t ")).len, 0);
	assert_true(str_eq(str_trim(STR("\r x")), STR("\r x")));
}

/* Every pair of bytes at every place of strings of all small lengths, against the plain definition. */
static void case_is_ignored_for_letters_only(void **state)
{
	(void)state;
	char x[20], y[20];
	memset(x, 'q', sizeof x);
	memset(y, 'Q', sizeof y);
	for (int c = 0; c < 256; c++) {
		for (int d = 0; d < 256; d++) {
			bool same = ascii_lower((char)c) == ascii_lower((char)d);
			for (size_t len = 1; len <= sizeof x; len++) {
				size_t at = (size_t)(c + d) % len;
				x[at] = (char)c;
				y[at] = (char)d;
				if (str_eq_nocase(str_of(x, len), str_of(y, len)) != same)
					fail_msg("%d and %d at %zu of %zu", c, d, at, len);
				x[at] = 'q';
				y[at] = 'Q';
			}
		}
	}
	assert_true(str_eq_nocase(STR(""), (struct str){NULL, 0}));
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cut_visits_every_piece),   cmocka_unit_test(numbers_are_digits_only),
	    cmocka_unit_test(search_finds_the_first),   cmocka_unit_test(distance_counts_edits),
	    cmocka_unit_test(trim_takes_only_space_and_tab), cmocka_unit_test(case_is_ignored_for_letters_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
