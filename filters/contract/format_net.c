#include "filters/contract/format.h"
#include "filters/contract/format_idn.h"

/* 0 to 255 without leading zeros: the place behind it, or NULL. */
static const char *octet(const char *p, const char *end)
{
	unsigned value = 0, count = 0;
	for (; p < end && ascii_digit(*p) && count < 3; p++, count++)
		value = value * 10 + (unsigned)(*p - '0');
	bool leads = count > 1 && p[-(int)count] == '0';
	return !count || value > 255 || leads ? NULL : p;
}

bool format_ipv4(struct str s)
{
	const char *p = s.at, *end = s.at + s.len;
	for (unsigned i = 0; s.len && i < 4; i++) {
		if (i && (p == end || *p++ != '.'))
			return false;
		p = octet(p, end);
		if (!p)
			return false;
	}
	return s.len && p == end;
}

/* One to four hexadecimal digits; how many, 0 where there are none or more. */
static size_t piece(struct str s)
{
	size_t i = 0;
	while (i < s.len && ascii_hex(s.at[i]) >= 0)
		i++;
	return i > 4 ? 0 : i;
}

/* Pieces with colons between them; the count of 16-bit pieces, or -1. A dotted IPv4 address may be the last of all. */
static int pieces(struct str s, bool last)
{
	int count = 0;
	while (s.at && s.len) {
		struct str rest = s, one = str_cut(&rest, ':');
		if (!rest.at && last && format_ipv4(one))
			return count + 2;
		if (!one.len || piece(one) != one.len || ++count > 8 || (rest.at && !rest.len))
			return -1;
		s = rest;
	}
	return count;
}

bool format_ipv6(struct str s)
{
	if (s.len > 45)
		return false;
	size_t gap = str_search(s, STR("::"));
	if (gap == s.len)
		return pieces(s, true) == 8;
	struct str tail = str_skip(s, gap + 2);
	if (str_search(tail, STR("::")) < tail.len || str_starts(tail, STR(":")))
		return false;
	int before = pieces(str_head(s, gap), false), after = pieces(tail, true);
	return before >= 0 && after >= 0 && before + after <= 7;
}

bool format_hostname(struct str s)
{
	bool rtl = false, bidi_ok = true;
	if (!s.len || s.len > 253)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	while (s.at)
		if (!idn_label(str_cut(&s, '.'), &rtl, &bidi_ok))
			return false;
	return !rtl || bidi_ok;
}

/* ---- RFC 5321, 4.1.2; RFC 6531, 3.3 adds everything over U+007F ---- */

static bool atext(char c, bool international)
{
	return ascii_alpha(c) || ascii_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c)) ||
	       (international && (unsigned char)c >= 0x80);
}

static bool dot_string(struct str s, bool international)
{
	bool after_dot = true;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '.' ? after_dot : !atext(s.at[i], international))
			return false;
		after_dot = s.at[i] == '.';
	}
	return !after_dot;
}

/* The bytes of a quoted string with both quotes; 0 where it is none. */
static size_t quoted_string(struct str s, bool international)
{
	for (size_t i = 1; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c == '"')
			return i + 1;
		if (c == '\\' && ++i == s.len)
			return 0;
		c = (unsigned char)s.at[i];
		if (c < 0x20 || c == 0x7f || (c >= 0x80 && (!international || s.at[i - 1] == '\\')))
			return 0;
	}
	return 0;
}

static bool address_literal(struct str s)
{
	if (s.len < 2 || s.at[0] != '[' || s.at[s.len - 1] != ']')
		return false;
	s = str_of(s.at + 1, s.len - 2);
	if (s.len > 5 && str_eq_nocase(str_head(s, 5), STR("IPv6:")))
		return format_ipv6(str_skip(s, 5));
	return format_ipv4(s);
}

/* Characters of which most addresses are made, on either side of the @, and a full stop. */
static bool is_plain(char c)
{
	static const uint64_t low = ((uint64_t)0x3FF << '0') | (uint64_t)1 << '.';
	static const uint64_t letters = ((uint64_t)0x3FFFFFF << ('A' - 64)) | ((uint64_t)0x3FFFFFF << ('a' - 64));
	unsigned char u = (unsigned char)c;
	return u < 128 && (u < 64 ? low : letters) >> (u & 63) & 1;
}

/* Plain words with one full stop between them: the place behind them; NULL where that is not so. */
static const char *plain_words(const char *p, const char *end)
{
	const char *begin = p;
	bool after_stop = true;
	for (; p < end && is_plain(*p); p++) {
		if (*p == '.' && after_stop)
			return NULL;
		after_stop = *p == '.';
	}
	return after_stop || p - begin > 63 ? NULL : p;
}

/* Most addresses are words@words. Of those this says true; of others nothing. */
static bool common(struct str s)
{
	const char *end = s.at + s.len, *p = s.len ? plain_words(s.at, end) : NULL;
	return p && p < end && *p == '@' && plain_words(p + 1, end) == end;
}

static bool email(struct str s, bool international)
{
	if (common(s))
		return true;
	bool quoted = s.len && s.at[0] == '"';
	size_t local = quoted ? quoted_string(s, international) : str_find(s, '@');
	if (!local || local > 64 || local >= s.len || s.at[local] != '@')
		return false;
	if (!quoted && !dot_string(str_head(s, local), international))
		return false;
	struct str domain = str_skip(s, local + 1);
	if (domain.len && domain.at[0] == '[')
		return address_literal(domain);
	return international ? format_idn_hostname(domain) : format_hostname(domain);
}

bool format_email(struct str s)
{
	return email(s, false);
}

bool format_idn_email(struct str s)
{
	return email(s, true);
}
