/* The matcher; pattern_fast_build.c makes what it runs. */
#include "filters/contract/pattern_steps.h"

static uint32_t decode(const unsigned char *at, size_t *width)
{
	if (at[0] < 0xe0) {
		*width = 2;
		return (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
	}
	if (at[0] < 0xf0) {
		*width = 3;
		return (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
	}
	*width = 4;
	return (at[0] & 0x07u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
}

/* The bytes of the character at `at`, when it is in the set; else 0. */
static inline size_t member(const struct step *s, const unsigned char *at)
{
	if (*at < 0x80 || !s->wide_count)
		return s->ascii[*at];
	size_t width;
	uint32_t code = decode(at, &width);
	for (uint32_t i = 0; i < s->wide_count; i++)
		if (code >= s->wide[i].low && code <= s->wide[i].high)
			return width;
	return 0;
}

static size_t ascii_run(const unsigned char *table, const char *text, size_t most)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t i = 0;
	for (; most - i >= 4; i += 4)
		if (!(table[at[i]] & table[at[i + 1]] & table[at[i + 2]] & table[at[i + 3]]))
			break;
	while (i < most && table[at[i]])
		i++;
	return i;
}

/* Takes as many members as there are, up to max; NULL when they are too few. */
static const char *run(const struct step *s, const char *at, const char *end)
{
	size_t count = 0, width;
	for (;;) {
		size_t most = (size_t)(end - at);
		if (most > s->max - count)
			most = s->max - count;
		size_t plain = ascii_run(s->ascii, at, most);
		count += plain;
		at += plain;
		if (plain == most || !s->wide_count)
			break;
		for (; count < s->max && at < end && (unsigned char)*at >= 0x80; count++, at += width)
			if (!(width = member(s, (const unsigned char *)at)))
				return count >= s->min ? at : NULL;
		if (at < end && !s->ascii[(unsigned char)*at])
			break;
	}
	return count >= s->min ? at : NULL;
}

static const char *take(const struct step *s, const char *at, const char *end)
{
	if (!s->literal.len)
		return run(s, at, end);
	if ((size_t)(end - at) < s->literal.len || memcmp(at, s->literal.at, s->literal.len) != 0)
		return NULL;
	return at + s->literal.len;
}

static bool from_start(const struct sequence *q, struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	for (uint32_t i = 0; i < q->count; i++)
		if (!(at = take(&q->steps[i], at, end)))
			return false;
	return !q->end || at == end;
}

/* Whether `min` members stand anywhere side by side. */
static bool anywhere(const struct step *s, struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	uint32_t count = 0;
	while (at < end) {
		size_t width = member(s, (const unsigned char *)at);
		count = width ? count + 1 : 0;
		if (count >= s->min)
			return true;
		if (!width)
			for (width = 1; at + width < end && (at[width] & 0xc0) == 0x80;)
				width++;
		at += width;
	}
	return false;
}

static bool sequence_match(const struct sequence *q, struct str text)
{
	if (q->start)
		return from_start(q, text);
	if (!q->count)
		return true;
	if (!q->steps[0].literal.len)
		return anywhere(&q->steps[0], text);
	return q->end ? str_ends(text, q->steps[0].literal) : str_search(text, q->steps[0].literal) < text.len;
}

bool pattern_fast_match(const struct pattern_fast *f, struct str text)
{
	if (!text.at)
		text.at = "";
	for (uint32_t i = 0; i < f->count; i++)
		if (sequence_match(&f->sequences[i], text))
			return true;
	return false;
}

const struct pattern_line *pattern_fast_lines(const struct pattern_fast *f, uint32_t *count)
{
	*count = f->lines ? f->count : 0;
	return f->lines;
}
