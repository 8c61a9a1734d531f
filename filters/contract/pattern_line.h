/* pattern_line: a pattern that pattern_fast.h runs from the start of a text, laid out for JSON text as it stands: parts
 * of 16 places, compared at once. A part is so many places, each with its own ranges, or a run of one class. Where the
 * pattern ends with `$`, the string's closing quote is its last place: what matches is read to the end, too. No class
 * holds what a string cannot hold as it is, nor a quote, a backslash or more than ASCII: there a line says nothing,
 * and the text has to be read in the ordinary way. Built with the pattern, which owns it; immutable. */
#ifndef FILTERS_CONTRACT_PATTERN_LINE_H
#define FILTERS_CONTRACT_PATTERN_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LINE_PLACES = 16, LINE_RANGES = 6 };

/* A place holds a byte b if b - low <= span, modulo 256, in one of its ranges. */
struct line_part {
	unsigned char low[LINE_RANGES][LINE_PLACES], span[LINE_RANGES][LINE_PLACES];
	uint32_t ranges;
	uint32_t min, max; /* places; a run: how many */
	bool run;
};

/* One alternative. */
struct pattern_line {
	const struct line_part *part;
	uint32_t count;
	bool end; /* the closing quote is in the last part */
	/* Most lines are some places, a run and the end, with at most two ranges each: the three of them, or NULL.
	 * Without a run, the last two are NULL. */
	const struct line_part *shape[3];
};

/* A bit for each of the 16 bytes at `p` that is in its place. */
static inline uint32_t line_members(const struct line_part *part, const char *p)
{
	uint32_t members = 0;
#ifdef __SSE2__
	__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p), in = _mm_setzero_si128();
	for (uint32_t i = 0; i < part->ranges; i++) {
		__m128i low = _mm_loadu_si128((const __m128i *)(const void *)part->low[i]);
		__m128i span = _mm_loadu_si128((const __m128i *)(const void *)part->span[i]);
		__m128i beyond = _mm_subs_epu8(_mm_sub_epi8(text, low), span);
		in = _mm_or_si128(in, _mm_cmpeq_epi8(beyond, _mm_setzero_si128()));
	}
	members = (uint32_t)_mm_movemask_epi8(in);
#else
	for (uint32_t k = 0; k < LINE_PLACES; k++)
		for (uint32_t i = 0; i < part->ranges; i++)
			members |= (uint32_t)((unsigned char)(p[k] - part->low[i][k]) <= part->span[i][k]) << k;
#endif
	return members;
}

/* The same where there are at most two ranges (the second may repeat the first): nothing that a processor has to guess.
 */
static inline uint32_t line_members_of_two(const struct line_part *part, const char *p)
{
#ifdef __SSE2__
	__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p), in[2];
	for (unsigned i = 0; i < 2; i++) {
		__m128i low = _mm_loadu_si128((const __m128i *)(const void *)part->low[i]);
		__m128i span = _mm_loadu_si128((const __m128i *)(const void *)part->span[i]);
		in[i] = _mm_cmpeq_epi8(_mm_subs_epu8(_mm_sub_epi8(text, low), span), _mm_setzero_si128());
	}
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(in[0], in[1]));
#else
	return line_members(part, p);
#endif
}

/* The end of a run of at least `min` members, or NULL. */
static inline const char *line_run(const struct line_part *part, const char *p)
{
	uint32_t count = 0, here;
	do {
		here = (uint32_t)__builtin_ctz(~line_members(part, p + count));
		count += here;
	} while (here == LINE_PLACES && count < part->max);
	count = count < part->max ? count : part->max;
	return count >= part->min ? p + count : NULL;
}

/* Whether the string whose content begins at `p` matches: the place behind what the line says (with `end`: behind the
 * closing quote), or NULL where it does not, or cannot tell. 16 bytes may be read from anywhere in the text, and a byte
 * that no string holds follows it. */
static inline const char *line_match(const struct pattern_line *line, const char *p)
{
	for (uint32_t i = 0; i < line->count; i++) {
		const struct line_part *part = &line->part[i];
		if (part->run) {
			p = line_run(part, p);
			if (!p)
				return NULL;
		} else if (line_members(part, p) == 0xFFFF) {
			p += part->min;
		} else {
			return NULL;
		}
	}
	return p;
}

/* The same for a line that has a shape with a run. */
static inline const char *line_shape(const struct pattern_line *line, const char *p)
{
	const struct line_part *first = line->shape[0], *run = line->shape[1], *last = line->shape[2];
	bool begins = line_members_of_two(first, p) == 0xFFFF;
	p += first->min;
	uint32_t count = (uint32_t)__builtin_ctz(~line_members_of_two(run, p));
	if (count == LINE_PLACES) {
		const char *end = line_run(run, p);
		count = end ? (uint32_t)(end - p) : 0;
	}
	count = count < run->max ? count : run->max;
	p += count;
	bool ends = line_members_of_two(last, p) == 0xFFFF;
	return (begins & ends & (count >= run->min)) ? p + last->min : NULL;
}

/* And for one whose shape has none. */
static inline const char *line_fixed(const struct pattern_line *line, const char *p)
{
	return line_members_of_two(line->shape[0], p) == 0xFFFF ? p + line->shape[0]->min : NULL;
}

#endif
