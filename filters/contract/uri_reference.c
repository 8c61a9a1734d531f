#include "filters/contract/uri_reference.h"

#include "proxy/base/buf.h"

static bool scheme_byte(char c, bool first)
{
	return ascii_alpha(c) || (!first && (ascii_digit(c) || c == '+' || c == '-' || c == '.'));
}

/* Takes a scheme off *rest; a NULL slice where it does not begin with one. */
static struct str take_scheme(struct str *rest)
{
	size_t n = 0;
	while (n < rest->len && scheme_byte(rest->at[n], n == 0))
		n++;
	if (n == 0 || n == rest->len || rest->at[n] != ':')
		return (struct str){NULL, 0};
	struct str scheme = str_head(*rest, n);
	*rest = str_skip(*rest, n + 1);
	return scheme;
}

/* Cuts *s at the first `byte`; what stands behind it, or a NULL slice. */
static struct str cut_behind(struct str *s, char byte)
{
	size_t at = str_find(*s, byte);
	if (at == s->len)
		return (struct str){NULL, 0};
	struct str behind = {s->at + at + 1, s->len - at - 1};
	s->len = at;
	return behind;
}

struct uri_reference uri_reference_parse(struct str text)
{
	struct uri_reference u = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
	if (!text.at)
		text = STR("");
	u.fragment = cut_behind(&text, '#');
	u.query = cut_behind(&text, '?');
	u.scheme = take_scheme(&text);
	if (str_starts(text, STR("//"))) {
		text = str_skip(text, 2);
		size_t end = str_find(text, '/');
		u.authority = str_head(text, end);
		text = str_skip(text, end);
	}
	u.path = text;
	return u;
}

struct str uri_reference_fragment(struct str reference)
{
	return cut_behind(&reference, '#');
}

static bool escape_at(struct str s, size_t i)
{
	return s.at[i] == '%' && i + 2 < s.len && ascii_hex(s.at[i + 1]) >= 0 && ascii_hex(s.at[i + 2]) >= 0;
}

static char escape_value(struct str s, size_t i)
{
	return (char)(ascii_hex(s.at[i + 1]) * 16 + ascii_hex(s.at[i + 2]));
}

struct str uri_reference_decode(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (escape_at(text, i)) {
			out[n++] = escape_value(text, i);
			i += 2;
		} else {
			out[n++] = text.at[i];
		}
	}
	out[n] = '\0';
	return str_of(out, n);
}

static bool unreserved(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* RFC 3986, 6.2.2.1 and 6.2.2.2. */
static void add_normal(struct buf *out, struct str s, bool lower)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!escape_at(s, i)) {
			buf_addc(out, lower ? ascii_lower(s.at[i]) : s.at[i]);
			continue;
		}
		char c = escape_value(s, i);
		if (unreserved(c))
			buf_addc(out, lower ? ascii_lower(c) : c);
		else
			buf_addf(out, "%%%02X", (unsigned char)c);
		i += 2;
	}
}

static const struct {
	struct str scheme, port;
} default_ports[] = {
    {STR_INIT("http"), STR_INIT(":80")},
    {STR_INIT("https"), STR_INIT(":443")},
    {STR_INIT("ws"), STR_INIT(":80")},
    {STR_INIT("wss"), STR_INIT(":443")},
};

/* RFC 3986, 6.2.3: "http://example.com:80" and "http://example.com:" are "http://example.com". */
static struct str without_default_port(struct str scheme, struct str authority)
{
	if (str_ends(authority, STR(":")))
		return str_head(authority, authority.len - 1);
	for (size_t i = 0; i < sizeof default_ports / sizeof *default_ports; i++)
		if (str_eq_nocase(scheme, default_ports[i].scheme) && str_ends(authority, default_ports[i].port))
			return str_head(authority, authority.len - default_ports[i].port.len);
	return authority;
}

/* Only the host is without case (RFC 3986, 3.2.2): user information keeps its own. */
static void add_authority(struct buf *out, struct str scheme, struct str authority)
{
	authority = without_default_port(scheme, authority);
	size_t at = str_find(authority, '@');
	if (at < authority.len) {
		add_normal(out, str_head(authority, at + 1), false);
		authority = str_skip(authority, at + 1);
	}
	add_normal(out, authority, true);
}

/* RFC 3986, 5.2.4, in place: keeps a leading slash, drops "." and takes one segment back for "..". */
static size_t remove_dots(char *path, size_t len)
{
	size_t out = 0, i = 0;
	bool rooted = len && path[0] == '/';
	while (i < len) {
		size_t start = i + (path[i] == '/'), end = start;
		while (end < len && path[end] != '/')
			end++;
		size_t n = end - start;
		bool dot = n == 1 && path[start] == '.', dots = n == 2 && path[start] == '.' && path[start + 1] == '.';
		if (dots)
			while (out && path[--out] != '/')
				;
		if (!dot && !dots) {
			/* A relative path stays one when its first segments cancel out. */
			size_t from = !rooted && !out ? start : i;
			memmove(path + out, path + from, end - from);
			out += end - from;
		} else if (end == len && rooted) {
			path[out++] = '/';
		}
		i = end;
	}
	return out;
}

/* RFC 3986, 5.2.3. */
static void add_merged(struct buf *out, const struct uri_reference *base, struct str path)
{
	size_t keep = base->path.len;
	while (keep && base->path.at[keep - 1] != '/')
		keep--;
	if (!keep && base->authority.at)
		buf_addc(out, '/');
	add_normal(out, str_head(base->path, keep), false);
	add_normal(out, path, false);
}

static struct uri_reference transform(const struct uri_reference *base, const struct uri_reference *r, struct buf *path)
{
	struct uri_reference t = {r->scheme, r->authority, r->path, r->query, {NULL, 0}};
	bool own_path = r->scheme.at || r->authority.at || r->path.len;
	if (!r->scheme.at) {
		t.scheme = base->scheme;
		if (!r->authority.at)
			t.authority = base->authority;
	}
	if (!own_path) {
		add_normal(path, base->path, false);
		if (!r->query.at)
			t.query = base->query;
	} else if (r->scheme.at || r->authority.at || str_starts(r->path, STR("/"))) {
		add_normal(path, r->path, false);
	} else {
		add_merged(path, base, r->path);
	}
	return t;
}

struct str uri_reference_resolve(struct arena *arena, struct str base, struct str reference)
{
	struct uri_reference b = uri_reference_parse(base), r = uri_reference_parse(reference);
	struct buf path = {0}, out = {0};
	struct uri_reference t = transform(&b, &r, &path);
	if (t.authority.at || (path.len && path.at[0] == '/') || !t.scheme.at)
		path.len = remove_dots(path.at, path.len);
	if (t.scheme.at) {
		add_normal(&out, t.scheme, true);
		buf_addc(&out, ':');
	}
	if (t.authority.at) {
		buf_add(&out, STR("//"));
		add_authority(&out, t.scheme, t.authority);
		if (!path.len && t.scheme.at)
			buf_addc(&out, '/');
	}
	buf_add(&out, buf_str(&path));
	if (t.query.at) {
		buf_addc(&out, '?');
		add_normal(&out, t.query, false);
	}
	struct str result = arena_dup(arena, buf_str(&out));
	buf_free(&path);
	buf_free(&out);
	return result;
}
