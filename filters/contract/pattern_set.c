#include "filters/contract/pattern_set.h"

#include <stdlib.h>

static const struct code_range digits[] = {{'0', '9'}};
static const struct code_range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
/* WhiteSpace and LineTerminator (ECMA-262, 12.2 and 12.3). */
static const struct code_range space[] = {{0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680},
					  {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
					  {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct code_range line_ends[] = {{0x0a, 0x0a}, {0x0d, 0x0d}, {0x2028, 0x2029}};

void pattern_set_add(struct pattern_set *s, struct arena *a, uint32_t low, uint32_t high)
{
	if (s->count == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 2;
		struct code_range *grown = ARENA_ARRAY(a, struct code_range, cap);
		if (s->count)
			memcpy(grown, s->at, s->count * sizeof *grown);
		s->at = grown;
		s->cap = cap;
	}
	s->at[s->count++] = (struct code_range){low, high};
}

static void add_table(struct pattern_set *s, struct arena *a, const struct code_range *table, size_t count, bool others)
{
	uint32_t from = 0;
	for (size_t i = 0; i < count; i++) {
		if (!others)
			pattern_set_add(s, a, table[i].low, table[i].high);
		else if (table[i].low > from)
			pattern_set_add(s, a, from, table[i].low - 1);
		from = table[i].high + 1;
	}
	if (others && from <= CODE_POINT_MAX)
		pattern_set_add(s, a, from, CODE_POINT_MAX);
}

#define LEN(table) (sizeof(table) / sizeof(table)[0])

void pattern_set_add_class(struct pattern_set *s, struct arena *a, char letter)
{
	bool others = letter < 'a';
	switch (ascii_lower(letter)) {
	case 'd':
		add_table(s, a, digits, LEN(digits), others);
		break;
	case 's':
		add_table(s, a, space, LEN(space), others);
		break;
	default:
		add_table(s, a, word, LEN(word), others);
	}
}

void pattern_set_add_dot(struct pattern_set *s, struct arena *a)
{
	add_table(s, a, line_ends, LEN(line_ends), true);
}

bool pattern_set_add_property(struct pattern_set *s, struct arena *a, struct str text, bool negated)
{
	char out[64];
	bool inverted = false;
	size_t equals = str_find(text, '=');
	struct str name = str_head(text, equals), value = {0};
	if (equals < text.len) {
		value = str_skip(text, equals + 1);
		if (!value.len)
			return false;
	}
	const char *found = pattern_property(name, value, out, &inverted);
	if (!found)
		return false;
	negated ^= inverted;
	if (strcmp(found, "Any") == 0 || strcmp(found, "ASCII") == 0) {
		uint32_t end = found[1] == 'n' ? CODE_POINT_MAX + 1 : 0x80;
		if (!negated)
			pattern_set_add(s, a, 0, end - 1);
		else if (end <= CODE_POINT_MAX)
			pattern_set_add(s, a, end, CODE_POINT_MAX);
		return true;
	}
	s->properties = arena_printf(a, "%.*s\\%c{%s}", STR_ARG(s->properties), negated ? 'P' : 'p', found);
	return true;
}

static int by_low(const void *left, const void *right)
{
	const struct code_range *a = left, *b = right;
	return a->low < b->low ? -1 : a->low > b->low;
}

static void merge(struct pattern_set *s)
{
	if (s->count)
		qsort(s->at, s->count, sizeof *s->at, by_low);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (kept && s->at[i].low <= s->at[kept - 1].high + 1) {
			if (s->at[i].high > s->at[kept - 1].high)
				s->at[kept - 1].high = s->at[i].high;
		} else {
			s->at[kept++] = s->at[i];
		}
	}
	s->count = kept;
}

void pattern_set_settle(struct pattern_set *s, struct arena *a, bool complement)
{
	merge(s);
	if (!complement)
		return;
	if (s->properties.len) {
		s->complement = true;
		return;
	}
	struct pattern_set others = {0};
	add_table(&others, a, s->at, s->count, true);
	*s = others;
}

bool pattern_set_has(const struct pattern_set *s, uint32_t code)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (code >= s->at[i].low && code <= s->at[i].high)
			return true;
	return false;
}

bool pattern_set_meets(const struct pattern_set *a, const struct pattern_set *b)
{
	if (a->properties.len || b->properties.len)
		return true;
	for (uint32_t i = 0, k = 0; i < a->count && k < b->count;) {
		if (a->at[i].high < b->at[k].low)
			i++;
		else if (b->at[k].high < a->at[i].low)
			k++;
		else
			return true;
	}
	return false;
}

bool pattern_set_single(const struct pattern_set *s)
{
	return !s->properties.len && s->count == 1 && s->at[0].low == s->at[0].high;
}

static void emit_code(uint32_t code, struct buf *out)
{
	if (code < 0x80 && (ascii_alpha((char)code) || ascii_digit((char)code)))
		buf_addc(out, (char)code);
	else
		buf_addf(out, "\\x{%x}", (unsigned)code);
}

static void emit_ranges(const struct pattern_set *s, struct buf *out)
{
	for (uint32_t i = 0; i < s->count; i++) {
		emit_code(s->at[i].low, out);
		if (s->at[i].high == s->at[i].low)
			continue;
		buf_addc(out, '-');
		emit_code(s->at[i].high, out);
	}
}

/* PCRE2 keeps a class of few bytes as a bit map, a long list of wide ranges not: the shorter side is written. */
static void emit_others(const struct pattern_set *s, struct buf *out)
{
	uint32_t from = 0;
	buf_add(out, STR("[^"));
	for (uint32_t i = 0; i < s->count; i++) {
		struct code_range gap = {from, s->at[i].low ? s->at[i].low - 1 : 0};
		struct pattern_set one = {.at = &gap, .count = 1};
		if (s->at[i].low > from)
			emit_ranges(&one, out);
		from = s->at[i].high + 1;
	}
	buf_addc(out, ']');
}

void pattern_set_emit(const struct pattern_set *s, struct buf *out)
{
	if (s->properties.len) {
		buf_add(out, s->complement ? STR("[^") : STR("["));
		emit_ranges(s, out);
		buf_add(out, s->properties);
		buf_addc(out, ']');
	} else if (!s->count) {
		buf_add(out, STR("(?!)"));
	} else if (pattern_set_single(s)) {
		emit_code(s->at[0].low, out);
	} else if (s->count == 1 && s->at[0].low == 0 && s->at[0].high == CODE_POINT_MAX) {
		buf_addc(out, '.');
	} else if (s->at[s->count - 1].high == CODE_POINT_MAX) {
		emit_others(s, out);
	} else {
		buf_addc(out, '[');
		emit_ranges(s, out);
		buf_addc(out, ']');
	}
}
