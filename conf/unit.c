#include "conf/unit.h"

#include <inttypes.h>

struct unit {
	struct str name;
	int64_t factor;
};

/* A decimal number in front of a unit, exact: `whole` plus `part` / `scale`. */
struct number {
	uint64_t whole, part, scale;
};

static bool take_number(struct str *s, struct number *n)
{
	size_t i = 0;
	*n = (struct number){0, 0, 1};
	for (; i < s->len && ascii_digit(s->at[i]); i++) {
		if (n->whole > INT64_MAX / 10 - 1)
			return false;
		n->whole = n->whole * 10 + (uint64_t)(s->at[i] - '0');
	}
	if (i == 0)
		return false;
	if (i + 1 < s->len && s->at[i] == '.' && ascii_digit(s->at[i + 1])) {
		for (i++; i < s->len && ascii_digit(s->at[i]); i++) {
			if (n->scale >= 1000000000)
				return false;
			n->part = n->part * 10 + (uint64_t)(s->at[i] - '0');
			n->scale *= 10;
		}
	}
	*s = str_skip(*s, i);
	return true;
}

static const struct unit *take_unit(struct str *s, const struct unit *units, size_t count)
{
	size_t length = 0;
	while (length < s->len && ascii_alpha(s->at[length]))
		length++;
	for (size_t i = 0; i < count; i++) {
		if (str_eq(units[i].name, str_head(*s, length))) {
			*s = str_skip(*s, length);
			return &units[i];
		}
	}
	return NULL;
}

/* number * factor, exactly, or false where it does not come out even or does not fit. */
static bool multiply(struct number n, int64_t factor, int64_t *value)
{
	uint64_t f = (uint64_t)factor;
	if (n.part > UINT64_MAX / f || n.part * f % n.scale)
		return false;
	uint64_t rest = n.part * f / n.scale;
	if (n.whole > ((uint64_t)INT64_MAX - rest) / f)
		return false;
	*value = (int64_t)(n.whole * f + rest);
	return true;
}

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define SIZES    "B, KiB, MiB, GiB, KB, MB or GB"

static const struct unit sizes[] = {
    {STR_INIT("B"), 1},     {STR_INIT("KiB"), 1 << 10}, {STR_INIT("MiB"), 1 << 20}, {STR_INIT("GiB"), 1 << 30},
    {STR_INIT("KB"), 1000}, {STR_INIT("kB"), 1000},     {STR_INIT("MB"), 1000000},  {STR_INIT("GB"), 1000000000},
};

const char *unit_size(struct str text, int64_t *bytes)
{
	struct number n;
	int64_t value;
	if (!take_number(&text, &n))
		return "a size is expected, such as 64KiB";
	if (!text.len)
		return "a unit is missing: " SIZES;
	const struct unit *u = take_unit(&text, sizes, COUNT(sizes));
	if (!u || text.len)
		return "the unit of a size is one of " SIZES;
	if (!multiply(n, u->factor, &value))
		return "this is no whole number of bytes, or too many";
	*bytes = value;
	return NULL;
}

#define DURATIONS "ms, s, m, h, d or w"

static const struct unit durations[] = {
    {STR_INIT("w"), 604800000}, {STR_INIT("d"), 86400000}, {STR_INIT("h"), 3600000},
    {STR_INIT("m"), 60000},     {STR_INIT("s"), 1000},     {STR_INIT("ms"), 1},
};

const char *unit_duration(struct str text, int64_t *ms)
{
	struct number n;
	int64_t sum = 0, value;
	const struct unit *before = NULL;
	do {
		if (!take_number(&text, &n))
			return "a duration is expected, such as 30s";
		if (!text.len)
			return "a unit is missing: " DURATIONS;
		const struct unit *u = take_unit(&text, durations, COUNT(durations));
		if (!u)
			return "the unit of a duration is one of " DURATIONS;
		if (before && u <= before)
			return "larger units go first, each once: 1h30m";
		if (!multiply(n, u->factor, &value) || sum > INT64_MAX - value)
			return "this is no whole number of milliseconds, or too many";
		sum += value;
		before = u;
	} while (text.len);
	*ms = sum;
	return NULL;
}

const char *unit_percent(struct str text, int64_t *ppm)
{
	struct number n;
	int64_t value;
	if (!take_number(&text, &n))
		return "a share is expected, such as 5%";
	if (!text.len)
		return "a unit is missing: %";
	if (!str_eq(text, STR("%")))
		return "the unit of a share is %";
	if (n.whole > 100 || (n.whole == 100 && n.part))
		return "at most 100%";
	if (!multiply(n, UNIT_WHOLE / 100, &value))
		return "at most four decimals: 0.0001% is the smallest share";
	*ppm = value;
	return NULL;
}

