#include "proxy/base/str.h"

/* Eight bytes at once: bytes may differ in bit 5 only, and only where both are letters. */
static inline bool word_eq_nocase(uint64_t a, uint64_t b)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones, bit5 = 0x20 * ones;
	uint64_t differ = a ^ b;
	if (differ == 0) /* most that are equal are so in either case */
		return true;
	if (differ & ~bit5)
		return false;
	uint64_t lower = a | bit5, low7 = lower & ~high;
	uint64_t from_a = low7 + (0x80 - 'a') * ones, behind_z = low7 + (0x7f - 'z') * ones;
	uint64_t letters = from_a & ~behind_z & ~lower & high;
	return (differ << 2 & ~letters) == 0;
}

static inline bool eight_eq_nocase(const char *a, const char *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return word_eq_nocase(x, y);
}

static inline bool four_eq_nocase(const char *a, const char *b)
{
	uint32_t x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return word_eq_nocase(x, y);
}

bool str_same_nocase(struct str a, struct str b)
{
	/* The last word overlaps the one before it. */
	if (a.len >= 8) {
		for (size_t i = 0; i + 8 < a.len; i += 8)
			if (!eight_eq_nocase(a.at + i, b.at + i))
				return false;
		return eight_eq_nocase(a.at + a.len - 8, b.at + a.len - 8);
	}
	if (a.len >= 4)
		return four_eq_nocase(a.at, b.at) && four_eq_nocase(a.at + a.len - 4, b.at + a.len - 4);
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.at, b.at, common) : 0;
	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq(str_of(s.at, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && (suffix.len == 0 || str_eq(str_of(s.at + s.len - suffix.len, suffix.len), suffix));
}

size_t str_find(struct str s, char byte)
{
	const char *hit = s.len ? memchr(s.at, byte, s.len) : NULL;
	return hit ? (size_t)(hit - s.at) : s.len;
}

size_t str_search(struct str s, struct str needle)
{
	if (needle.len == 0)
		return 0;
	for (size_t i = 0; i + needle.len <= s.len;) {
		const char *hit = memchr(s.at + i, needle.at[0], s.len - needle.len - i + 1);
		if (!hit)
			return s.len;
		i = (size_t)(hit - s.at);
		if (memcmp(hit, needle.at, needle.len) == 0)
			return i;
		i++;
	}
	return s.len;
}

struct str str_skip(struct str s, size_t count)
{
	return (struct str){count ? s.at + count : s.at, s.len - count};
}

struct str str_head(struct str s, size_t count)
{
	return (struct str){s.at, count};
}

struct str str_trim(struct str s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = str_skip(s, 1);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

struct str str_cut(struct str *rest, char byte)
{
	size_t at = str_find(*rest, byte);
	struct str piece = str_head(*rest, at);
	*rest = at < rest->len ? str_skip(*rest, at + 1) : (struct str){NULL, 0};
	return piece;
}

bool str_to_u64(struct str s, uint64_t *value)
{
	uint64_t sum = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_digit(s.at[i]))
			return false;
		uint64_t digit = (uint64_t)(s.at[i] - '0');
		if (sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

unsigned str_distance(struct str a, struct str b, unsigned limit)
{
	enum { LONGEST = 64 };
	unsigned row[LONGEST + 1];
	if (a.len > LONGEST || b.len > LONGEST)
		return limit + 1;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned above = row[j];
			unsigned best = corner + (ascii_lower(a.at[i - 1]) != ascii_lower(b.at[j - 1]));
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			corner = above;
			row[j] = best;
		}
	}
	return row[b.len] > limit ? limit + 1 : row[b.len];
}
