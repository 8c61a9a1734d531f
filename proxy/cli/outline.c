#include "proxy/cli/outline.h"

#include "proxy/base/clock.h"
#include "proxy/http/date.h"

static struct str text_at(const struct node *n, struct str key)
{
	return tree_text(tree_get(n, key));
}

/* ---- info.version ---- */

/* "1.4.2", "v2", "1.0-beta": up to three numbers; what follows them does not count. 0: it begins otherwise. */
static unsigned read_parts(struct str text, uint64_t part[3])
{
	unsigned parts = 0;
	if (text.len && ascii_lower(text.at[0]) == 'v')
		text = str_skip(text, 1);
	while (parts < 3 && text.len && ascii_digit(text.at[0])) {
		size_t end = 0;
		while (end < text.len && ascii_digit(text.at[end]))
			end++;
		if (end > 9 || !str_to_u64(str_head(text, end), &part[parts]))
			return 0;
		parts++;
		text = str_skip(text, end);
		if (!text.len || text.at[0] != '.')
			break;
		text = str_skip(text, 1);
	}
	return parts;
}

/* A whole date, not the time of one: "2026-01-01". */
static bool is_date(struct str text)
{
	int64_t ms;
	return text.len == 10 && text.at[4] == '-' && clock_parse(text, &ms);
}

/* ---- servers ---- */

/* The URL with its variables replaced by their defaults. */
static struct str expand(const struct node *server, struct arena *arena)
{
	struct buf out = {0};
	struct str rest = text_at(server, STR("url"));
	while (rest.len) {
		size_t open = str_find(rest, '{'), close = str_find(rest, '}');
		if (open == rest.len || close < open || close == rest.len)
			break;
		buf_add(&out, str_head(rest, open));
		struct str name = str_of(rest.at + open + 1, close - open - 1);
		buf_add(&out, text_at(tree_get(tree_get(server, STR("variables")), name), STR("default")));
		rest = str_skip(rest, close + 1);
	}
	buf_add(&out, rest);
	struct str url = arena_dup(arena, buf_str(&out));
	buf_free(&out);
	return url;
}

/* "http://host:1/v1?x" is host:1 and /v1; a relative URL has no authority. */
static struct str authority_of(struct str url, struct str *path)
{
	struct str rest = url, authority = {0};
	size_t scheme = str_search(url, STR("://"));
	if (scheme < url.len) {
		rest = str_skip(url, scheme + 3);
		authority = str_head(rest, str_find(rest, '/'));
		rest = str_skip(rest, authority.len);
	}
	*path = str_head(rest, str_find(rest, '?'));
	*path = str_head(*path, str_find(*path, '#'));
	return authority;
}

/* A backend is on this machine; any other server is more likely where clients are to go. */
static struct str backend_of(struct str url, struct str authority, struct arena *arena)
{
	struct str port = authority, host = str_cut(&port, ':');
	uint64_t number = 80;
	if (!str_starts(url, STR("http://")) || !(str_eq(host, STR("localhost")) || str_starts(host, STR("127."))) ||
	    (port.at && (!str_to_u64(port, &number) || number == 0 || number > 65535)))
		return (struct str){0};
	for (size_t i = 0; i < host.len; i++)
		if (host.at[0] != 'l' && host.at[i] != '.' && !ascii_digit(host.at[i]))
			return (struct str){0};
	return arena_printf(arena, "%.*s:%u", STR_ARG(host.at[0] == 'l' ? STR("127.0.0.1") : host), (unsigned)number);
}

static bool plain_path(struct str path)
{
	for (size_t i = 0; i < path.len; i++)
		if (!ascii_alpha(path.at[i]) && !ascii_digit(path.at[i]) && !strchr("-._~/", path.at[i]))
			return false;
	return true;
}

/* "/api/v2/" has the prefix "/api" and names v2. */
static void find_segment(struct outline *o, struct str path, struct arena *arena)
{
	struct str rest = path;
	uint64_t part[3];
	while (rest.at && !o->in_path) {
		struct str segment = str_cut(&rest, '/');
		bool named = segment.len > 1 && ascii_lower(segment.at[0]) == 'v' && read_parts(segment, part) == 1;
		for (size_t i = 1; named && i < segment.len; i++)
			named = ascii_digit(segment.at[i]);
		if (!named && !is_date(segment))
			continue;
		struct str before = str_of(path.at, (size_t)(segment.at - path.at));
		if (before.len && before.at[before.len - 1] == '/')
			before.len--;
		o->in_path = true;
		o->prefix = before.len && before.at[0] != '/' ? arena_printf(arena, "/%.*s", STR_ARG(before)) : before;
		o->name = segment;
	}
}

static void read_servers(struct outline *o, const struct node *servers, struct arena *arena)
{
	for (uint32_t i = 0; servers && servers->kind == NODE_SEQUENCE && i < servers->count; i++) {
		struct str path, url = expand(&servers->items[i], arena), authority = authority_of(url, &path);
		if (!o->server.len)
			o->server = url;
		if (!o->backend.len)
			o->backend = backend_of(url, authority, arena);
		if (!o->in_path && plain_path(path))
			find_segment(o, path, arena);
	}
}

