#include "filters/contract/pattern_read.h"

uint32_t read_peek(const struct reader *r, size_t ahead)
{
	return r->at + ahead < r->count ? r->code[r->at + ahead] : READ_END;
}

bool read_take(struct reader *r, uint32_t code)
{
	if (read_peek(r, 0) != code)
		return false;
	r->at++;
	return true;
}

size_t read_offset(const struct reader *r)
{
	return r->offset[r->at];
}

static void push(struct reader *r, uint32_t code, size_t offset)
{
	r->code[r->count] = code;
	r->offset[r->count++] = (uint32_t)offset;
}

static void push_point(struct reader *r, uint32_t code, size_t offset)
{
	if (r->unicode || code < 0x10000) {
		push(r, code, offset);
		return;
	}
	push(r, 0xd800 + ((code - 0x10000) >> 10), offset);
	push(r, 0xdc00 + ((code - 0x10000) & 0x3ff), offset);
}

/* The source was checked to be UTF-8. */
static void decode(struct reader *r)
{
	const unsigned char *s = (const unsigned char *)r->source.at;
	size_t i = 0, len = r->source.len;
	r->code = arena_alloc(r->arena, (len + 1) * sizeof *r->code);
	r->offset = arena_alloc(r->arena, (len + 1) * sizeof *r->offset);
	while (i < len) {
		size_t start = i, more = s[i] < 0x80 ? 0 : s[i] < 0xe0 ? 1 : s[i] < 0xf0 ? 2 : 3;
		uint32_t code = more ? s[i] & (0x3fu >> more) : s[i];
		for (i++; more; more--)
			code = code << 6 | (s[i++] & 0x3fu);
		push_point(r, code, start);
	}
	r->offset[r->count] = (uint32_t)len;
}

static bool refuse(struct reader *r, const char *why)
{
	return pattern_refuse(r->err, read_offset(r), "%s", why);
}

static bool name_part(uint32_t c, bool first)
{
	return c == '$' || c == '_' || (c >= 0x80 && c != READ_END) || (c < 0x80 && ascii_alpha((char)c)) ||
	       (!first && c < 0x80 && ascii_digit((char)c));
}

bool read_group_name(struct reader *r, struct str *name)
{
	size_t from = read_offset(r), first = r->at;
	while (name_part(read_peek(r, 0), r->at == first))
		r->at++;
	*name = str_of(r->source.at + from, read_offset(r) - from);
	if (!name->len || !read_take(r, '>'))
		return refuse(r, "a group's name is letters, digits, `$` and `_`, and ends with `>`");
	return true;
}

static bool keep_name(struct reader *r, struct group_name **at, uint32_t *cap)
{
	struct str name;
	size_t offset = read_offset(r);
	if (!read_group_name(r, &name))
		return false;
	for (uint32_t i = 0; i < r->name_count; i++)
		if (str_eq((*at)[i].name, name))
			return pattern_refuse(r->err, offset, "two groups are named `%.*s`", STR_ARG(name));
	if (r->name_count == *cap) {
		struct group_name *old = *at;
		*cap = *cap ? *cap * 2 : 8;
		*at = ARENA_ARRAY(r->arena, struct group_name, *cap);
		if (old)
			memcpy(*at, old, r->name_count * sizeof *old);
	}
	(*at)[r->name_count++] = (struct group_name){name, r->group_count};
	return true;
}

static bool count_group(struct reader *r, uint32_t *cap)
{
	r->at++;
	if (read_peek(r, 0) != '?') {
		r->group_count++;
		return true;
	}
	if (read_peek(r, 1) != '<' || read_peek(r, 2) == '=' || read_peek(r, 2) == '!')
		return true;
	r->at += 2;
	r->group_count++;
	if (r->name_count >= 1000)
		return refuse(r, "more than 1000 named groups");
	return keep_name(r, &r->names, cap);
}

/* References may point forward: groups are counted before anything is read. */
static bool find_groups(struct reader *r)
{
	uint32_t cap = 0;
	bool in_class = false;
	while (r->at < r->count) {
		uint32_t c = r->code[r->at];
		if (c == '(' && !in_class) {
			if (!count_group(r, &cap))
				return false;
			continue;
		}
		if (c == '[')
			in_class = true;
		if (c == ']')
			in_class = false;
		r->at += c == '\\' && r->at + 1 < r->count ? 2 : 1;
	}
	r->at = 0;
	return true;
}

bool read_begin(struct reader *r, struct str source)
{
	r->source = source;
	decode(r);
	return find_groups(r);
}

bool read_number_reference(struct reader *r, uint32_t *number)
{
	size_t start = r->at++;
	*number = 0;
	for (uint32_t c; (c = read_peek(r, 0)) >= '0' && c <= '9'; r->at++)
		if (*number <= r->group_count)
			*number = *number * 10 + (c - '0');
	if (*number <= r->group_count)
		return true;
	r->at = start;
	return refuse(r, "this refers to a group that is not there");
}