static const char *parse_port(struct str text, uint16_t *port)
{
	uint64_t value;
	if (text.len > 5 || !str_to_u64(text, &value) || value > 65535)
		return "a port is a number from 0 to 65535";
	*port = (uint16_t)value;
	return NULL;
}

static bool host_is_plain(struct str host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.at[i];
		if (!ascii_digit(c) && !ascii_alpha(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return host.len <= 253;
}

/* What may stand in brackets: an IPv6 address, with a zone; whether it is one, the resolver tells. */
static bool host_is_v6(struct str host)
{
	size_t colons = 0, end = str_find(host, '%');
	for (size_t i = 0; i < end; i++) {
		colons += host.at[i] == ':';
		if (ascii_hex(host.at[i]) < 0 && host.at[i] != ':' && host.at[i] != '.')
			return false;
	}
	return colons >= 2 && host.len <= 64;
}

static const char *parse_tcp(struct str text, struct address *a)
{
	size_t close = text.len && text.at[0] == '[' ? str_find(text, ']') : 0;
	struct str rest = str_skip(text, close);
	size_t colon = close + str_find(rest, ':');
	if (close == text.len && close)
		return "the bracket is not closed: [::1]:8080";
	if (colon == text.len)
		return "a port is missing: host:port, :port, [::1]:port, unix:/path or fd:NAME";
	struct str host = str_head(text, colon);
	const char *wrong = parse_port(str_skip(text, colon + 1), &a->port);
	if (close) {
		host = str_of(text.at + 1, close - 1);
		if (colon != close + 1 || !host_is_v6(host))
			return "an IPv6 address in brackets and a port are expected: [::1]:8080";
	} else if (wrong && str_find(str_skip(text, colon + 1), ':') < text.len - colon - 1) {
		return "an IPv6 address goes in brackets: [::1]:8080";
	} else if (!host_is_plain(host)) {
		return "this is no host name; expected: host:port, :port, [::1]:port, unix:/path or fd:NAME";
	}
	a->host = host;
	a->kind = ADDRESS_TCP;
	return wrong;
}

static const char *parse_unix(struct str path, struct address *a)
{
	enum { LONGEST = 107 }; /* sun_path with its NUL, unix(7) */
	if (path.len < 2 || (path.at[0] != '/' && path.at[0] != '@' && path.at[0] != '.'))
		return "a path is expected: unix:/run/x.sock, or unix:@name";
	if (path.len > LONGEST)
		return "the path of a unix socket has at most 107 bytes";
	if (memchr(path.at, '\0', path.len))
		return "a path has no NUL";
	a->kind = ADDRESS_UNIX;
	a->path = path;
	return NULL;
}

const char *unit_address(struct str text, struct address *address)
{
	struct address a = {.text = text};
	const char *wrong;
	if (!text.len)
		return "an address is expected: host:port, :port, [::1]:port, unix:/path or fd:NAME";
	if (str_search(text, STR("://")) < text.len)
		return "an address without a scheme is expected: host:port";
	if (str_starts(text, STR("unix:"))) {
		wrong = parse_unix(str_skip(text, 5), &a);
	} else if (str_starts(text, STR("fd:"))) {
		a.kind = ADDRESS_FD;
		a.path = str_skip(text, 3);
		wrong = a.path.len && a.path.len < 256 ? NULL : "the name of a socket is expected: fd:http";
	} else {
		wrong = parse_tcp(text, &a);
	}
	if (!wrong)
		*address = a;
	return wrong;
}

/* The largest unit that divides `value`. */
static void add_even(struct buf *out, int64_t value, const struct unit *units, size_t count, const char *unit_of_zero)
{
	const struct unit *best = NULL;
	for (size_t i = 0; i < count; i++)
		if (value && value % units[i].factor == 0 && (!best || units[i].factor > best->factor))
			best = &units[i];
	if (best)
		buf_addf(out, "%" PRId64 "%.*s", value / best->factor, STR_ARG(best->name));
	else
		buf_addf(out, "%" PRId64 "%s", value, unit_of_zero);
}

void unit_add_size(struct buf *out, int64_t bytes)
{
	add_even(out, bytes, sizes, bytes % 1024 == 0 ? 4 : COUNT(sizes), "B");
}

void unit_add_duration(struct buf *out, int64_t ms)
{
	add_even(out, ms, durations, COUNT(durations), "s");
}

void unit_add_percent(struct buf *out, int64_t ppm)
{
	int64_t rest = ppm % (UNIT_WHOLE / 100);
	buf_addf(out, "%" PRId64, ppm / (UNIT_WHOLE / 100));
	if (rest) {
		buf_addf(out, ".%04" PRId64, rest);
		while (out->at[out->len - 1] == '0')
			out->len--;
	}
	buf_addc(out, '%');
}