/* ---- what is deprecated ---- */

/* A date or a time, RFC 3339 or HTTP's, as the date that a configuration has. Empty where there is none. */
static struct str date_at(struct outline *o, const struct node *n, struct str key, struct arena *arena)
{
	struct str text = text_at(n, key);
	char day[CLOCK_TEXT];
	int64_t ms, seconds;
	if (!text.len)
		return text;
	if (!clock_parse(text, &ms)) {
		if (!date_parse(text, clock_wall_ms() / 1000, &seconds)) {
			if (str_eq(key, STR("x-sunset")))
				o->bad_date = text;
			return (struct str){0};
		}
		ms = seconds * 1000;
	}
	return arena_dup(arena, str_of(day, clock_format_day(ms, day)));
}

static void read_operation(struct outline *o, struct str path, struct str method, const struct node *n, struct arena *arena)
{
	o->operation_count++;
	struct str sunset = date_at(o, n, STR("x-sunset"), arena);
	if (!tree_is_true(tree_get(n, STR("deprecated"))) && !sunset.len)
		return;
	struct outline_operation operation = {text_at(n, STR("operationId")), sunset};
	if (!operation.id.len) {
		struct str upper = arena_dup(arena, method);
		for (size_t i = 0; i < upper.len; i++)
			((char *)(uintptr_t)upper.at)[i] = (char)(upper.at[i] - 'a' + 'A');
		operation.id = arena_printf(arena, "%.*s %.*s", STR_ARG(upper), STR_ARG(path));
	}
	VEC_PUSH(&o->deprecated_operations, operation);
}

static void read_paths(struct outline *o, const struct node *paths, struct arena *arena)
{
	static const struct str methods[] = {STR_INIT("get"),     STR_INIT("put"),  STR_INIT("post"),  STR_INIT("delete"),
					     STR_INIT("options"), STR_INIT("head"), STR_INIT("patch"), STR_INIT("trace")};
	for (uint32_t i = 0; paths && paths->kind == NODE_MAPPING && i < paths->count; i++)
		for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
			const struct node *n = tree_get(&paths->members[i].value, methods[m]);
			if (n)
				read_operation(o, paths->members[i].key.text, methods[m], n, arena);
		}
}

/* Where every operation ends, the version ends with the last of them. */
static void conclude(struct outline *o)
{
	struct str last = {0};
	o->all_deprecated = o->operation_count > 0 && o->deprecated_operations.len == o->operation_count;
	for (size_t i = 0; i < o->deprecated_operations.len; i++) {
		struct str sunset = o->deprecated_operations.at[i].sunset;
		if (!sunset.len || !o->all_deprecated)
			return;
		if (str_cmp(sunset, last) > 0)
			last = sunset;
	}
	if (!o->sunset.len)
		o->sunset = last;
}

void outline_read(struct outline *o, const struct node *root, struct arena *arena)
{
	const struct node *info = tree_get(root, STR("info"));
	o->title = text_at(info, STR("title"));
	o->number = text_at(info, STR("version"));
	o->dated = is_date(o->number);
	o->parts = o->dated ? 0 : read_parts(o->number, o->part);
	read_servers(o, tree_get(root, STR("servers")), arena);
	if (!o->in_path && o->dated)
		o->name = o->number;
	else if (!o->in_path && o->parts)
		o->name = arena_printf(arena, "v%u", (unsigned)o->part[0]);
	outline_call(o, o->name);
	const struct node *places[] = {info, root};
	for (size_t i = 0; i < 2; i++) {
		if (!o->sunset.len)
			o->sunset = date_at(o, places[i], STR("x-sunset"), arena);
		if (!o->deprecated.len)
			o->deprecated = date_at(o, places[i], STR("x-deprecated"), arena);
	}
	read_paths(o, tree_get(root, STR("paths")), arena);
	conclude(o);
}

void outline_call(struct outline *o, struct str name)
{
	uint64_t major = 0;
	o->name = name;
	if (is_date(name)) {
		o->dated = true;
		o->parts = 0;
		return;
	}
	if (name.len < 2 || name.at[0] != 'v' || !str_to_u64(str_skip(name, 1), &major) || major > 999999999 ||
	    (o->parts && o->part[0] == major))
		return;
	o->dated = false;
	o->parts = 1;
	o->part[0] = major;
	o->part[1] = o->part[2] = 0;
}

void outline_free(struct outline *o)
{
	VEC_FREE(&o->deprecated_operations);
}

int outline_order(const struct outline *a, const struct outline *b)
{
	if (a->dated != b->dated)
		return a->dated ? 1 : -1;
	for (unsigned i = 0; i < 3 && !a->dated; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return str_cmp(a->name, b->name);
}
