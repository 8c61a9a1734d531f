#include "proxy/http/lines.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool control(unsigned char c)
{
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

size_t lines_control(struct str text, size_t from)
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
	while (i < text.len && !control((unsigned char)text.at[i]))
		i++;
	return i;
}

enum line_result lines_next(struct str text, size_t line, size_t *at, bool fold)
{
	if (fold && line < text.len && (text.at[line] == ' ' || text.at[line] == '\t'))
		return LINE_BAD;
	*at = lines_control(text, *at);
	if (*at == text.len)
		return LINE_MORE;
	if (text.at[*at] != '\r')
		return LINE_BAD;
	if (*at + 1 == text.len)
		return LINE_MORE;
	return text.at[*at + 1] == '\n' ? LINE_END : LINE_BAD;
}
