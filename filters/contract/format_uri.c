#include "filters/contract/format.h"
#include "filters/contract/format_wide.h"
#include "filters/contract/punycode.h"

#define BIT(c) ((uint64_t)1 << ((c)&63))
#define DIGITS (BIT('9' + 1) - BIT('0'))
#define UPPER  (BIT('Z' + 1) - BIT('A'))
#define LOWER  (BIT('z' + 1) - BIT('a'))

/* ASCII characters: a bit for each below and from 64. */
struct chars {
	uint64_t low, high;
	bool query; /* an IRI may have private characters here */
};

/* What a component may hold beside %XX: unreserved characters, sub-delims, and more (RFC 3986, 2 and 3). */
#define PLAIN_LOW                                                                                                      \
	(DIGITS | BIT('-') | BIT('.') | BIT('!') | BIT('$') | BIT('&') | BIT('\'') | BIT('(') | BIT(')') | BIT('*') |  \
	 BIT('+') | BIT(',') | BIT(';') | BIT('='))
#define PLAIN_HIGH (UPPER | LOWER | BIT('_') | BIT('~'))

static const struct chars in_path = {PLAIN_LOW | BIT(':') | BIT('/'), PLAIN_HIGH | BIT('@'), false};
static const struct chars in_segment = {PLAIN_LOW, PLAIN_HIGH | BIT('@'), false};
static const struct chars in_query = {PLAIN_LOW | BIT(':') | BIT('/') | BIT('?'), PLAIN_HIGH | BIT('@'), true};
static const struct chars in_fragment = {PLAIN_LOW | BIT(':') | BIT('/') | BIT('?'), PLAIN_HIGH | BIT('@'), false};
static const struct chars in_userinfo = {PLAIN_LOW | BIT(':'), PLAIN_HIGH, false};
static const struct chars in_host = {PLAIN_LOW, PLAIN_HIGH, false};

static bool plain(char c, const struct chars *set)
{
	unsigned char u = (unsigned char)c;
	return u < 0x80 && ((u < 64 ? set->low : set->high) >> (u & 63) & 1);
}

static bool escaped(struct str s)
{
	return s.len >= 3 && s.at[0] == '%' && ascii_hex(s.at[1]) >= 0 && ascii_hex(s.at[2]) >= 0;
}

/* RFC 3987, 2.2: ucschar, and iprivate where a query may have it. */
static bool international(uint32_t c, bool query)
{
	if (query && ((c >= 0xe000 && c <= 0xf8ff) || (c >= 0xf0000 && (c & 0xffff) <= 0xfffd)))
		return true;
	if (c < 0x10000)
		return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) || (c >= 0xfdf0 && c <= 0xffef);
	return c < 0xf0000 && (c & 0xffff) <= 0xfffd && !(c >= 0xe0000 && c < 0xe1000);
}

static bool component(struct str s, const struct chars *set, bool iri)
{
	while (s.len) {
		if (plain(s.at[0], set))
			s = str_skip(s, 1);
		else if (escaped(s))
			s = str_skip(s, 3);
		else if (!iri || (unsigned char)s.at[0] < 0x80 || !international(utf8_next(&s), set->query))
			return false;
	}
	return true;
}

/* "v" HEX+ "." and what follows (RFC 3986, 3.2.2: IPvFuture). */
static bool future(struct str s)
{
	size_t i = 1;
	if (!s.len || ascii_lower(s.at[0]) != 'v')
		return false;
	while (i < s.len && ascii_hex(s.at[i]) >= 0)
		i++;
	if (i == 1 || i + 1 >= s.len || s.at[i] != '.')
		return false;
	for (i++; i < s.len; i++)
		if (!plain(s.at[i], &in_userinfo))
			return false;
	return true;
}

/* Takes the host off; what is left is nothing or ":" and a port. */
static bool host(struct str *rest, bool iri)
{
	if (rest->len && rest->at[0] == '[') {
		size_t end = str_find(*rest, ']');
		if (end == rest->len)
			return false;
		struct str inner = str_of(rest->at + 1, end - 1);
		*rest = str_skip(*rest, end + 1);
		return format_ipv6(inner) || future(inner);
	}
	size_t end = str_find(*rest, ':');
	struct str name = str_head(*rest, end);
	*rest = str_skip(*rest, end);
	return component(name, &in_host, iri);
}

static bool authority(struct str s, bool iri)
{
	size_t at = str_find(s, '@');
	if (at < s.len) {
		if (!component(str_head(s, at), &in_userinfo, iri))
			return false;
		s = str_skip(s, at + 1);
	}
	if (!host(&s, iri))
		return false;
	if (s.len && s.at[0] != ':')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!ascii_digit(s.at[i]))
			return false;
	return true;
}

/* Takes "scheme:" off; false where there is none. */
static bool scheme(struct str *rest)
{
	size_t i = 0;
	while (i < rest->len && (ascii_alpha(rest->at[i]) ||
				 (i && (ascii_digit(rest->at[i]) || (rest->at[i] && strchr("+-.", rest->at[i]))))))
		i++;
	if (!i || i == rest->len || rest->at[i] != ':')
		return false;
	*rest = str_skip(*rest, i + 1);
	return true;
}

/* Takes off what stands behind the first `mark`, and judges it. */
static bool take_behind(struct str *s, char mark, bool iri)
{
	size_t at = str_find(*s, mark);
	if (at == s->len)
		return true;
	struct str behind = str_skip(*s, at + 1);
	*s = str_head(*s, at);
	return component(behind, mark == '?' ? &in_query : &in_fragment, iri);
}

enum { NAME = 1, REST = 2 };

