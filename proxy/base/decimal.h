/* decimal: numbers as they are written (RFC 8259, 6), of any length, exactly: never through a double, and exponents are
 * never expanded. A decimal borrows the digits from its text, which must outlive it; making one allocates nothing.
 * Exponents beyond ±2^60 are taken as ±2^60: two such numbers may compare equal though they differ. Called by the
 * contract engine for bounds, multiples and equality. Pure. */
#ifndef PROXY_BASE_DECIMAL_H
#define PROXY_BASE_DECIMAL_H

#include "proxy/base/str.h"

enum { DECIMAL_SMALL = 18 }; /* significant digits that fit in `small` */

/* value = ± digits × 10^exponent, where digits has neither leading nor trailing zeros. Zero has no digits. */
struct decimal {
	struct str digits; /* the significant digits in the text, perhaps with a point among them */
	uint64_t count;    /* how many they are; 0: the value is zero */
	uint64_t small;    /* their value where count <= DECIMAL_SMALL, else 0 */
	int64_t exponent;  /* within ±2^61; 0 for zero */
	bool negative;     /* never for zero */
};

/* `text` must be a number as JSON writes it (the reader has seen to that). Costs its length. */
struct decimal decimal_of(struct str text);
/* Whether `text` is a number as JSON writes it, from first to last byte. */
bool decimal_valid(struct str text);
/* By value: <0, 0, >0. 1.0, 1 and 10e-1 are equal, and so are -0 and 0. */
int decimal_cmp(const struct decimal *a, const struct decimal *b);
/* Whether the value is whole: 1.0 and 1e2 are, 1.5 is not. */
bool decimal_is_integer(const struct decimal *d);

enum multiple { NOT_MULTIPLE, IS_MULTIPLE, MULTIPLE_UNDECIDED };

/* Whether value / divisor is whole, exactly: 0.0075 by 0.0001 is, 1e308 by 0.5 is. The divisor is not zero (zero: only
 * zero is its multiple). MULTIPLE_UNDECIDED only where both have more than DECIMAL_SMALL digits and the division would
 * take more than DECIMAL_WORK steps: with a divisor of 100 digits, a value of about ten million. */
enum { DECIMAL_WORK = 1 << 24 };
/* A value of zero is a multiple of everything. */
enum multiple decimal_multiple_of(const struct decimal *value, const struct decimal *divisor);
/* Equal values have equal hashes. */
uint64_t decimal_hash(const struct decimal *d);
/* The value as an int64_t; false where it is not whole or does not fit. 1e2 and 1.0 are whole. */
bool decimal_to_int64(struct str text, int64_t *value);

/* The same for texts that are plain digits, at most 18, with an optional minus: most integers of real messages. False
 * says only that the quick way does not apply. */
static inline bool decimal_short(struct str text, int64_t *value)
{
	bool negative = text.len && text.at[0] == '-';
	int64_t sum = 0;
	if (text.len > DECIMAL_SMALL + (size_t)negative || text.len == (size_t)negative)
		return false;
	for (size_t i = negative; i < text.len; i++) {
		if (!ascii_digit(text.at[i]))
			return false;
		sum = sum * 10 + (text.at[i] - '0');
	}
	*value = negative ? -sum : sum;
	return true;
}

static inline bool decimal_fits_int64(struct str text, int64_t *value)
{
	return decimal_short(text, value) || decimal_to_int64(text, value);
}

#endif
