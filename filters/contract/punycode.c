#include "filters/contract/punycode.h"

/* RFC 3492, 5 */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

static uint32_t digit(uint32_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : BASE;
}

/* One number of variable length, added to *i; false on an overflow or a character that is none. */
static bool number(const uint32_t *in, size_t len, size_t *at, uint32_t bias, uint32_t *i)
{
	uint64_t sum = *i, weight = 1;
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t d = *at < len ? digit(in[*at]) : BASE, t = threshold(k, bias);
		++*at;
		if (d == BASE)
			return false;
		sum += d * weight;
		if (sum > UINT32_MAX)
			return false;
		*i = (uint32_t)sum;
		if (d < t)
			return true;
		weight *= BASE - t;
		if (weight > UINT32_MAX)
			return false;
	}
}

static bool insert(uint32_t *out, size_t count, size_t place, uint32_t code)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return false;
	memmove(out + place + 1, out + place, (count - place) * sizeof *out);
	out[place] = code;
	return true;
}

size_t punycode_decode(const uint32_t *in, size_t len, uint32_t *out, size_t cap)
{
	uint32_t n = FIRST_CODE, i = 0, bias = FIRST_BIAS;
	size_t count = 0, at = 0, basic = len;
	while (basic > 0 && in[basic - 1] != '-')
		basic--;
	if (basic > cap)
		return 0;
	if (basic) {
		count = basic - 1;
		memcpy(out, in, count * sizeof *out);
		at = basic;
	}
	while (at < len) {
		uint32_t before = i;
		if (count == cap || !number(in, len, &at, bias, &i))
			return 0;
		uint32_t points = (uint32_t)count + 1;
		bias = adapt(i - before, points, before == 0);
		if (i / points > UINT32_MAX - n)
			return 0;
		n += i / points;
		i %= points;
		if (!insert(out, count++, i++, n))
			return 0;
	}
	return count;
}

struct writer {
	char *out;
	size_t len, cap;
};

static void put(struct writer *w, uint32_t digit_value)
{
	if (w->len < w->cap)
		w->out[w->len] = (char)(digit_value < 26 ? 'a' + digit_value : '0' + (digit_value - 26));
	w->len++;
}

static void put_number(struct writer *w, uint32_t q, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = threshold(k, bias);
		if (q < t)
			break;
		put(w, t + (q - t) % (BASE - t));
		q = (q - t) / (BASE - t);
	}
	put(w, q);
}

static uint32_t least_from(const uint32_t *in, size_t len, uint32_t n)
{
	uint32_t least = UINT32_MAX;
	for (size_t i = 0; i < len; i++)
		if (in[i] >= n && in[i] < least)
			least = in[i];
	return least;
}

static size_t put_basic(struct writer *w, const uint32_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (in[i] >= FIRST_CODE)
			continue;
		if (w->len < w->cap)
			w->out[w->len] = (char)in[i];
		w->len++;
	}
	return w->len;
}

size_t punycode_encode(const uint32_t *in, size_t len, char *out, size_t cap)
{
	struct writer w = {out, 0, cap};
	uint32_t n = FIRST_CODE, delta = 0, bias = FIRST_BIAS;
	size_t basic = put_basic(&w, in, len), done = basic;
	if (basic && w.len < cap)
		out[w.len] = '-';
	w.len += basic > 0;
	for (; done < len; delta++, n++) {
		uint32_t m = least_from(in, len, n);
		delta += (m - n) *
			 (uint32_t)(done + 1); /* a label is short: no overflow below 2^32 / 0x10ffff code points */
		n = m;
		for (size_t i = 0; i < len; i++) {
			delta += in[i] < n;
			if (in[i] != n)
				continue;
			put_number(&w, delta, bias);
			bias = adapt(delta, (uint32_t)done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
	return w.len <= cap ? w.len : 0;
}

uint32_t utf8_next(struct str *rest)
{
	const unsigned char *s = (const unsigned char *)rest->at;
	size_t more = s[0] < 0x80 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
	uint32_t code = more ? s[0] & (0x3fu >> more) : s[0];
	if (more >= rest->len) /* cannot be in valid UTF-8 */
		more = rest->len - 1;
	for (size_t i = 1; i <= more; i++)
		code = code << 6 | (s[i] & 0x3fu);
	*rest = str_skip(*rest, more + 1);
	return code;
}
