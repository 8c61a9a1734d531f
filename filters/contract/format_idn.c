#include "filters/contract/format_idn.h"

#include "filters/contract/format.h"
#include "filters/contract/punycode.h"

enum { LABEL = 63, NAME = 253 };

static uint32_t traits(uint32_t code)
{
	uint32_t low = 0, high = idn_row_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (idn_rows[middle].first <= code)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? idn_rows[low - 1].traits : 0;
}

struct label {
	uint32_t code[LABEL + 1];
	uint32_t traits[LABEL + 1];
	size_t len;
};

static uint32_t at(const struct label *l, size_t i)
{
	return i < l->len ? l->code[i] : 0;
}

static uint32_t traits_at(const struct label *l, size_t i)
{
	return i < l->len ? l->traits[i] : 0;
}

/* ---- RFC 5892, appendix A; `i` minus one from 0 gives an index that is out of the label ---- */

/* A.1: between characters that join, seen through those that are transparent. */
static bool joins(const struct label *l, size_t i)
{
	size_t before = i, after = i + 1;
	while (before > 0 && (l->traits[before - 1] & IDN_JOIN) == IDN_JOIN_T)
		before--;
	while (after < l->len && (l->traits[after] & IDN_JOIN) == IDN_JOIN_T)
		after++;
	uint32_t left = traits_at(l, before - 1) & IDN_JOIN, right = traits_at(l, after) & IDN_JOIN;
	return (left == IDN_JOIN_L || left == IDN_JOIN_D) && (right == IDN_JOIN_R || right == IDN_JOIN_D);
}

static bool has(const struct label *l, uint32_t low, uint32_t high)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->code[i] >= low && l->code[i] <= high)
			return true;
	return false;
}

static bool has_trait(const struct label *l, uint32_t trait)
{
	for (size_t i = 0; i < l->len; i++)
		if ((l->traits[i] & trait) && l->code[i] != 0x30fb)
			return true;
	return false;
}

static bool context(const struct label *l, size_t i)
{
	uint32_t c = l->code[i];
	switch (c) {
	case 0x200c:
		return (traits_at(l, i - 1) & IDN_VIRAMA) || joins(l, i);
	case 0x200d:
		return traits_at(l, i - 1) & IDN_VIRAMA;
	case 0xb7:
		return at(l, i - 1) == 'l' && at(l, i + 1) == 'l';
	case 0x375:
		return traits_at(l, i + 1) & IDN_GREEK;
	case 0x5f3:
	case 0x5f4:
		return traits_at(l, i - 1) & IDN_HEBREW;
	case 0x30fb:
		return has_trait(l, IDN_KANA);
	default: /* the two kinds of Arabic digits do not mix */
		return c < 0x6f0 ? !has(l, 0x6f0, 0x6f9) : !has(l, 0x660, 0x669);
	}
}

static bool allowed(const struct label *l)
{
	if (!l->len || at(l, 0) == '-' || at(l, l->len - 1) == '-' || (at(l, 2) == '-' && at(l, 3) == '-') ||
	    (l->traits[0] & IDN_MARK))
		return false;
	for (size_t i = 0; i < l->len; i++) {
		uint32_t class = l->traits[i] & IDN_CLASS;
		if (!class || (class != IDN_VALID && !context(l, i)))
			return false;
	}
	return true;
}

/* ---- RFC 5893, 2 ---- */

static uint32_t bidi(const struct label *l, size_t i)
{
	return traits_at(l, i) & IDN_BIDI;
}

/* Rules 2 to 6, for a label that begins with `first` (L or R). */
static bool bidi_rest(const struct label *l, uint32_t first)
{
	bool en = false, an = false, strong = false;
	size_t end = l->len;
	for (size_t i = 0; i < l->len; i++) {
		uint32_t b = bidi(l, i);
		en |= b == IDN_BIDI_EN;
		an |= b == IDN_BIDI_AN;
		strong |= b == (first == IDN_BIDI_L ? IDN_BIDI_R : IDN_BIDI_L);
	}
	while (end > 1 && bidi(l, end - 1) == IDN_BIDI_NSM)
		end--;
	uint32_t last = bidi(l, end - 1);
	if (strong || (first == IDN_BIDI_L && an) || (en && an))
		return false;
	return last == first || last == IDN_BIDI_EN || (first == IDN_BIDI_R && last == IDN_BIDI_AN);
}

static void judge_bidi(const struct label *l, bool *rtl, bool *ok)
{
	for (size_t i = 0; i < l->len; i++)
		*rtl |= bidi(l, i) == IDN_BIDI_R || bidi(l, i) == IDN_BIDI_AN;
	uint32_t first = bidi(l, 0);
	if ((first != IDN_BIDI_L && first != IDN_BIDI_R) || !bidi_rest(l, first))
		*ok = false;
}

