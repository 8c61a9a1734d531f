#include "proxy/base/decimal.h"

#include "proxy/base/decimal_big.h"
#include "proxy/base/hash.h"

enum { EXPONENT_BITS = 60 };
static const int64_t huge = (int64_t)1 << EXPONENT_BITS;

/* The first index from `i` that holds no digit. */
static size_t digits_from(struct str s, size_t i)
{
	while (i < s.len && ascii_digit(s.at[i]))
		i++;
	return i;
}

bool decimal_valid(struct str s)
{
	size_t i = s.len && s.at[0] == '-', from = i;
	i = i < s.len && s.at[i] == '0' ? i + 1 : digits_from(s, i);
	if (i == from)
		return false;
	if (i < s.len && s.at[i] == '.') {
		from = ++i;
		i = digits_from(s, i);
		if (i == from)
			return false;
	}
	if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
		i++;
		i += i < s.len && (s.at[i] == '+' || s.at[i] == '-');
		from = i;
		i = digits_from(s, i);
		if (i == from)
			return false;
	}
	return i == s.len;
}

/* The exponent behind the letter e, held within ±2^60. */
static int64_t read_exponent(struct str s)
{
	bool negative = s.at[0] == '-';
	size_t i = negative || s.at[0] == '+';
	int64_t sum = 0;
	for (; i < s.len; i++) {
		if (sum > huge / 10 - 1) {
			sum = huge;
			break;
		}
		sum = sum * 10 + (s.at[i] - '0');
	}
	return negative ? -sum : sum;
}

/* Takes leading and trailing zeros (and the point beside them) off `mantissa`; `whole` digits stand before the point.
 * d->exponent becomes that of the last digit left. */
static void strip(struct decimal *d, struct str mantissa, size_t whole)
{
	size_t first = 0, last = mantissa.len;
	while (first < last && (mantissa.at[first] == '0' || mantissa.at[first] == '.'))
		first++;
	while (last > first && (mantissa.at[last - 1] == '0' || mantissa.at[last - 1] == '.'))
		last--;
	if (first == last)
		return;
	d->digits = str_of(mantissa.at + first, last - first);
	bool point = first < whole && last > whole;
	d->count = last - first - point;
	d->exponent = last <= whole ? (int64_t)(whole - last) : -(int64_t)(last - whole - 1);
}

struct decimal decimal_of(struct str text)
{
	struct decimal d = {.negative = text.len && text.at[0] == '-'};
	struct str mantissa = str_skip(text, d.negative);
	int64_t exponent = 0;
	size_t whole = digits_from(mantissa, 0);
	size_t e = whole < mantissa.len && mantissa.at[whole] == '.' ? digits_from(mantissa, whole + 1) : whole;
	if (e < mantissa.len)
		exponent = read_exponent(str_skip(mantissa, e + 1));
	strip(&d, str_head(mantissa, e), whole);
	if (d.count == 0)
		return (struct decimal){.count = 0};
	d.exponent += exponent;
	if (d.count <= DECIMAL_SMALL)
		for (size_t i = 0; i < d.digits.len; i++)
			if (d.digits.at[i] != '.')
				d.small = d.small * 10 + (uint64_t)(d.digits.at[i] - '0');
	return d;
}

/* Digits one after the other, over the point. 0 behind the last, so that a shorter number is filled up. */
struct digit_walk {
	struct str rest;
};

static int next_digit(struct digit_walk *w)
{
	if (w->rest.len && w->rest.at[0] == '.')
		w->rest = str_skip(w->rest, 1);
	if (!w->rest.len)
		return 0;
	int digit = w->rest.at[0] - '0';
	w->rest = str_skip(w->rest, 1);
	return digit;
}

static int by_digits(const struct decimal *a, const struct decimal *b)
{
	struct digit_walk x = {a->digits}, y = {b->digits};
	while (x.rest.len || y.rest.len) {
		int order = next_digit(&x) - next_digit(&y);
		if (order)
			return order < 0 ? -1 : 1;
	}
	return 0;
}

static int by_magnitude(const struct decimal *a, const struct decimal *b)
{
	/* where the first digit stands decides first */
	int64_t top_a = a->exponent + (int64_t)a->count, top_b = b->exponent + (int64_t)b->count;
	if (top_a != top_b)
		return top_a < top_b ? -1 : 1;
	if (a->count == b->count && a->count <= DECIMAL_SMALL)
		return (a->small > b->small) - (a->small < b->small);
	return by_digits(a, b);
}

int decimal_cmp(const struct decimal *a, const struct decimal *b)
{
	int sign_a = a->count == 0 ? 0 : a->negative ? -1 : 1, sign_b = b->count == 0 ? 0 : b->negative ? -1 : 1;
	if (sign_a != sign_b)
		return sign_a < sign_b ? -1 : 1;
	return sign_a == 0 ? 0 : sign_a * by_magnitude(a, b);
}

bool decimal_is_integer(const struct decimal *d)
{
	return d->exponent >= 0;
}

enum multiple decimal_multiple_of(const struct decimal *value, const struct decimal *divisor)
{
	if (value->count == 0)
		return IS_MULTIPLE;
	/* the last digit of value is not 0: with an exponent below the divisor's it cannot be whole */
	if (divisor->count == 0 || value->exponent < divisor->exponent)
		return NOT_MULTIPLE;
	uint64_t shift = (uint64_t)(value->exponent - divisor->exponent);
	if (divisor->count <= DECIMAL_SMALL)
		return decimal_remainder_is_zero(value, shift, divisor->small) ? IS_MULTIPLE : NOT_MULTIPLE;
	return decimal_divides(value, shift, divisor);
}

/* Canonical: equal values have the same sign, exponent and significant digits. */
uint64_t decimal_hash(const struct decimal *d)
{
	uint64_t words[4] = {d->negative, (uint64_t)d->exponent, d->count, d->small};
	struct digit_walk w = {d->digits};
	while (d->count > DECIMAL_SMALL && w.rest.len) {
		uint64_t chunk = 0;
		for (int i = 0; i < DECIMAL_SMALL && w.rest.len; i++)
			chunk = chunk * 10 + (uint64_t)next_digit(&w);
		words[3] = chunk;
		words[2] = hash_local(str_of((const char *)words, sizeof words));
	}
	return hash_local(str_of((const char *)words, sizeof words));
}

static bool to_int64(const struct decimal *d, int64_t *value)
{
	uint64_t sum = 0;
	if (d->exponent < 0 || d->exponent + (int64_t)d->count > 19)
		return false;
	struct digit_walk w = {d->digits};
	for (int64_t i = 0; i < d->exponent + (int64_t)d->count; i++)
		sum = sum * 10 + (uint64_t)next_digit(&w); /* 19 digits fit in 64 bits */
	if (sum > (uint64_t)INT64_MAX + d->negative)
		return false;
	*value = d->negative ? (int64_t)(0 - sum) : (int64_t)sum;
	return true;
}

bool decimal_to_int64(struct str text, int64_t *value)
{
	struct decimal d = decimal_of(text);
	return to_int64(&d, value);
}
