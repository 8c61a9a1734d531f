#include "proxy/http/start_line.h"

#include "proxy/http/host.h"
#include "proxy/http/sixteen.h"
#include "proxy/http/token.h"

static const struct fault fine = {0, NULL};

static struct fault bad(const char *why)
{
	return (struct fault){400, why};
}

struct fault start_line_bounds(struct str line, size_t target_bytes)
{
	size_t method = str_find(str_head(line, line.len < METHOD_BYTES + 1 ? line.len : METHOD_BYTES + 1), ' ');
	if (method > METHOD_BYTES)
		return (struct fault){501, "method too long"};
	if (method == line.len)
		return fine;
	struct str rest = str_skip(line, method + 1);
	if (rest.len > target_bytes && str_find(str_head(rest, target_bytes + 1), ' ') > target_bytes)
		return (struct fault){414, "target too long"};
	return fine;
}

static bool version_of(struct str text, uint8_t *minor)
{
	if (text.len != 8 || memcmp(text.at, "HTTP/1.", 7) != 0 || (text.at[7] != '0' && text.at[7] != '1'))
		return false;
	*minor = (uint8_t)(text.at[7] - '0');
	return true;
}

static bool version_other(struct str text)
{
	return text.len == 8 && memcmp(text.at, "HTTP/", 5) == 0 && ascii_digit(text.at[5]) && text.at[6] == '.' &&
	       ascii_digit(text.at[7]);
}

/* What a text begins with: how many bytes may stand in a target, where the first '?' of them is (else `clean`), and whether
 * there may be an escape among them. */
struct look {
	size_t clean, mark;
	bool escaped;
};

static struct look look(struct str text)
{
	struct look l = {text.len, text.len, false};
#ifdef __SSE2__
	for (size_t i = 0; i < text.len && l.clean == text.len; i += 16) {
		__m128i v = text.len - i >= 16 ? sixteen_at(text.at + i) : sixteen_short(str_skip(text, i));
		__m128i visible = _mm_andnot_si128(sixteen_is(v, '#'), sixteen_among(v, 0x21, 0x5e));
		unsigned wrong = ~sixteen_bits(visible) & 0xffff, marks = sixteen_bits(sixteen_is(v, '?'));
		l.escaped |= sixteen_bits(sixteen_is(v, '%')) != 0;
		if (marks && l.mark == text.len)
			l.mark = i + (size_t)__builtin_ctz(marks);
		if (wrong)
			l.clean = i + (size_t)__builtin_ctz(wrong);
	}
	l.clean = l.clean < text.len ? l.clean : text.len;
#else
	l.clean = char_span(text, CHAR_TARGET);
	l.mark = str_find(text, '?');
	l.escaped = true;
#endif
	l.mark = l.mark < l.clean ? l.mark : l.clean;
	return l;
}

static void split_query(struct message *m, struct str path_and_query, size_t mark)
{
	m->has_query = mark < path_and_query.len;
	m->path = str_head(path_and_query, mark);
	m->query = str_skip(path_and_query, m->has_query ? mark + 1 : mark);
}

static struct fault absolute_form(struct message *m)
{
	size_t scheme = str_search(m->target, STR("://"));
	struct str name = str_head(m->target, scheme);
	if (scheme == m->target.len || !(str_eq_nocase(name, STR("http")) || str_eq_nocase(name, STR("https"))))
		return bad("target is neither a path nor an http URI");
	struct str rest = str_skip(m->target, scheme + 3);
	size_t end = 0;
	while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '?')
		end++;
	m->form = TARGET_ABSOLUTE;
	m->authority = str_head(rest, end);
	rest = str_skip(rest, end);
	split_query(m, rest, str_find(rest, '?'));
	return host_valid(m->authority) ? fine : bad("bad authority in the target");
}

static struct fault authority_form(struct message *m)
{
	struct str name, port;
	m->form = TARGET_AUTHORITY;
	m->authority = m->target;
	m->path = m->query = str_skip(m->target, m->target.len);
	if (!host_valid(m->target))
		return bad("bad target for CONNECT");
	host_split(m->target, &name, &port);
	return port.len ? fine : bad("no port in the target of CONNECT");
}

static struct fault target_of(struct message *m, struct look l)
{
	struct str t = m->target;
	if (t.len == 0)
		return bad("empty target");
	if (l.clean != t.len)
		return bad("forbidden character in the target");
	if (l.escaped && !escapes_valid(t))
		return bad("bad percent escape in the target");
	if (m->method == METHOD_CONNECT)
		return authority_form(m);
	if (t.at[0] == '/') {
		m->form = TARGET_ORIGIN;
		split_query(m, t, l.mark);
		return fine;
	}
	if (!str_eq(t, STR("*")))
		return absolute_form(m);
	m->form = TARGET_ASTERISK;
	m->path = t;
	m->query = str_skip(t, 1);
	return m->method == METHOD_OPTIONS ? fine : bad("asterisk target without OPTIONS");
}

struct fault start_line_target(struct message *m)
{
	return target_of(m, look(m->target));
}

struct fault start_line_request(struct message *m, struct str line)
{
	size_t first = 0;
	while (first < line.len && line.at[first] != ' ')
		first++;
	m->method_name = str_head(line, first);
	m->method = method_of(m->method_name);
	if (m->method == METHOD_OTHER && !token_valid(m->method_name))
		return bad("bad method");
	if (first == line.len)
		return bad("bad request line");
	struct str rest = str_skip(line, first + 1);
	struct look l = look(rest);
	size_t second = l.clean;
	if (second < rest.len && rest.at[second] != ' ')
		second += str_find(str_skip(rest, second), ' ');
	if (second == rest.len)
		return bad("bad request line");
	m->target = str_head(rest, second);
	struct str version = str_skip(rest, second + 1);
	if (!version_of(version, &m->minor))
		return version_other(version) ? (struct fault){505, "HTTP version not supported"}
					      : bad("bad HTTP version");
	return target_of(m, l);
}

struct fault start_line_response(struct message *m, struct str line)
{
	static const struct fault wrong = {502, "bad status line"};
	if (line.len < 12 || !version_of(str_head(line, 8), &m->minor) || line.at[8] != ' ')
		return wrong;
	const char *code = line.at + 9;
	if (code[0] < '1' || code[0] > '5' || !ascii_digit(code[1]) || !ascii_digit(code[2]))
		return wrong;
	m->status = (unsigned)((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
	m->reason = str_skip(line, 12);
	if (m->reason.len == 0)
		return fine;
	if (m->reason.at[0] != ' ')
		return wrong;
	m->reason = str_skip(m->reason, 1);
	return fine;
}
