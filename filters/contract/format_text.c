#include "filters/contract/format.h"

/* The bytes of `word`, none above 0x7f, that lie between two: bit 7 of each. */
static uint64_t between(uint64_t word, char first, char last)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	return (word + (uint64_t)(0x80 - first) * ones) & ~(word + (uint64_t)(0x7f - last) * ones);
}

static bool eight_hex(const char *first, const char *second)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
	uint32_t halves[2];
	uint64_t word;
	memcpy(&halves[0], first, 4);
	memcpy(&halves[1], second, 4);
	memcpy(&word, halves, sizeof word);
	uint64_t hex = between(word, '0', '9') | between(word | 0x20 * ones, 'a', 'f');
	return (word & high) == 0 && (hex & high) == high;
}

bool format_uuid(struct str s)
{
	const char *at = s.at;
	if (s.len != 36 || at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-')
		return false;
	return eight_hex(at, at + 4) && eight_hex(at + 9, at + 14) && eight_hex(at + 19, at + 24) && eight_hex(at + 28, at + 32);
}

bool format_json_pointer(struct str s)
{
	if (s.len && s.at[0] != '/')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '~' && (i + 1 == s.len || (s.at[i + 1] != '0' && s.at[i + 1] != '1')))
			return false;
	return true;
}

/* 0, or digits that do not begin with 0; how many bytes, 0 where there is none. */
static size_t number(struct str s)
{
	size_t i = 0;
	while (i < s.len && ascii_digit(s.at[i]))
		i++;
	return i > 1 && s.at[0] == '0' ? 0 : i;
}

bool format_relative_json_pointer(struct str s)
{
	size_t levels = number(s);
	if (!levels)
		return false;
	s = str_skip(s, levels);
	if (s.len && (s.at[0] == '+' || s.at[0] == '-')) { /* the index manipulation of later drafts */
		s = str_skip(s, 1);
		size_t by = number(s);
		if (!by || s.at[0] == '0')
			return false;
		s = str_skip(s, by);
	}
	return str_eq(s, STR("#")) || format_json_pointer(s);
}

static int base64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool format_byte(struct str s)
{
	size_t pad = 0;
	if (s.len % 4)
		return false;
	while (pad < 2 && pad < s.len && s.at[s.len - 1 - pad] == '=')
		pad++;
	s = str_head(s, s.len - pad);
	for (size_t i = 0; i < s.len; i++)
		if (base64(s.at[i]) < 0)
			return false;
	/* The bits that the padding cuts off are zero (RFC 4648, 3.5). */
	return !pad || (base64(s.at[s.len - 1]) & (pad == 1 ? 3 : 15)) == 0;
}