bool read_name_reference(struct reader *r, uint32_t *number)
{
	struct str name;
	size_t offset = read_offset(r);
	r->at += 2;
	if (!read_take(r, '<'))
		return pattern_refuse(r->err, offset, "`\\k` takes a group's name: `\\k<name>`");
	if (!read_group_name(r, &name))
		return false;
	for (uint32_t i = 0; i < r->name_count; i++) {
		if (!str_eq(r->names[i].name, name))
			continue;
		*number = r->names[i].number;
		return true;
	}
	return pattern_refuse(r->err, offset, "no group is named `%.*s`", STR_ARG(name));
}

/* Digits at *at; values past 32 bits saturate (a text of that length is never judged). */
static bool read_digits(const struct reader *r, size_t *at, uint32_t *value)
{
	size_t start = *at;
	uint64_t n = 0;
	for (; *at < r->count && r->code[*at] >= '0' && r->code[*at] <= '9'; ++*at)
		n = n > UINT32_MAX ? n : n * 10 + (r->code[*at] - '0');
	*value = n < PATTERN_INFINITE ? (uint32_t)n : PATTERN_INFINITE;
	return *at > start;
}

/* {n} {n,} {n,m}; anything else is no count, and a lone brace is judged where it stands. */
static enum count_read read_braces(struct reader *r, uint32_t *min, uint32_t *max)
{
	size_t at = r->at + 1;
	if (!read_digits(r, &at, min))
		return COUNT_NONE;
	*max = *min;
	if (at < r->count && r->code[at] == ',') {
		at++;
		if (!read_digits(r, &at, max))
			*max = PATTERN_INFINITE;
	}
	if (at >= r->count || r->code[at] != '}')
		return COUNT_NONE;
	if (*max < *min) {
		refuse(r, "the numbers of this count are out of order");
		return COUNT_WRONG;
	}
	if (*min == PATTERN_INFINITE)
		*min = PATTERN_INFINITE - 1;
	r->at = at + 1;
	return COUNT_TAKEN;
}

enum count_read read_count(struct reader *r, uint32_t *min, uint32_t *max)
{
	uint32_t c = read_peek(r, 0);
	if (c == '{')
		return read_braces(r, min, max);
	if (c != '*' && c != '+' && c != '?')
		return COUNT_NONE;
	r->at++;
	*min = c == '+';
	*max = c == '?' ? 1 : PATTERN_INFINITE;
	return COUNT_TAKEN;
}

static bool nothing_to_repeat(struct reader *r)
{
	uint32_t before = r->at ? r->code[r->at - 1] : 0;
	if (before == '*' || before == '+' || before == '?' || before == '}')
		return refuse(r, "a count behind a count (possessive counts are not ECMA-262)");
	if (before == '(' && read_peek(r, 0) == '*')
		return refuse(r, "`(*` is not ECMA-262 (a verb of Perl and PCRE)");
	return refuse(r, "there is nothing here to repeat");
}

/* Without `u`, lone brackets stand for themselves; where another engine would read something else, that is refused. */
static bool lone_bracket(struct reader *r, uint32_t c)
{
	uint32_t min, max;
	if (c == ']' && r->class_held_bracket)
		return refuse(r, "classes in classes (`[[:alpha:]]`, `&&[...]`) are not ECMA-262");
	if (c == '{' && read_peek(r, 1) == ',')
		return refuse(r, "`{,n}` is no count in ECMA-262: write `{0,n}`");
	if (c == '{' && read_braces(r, &min, &max) != COUNT_NONE)
		return nothing_to_repeat(r);
	if (r->unicode)
		return pattern_refuse(r->err, read_offset(r), "a lone `%c` is not allowed: write `\\%c`", (char)c,
				      (char)c);
	return true;
}

bool read_lone(struct reader *r)
{
	uint32_t c = read_peek(r, 0);
	if (c == '{' || c == '}' || c == ']')
		return lone_bracket(r, c);
	if (c == '*' || c == '+' || c == '?')
		return nothing_to_repeat(r);
	return true;
}

void read_refuse_group(struct reader *r, size_t opened)
{
	static const struct {
		const char *begins, *why;
	} kinds[] = {{">", "atomic groups"},       {"#", "comments"},      {"P", "Python's named groups"},
		     {"R", "recursion"},           {"|", "branch resets"}, {"C", "callouts"},
		     {"'", "groups named in `'`"}, {"(", "conditions"},    {"&", "recursion"},
		     {"^", "option settings"},     {"+", "recursion"}};
	uint32_t c = read_peek(r, 0);
	const char *why = "option settings such as `(?i)`";
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (c == (uint32_t)kinds[i].begins[0])
			why = kinds[i].why;
	if (c >= '0' && c <= '9')
		why = "recursion";
	pattern_refuse(r->err, opened, "%s are not ECMA-262", why);
}
