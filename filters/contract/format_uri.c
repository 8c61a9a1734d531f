#include "filters/contract/format.h"
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

static bool reference(struct str s, bool iri, bool absolute)
{
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
