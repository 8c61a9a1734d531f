/* rooms: base */
/* decimal: two numbers, a newline between. The order agrees with strtod where doubles tell them apart; equality with the
 * hash; multiples and order of short integers with the machine's own arithmetic; a number divides itself. */
#include "proxy/base/check.h"
#include "proxy/base/decimal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double approximate(struct str text)
{
	char copy[512] = "";
	memcpy(copy, text.at, text.len);
	return strtod(copy, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str y = str_of((const char *)data, size), x = str_cut(&y, '\n');
	if (size > 500 || !y.at || !decimal_valid(x) || !decimal_valid(y))
		return 0;
	struct decimal a = decimal_of(x), b = decimal_of(y);
	int order = decimal_cmp(&a, &b);
	enum multiple multiple = decimal_multiple_of(&a, &b);
	double p = approximate(x), q = approximate(y);
	int64_t m, n;
	CHECK(order == -decimal_cmp(&b, &a));
	CHECK((order == 0) <= (decimal_hash(&a) == decimal_hash(&b)));
	CHECK(p == q || order == (p > q) - (p < q)); /* rounding never turns an order round */
	CHECK(order != 0 || p == q);
	CHECK(decimal_multiple_of(&a, &a) == IS_MULTIPLE);
	CHECK(order != 0 || multiple == IS_MULTIPLE);
	if (decimal_fits_int64(x, &m) && decimal_fits_int64(y, &n)) {
		CHECK(order == (m > n) - (m < n));
		CHECK(n == -1 || multiple == (m == 0 || (n != 0 && m % n == 0) ? IS_MULTIPLE : NOT_MULTIPLE));
	}
	return 0;
}
