#include "proxy/base/decimal_big.h"

#include "proxy/base/check.h"

#include <stdlib.h>

enum { LIMB_DIGITS = 9 };
static const uint64_t base = 1000000000; /* 10^LIMB_DIGITS: a product of two limbs fits in 64 bits */

__extension__ typedef unsigned __int128 wide;

static uint64_t times_modulo(uint64_t a, uint64_t b, uint64_t m)
{
	return (uint64_t)((wide)a * b % m);
}

/* 10^shift modulo m. */
static uint64_t power_modulo(uint64_t shift, uint64_t m)
{
	uint64_t result = 1 % m, square = 10 % m;
	for (; shift; shift >>= 1) {
		if (shift & 1)
			result = times_modulo(result, square, m);
		square = times_modulo(square, square, m);
	}
	return result;
}

bool decimal_remainder_is_zero(const struct decimal *value, uint64_t shift, uint64_t divisor)
{
	uint64_t rest = value->count <= DECIMAL_SMALL ? value->small % divisor : 0;
	if (value->count > DECIMAL_SMALL) {
		for (size_t i = 0; i < value->digits.len;) {
			uint64_t chunk = 0, scale = 1;
			for (; i < value->digits.len && scale < base * base; i++) {
				if (value->digits.at[i] == '.')
					continue;
				chunk = chunk * 10 + (uint64_t)(value->digits.at[i] - '0');
				scale *= 10;
			}
			rest = (times_modulo(rest, scale, divisor) + chunk % divisor) % divisor;
		}
	}
	return rest == 0 || times_modulo(rest, power_modulo(shift, divisor), divisor) == 0;
}

/* A natural number: limbs from the lowest. */
struct natural {
	uint32_t *limb;
	size_t count;
};

/* The digits of `d` with `zeros` zeros behind them; room for two more limbs on top. */
static struct natural natural_of(const struct decimal *d, uint64_t zeros)
{
	size_t digits = (size_t)(d->count + zeros), place = (size_t)zeros;
	struct natural n = {must_zalloc(digits / LIMB_DIGITS + 3, sizeof *n.limb), digits / LIMB_DIGITS + 1};
	uint32_t scale = 1;
	for (size_t i = 0; i < place % LIMB_DIGITS; i++)
		scale *= 10;
	for (size_t i = d->digits.len; i-- > 0;) {
		if (d->digits.at[i] == '.')
			continue;
		n.limb[place / LIMB_DIGITS] += scale * (uint32_t)(d->digits.at[i] - '0');
		place++;
		scale = place % LIMB_DIGITS ? scale * 10 : 1;
	}
	while (n.count > 1 && n.limb[n.count - 1] == 0)
		n.count--;
	return n;
}

static void times_small(struct natural *n, uint64_t factor)
{
	uint64_t carry = 0;
	for (size_t i = 0; i < n->count || carry; i++) {
		carry += (uint64_t)n->limb[i] * factor;
		n->limb[i] = (uint32_t)(carry % base);
		carry /= base;
		if (i >= n->count)
			n->count = i + 1;
	}
}

/* limbs at[0..d.count] -= q × d; whether that went below zero (then at holds the complement). */
static bool subtract_times(uint32_t *at, const struct natural *d, uint64_t q)
{
	uint64_t carry = 0;
	int64_t borrow = 0;
	for (size_t i = 0; i <= d->count; i++) {
		carry += i < d->count ? q * d->limb[i] : 0;
		int64_t rest = (int64_t)at[i] - (int64_t)(carry % base) - borrow;
		borrow = rest < 0;
		at[i] = (uint32_t)(rest < 0 ? rest + (int64_t)base : rest);
		carry /= base;
	}
	return borrow;
}

static void add_back(uint32_t *at, const struct natural *d)
{
	uint64_t carry = 0;
	for (size_t i = 0; i <= d->count; i++) {
		carry += (uint64_t)at[i] + (i < d->count ? d->limb[i] : 0);
		at[i] = (uint32_t)(carry % base);
		carry /= base;
	}
}

/* Long division (Knuth, volume 2, 4.3.1, algorithm D) that keeps only the remainder. d has at least two limbs; v has
 * room for one limb more than it counts. */
static bool remainder_is_zero(struct natural *v, struct natural *d)
{
	uint64_t normal = base / ((uint64_t)d->limb[d->count - 1] + 1);
	times_small(v, normal);
	times_small(d, normal);
	uint64_t top = d->limb[d->count - 1], second = d->limb[d->count - 2];
	v->limb[v->count] = 0;
	for (size_t j = v->count - d->count + 1; j-- > 0;) {
		uint32_t *at = v->limb + j;
		uint64_t head = at[d->count] * base + at[d->count - 1];
		uint64_t q = head / top, rest = head % top;
		while (q >= base || (rest < base && q * second > rest * base + at[d->count - 2])) {
			q--;
			rest += top;
		}
		if (subtract_times(at, d, q))
			add_back(at, d);
	}
	for (size_t i = 0; i < d->count; i++)
		if (v->limb[i])
			return false;
	return true;
}

enum multiple decimal_divides(const struct decimal *value, uint64_t shift, const struct decimal *divisor)
{
	/* a divisor of n digits has less than 4n factors of two or five: more tens than that change nothing */
	uint64_t zeros = shift < 4 * divisor->count ? shift : 4 * divisor->count;
	if (value->count + zeros < divisor->count)
		return NOT_MULTIPLE;
	if ((value->count + zeros) / LIMB_DIGITS * (divisor->count / LIMB_DIGITS) > DECIMAL_WORK)
		return MULTIPLE_UNDECIDED;
	struct natural v = natural_of(value, zeros), d = natural_of(divisor, 0);
	bool zero = v.count >= d.count && remainder_is_zero(&v, &d);
	free(v.limb);
	free(d.limb);
	return zero ? IS_MULTIPLE : NOT_MULTIPLE;
}