/* ---- labels ---- */

static bool put(struct label *l, uint32_t code)
{
	if (l->len == LABEL)
		return false;
	l->code[l->len] = code;
	l->traits[l->len++] = traits(code);
	return true;
}

static bool from_utf8(struct label *l, struct str text, bool *ascii)
{
	*ascii = true;
	while (text.len) {
		uint32_t code = utf8_next(&text);
		*ascii &= code < 0x80;
		if (!put(l, code))
			return false;
	}
	return true;
}

/* LDH (RFC 1123, 2.1): upper case stands for lower case. */
static bool ldh(struct label *l)
{
	for (size_t i = 0; i < l->len; i++) {
		l->code[i] = (uint32_t)ascii_lower((char)l->code[i]);
		l->traits[i] = traits(l->code[i]);
		if (!l->traits[i])
			return false;
	}
	return l->len && at(l, 0) != '-' && at(l, l->len - 1) != '-';
}

/* RFC 5891, 5.4: what it decodes to is a U-label, and encodes to the same again. */
static bool a_label(struct label *l)
{
	struct label u = {.len = 0};
	char again[LABEL + 1];
	size_t len = punycode_decode(l->code + 4, l->len - 4, u.code, LABEL);
	bool ascii = true;
	for (size_t i = 0; i < len; i++) {
		u.traits[i] = traits(u.code[i]);
		ascii &= u.code[i] < 0x80;
	}
	u.len = len;
	if (!len || ascii || punycode_encode(u.code, len, again, LABEL) != l->len - 4)
		return false;
	for (size_t i = 0; i < l->len - 4; i++)
		if ((uint32_t)again[i] != l->code[i + 4])
			return false;
	*l = u;
	return allowed(l);
}

static bool u_label(const struct label *l)
{
	char encoded[LABEL + 1];
	size_t len = punycode_encode(l->code, l->len, encoded, LABEL);
	return len && len + 4 <= LABEL && allowed(l);
}

/* Most labels: letters, digits and hyphens, no A-label. A digit at the front breaks RFC 5893's first rule, nothing
 * else. */
static bool plain_label(struct str text, bool *bidi_ok)
{
	if (!text.len || text.len > LABEL || text.at[0] == '-' || text.at[text.len - 1] == '-' ||
	    (text.len > 3 && text.at[2] == '-' && text.at[3] == '-'))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alpha(text.at[i]) && !ascii_digit(text.at[i]) && text.at[i] != '-')
			return false;
	if (ascii_digit(text.at[0]))
		*bidi_ok = false;
	return true;
}

bool idn_label(struct str text, bool *rtl, bool *bidi_ok)
{
	if (plain_label(text, bidi_ok))
		return true;
	struct label l = {.len = 0};
	bool ascii, good;
	if (!from_utf8(&l, text, &ascii))
		return false;
	if (!ascii)
		good = u_label(&l);
	else if (!ldh(&l))
		good = false;
	else if (at(&l, 0) == 'x' && at(&l, 1) == 'n' && at(&l, 2) == '-' && at(&l, 3) == '-')
		good = a_label(&l);
	else
		good =
		    true; /* "--" in places 3 and 4 is reserved, but in use (RFC 5890, 2.3.1: only "xn--" is known) */
	if (good)
		judge_bidi(&l, rtl, bidi_ok);
	return good;
}

/* The full stops of RFC 3490, 3.1: bytes of the one at `i`, 0 where there is none. */
static size_t stop(struct str s, size_t i)
{
	if (s.at[i] == '.')
		return 1;
	struct str three = i + 3 <= s.len ? str_of(s.at + i, 3) : str_of(NULL, 0);
	bool wide = str_eq(three, STR("\xe3\x80\x82")) || str_eq(three, STR("\xef\xbc\x8e")) ||
		    str_eq(three, STR("\xef\xbd\xa1"));
	return wide ? 3 : 0;
}

bool format_idn_hostname(struct str s)
{
	bool rtl = false, bidi_ok = true;
	size_t start = 0, width, chars = 0;
	for (size_t i = 0; i <= s.len; i += width) {
		width = 1;
		if (i < s.len && !(width = stop(s, i))) {
			chars += (s.at[i] & 0xc0) != 0x80;
			width = 1;
			continue;
		}
		if (!idn_label(str_of(s.at + start, i - start), &rtl, &bidi_ok))
			return false;
		chars += i < s.len;
		start = i + width;
	}
	return chars <= NAME && (!rtl || bidi_ok);
}
