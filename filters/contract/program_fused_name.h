/* program_fused_name: finds the string that begins in a text in a table of names (struct fused_table), without looking
 * at its bytes one by one: the closing quote among 16 bytes, what comes behind it masked, multiplied, compared. What is
 * found is one of the names, to the byte: it needs no further check. Private to program_fused*.c and schema_fuse*.c. */
#ifndef FILTERS_CONTRACT_PROGRAM_FUSED_NAME_H
#define FILTERS_CONTRACT_PROGRAM_FUSED_NAME_H

#include "filters/contract/json_scan.h"
#include "filters/contract/program_fused.h"

/* Names are hashed by 16 of their bytes: short ones by all of them and the quote, filled up with zeros, the others by
 * their last. */
SCANNER uint32_t fused_hash(const struct fused_table *t, uint64_t low, uint64_t high)
{
	return (uint32_t)(((low ^ (high << 29 | high >> 35)) * t->multiplier) >> t->shift);
}

/* Of a name of 16 bytes and more. */
SCANNER uint32_t fused_long_hash(const struct fused_table *t, const char *name, size_t length)
{
	uint64_t first = scan_load(name) * 0x9E3779B97F4A7C15u;
	return fused_hash(t, scan_load(name + length - 16) + (first ^ first >> 32),
			  scan_load(name + length - 8) + length);
}

/* A name of 16 to FUSED_NAME bytes; table_find's slow half, and all of it where there is no SSE2. */
static __attribute__((noinline, unused)) uint32_t table_find_long(const struct fused_table *t, const uint16_t *slots,
								  const char *names, size_t stride, const char *p,
								  const char **end)
{
	char text[FUSED_NAME + 1] = {0};
	uint32_t length = 0, at;
	while (length <= FUSED_NAME && p[length] != '"' && p[length])
		length++;
	if (length > FUSED_NAME || !p[length])
		return t->count;
	memcpy(text, p, length + 1);
	*end = p + length;
	at = length < 16 ? fused_hash(t, scan_load(text), scan_load(text + 8)) : fused_long_hash(t, text, length);
	for (at += t->slot;; at++) {
		uint32_t i = slots[at];
		if (i == t->count || memcmp(names + i * stride, text, sizeof text) == 0)
			return i;
	}
}

/* Which of the names stands at `p`, behind a quote; *end is its closing quote. t->count: none of them, or one that is
 * not in the table. `names` are t->count + 1 records of `stride` bytes that begin with a name and a quote in FUSED_NAME
 * + 1 bytes. */
SCANNER uint32_t table_find(const struct fused_table *t, const uint16_t *slots, const char *names, size_t stride,
			    const char *p, const char **end)
{
#ifdef __SSE2__
	static const unsigned char keep[32] = {255, 255, 255, 255, 255, 255, 255, 255,
					       255, 255, 255, 255, 255, 255, 255, 255};
	__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p);
	uint32_t quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')));
	if (LIKELY(quotes)) {
		size_t length = (size_t)__builtin_ctz(quotes);
		*end = p + length;
		text = _mm_and_si128(text, _mm_loadu_si128((const __m128i *)(const void *)(keep + 15 - length)));
		uint64_t low = (uint64_t)_mm_cvtsi128_si64(text);
		uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(text, text));
		for (const uint16_t *slot = slots + t->slot + fused_hash(t, low, high);; slot++) {
			const void *name = names + *slot * stride;
			__m128i same = _mm_cmpeq_epi8(text, _mm_loadu_si128((const __m128i *)name));
			if (LIKELY(_mm_movemask_epi8(same) == 0xFFFF) || UNLIKELY(*slot == t->count))
				return *slot;
		}
	}
#endif
	return table_find_long(t, slots, names, stride, p, end);
}

#endif
