#include "proxy/settings.h"

static const struct key limit_keys[] = {
    {.name = "connections", KEY_AT(INTEGER, struct limits, connections), .normal = "4096", .min = 1, .max = 1000000,
     .about = "client connections of each worker; beyond it new ones wait to be accepted"},
    {.name = "header_bytes", KEY_AT(SIZE, struct limits, header_bytes), .normal = "32KiB", .min = 1024, .max = 1 << 20,
     .about = "of a head with its first line; beyond it 431"},
    {.name = "headers", KEY_AT(INTEGER, struct limits, headers), .normal = "100", .min = 1, .max = 10000,
     .about = "fields of a head; beyond it 431"},
    {.name = "target_bytes", KEY_AT(SIZE, struct limits, target_bytes), .normal = "8KiB", .min = 64, .max = 1 << 20,
     .about = "of a request target; beyond it 414"},
    {.name = "body", KEY_AT(SIZE, struct limits, body), .normal = "64MiB", .min = 1,
     .about = "of a request body; beyond it 413"},
};
static const struct key_table limit_table = {.name = "limits", KEY_TABLE_OF(struct limits, limit_keys)};

static const struct key timeout_keys[] = {
    {.name = "header", KEY_AT(DURATION, struct timeouts, header), .normal = "10s", .min = 1,
     .about = "for a request's head, from its first byte"},
    {.name = "body", KEY_AT(DURATION, struct timeouts, body), .normal = "30s", .min = 1,
     .about = "between two parts of a request's body"},
    {.name = "idle", KEY_AT(DURATION, struct timeouts, idle), .normal = "75s", .min = 1,
     .about = "that a client's connection may stay unused"},
};
static const struct key_table timeout_table = {.name = "timeouts", KEY_TABLE_OF(struct timeouts, timeout_keys)};

static const struct key drain_keys[] = {
    {.name = "delay", KEY_AT(DURATION, struct drain, delay), .normal = "5s",
     .about = "how long the listeners stay open after readiness has begun to fail"},
    {.name = "timeout", KEY_AT(DURATION, struct drain, timeout), .normal = "30s",
     .about = "how long exchanges in flight may take to end"},
};
static const struct key_table drain_table = {.name = "drain", KEY_TABLE_OF(struct drain, drain_keys)};

static bool read_workers(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	static const struct key number = {.name = "workers", .kind = KEY_INTEGER, .min = 1, .max = 256};
	(void)k;
	if (str_eq(tree_text(n), STR("auto"))) {
		*(int64_t *)field = 0;
		return true;
	}
	return key_read_value(r, &number, n, field);
}

static bool newer_format(const struct node *n, struct diag *d)
{
	uint64_t format;
	if (!str_to_u64(tree_text(n), &format) || format <= SETTINGS_FORMAT)
		return false;
	diag_error(d, tree_place(n), "this configuration is written in format %.*s; this vane reads format %d",
		   STR_ARG(tree_text(n)), SETTINGS_FORMAT);
	diag_hint(d, "it needs a newer vane");
	return true;
}

static bool read_format(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	static const struct key number = {.name = "format", .kind = KEY_INTEGER, .min = 1};
	(void)k;
	return !newer_format(n, r->diag) && key_read_value(r, &number, n, field);
}

static const struct key settings_keys[] = {
    {.name = "format", KEY_AT(CUSTOM, struct settings, format), .read = read_format, .normal = "1", .type = "1",
     .schema = "{\"anyOf\":[{\"enum\":[1,\"1\"]},{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}]}",
     .about = "the format that the configuration is written in: a vane that does not know it yet says so and reads nothing"},
    {.name = "api", KEY_AT(STRING, struct settings, api), .normal = "api", .about = "the name in logs and metrics"},
    {.name = "listen", KEY_LIST_AT(ADDRESS, struct settings, listen), .normal = ":8080",
     .about = "where clients connect: one address or a list"},
    {.name = "tls", KEY_AT(TABLE, struct settings, tls), .table = &secure_server_table,
     .about = "TLS towards clients, on every TCP address"},
    {.name = "forwarded", KEY_AT(TABLE, struct settings, forwarded), .table = &trust_table,
     .about = "what is believed and told about the client behind a peer"},
    {.name = "limits", KEY_AT(TABLE, struct settings, limits), .table = &limit_table, .about = "what a client may use"},
    {.name = "timeouts", KEY_AT(TABLE, struct settings, timeouts), .table = &timeout_table,
     .about = "how long a client is waited for"},
    {.name = "drain", KEY_AT(TABLE, struct settings, drain), .table = &drain_table, .about = "how vane stops"},
    {.name = "workers", KEY_AT(CUSTOM, struct settings, workers), .read = read_workers, .normal = "1",
     .type = "integer | auto", .schema = "{\"anyOf\":[{\"type\":[\"integer\",\"string\"],\"pattern\":\"^[0-9]+$|\\\\$\\\\{\",\"minimum\":1},"
	       "{\"const\":\"auto\"}]}",
     .about = "event loops, each on a thread of its own; auto: one for each processor"},
};
const struct key_table settings_table = {.name = "the configuration", KEY_TABLE_OF(struct settings, settings_keys)};

bool settings_format_known(const struct node *root, struct diag *d)
{
	const struct node *n = tree_get(root, STR("format"));
	return !n || !newer_format(n, d);
}

bool settings_read(const struct node *root, struct settings *s, struct arena *arena, struct diag *d)
{
	struct key_reader reader = {.arena = arena, .diag = d};
	bool good = true;
	key_defaults(&settings_table, s, arena);
	for (size_t i = 0; i < settings_table.count; i++) {
		const struct key *k = &settings_keys[i];
		const struct node *n = tree_get(root, str_from(k->name));
		if (n && !key_read_value(&reader, k, n, (char *)s + k->offset))
			good = false;
	}
	s->h1 = (struct h1_limits){.header_bytes = (size_t)s->limits.header_bytes,
				   .target_bytes = (size_t)s->limits.target_bytes,
				   .fields = (unsigned)s->limits.headers};
	return good;
}
