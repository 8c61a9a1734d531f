/* program_fused_value: values that are what their rule expects (enum fused_expect), read and judged in one step: the
 * place behind them, or NULL, which says nothing: then they are looked at once more, by their code. Nothing here
 * depends on a message's state. Private to program_fused*.c. */
#ifndef FILTERS_CONTRACT_PROGRAM_FUSED_VALUE_H
#define FILTERS_CONTRACT_PROGRAM_FUSED_VALUE_H

#include "filters/contract/pattern_line.h"
#include "filters/contract/program_fused_name.h"

/* A text with more than plain ASCII between `p` and its closing quote. */
static __attribute__((noinline)) const char *expect_wide_text(const struct fused_rule *rule, const char *p)
{
	struct scanned_string s = scan_string(p, JSON_WIDE);
	if (s.error != JSON_OK)
		return NULL;
	uint32_t points = (uint32_t)(s.end - p) - s.surplus;
	return points - rule->min <= rule->span ? s.end + 1 : NULL;
}

/* Behind its quote at `p`, as the next three are. */
SCANNER const char *expect_text(const struct fused_rule *rule, const char *p)
{
	const char *end = scan_run(p, JSON_WIDE);
	if (UNLIKELY(*end != '"'))
		return expect_wide_text(rule, p);
	return LIKELY((uint32_t)(end - p) - rule->min <= rule->span) ? end + 1 : NULL;
}

SCANNER const char *expect_line(const struct fused_rule *rule, const char *p)
{
	const struct pattern_line *line = rule->what;
	for (uint32_t i = rule->count; i; i--, line++) {
		const char *end = line_match(line, p);
		if (end && line->end)
			return LIKELY((uint32_t)(end - 1 - p) - rule->min <= rule->span) ? end : NULL;
		if (end)
			return expect_text(rule, p);
	}
	return NULL;
}

/* `end` is what the line said. */
SCANNER const char *expect_shape(const struct fused_rule *rule, const char *p, const char *end)
{
	bool in = end && (uint32_t)(end - 1 - p) - rule->min <= rule->span;
	return LIKELY(in) ? end : NULL;
}

SCANNER const char *expect_format(const struct fused_rule *rule, const char *p)
{
	const struct format *format = rule->what;
	const char *end = scan_run(p, JSON_WIDE);
	size_t length = (size_t)(end - p);
	if (UNLIKELY(*end != '"') || UNLIKELY((uint32_t)length - rule->min > rule->span))
		return NULL;
	return LIKELY(format->check(str_of(p, length))) ? end + 1 : NULL;
}

/* The digits at `p`, at most 18, as a number, and the place behind them; NULL: none, more, or a 0 that leads others. */
SCANNER const char *expect_digits(const char *p, int64_t *value)
{
	const char *at = p;
	uint64_t whole = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t x = scan_load(p) ^ (ones * '0');
	/* the lowest hit is exact: a carry can only come from a byte that hit */
	uint64_t others = ((x + ones * 0x76) | x) & (ones << 7);
	if (LIKELY(others)) {
		/* eight digits, leading zeros put before them: pairs, fours, eight */
		int length = __builtin_ctzll(others) >> 3;
		if (UNLIKELY(length == 0) || UNLIKELY(*p == '0' && length > 1))
			return NULL;
		x <<= 64 - 8 * length;
		x = (x * 10 + (x >> 8)) & 0x00FF00FF00FF00FFu;
		x = (x * 100 + (x >> 16)) & 0x0000FFFF0000FFFFu;
		x = x * 10000 + (x >> 32);
		*value = (int64_t)(x & 0xFFFFFFFF);
		return p + length;
	}
#endif
	for (; ascii_digit(*at) && at - p <= 18; at++)
		whole = whole * 10 + (uint64_t)(*at - '0');
	*value = (int64_t)whole;
	return at == p || at - p > 18 || (*p == '0' && at - p > 1) ? NULL : at;
}

SCANNER bool expect_ends(char c)
{
	return c != '.' && (c | 0x20) != 'e';
}

SCANNER const char *expect_integer(const struct fused_rule *rule, const char *p)
{
	bool negative = *p == '-';
	int64_t value;
	p = expect_digits(p + negative, &value);
	value = negative ? (int64_t)(0 - (uint64_t)value) : value; /* of too many digits it may be anything */
	bool in = p && expect_ends(*p) && (uint64_t)value - (uint64_t)rule->low <= rule->range;
	return LIKELY(in) ? p : NULL;
}

/* Of a number with a fraction only the whole part is compared: it lies between that and the next one away from 0. */
SCANNER const char *expect_number(const struct fused_rule *rule, const char *p)
{
	bool negative = *p == '-';
	int64_t value;
	p = expect_digits(p + negative, &value);
	if (UNLIKELY(!p))
		return NULL;
	value = negative ? (int64_t)(0 - (uint64_t)value) : value;
	if (expect_ends(*p))
		return LIKELY((uint64_t)value - (uint64_t)rule->low <= rule->range) ? p : NULL;
	const char *digits = p + 1;
	p = *p == '.' ? scan_digits(digits) : digits;
	if (p == digits || (*p | 0x20) == 'e')
		return NULL;
	return LIKELY((uint64_t)value - negative - (uint64_t)rule->low < rule->range) ? p : NULL;
}

SCANNER const char *expect_boolean(const char *p)
{
	uint32_t word, fals, tru;
	memcpy(&word, p, 4);
	memcpy(&tru, "true", 4);
	memcpy(&fals, "fals", 4);
	if (word == tru)
		return p + 4;
	return word == fals && p[4] == 'e' ? p + 5 : NULL;
}

#endif
