/* sixteen: sixteen bytes looked at together, and what is true of each told as a bit (bit 0: the first). For the inner loops
 * of this room on processors with SSE2; each has a plain loop beside it for others and for what is left at an end. Pure;
 * nothing is read outside of what is handed over. */
#ifndef PROXY_HTTP_SIXTEEN_H
#define PROXY_HTTP_SIXTEEN_H

#include "proxy/base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i sixteen_at(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* Fewer than sixteen bytes, with zeros behind them: by two words, which may overlap. */
static inline __m128i sixteen_short(struct str s)
{
	uint64_t low = 0, high = 0;
	uint32_t first, last;
	if (s.len >= 8) {
		memcpy(&low, s.at, 8), memcpy(&high, s.at + s.len - 8, 8);
		high = high >> 8 * (15 - s.len) >> 8;
	} else if (s.len >= 4) {
		memcpy(&first, s.at, 4), memcpy(&last, s.at + s.len - 4, 4);
		low = first | (uint64_t)last << 8 * (s.len - 4);
	} else {
		for (size_t i = 0; i < s.len; i++)
			low |= (uint64_t)(unsigned char)s.at[i] << 8 * i;
	}
	return _mm_set_epi64x((long long)high, (long long)low);
}

static inline unsigned sixteen_bits(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(v);
}

static inline __m128i sixteen_is(__m128i v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

/* Bytes from `first` to the one `count` - 1 behind it. */
static inline __m128i sixteen_among(__m128i v, char first, char count)
{
	__m128i from = _mm_sub_epi8(v, _mm_set1_epi8(first));
	return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(count - 1))), from);
}

/* Letters, digits, '-' and '.': what most names consist of, whatever else may stand in them. `lower` is `v` with bit 5 set in
 * every byte. */
static inline unsigned sixteen_words(__m128i v, __m128i lower)
{
	__m128i others = _mm_or_si128(sixteen_among(v, '0', 10), sixteen_among(v, '-', 2));
	return sixteen_bits(_mm_or_si128(sixteen_among(lower, 'a', 26), others));
}

static inline __m128i sixteen_lower(__m128i v)
{
	return _mm_or_si128(v, _mm_set1_epi8(0x20));
}
#endif

#endif
