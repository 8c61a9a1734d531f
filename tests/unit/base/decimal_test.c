#include "proxy/base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

__extension__ typedef __int128 wide;

static int compare(const char *x, const char *y)
{
	struct decimal a = decimal_of(str_from(x)), b = decimal_of(str_from(y));
	int order = decimal_cmp(&a, &b);
	assert_int_equal(decimal_cmp(&b, &a), -order);
	if (order == 0)
		assert_true(decimal_hash(&a) == decimal_hash(&b));
	return order;
}

static void equal_values_are_equal_however_written(void **state)
{
	(void)state;
	static const char *const same[][2] = {
	    {"1", "1.0"},      {"1", "10e-1"},       {"0", "-0"},       {"0", "0e99999999999999999999"}, {"0.0", "-0.00E-5"},
	    {"100", "1E+2"},   {"0.001", "1e-3"},    {"-12.50", "-125e-1"},
	    {"123456789012345678901234567890", "12345678901234567890123456789.0e1"},
	    {"0.10000000000000000000000000001", "10000000000000000000000000001E-29"},
	    {"1e400", "10e399"}, {"0.000000000000000000000000000000000000001e39", "1"},
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (compare(same[i][0], same[i][1]) != 0)
			fail_msg("%s is not %s", same[i][0], same[i][1]);
}

static void order_is_by_value(void **state)
{
	(void)state;
	static const char *const rising[] = {
	    "-1e99999999999999999999", "-1e400", "-123456789012345678901", "-123456789012345678900.5", "-2", "-1.5", "-1",
	    "-1e-400", "0", "1e-99999999999999999999999", "1e-400", "1e-8", "0.1", "0.10000000000000000000000000001",
	    "0.11", "1", "1.5", "2", "9.99", "10", "9007199254740992", "9007199254740993", "18446744073709551615",
	    "18446744073709551616", "123456789012345678900.5", "123456789012345678901", "1e308", "1e400",
	    "1e99999999999999999999",
	};
	for (size_t i = 0; i < sizeof rising / sizeof *rising; i++)
		for (size_t j = 0; j < sizeof rising / sizeof *rising; j++)
			if (compare(rising[i], rising[j]) != (i > j) - (i < j))
				fail_msg("%s and %s", rising[i], rising[j]);
}

static void whole_numbers_are_told(void **state)
{
	(void)state;
	static const char *const whole[] = {"1", "1.0", "1e2", "0", "-0.0", "1.5e1", "1e999999999999", "100e-2", "12345678901234567890.00"};
	static const char *const broken[] = {"1.5", "1e-1", "-0.1", "15e-1", "12345678901234567890.01", "1e-99999999999999999999"};
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		struct decimal d = decimal_of(str_from(whole[i]));
		assert_true(decimal_is_integer(&d));
	}
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct decimal d = decimal_of(str_from(broken[i]));
		assert_false(decimal_is_integer(&d));
	}
}

static enum multiple divide(const char *x, const char *y)
{
	struct decimal a = decimal_of(str_from(x)), b = decimal_of(str_from(y));
	return decimal_multiple_of(&a, &b);
}

