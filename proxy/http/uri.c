#include "proxy/http/uri.h"

#include "proxy/http/sixteen.h"
#include "proxy/http/token.h"

/* A path is normal if it begins with a slash, has no escape of an unreserved character or in lower case, and no segment
 * that is empty, "." or "..": all of them show at a '%' or right behind a slash. */
static bool normal_escape(struct str s)
{
	if (s.len < 3)
		return true;
	int high = ascii_hex(s.at[1]), low = ascii_hex(s.at[2]);
	if (high < 0 || low < 0)
		return true;
	return !char_is((char)(high << 4 | low), CHAR_PLAIN) && s.at[1] < 'a' && s.at[2] < 'a';
}

/* What stands behind a slash: `s` may be empty at the end of the path, but not begin with a slash or a dot segment. */
static bool normal_segment(struct str s)
{
	if (s.len == 0)
		return true;
	if (s.at[0] == '/')
		return false;
	size_t dots = s.at[0] != '.' ? 0 : s.len > 1 && s.at[1] == '.' ? 2 : 1;
	return dots == 0 || (s.len > dots && s.at[dots] != '/');
}

/* Paths without an escape, and without a slash before a slash or a dot: nearly all. False says nothing. */
static bool surely_normal(struct str path)
{
#ifdef __SSE2__
	unsigned before = 0, odd = 0; /* before: whether the byte before these sixteen was a slash */
	for (size_t i = 0; i < path.len; i += 16) {
		__m128i v = path.len - i >= 16 ? sixteen_at(path.at + i) : sixteen_short(str_skip(path, i));
		unsigned slashes = sixteen_bits(sixteen_is(v, '/')), dots = sixteen_bits(sixteen_is(v, '.'));
		odd |= ((slashes << 1 | before) & (slashes | dots)) | sixteen_bits(sixteen_is(v, '%'));
		before = slashes >> 15;
	}
	return !odd && path.len && path.at[0] == '/';
#else
	(void)path;
	return false;
#endif
}

static bool normal(struct str path)
{
	if (surely_normal(path))
		return true;
	if (path.len == 0 || path.at[0] != '/' || !normal_segment(str_skip(path, 1)))
		return false;
	for (size_t i = 1; i < path.len; i++) {
		char c = path.at[i];
		if (c > '/' || (c != '/' && c != '%')) /* nearly all */
			continue;
		struct str rest = str_of(path.at + i, path.len - i);
		if (c == '/' ? !normal_segment(str_skip(rest, 1)) : !normal_escape(rest))
			return false;
	}
	return true;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 0x20) : c;
}

/* Decodes what is unreserved, writes other escapes in upper case; returns the length written. */
static size_t plain_copy(char *to, struct str path)
{
	size_t len = 0;
	for (size_t i = 0; i < path.len; i++) {
		int high = path.at[i] == '%' && i + 2 < path.len ? ascii_hex(path.at[i + 1]) : -1;
		int low = high >= 0 ? ascii_hex(path.at[i + 2]) : -1;
		if (low < 0) {
			to[len++] = path.at[i];
			continue;
		}
		char byte = (char)(high << 4 | low);
		if (char_is(byte, CHAR_PLAIN)) {
			to[len++] = byte;
		} else {
			to[len++] = '%';
			to[len++] = upper(path.at[i + 1]);
			to[len++] = upper(path.at[i + 2]);
		}
		i += 2;
	}
	return len;
}

/* Removes the last segment of out[0, len), and the slash before it. */
static size_t step_up(const char *out, size_t len)
{
	while (len > 0 && out[len - 1] != '/')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* Rewrites text[0, len) in place without empty and dot segments (RFC 3986, 5.2.4); returns the new length. A path that
 * ends in a slash or a dot segment keeps a slash at its end. */
static size_t remove_segments(char *text, size_t len)
{
	size_t out = 0, i = 0;
	bool open = false;
	while (i < len) {
		if (text[i] == '/') {
			open = true;
			i++;
			continue;
		}
		size_t end = i;
		while (end < len && text[end] != '/')
			end++;
		size_t size = end - i;
		bool dots = text[i] == '.' && (size == 1 || (size == 2 && text[i + 1] == '.'));
		open = dots;
		if (dots && size == 2)
			out = step_up(text, out);
		if (!dots) {
			text[out++] = '/';
			memmove(text + out, text + i, size);
			out += size;
		}
		i = end;
	}
	if (open || out == 0)
		text[out++] = '/';
	return out;
}

struct str uri_normalise(struct str path, struct arena *arena, bool *changed)
{
	bool same = normal(path) || str_eq(path, STR("*"));
	if (changed)
		*changed = !same;
	if (same)
		return path;
	char *text = arena_alloc(arena, path.len + 2);
	text[0] = '/';
	size_t lead = path.len && path.at[0] == '/' ? 0 : 1;
	size_t len = lead + plain_copy(text + lead, path);
	return str_of(text, remove_segments(text, len));
}

bool uri_query_next(struct str *rest, struct str *name, struct str *value)
{
	while (rest->at) {
		struct str piece = str_cut(rest, '&');
		if (piece.len == 0)
			continue;
		*value = piece;
		*name = str_cut(value, '=');
		return true;
	}
	return false;
}

struct str uri_decode(struct str s, bool plus, struct arena *arena)
{
	if (str_find(s, '%') == s.len && (!plus || str_find(s, '+') == s.len))
		return s;
	char *text = arena_alloc(arena, s.len);
	size_t len = 0;
	for (size_t i = 0; i < s.len; i++) {
		int high = s.at[i] == '%' && i + 2 < s.len ? ascii_hex(s.at[i + 1]) : -1;
		int low = high >= 0 ? ascii_hex(s.at[i + 2]) : -1;
		if (low >= 0) {
			text[len++] = (char)(high << 4 | low);
			i += 2;
		} else {
			text[len++] = plus && s.at[i] == '+' ? ' ' : s.at[i];
		}
	}
	return str_of(text, len);
}
