/* json_scan: the scanners of JSON's lexemes, inline: white space, strings, numbers, and the hash of keys. The tape reader
 * is made of them, and so is whoever else reads JSON in one pass. All of them read text that ends with JSON_PADDING
 * zero bytes: a zero stops every scanner, so that none compares with an end, and 16 bytes may be loaded anywhere.
 * `wide` is a constant at every call: with SSE2, or plain C; both give the same results for the same bytes. */
#ifndef FILTERS_CONTRACT_JSON_SCAN_H
#define FILTERS_CONTRACT_JSON_SCAN_H

#include "filters/contract/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
enum { JSON_WIDE = 1 };
#else
enum { JSON_WIDE = 0 };
#endif

#define SCANNER        static inline __attribute__((always_inline))
#define LIKELY(x)      __builtin_expect(!!(x), 1)
#define UNLIKELY(x)    __builtin_expect(!!(x), 0)

SCANNER uint64_t scan_load(const char *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

SCANNER bool scan_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The first byte from `p` that is no white space (RFC 8259, 2). Indentation is the same from line to line, so that the
 * branches here are foreseen, while 16 bytes at once would have to be waited for: measured 20 % of the whole reader. */
SCANNER const char *scan_space(const char *p)
{
	static const char spaces[8] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
	if (LIKELY((unsigned char)*p > ' '))
		return p;
	if (*p == ' ' && (unsigned char)p[1] > ' ')
		return p + 1;
	p += *p == '\n';
	while (scan_load(p) == scan_load(spaces))
		p += 8;
	while (scan_is_space(*p))
		p++;
	return p;
}

/* The first byte from `p` that a string cannot hold as it is, or that is not ASCII: quote, backslash, below 0x20, above
 * 0x7F. */
SCANNER const char *scan_run(const char *p, bool wide)
{
#ifdef __SSE2__
	while (wide) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* signed, so that bytes from 0x80 are below too */
		__m128i stop = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)),
					    _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
							 _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		unsigned mask = (unsigned)_mm_movemask_epi8(stop);
		if (LIKELY(mask))
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	(void)wide;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
	for (;; p += 8) {
		uint64_t x = scan_load(p), quote = x ^ (ones * '"'), escape = x ^ (ones * '\\');
		/* the lowest hit is exact: a borrow can only come from a byte that hit */
		uint64_t hit = (x | ((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((escape - ones) & ~escape)) & tops;
		if (hit)
			return p + (__builtin_ctzll(hit) >> 3);
	}
#else
	while (*p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
		p++;
	return p;
#endif
}

/* Length of the UTF-8 sequence at `p`, whose first byte is above 0x7F (RFC 3629, 4); 0 where it is none. */
SCANNER unsigned scan_utf8(const char *p)
{
	const unsigned char *s = (const unsigned char *)p;
	if (s[0] < 0xE0)
		return s[0] >= 0xC2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
	if (s[0] < 0xF0) {
		unsigned low = s[0] == 0xE0 ? 0xA0 : 0x80, high = s[0] == 0xED ? 0x9F : 0xBF;
		return s[1] >= low && s[1] <= high && (s[2] & 0xC0) == 0x80 ? 3 : 0;
	}
	unsigned low = s[0] == 0xF0 ? 0x90 : 0x80, high = s[0] == 0xF4 ? 0x8F : 0xBF;
	return s[0] <= 0xF4 && s[1] >= low && s[1] <= high && (s[2] & 0xC0) == 0x80 && (s[3] & 0xC0) == 0x80 ? 4 : 0;
}

/* Four hexadecimal digits, or -1. Reads no digit behind one that is none. */
SCANNER int scan_hex4(const char *p)
{
	/* the value of a digit plus one */
	static const unsigned char digit[256] = {
	    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	};
	int value = 0;
	for (int i = 0; i < 4; i++) {
		int one = digit[(unsigned char)p[i]];
		if (UNLIKELY(!one))
			return -1;
		value = value << 4 | (one - 1);
	}
	return value;
}

/* The escape at `p`, which is a backslash: its length in bytes, and its code point. A length of 0: a fault, and *code is
 * its enum json_error. */
static inline unsigned scan_escape(const char *p, uint32_t *code)
{
	static const char plain[128] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n',
					['r'] = '\r', ['t'] = '\t'};
	unsigned char c = (unsigned char)p[1];
	*code = JSON_BAD_ESCAPE;
	if (c < sizeof plain && plain[c]) {
		*code = (unsigned char)plain[c];
		return 2;
	}
	int high = c == 'u' ? scan_hex4(p + 2) : -1;
	if (high < 0)
		return 0;
	if ((high & 0xF800) != 0xD800) {
		*code = (uint32_t)high;
		return 6;
	}
	int low = high < 0xDC00 && p[6] == '\\' && p[7] == 'u' ? scan_hex4(p + 8) : -1;
	*code = JSON_SURROGATE;
	if (low < 0xDC00 || low > 0xDFFF)
		return 0;
	*code = 0x10000u + (((uint32_t)high & 0x3FF) << 10 | ((uint32_t)low & 0x3FF));
	return 12;
}

/* What scan_string found. */
struct scanned_string {
	const char *end;       /* the closing quote; after a fault: where it is */
	uint32_t surplus;      /* bytes before `end` beyond one for each code point */
	enum json_error error; /* JSON_OK, or a fault */
	bool escaped, ascii;   /* there are escapes; all code points are ASCII */
};

/* The rest of a string from the first byte that scan_run stopped at. Sequences and escapes often follow each other: only
 * plain bytes are worth a run. */
static __attribute__((noinline, unused)) void scan_string_rest(const char *p, struct scanned_string *s, bool wide)
{
	uint32_t code, surplus = 0;
	unsigned length, above = 0;
	for (;; p += length) {
		unsigned char c = (unsigned char)*p;
		if (c >= 0x80) {
			length = scan_utf8(p);
			code = JSON_UTF8;
			above = 0x80;
		} else if (c == '\\') {
			length = scan_escape(p, &code);
			s->escaped = true;
			above |= code;
		} else if (c != '"' && c >= 0x20) {
			p = scan_run(p, wide);
			length = 0;
			continue;
		} else {
			s->error = c == '"' ? JSON_OK : JSON_CONTROL;
			break;
		}
		if (UNLIKELY(length == 0)) {
			s->error = (enum json_error)code;
			break;
		}
		surplus += length - 1;
	}
	s->end = p;
	s->surplus = surplus;
	s->ascii = above < 0x80;
}

/* The string whose content begins at `p`, behind its quote: checked to its closing quote, with its escapes. */
SCANNER struct scanned_string scan_string(const char *p, bool wide)
{
	struct scanned_string s = {.end = scan_run(p, wide), .ascii = true, .error = JSON_OK};
	if (UNLIKELY(*s.end != '"'))
		scan_string_rest(s.end, &s, wide);
	return s;
}

SCANNER const char *scan_digits(const char *p)
{
	while (ascii_digit(*p))
		p++;
	return p;
}

/* The number at `p`: the first byte behind it. NULL: a fault, at *fault. *plain: it has neither fraction nor exponent. */
SCANNER const char *scan_number(const char *p, bool *plain, const char **fault)
{
	*plain = true;
	p += *p == '-';
	const char *digits = p;
	p = *p == '0' ? p + 1 : scan_digits(p);
	if (UNLIKELY(p == digits))
		goto bad;
	if (*p == '.') {
		*plain = false;
		digits = ++p;
		p = scan_digits(p);
		if (UNLIKELY(p == digits))
			goto bad;
	}
	if ((*p | 0x20) == 'e') {
		*plain = false;
		p++;
		p += *p == '+' || *p == '-';
		digits = p;
		p = scan_digits(p);
		if (UNLIKELY(p == digits))
			goto bad;
	}
	return p;
bad:
	*fault = p;
	return NULL;
}

/* json_key_hash's arithmetic: 16 bytes at a time, the last of them filled up with zeros. */
SCANNER uint64_t scan_hash_begin(size_t length)
{
	return (uint64_t)length * 0x9E3779B97F4A7C15u;
}

SCANNER uint64_t scan_hash_add(uint64_t h, uint64_t a, uint64_t b)
{
	b *= 0xC2B2AE3D27D4EB4Fu;
	return (h << 23 | h >> 41) ^ (a * 0xFF51AFD7ED558CCDu) ^ (b << 32 | b >> 32);
}

SCANNER uint32_t scan_hash_end(uint64_t h)
{
	h ^= h >> 32;
	return (uint32_t)((h * 0x94D049BB133111EBu) >> 32);
}

/* json_key_hash where 16 bytes may be loaded behind the key. */
SCANNER uint32_t scan_key_hash(const char *p, size_t length)
{
	static const unsigned char mask[32] = {255, 255, 255, 255, 255, 255, 255, 255,
					       255, 255, 255, 255, 255, 255, 255, 255};
	uint64_t h = scan_hash_begin(length);
	for (; UNLIKELY(length > 16); p += 16, length -= 16)
		h = scan_hash_add(h, scan_load(p), scan_load(p + 8));
	const char *keep = (const char *)mask + 16 - length;
	return scan_hash_end(scan_hash_add(h, scan_load(p) & scan_load(keep), scan_load(p + 8) & scan_load(keep + 8)));
}

#endif
