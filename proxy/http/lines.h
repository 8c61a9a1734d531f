/* lines: the line discipline of a head or a trailer section, checked before anything looks at what the lines say: every
 * line ends in CRLF, no other control character but HTAB stands anywhere, no line but the first begins with white space
 * (obs-fold, RFC 9112, 2.2 and 5.2). This is what parsers are lax about and what request smuggling lives on. The scan
 * is resumable by offsets. Called by h1_parse and chunk. Pure. */
#ifndef PROXY_HTTP_LINES_H
#define PROXY_HTTP_LINES_H

#include "proxy/base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum line_result {
	LINE_MORE, /* no line end yet; everything is clean so far */
	LINE_END,  /* a line is complete */
	LINE_BAD   /* a lone CR or LF, NUL or another control character, or a folded line */
};

/* Offset of the first control character other than HTAB (0x00-0x1F, 0x7F) in `text` at or behind `from`, or text.len.
 * Inline: it is the inner loop of reading a head. */
static inline size_t lines_control(struct str text, size_t from)
{
	size_t i = from;
#ifdef __SSE2__
	const __m128i last = _mm_set1_epi8(0x1f), tab = _mm_set1_epi8('\t'), del = _mm_set1_epi8(0x7f);
	for (; i + 16 <= text.len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(text.at + i));
		__m128i low = _mm_andnot_si128(_mm_cmpeq_epi8(v, tab), _mm_cmpeq_epi8(_mm_min_epu8(v, last), v));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(v, del)));
		if (hits)
			return i + (size_t)__builtin_ctz(hits);
	}
#endif
	for (; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			break;
	}
	return i;
}

/* Scans the line that begins at offset `line`, of which all before *at is known to be clean. LINE_END: *at is the
 * offset of its CRLF. LINE_MORE and LINE_BAD: *at is where the scan stands, or failed. `fold` says whether white space
 * at the line's begin is wrong. */
enum line_result lines_next(struct str text, size_t line, size_t *at, bool fold);
/* The same for the plain case of many complete lines: skips whole field lines from *line on, at most `most` of them and
 * none that ends behind offset `end`, and returns how many. Stops without a verdict before the empty line and before
 * whatever is not such a line. */
unsigned lines_skip(struct str text, size_t *line, unsigned most, size_t end);

#endif
