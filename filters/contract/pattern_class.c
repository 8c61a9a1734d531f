/* Escapes and classes of pattern_read.h. */
#include "filters/contract/pattern_read.h"

enum { PROPERTIES = 1000 /* bytes of their names in one class */ };

static bool ascii(uint32_t c)
{
	return c < 0x80;
}

static bool letter(uint32_t c)
{
	return ascii(c) && ascii_alpha((char)c);
}

static bool digit(uint32_t c)
{
	return ascii(c) && ascii_digit((char)c);
}

static int hex(uint32_t c)
{
	return ascii(c) ? ascii_hex((char)c) : -1;
}

static bool one(struct reader *r, struct pattern_set *set, uint32_t code, size_t taken)
{
	pattern_set_add(set, r->arena, code, code);
	r->at += taken;
	return true;
}

/* What other engines know and ECMA-262 does not, with what to write instead. */
static const char *other_engines(uint32_t c)
{
	static const struct {
		char letter;
		const char *hint;
	} known[] = {{'A', "write `^`"},
		     {'z', "write `$`"},
		     {'Z', "write `$`"},
		     {'Q', "escape each character"},
		     {'E', "escape each character"},
		     {'h', "write `[ \\t]`"},
		     {'H', "write `[^ \\t]`"},
		     {'R', "write `(?:\\r\\n|[\\n\\r])`"},
		     {'N', "write `.`"},
		     {'a', "write `\\x07`"},
		     {'e', "write `\\x1b`"},
		     {'x', "write two hexadecimal digits, or `\\u{...}`"},
		     {'u', "write four hexadecimal digits, or `\\u{...}`"},
		     {'c', "write a letter behind it"}};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (c == (uint32_t)known[i].letter)
			return known[i].hint;
	return "write the character itself, or its code as `\\u{...}`";
}

static bool unknown_escape(struct reader *r, uint32_t c)
{
	if (c == READ_END)
		return pattern_refuse(r->err, read_offset(r), "a backslash at the end");
	if (digit(c))
		return pattern_refuse(r->err, read_offset(r), "octal escapes are not ECMA-262: write `\\x..`");
	if (letter(c))
		return pattern_refuse(r->err, read_offset(r), "`\\%c` is not ECMA-262: %s", (char)c, other_engines(c));
	return pattern_refuse(r->err, read_offset(r),
			      "this character is not to be escaped: write it without the backslash");
}

/* `count` hexadecimal digits that begin `ahead` from here; READ_END where they are not. */
static uint32_t hex_digits(const struct reader *r, size_t ahead, size_t count)
{
	uint32_t value = 0;
	for (size_t i = 0; i < count; i++) {
		int h = hex(read_peek(r, ahead + i));
		if (h < 0)
			return READ_END;
		value = value << 4 | (uint32_t)h;
	}
	return value;
}

/* \u{h...}: at the backslash. */
static bool braced(struct reader *r, struct pattern_set *set)
{
	uint32_t value = 0;
	size_t i = 3;
	for (int h; (h = hex(read_peek(r, i))) >= 0; i++) {
		value = value << 4 | (uint32_t)h;
		if (value > CODE_POINT_MAX)
			return pattern_refuse(r->err, read_offset(r), "no code point is over 10FFFF");
	}
	if (i == 3 || read_peek(r, i) != '}')
		return unknown_escape(r, 'u');
	return one(r, set, value, i + 1);
}

static bool unicode_escape(struct reader *r, struct pattern_set *set)
{
	if (r->unicode && read_peek(r, 2) == '{')
		return braced(r, set);
	uint32_t lead = hex_digits(r, 2, 4);
	if (lead == READ_END)
		return unknown_escape(r, 'u');
	if (r->unicode && lead >= 0xd800 && lead < 0xdc00 && read_peek(r, 6) == '\\' && read_peek(r, 7) == 'u') {
		uint32_t trail = hex_digits(r, 8, 4);
		if (trail != READ_END && trail >= 0xdc00 && trail < 0xe000)
			return one(r, set, 0x10000 + ((lead - 0xd800) << 10) + (trail - 0xdc00), 12);
	}
	return one(r, set, lead, 6);
}

