/* format_wide: sixteen characters at once for formats: which of them are of a kind, at last a bit for each. With SSE2, or
 * plain C; both give the same bits for the same bytes. Private to format_*.c. */
#ifndef FILTERS_CONTRACT_FORMAT_WIDE_H
#define FILTERS_CONTRACT_FORMAT_WIDE_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>

typedef __m128i sixteen;

static inline sixteen sixteen_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Those that are `c`. */
static inline sixteen sixteen_are(sixteen v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

/* Those from `low` to `high`. */
static inline sixteen sixteen_in(sixteen v, char low, char high)
{
	__m128i beyond = _mm_subs_epu8(_mm_sub_epi8(v, _mm_set1_epi8(low)), _mm_set1_epi8((char)(high - low)));
	return _mm_cmpeq_epi8(beyond, _mm_setzero_si128());
}

static inline sixteen sixteen_or(sixteen a, sixteen b)
{
	return _mm_or_si128(a, b);
}

/* The first of them lowest. */
static inline uint32_t sixteen_bits(sixteen v)
{
	return (uint32_t)_mm_movemask_epi8(v);
}
#else
#include <string.h>

typedef struct {
	unsigned char at[16];
} sixteen;

static inline sixteen sixteen_load(const char *p)
{
	sixteen v;
	memcpy(v.at, p, sizeof v.at);
	return v;
}

static inline sixteen sixteen_in(sixteen v, char low, char high)
{
	for (unsigned i = 0; i < 16; i++)
		v.at[i] = (unsigned char)(v.at[i] - (unsigned char)low) <= high - low ? 0xFF : 0;
	return v;
}

static inline sixteen sixteen_are(sixteen v, char c)
{
	return sixteen_in(v, c, c);
}

static inline sixteen sixteen_or(sixteen a, sixteen b)
{
	for (unsigned i = 0; i < 16; i++)
		a.at[i] |= b.at[i];
	return a;
}

static inline uint32_t sixteen_bits(sixteen v)
{
	uint32_t bits = 0;
	for (unsigned i = 0; i < 16; i++)
		bits |= (uint32_t)(v.at[i] >> 7) << i;
	return bits;
}
#endif

#endif
