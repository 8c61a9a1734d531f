/* URI templates (RFC 6570, 2). */
#include "filters/contract/format.h"
#include "filters/contract/punycode.h"

static bool escaped(struct str s)
{
	return s.len >= 3 && s.at[0] == '%' && ascii_hex(s.at[1]) >= 0 && ascii_hex(s.at[2]) >= 0;
}

/* Takes a name: parts of letters, digits, `_` and %XX, with single dots between them. */
static bool name(struct str *s)
{
	bool after_dot = true;
	while (s->len) {
		char c = s->at[0];
		size_t width = 1;
		if (escaped(*s))
			width = 3;
		else if (c == '.' ? after_dot : !(ascii_alpha(c) || ascii_digit(c) || c == '_'))
			break;
		after_dot = c == '.';
		*s = str_skip(*s, width);
	}
	return !after_dot;
}

/* One variable with its modifier: `*`, or `:` and 1 to 9999. */
static bool variable(struct str s)
{
	if (!name(&s))
		return false;
	if (!s.len || str_eq(s, STR("*")))
		return true;
	if (s.at[0] != ':' || s.len < 2 || s.len > 5 || s.at[1] == '0')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!ascii_digit(s.at[i]))
			return false;
	return true;
}

/* The inside of { }. The operators that RFC 6570, 2.2 reserves are not accepted: nobody can expand them. */
static bool expression(struct str s)
{
	if (s.len && s.at[0] && strchr("+#./;?&", s.at[0]))
		s = str_skip(s, 1);
	if (!s.len)
		return false;
	while (s.at)
		if (!variable(str_cut(&s, ',')))
			return false;
	return true;
}

/* RFC 6570, 2.1, with erratum 6937: an apostrophe is a literal. */
static bool literal(struct str *s)
{
	unsigned char c = (unsigned char)s->at[0];
	if (c >= 0x80) {
		uint32_t code = utf8_next(s);
		return code >= 0xa0 && !(code >= 0xfdd0 && code <= 0xfdef) && (code & 0xfffe) != 0xfffe &&
		       !(code >= 0xfff0 && code <= 0xffff);
	}
	if (c == '%' ? !escaped(*s) : c <= 0x20 || c == 0x7f || strchr("\"<>\\^`{|}", c))
		return false;
	*s = str_skip(*s, c == '%' ? 3 : 1);
	return true;
}

bool format_uri_template(struct str s)
{
	while (s.len) {
		if (s.at[0] != '{') {
			if (!literal(&s))
				return false;
			continue;
		}
		size_t end = str_find(s, '}');
		if (end == s.len || !expression(str_of(s.at + 1, end - 1)))
			return false;
		s = str_skip(s, end + 1);
	}
	return true;
}
