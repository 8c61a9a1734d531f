/* program_fused_name: finds the string that begins in a text in a table of names (struct fused_table), without looking
 * for its end: as many of its first bytes as all names have, where they tell the names apart (else 8 or 16, cut off
 * behind the first quote), are multiplied and lead to a slot, whose name is compared with the text, up to and with its
 * closing quote. What is found is one of the names, to the byte: it needs no further check. Most of the time that a
 * message takes is waiting for what comes next to be known: from the text to a slot it is a few steps, and the slot
 * says what kind of value to expect before the name has been compared. Private to program_fused*.c and schema_fuse*.c.
 */
#ifndef FILTERS_CONTRACT_PROGRAM_FUSED_NAME_H
#define FILTERS_CONTRACT_PROGRAM_FUSED_NAME_H

#include "filters/contract/json_scan.h"
#include "filters/contract/program_fused.h"

/* Eight bytes, the first of them lowest. */
SCANNER uint64_t name_load(const char *p)
{
	uint64_t word = scan_load(p);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* The highest bit of the first byte that is a quote, exactly (a borrow can only come from a byte that hit); 0: none is.
 */
SCANNER uint64_t name_quote(uint64_t text)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t x = text ^ (ones * '"'), hit = (x - ones) & ~x & (ones << 7);
	return hit & (0 - hit);
}

/* What stands up to the first quote and with it. */
SCANNER uint64_t name_cut(uint64_t text, uint64_t quote)
{
	return text & (quote ^ (quote - 1));
}

SCANNER uint32_t name_hash(const struct fused_table *t, const char *p)
{
	uint64_t low = name_load(p), quote;
	if (LIKELY(t->select))
		return (uint32_t)(((low & t->select) * t->multiplier) >> t->shift);
	quote = name_quote(low);
	low = name_cut(low, quote);
	if (t->wide) {
		uint64_t high = name_load(p + 8);
		high = quote ? 0 : name_cut(high, name_quote(high));
		low ^= high << 29 | high >> 35;
	}
	return (uint32_t)((low * t->multiplier) >> t->shift);
}

/* *end: the place behind it, told from the text where that is quicker than to wait for its length. */
SCANNER bool name_stands(const struct fused_name *name, const char *p, const char **end)
{
	*end = p + name->length;
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)name->text);
	uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
	uint32_t quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	if ((same & name->low) != name->low)
		return false;
	if (LIKELY(quotes)) {
		*end = p + 1 + __builtin_ctz(quotes);
		return true;
	}
	return LIKELY(name->length <= 16) || memcmp(p + 16, name->text + 16, name->length - 16u) == 0;
#else
	return name->length && memcmp(p, name->text, name->length) == 0;
#endif
}

/* The slot of the name that stands at `p`, behind a quote; *end: behind the one that closes it. One whose name is
 * t->count: none of them, or one that is not in the table. `names` are t->count + 1 records of `stride` bytes that
 * begin with a struct fused_name. */
SCANNER struct fused_slot table_find(const struct fused_table *t, const struct fused_slot *slots, const void *names,
				     size_t stride, const char *p, const char **end)
{
	for (const struct fused_slot *slot = slots + t->slot + name_hash(t, p);; slot++) {
		const void *name = (const char *)names + slot->name * stride;
		if (LIKELY(name_stands(name, p, end)) || UNLIKELY(slot->name == t->count))
			return *slot;
	}
}

#endif
