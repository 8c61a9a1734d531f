/* lines: the line discipline of a head or a trailer section, checked before anything looks at what the lines say: every
 * line ends in CRLF, no other control character but HTAB stands anywhere, no line but the first begins with white space
 * (obs-fold, RFC 9112, 2.2 and 5.2). This is what parsers are lax about and what request smuggling lives on. The scan
 * is resumable by offsets. Called by h1_parse and chunk. Pure. */
#ifndef PROXY_HTTP_LINES_H
#define PROXY_HTTP_LINES_H

#include "proxy/http/sixteen.h"

enum line_result {
	LINE_MORE, /* no line end yet; everything is clean so far */
	LINE_END,  /* a line is complete */
	LINE_BAD   /* a lone CR or LF, NUL or another control character, or a folded line */
};

#ifdef __SSE2__
static inline unsigned lines_control_bits(const char *at)
{
	__m128i v = sixteen_at(at), low = _mm_andnot_si128(sixteen_is(v, '\t'), sixteen_among(v, 0, 0x20));
	return sixteen_bits(_mm_or_si128(low, sixteen_is(v, 0x7f)));
}
#endif

/* Offset of the first control character other than HTAB (0x00-0x1F, 0x7F) in `text` at or behind `from`, or text.len.
 * Inline: it is the inner loop of reading a head. */
static inline size_t lines_control(struct str text, size_t from)
{
	size_t i = from;
#ifdef __SSE2__
	for (; i + 16 <= text.len; i += 16) {
		unsigned hits = lines_control_bits(text.at + i);
		if (hits)
			return i + (size_t)__builtin_ctz(hits);
	}
	if (text.len >= 16 && i < text.len) { /* the last sixteen bytes as a whole */
		unsigned hits = lines_control_bits(text.at + text.len - 16) >> (i - (text.len - 16));
		return hits ? i + (size_t)__builtin_ctz(hits) : text.len;
	}
#endif
	for (; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			break;
	}
	return i;
}

/* Whether a line ends at offset `at`: CR and LF stand there. */
static inline bool lines_end(struct str text, size_t at)
{
	return at + 2 <= text.len && memcmp(text.at + at, "\r\n", 2) == 0;
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
