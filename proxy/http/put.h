/* put: bytes written one behind the other into memory that the caller has reserved: the inner loop of writing a head. Each
 * returns where the next byte goes. Internal to whoever writes heads. */
#ifndef PROXY_HTTP_PUT_H
#define PROXY_HTTP_PUT_H

#include "proxy/http/sixteen.h"

#include <endian.h>

/* Short slices, which most are, are copied without a call: by two words, which may overlap. */
static inline char *put(char *to, struct str s)
{
	if (s.len > 64) {
		memcpy(to, s.at, s.len);
	} else if (s.len >= 16) {
		char first[16], last[16], third[16], fourth[16];
		memcpy(first, s.at, 16), memcpy(last, s.at + s.len - 16, 16);
		if (s.len > 32) {
			memcpy(third, s.at + 16, 16), memcpy(fourth, s.at + s.len - 32, 16);
			memcpy(to + 16, third, 16), memcpy(to + s.len - 32, fourth, 16);
		}
		memcpy(to, first, 16), memcpy(to + s.len - 16, last, 16);
	} else if (s.len >= 8) {
		uint64_t first, last;
		memcpy(&first, s.at, 8), memcpy(&last, s.at + s.len - 8, 8);
		memcpy(to, &first, 8), memcpy(to + s.len - 8, &last, 8);
	} else if (s.len >= 4) {
		uint32_t first, last;
		memcpy(&first, s.at, 4), memcpy(&last, s.at + s.len - 4, 4);
		memcpy(to, &first, 4), memcpy(to + s.len - 4, &last, 4);
	} else {
		for (size_t i = 0; i < s.len; i++)
			to[i] = s.at[i];
	}
	return to + s.len;
}

/* The end of a line. */
static inline char *put_end(char *to)
{
	memcpy(to, "\r\n", 2);
	return to + 2;
}

/* A field whose name is known here: `label` is a literal, "Via: ". */
static inline char *put_line(char *to, struct str label, struct str value)
{
	return put_end(put(put(to, label), value));
}

/* Sixteen hexadecimal digits: nibbles side by side, and those above 9 go on at 'a'. */
static inline char *put_hex(char *to, uint64_t value)
{
#ifdef __SSE2__
	uint64_t bytes = htobe64(value), low = bytes & 0x0F0F0F0F0F0F0F0F, high = bytes >> 4 & 0x0F0F0F0F0F0F0F0F;
	__m128i v = _mm_unpacklo_epi8(_mm_set_epi64x(0, (long long)high), _mm_set_epi64x(0, (long long)low));
	__m128i above = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(9)), _mm_set1_epi8('a' - '9' - 1));
	_mm_storeu_si128((__m128i *)(void *)to, _mm_add_epi8(_mm_add_epi8(v, _mm_set1_epi8('0')), above));
#else
	for (unsigned i = 0; i < 16; i++)
		to[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
#endif
	return to + 16;
}

#endif
