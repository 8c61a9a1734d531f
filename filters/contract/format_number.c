/* Numbers as they stand in the text: -?digits(.digits)?([eE][+-]?digits)?, which the reader has checked. Nothing is
 * rounded and no exponent is expanded: what is compared is at most as many digits as the limit has. */
#include "filters/contract/format.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EXPONENT_LIMIT = 1000000000,
	PRECISION = 25 /* digits that are looked at beside a limit of floating point */
};

/* 0.d1d2d3... times 10 to the power of `point`, where d1 is not 0. */
struct decimal_parts {
	bool negative, zero;
	struct str digits; /* with the point among them, from the first digit that is not 0 */
	size_t count;      /* digits up to the last one that is not 0 */
	int64_t point;
};

static int64_t exponent(struct str s)
{
	int64_t value = 0;
	bool negative = s.len && s.at[0] == '-';
	for (size_t i = s.len && !ascii_digit(s.at[0]); i < s.len; i++)
		if (value < EXPONENT_LIMIT)
			value = value * 10 + (s.at[i] - '0');
	return negative ? -value : value;
}

static struct decimal_parts parts(struct str s)
{
	struct decimal_parts p = {.zero = true};
	size_t end = 0, seen = 0;
	bool point = false;
	p.negative = s.len && s.at[0] == '-';
	if (p.negative)
		s = str_skip(s, 1);
	while (end < s.len && (ascii_digit(s.at[end]) || s.at[end] == '.'))
		end++;
	for (size_t i = 0; i < end; i++) {
		if (s.at[i] == '.') {
			point = true;
			continue;
		}
		if (p.zero && s.at[i] == '0') {
			p.point -= point;
			continue;
		}
		if (p.zero)
			p.digits = str_of(s.at + i, end - i);
		p.zero = false;
		seen++;
		p.point += !point;
		if (s.at[i] != '0')
			p.count = seen;
	}
	if (end < s.len)
		p.point += exponent(str_skip(s, end + 1));
	return p;
}

static char digit_at(const struct decimal_parts *p, size_t index)
{
	for (size_t i = 0; i < p->digits.len && index < p->count; i++)
		if (p->digits.at[i] != '.' && index-- == 0)
			return p->digits.at[i];
	return '0';
}

/* Whether it is at most `limit`, which has `len` digits. */
static bool at_most(const struct decimal_parts *p, const char *limit, int64_t len)
{
	if (p->point != len)
		return p->point < len;
	for (int64_t i = 0; i < len; i++) {
		char d = digit_at(p, (size_t)i);
		if (d != limit[i])
			return d < limit[i];
	}
	return (int64_t)p->count <= len;
}

static bool integer(struct str lexeme, const char *least, const char *most)
{
	struct decimal_parts p = parts(lexeme);
	const char *limit = p.negative ? least : most;
	if (p.zero)
		return true;
	if (p.point < (int64_t)p.count) /* digits behind the point */
		return false;
	return at_most(&p, limit, (int64_t)strlen(limit));
}

bool format_int32(struct str lexeme)
{
	return integer(lexeme, "2147483648", "2147483647");
}

bool format_int64(struct str lexeme)
{
	return integer(lexeme, "9223372036854775808", "9223372036854775807");
}

/* What rounds to infinity does not fit; what is too small to tell from 0 does. */
static bool fits(struct str lexeme, double largest, int64_t digits)
{
	struct decimal_parts p = parts(lexeme);
	char text[40] = "0.";
	if (p.zero || p.point < digits)
		return true;
	if (p.point > digits)
		return false;
	for (size_t i = 0; i < PRECISION; i++)
		text[2 + i] = digit_at(&p, i);
	snprintf(text + 2 + PRECISION, sizeof text - 2 - PRECISION, "e%d", (int)digits);
	return strtod(text, NULL) <= largest;
}

bool format_float(struct str lexeme)
{
	return fits(lexeme, (double)FLT_MAX, 39);
}

bool format_double(struct str lexeme)
{
	return fits(lexeme, DBL_MAX, 309);
}