static void multiples_are_exact(void **state)
{
	(void)state;
	static const struct {
		const char *value, *divisor;
		enum multiple want;
	} cases[] = {
	    {"0.0075", "0.0001", IS_MULTIPLE},
	    {"0.00751", "0.0001", NOT_MULTIPLE},
	    {"1e308", "0.5", IS_MULTIPLE},
	    {"1e308", "0.123456789", NOT_MULTIPLE},
	    {"12391239123", "1e-8", IS_MULTIPLE},
	    {"0", "7", IS_MULTIPLE},
	    {"-0.0", "1e99", IS_MULTIPLE},
	    {"-9", "3", IS_MULTIPLE},
	    {"7", "2", NOT_MULTIPLE},
	    {"4.5", "1.5", IS_MULTIPLE},
	    {"35", "1.5", NOT_MULTIPLE},
	    {"1", "3", NOT_MULTIPLE},
	    {"1e1000000", "3", NOT_MULTIPLE},
	    {"3e1000000000000", "3", IS_MULTIPLE},
	    {"1e99999999999", "1048576", IS_MULTIPLE},
	    {"1e19", "1048576", NOT_MULTIPLE},
	    {"1e20", "1048576", IS_MULTIPLE},
	    {"5", "0", NOT_MULTIPLE},
	    {"340282366920938463463374607431768211456", "18446744073709551616", IS_MULTIPLE},
	    {"340282366920938463463374607431768211457", "18446744073709551616", NOT_MULTIPLE},
	    {"1e64", "18446744073709551616", IS_MULTIPLE},
	    {"1e63", "18446744073709551616", NOT_MULTIPLE},
	    {"1e999999999999", "18446744073709551616", IS_MULTIPLE},
	    {"1e999999999999", "18446744073709551617", NOT_MULTIPLE},
	    {"1", "0.00000000000000000000000000000000000000000000001", IS_MULTIPLE},
	    {"121932631137021795226185032733622923332237463801111263526900", "12345678901234567890123456789.0", IS_MULTIPLE},
	    {"121932631137021795226185032733622923332237463801111263526900", "98765432109876543210987654321e-1", IS_MULTIPLE},
	    {"121932631137021795226185032733622923332237463801111263526900", "987654321098765432109876543210", IS_MULTIPLE},
	    {"121932631137021795226185032733622923332237463801111263526901", "987654321098765432109876543210", NOT_MULTIPLE},
	    {"121932631137021795226185032733622923332237463801111263526900", "987654321098765432109876543211", NOT_MULTIPLE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (divide(cases[i].value, cases[i].divisor) != cases[i].want)
			fail_msg("%s by %s", cases[i].value, cases[i].divisor);
}

static void long_numbers_end_within_bounds(void **state)
{
	(void)state;
	enum { DIGITS = 1000000 };
	char *text = malloc(DIGITS), *other = malloc(DIGITS);
	assert_non_null(text);
	assert_non_null(other);
	memset(text, '9', DIGITS);
	memset(other, '3', DIGITS);
	struct decimal nines = decimal_of(str_of(text, DIGITS)), threes = decimal_of(str_of(other, DIGITS));
	struct decimal nine = decimal_of(STR("9")), seven = decimal_of(STR("7")), one = decimal_of(STR("1e-3"));
	struct decimal twenty = decimal_of(STR("33333333333333333333"));
	assert_int_equal(decimal_multiple_of(&nines, &nine), IS_MULTIPLE);
	assert_int_equal(decimal_multiple_of(&nines, &seven), NOT_MULTIPLE); /* 10^6 - 1 is, 10^1000000 - 1 is not */
	assert_int_equal(decimal_multiple_of(&nines, &one), IS_MULTIPLE);
	assert_int_equal(decimal_multiple_of(&nines, &twenty), IS_MULTIPLE);
	assert_int_equal(decimal_multiple_of(&nines, &threes), MULTIPLE_UNDECIDED);
	assert_int_equal(decimal_cmp(&nines, &threes), 1);
	text[DIGITS - 1] = '8';
	nines = decimal_of(str_of(text, DIGITS));
	assert_int_equal(decimal_multiple_of(&nines, &twenty), NOT_MULTIPLE);
	struct decimal huge = decimal_of(str_of("1e999", 5));
	assert_int_equal(decimal_cmp(&nines, &huge), 1);
	free(text);
	free(other);
}

static void integers_fit_or_not(void **state)
{
	(void)state;
	int64_t n;
	assert_true(decimal_fits_int64(STR("9223372036854775807"), &n) && n == INT64_MAX);
	assert_true(decimal_fits_int64(STR("-9223372036854775808"), &n) && n == INT64_MIN);
	assert_false(decimal_fits_int64(STR("9223372036854775808"), &n));
	assert_false(decimal_fits_int64(STR("-9223372036854775809"), &n));
	assert_false(decimal_fits_int64(STR("1e19"), &n));
	assert_true(decimal_fits_int64(STR("1e18"), &n) && n == 1000000000000000000);
	assert_true(decimal_fits_int64(STR("-1.50e1"), &n) && n == -15);
	assert_true(decimal_fits_int64(STR("-0"), &n) && n == 0);
	assert_true(decimal_fits_int64(STR("0e99"), &n) && n == 0);
	assert_false(decimal_fits_int64(STR("0.5"), &n));
	assert_false(decimal_short(STR("1234567890123456789"), &n));
	assert_true(decimal_short(STR("-123456789012345678"), &n) && n == -123456789012345678);
}

static void only_numbers_are_valid(void **state)
{
	(void)state;
	static const char *const good[] = {"0", "-0", "10", "1.0", "1e5", "-1.25E+10", "0e0"};
	static const char *const bad[] = {"", "-", "01", "+1", "1.", ".5", "1e", "1e+", "1 ", " 1", "0x1", "1.e1", "NaN", "1.0.0", "--1"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(decimal_valid(str_from(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(decimal_valid(str_from(bad[i])));
}

static uint64_t seed = 7;

static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % below;
}

/* A number with its value × 10^12, written in one of many ways. */
static wide write_number(char *text, size_t size)
{
	int64_t whole = (int64_t)draw(draw(2) ? 20 : 100000000), places = (int64_t)draw(7), exponent = (int64_t)draw(7) - 3;
	bool negative = draw(2);
	char fraction[8] = "";
	int64_t scale = 1, part = 0;
	for (int64_t i = 0; i < places; i++) {
		int digit = draw(2) ? 0 : (int)draw(10);
		fraction[i] = (char)('0' + digit);
		fraction[i + 1] = '\0';
		part = part * 10 + digit;
		scale *= 10;
	}
	snprintf(text, size, "%s%lld%s%se%lld", negative ? "-" : "", (long long)whole, places ? "." : "", fraction,
		 (long long)exponent);
	wide value = ((wide)whole * scale + part) * (1000000000000 / scale);
	for (; exponent > 0; exponent--)
		value *= 10;
	for (; exponent < 0; exponent++)
		value /= 10; /* exact: at most nine places are used */
	return negative ? -value : value;
}

static void agrees_with_wide_integers(void **state)
{
	(void)state;
	unsigned multiples = 0;
	for (unsigned round = 0; round < 200000; round++) {
		char x[64], y[64];
		wide m = write_number(x, sizeof x), n = write_number(y, sizeof y);
		assert_int_equal(compare(x, y), (m > n) - (m < n));
		enum multiple want = m == 0 || (n != 0 && m % n == 0) ? IS_MULTIPLE : NOT_MULTIPLE;
		if (divide(x, y) != want)
			fail_msg("%s by %s", x, y);
		multiples += want == IS_MULTIPLE;
		struct decimal d = decimal_of(str_from(x));
		assert_int_equal(decimal_is_integer(&d), m % 1000000000000 == 0);
	}
	assert_true(multiples > 1000 && multiples < 150000);
}

/* Products of long numbers, multiplied digit by digit here, are multiples of both; one more is not. */
static void agrees_with_long_multiplication(void **state)
{
	(void)state;
	enum { MOST = 90 };
	for (unsigned round = 0; round < 3000; round++) {
		unsigned char sum[2 * MOST] = {0};
		char a[MOST + 1], b[MOST + 1], product[2 * MOST + 1];
		unsigned m = 19 + (unsigned)draw(MOST - 19), n = 19 + (unsigned)draw(MOST - 19);
		for (unsigned i = 0; i < m; i++)
			a[i] = (char)('0' + (i == 0 || i == m - 1 ? 1 + draw(9) : draw(3) ? draw(10) : 9 * draw(2)));
		for (unsigned i = 0; i < n; i++)
			b[i] = (char)('0' + (i == 0 || i == n - 1 ? 1 + draw(9) : draw(3) ? draw(10) : 9 * draw(2)));
		for (unsigned i = m; i-- > 0;) {
			unsigned carry = 0;
			for (unsigned j = n; j-- > 0;) {
				carry += sum[i + j + 1] + (unsigned)(a[i] - '0') * (unsigned)(b[j] - '0');
				sum[i + j + 1] = (unsigned char)(carry % 10);
				carry /= 10;
			}
			sum[i] = (unsigned char)carry;
		}
		for (unsigned i = 0; i < m + n; i++)
			product[i] = (char)('0' + sum[i]);
		struct decimal p = decimal_of(str_of(product, m + n)), x = decimal_of(str_of(a, m)), y = decimal_of(str_of(b, n));
		assert_int_equal(decimal_multiple_of(&p, &x), IS_MULTIPLE);
		assert_int_equal(decimal_multiple_of(&p, &y), IS_MULTIPLE);
		product[m + n - 1] = (char)(product[m + n - 1] == '9' ? '8' : product[m + n - 1] + 1);
		p = decimal_of(str_of(product, m + n));
		assert_int_equal(decimal_multiple_of(&p, &x), NOT_MULTIPLE);
		assert_int_equal(decimal_multiple_of(&p, &y), NOT_MULTIPLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_values_are_equal_however_written),
	    cmocka_unit_test(order_is_by_value),
	    cmocka_unit_test(whole_numbers_are_told),
	    cmocka_unit_test(multiples_are_exact),
	    cmocka_unit_test(long_numbers_end_within_bounds),
	    cmocka_unit_test(integers_fit_or_not),
	    cmocka_unit_test(only_numbers_are_valid),
	    cmocka_unit_test(agrees_with_wide_integers),
	    cmocka_unit_test(agrees_with_long_multiplication),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