/* What may stand in a plain host name, and in a path or query, as it is. */
static const unsigned char places[256] = {
    ['!'] = REST,        ['$'] = REST,        ['&'] = REST,        ['\''] = REST,       ['('] = REST,
    [')'] = REST,        ['*'] = REST,        ['+'] = REST,        [','] = REST,        ['-'] = NAME | REST,
    ['.'] = NAME | REST, ['/'] = REST,        ['0'] = NAME | REST, ['1'] = NAME | REST, ['2'] = NAME | REST,
    ['3'] = NAME | REST, ['4'] = NAME | REST, ['5'] = NAME | REST, ['6'] = NAME | REST, ['7'] = NAME | REST,
    ['8'] = NAME | REST, ['9'] = NAME | REST, [':'] = REST,        [';'] = REST,        ['='] = REST,
    ['?'] = REST,        ['@'] = REST,        ['A'] = NAME | REST, ['B'] = NAME | REST, ['C'] = NAME | REST,
    ['D'] = NAME | REST, ['E'] = NAME | REST, ['F'] = NAME | REST, ['G'] = NAME | REST, ['H'] = NAME | REST,
    ['I'] = NAME | REST, ['J'] = NAME | REST, ['K'] = NAME | REST, ['L'] = NAME | REST, ['M'] = NAME | REST,
    ['N'] = NAME | REST, ['O'] = NAME | REST, ['P'] = NAME | REST, ['Q'] = NAME | REST, ['R'] = NAME | REST,
    ['S'] = NAME | REST, ['T'] = NAME | REST, ['U'] = NAME | REST, ['V'] = NAME | REST, ['W'] = NAME | REST,
    ['X'] = NAME | REST, ['Y'] = NAME | REST, ['Z'] = NAME | REST, ['_'] = REST,        ['a'] = NAME | REST,
    ['b'] = NAME | REST, ['c'] = NAME | REST, ['d'] = NAME | REST, ['e'] = NAME | REST, ['f'] = NAME | REST,
    ['g'] = NAME | REST, ['h'] = NAME | REST, ['i'] = NAME | REST, ['j'] = NAME | REST, ['k'] = NAME | REST,
    ['l'] = NAME | REST, ['m'] = NAME | REST, ['n'] = NAME | REST, ['o'] = NAME | REST, ['p'] = NAME | REST,
    ['q'] = NAME | REST, ['r'] = NAME | REST, ['s'] = NAME | REST, ['t'] = NAME | REST, ['u'] = NAME | REST,
    ['v'] = NAME | REST, ['w'] = NAME | REST, ['x'] = NAME | REST, ['y'] = NAME | REST, ['z'] = NAME | REST,
    ['~'] = REST,
};

/* Whether all of the sixteen characters at `p` may stand in a path or query. */
static bool are_rest(const char *p)
{
	sixteen v = sixteen_load(p);
	sixteen in = sixteen_or(sixteen_in(v, '&', ';'), sixteen_in(v, '?', 'Z'));
	in = sixteen_or(in, sixteen_or(sixteen_in(v, 'a', 'z'), sixteen_are(v, '=')));
	in = sixteen_or(in, sixteen_or(sixteen_are(v, '_'), sixteen_are(v, '~')));
	in = sixteen_or(in, sixteen_or(sixteen_are(v, '!'), sixteen_are(v, '$')));
	return sixteen_bits(in) == 0xFFFF;
}

static const char *skip(const char *at, const char *end, unsigned place)
{
	const unsigned char *p = (const unsigned char *)at;
	for (; end - (const char *)p >= 4; p += 4)
		if (!(places[p[0]] & places[p[1]] & places[p[2]] & places[p[3]] & place))
			break;
	while ((const char *)p < end && places[*p] & place)
		p++;
	return (const char *)p;
}

/* The same for a path or query, sixteen at once: the last of them may begin before `at`, where what precedes it is of a
 * URI, too. */
static bool all_rest(const char *at, const char *end)
{
	for (; end - at >= 16; at += 16)
		if (!are_rest(at))
			return false;
	return at == end || are_rest(end - 16);
}

/* Most URIs are http(s)://name/path?query, and every character stands for itself. Of those this says true; of others
 * nothing. */
static bool common(struct str s)
{
	const char *p = s.at, *end = s.at + s.len;
	if (s.len < 8 || memcmp(p, "http", 4) != 0)
		return false;
	p += 4;
	p += *p == 's';
	if (end - p < 3 || memcmp(p, "://", 3) != 0)
		return false;
	p = skip(p + 3, end, NAME);
	return p == end || (*p == '/' && (s.len < 16 ? skip(p, end, REST) == end : all_rest(p, end)));
}

static bool reference(struct str s, bool iri, bool absolute)
{
	if (common(s))
		return true;
	bool has_scheme = scheme(&s);
	if (absolute && !has_scheme)
		return false;
	if (!take_behind(&s, '#', iri) || !take_behind(&s, '?', iri))
		return false;
	if (str_starts(s, STR("//"))) {
		s = str_skip(s, 2);
		size_t end = str_find(s, '/');
		return authority(str_head(s, end), iri) && component(str_skip(s, end), &in_path, iri);
	}
	size_t first = str_find(s, '/');
	if (!has_scheme && !component(str_head(s, first), &in_segment, iri))
		return false;
	return component(s, &in_path, iri);
}

bool format_uri(struct str s)
{
	return reference(s, false, true);
}

bool format_uri_reference(struct str s)
{
	return reference(s, false, false);
}

bool format_iri(struct str s)
{
	return reference(s, true, true);
}

bool format_iri_reference(struct str s)
{
	return reference(s, true, false);
}