static bool property(struct reader *r, struct pattern_set *set, bool negated)
{
	size_t offset = read_offset(r), from;
	if (read_peek(r, 2) != '{')
		return pattern_refuse(r->err, offset, "`\\p` takes a property in braces: `\\p{L}`");
	if (set->properties.len > PROPERTIES)
		return pattern_refuse(r->err, offset, "too many properties in one class");
	r->at += 3;
	from = read_offset(r);
	while (read_peek(r, 0) != '}' && read_peek(r, 0) != READ_END)
		r->at++;
	struct str text = str_of(r->source.at + from, read_offset(r) - from);
	if (!read_take(r, '}') || text.len > 60 || !pattern_set_add_property(set, r->arena, text, negated))
		return pattern_refuse(r->err, offset, "`\\p{%.*s}`: no such property in ECMA-262",
				      (int)(text.len > 60 ? 60 : text.len), text.at);
	return true;
}

static bool control(uint32_t c, uint32_t *code)
{
	static const struct {
		char letter;
		unsigned char code;
	} controls[] = {{'t', 9}, {'n', 10}, {'v', 11}, {'f', 12}, {'r', 13}};
	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
		if (c != (uint32_t)controls[i].letter)
			continue;
		*code = controls[i].code;
		return true;
	}
	return false;
}

/* Any other character behind a backslash: itself, where ECMA-262 lets it be escaped. */
static bool identity(struct reader *r, struct pattern_set *set, uint32_t c, bool in_class)
{
	bool syntax = ascii(c) && c && strchr("^$\\.*+?()[]{}|/", (int)c);
	if (c == READ_END || letter(c) || digit(c) || (r->unicode && !syntax && !(in_class && c == '-')))
		return unknown_escape(r, c);
	return one(r, set, c, 2);
}

bool read_escape(struct reader *r, struct pattern_set *set, bool in_class)
{
	uint32_t c = read_peek(r, 1), next = read_peek(r, 2), code;
	if (ascii(c) && c && strchr("dDsSwW", (int)c)) {
		pattern_set_add_class(set, r->arena, (char)c);
		r->at += 2;
		return true;
	}
	if (control(c, &code))
		return one(r, set, code, 2);
	if (c == 'c' && letter(next))
		return one(r, set, next & 31, 3);
	if (c == '0' && !digit(next))
		return one(r, set, 0, 2);
	if (c == 'b' && in_class)
		return one(r, set, 8, 2);
	if (c == 'x' && hex_digits(r, 2, 2) != READ_END)
		return one(r, set, hex_digits(r, 2, 2), 4);
	if (c == 'u')
		return unicode_escape(r, set);
	if ((c == 'p' || c == 'P') && r->unicode)
		return property(r, set, c == 'P');
	return identity(r, set, c, in_class);
}

/* One member of a class, added to it; *code is READ_END where it is a class of its own (\d). */
static bool member(struct reader *r, struct pattern_set *set, uint32_t *code)
{
	uint32_t before = set->count;
	size_t properties = set->properties.len;
	if (read_peek(r, 0) == '\\') {
		uint32_t escaped = read_peek(r, 1);
		if (!read_escape(r, set, true))
			return false;
		bool class = escaped < 0x80 && escaped && strchr("dDsSwWpP", (int)escaped);
		*code = class || set->count != before + 1 || set->properties.len != properties ? READ_END
											       : set->at[before].low;
		return true;
	}
	*code = read_peek(r, 0);
	if (*code == '[')
		r->class_held_bracket = true;
	return one(r, set, *code, 1);
}

/* Behind `low`, which is in the set already: `-high`. */
static bool range(struct reader *r, struct pattern_set *set, uint32_t low)
{
	size_t offset = read_offset(r);
	uint32_t high;
	r->at++;
	if (!member(r, set, &high))
		return false;
	if (low == READ_END || high == READ_END) {
		if (r->unicode)
			return pattern_refuse(r->err, offset, "a range cannot begin or end with a class: write `\\-`");
		pattern_set_add(set, r->arena, '-', '-');
		return true;
	}
	if (high < low)
		return pattern_refuse(r->err, offset, "this range is out of order");
	pattern_set_add(set, r->arena, low, high);
	return true;
}

bool read_class(struct reader *r, struct pattern_set *set)
{
	size_t opened = read_offset(r);
	r->at++;
	bool complement = read_take(r, '^');
	while (!read_take(r, ']')) {
		uint32_t low;
		if (read_peek(r, 0) == READ_END)
			return pattern_refuse(r->err, opened, "this class is not closed");
		if (!member(r, set, &low))
			return false;
		uint32_t next = read_peek(r, 1);
		if (read_peek(r, 0) == '-' && next != ']' && next != READ_END && !range(r, set, low))
			return false;
	}
	pattern_set_settle(set, r->arena, complement);
	return true;
}
