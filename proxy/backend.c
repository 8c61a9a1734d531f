#include "proxy/backend.h"

#include "proxy/net/digest.h"

static const struct key timeout_keys[] = {
    {.name = "connect", KEY_AT(DURATION, struct backend_timeout, connect), .normal = "1s", .min = 1,
     .about = "how long a connection may take, retries of a refused one included"},
    {.name = "response", KEY_AT(DURATION, struct backend_timeout, response), .normal = "30s", .min = 1,
     .about = "how long the backend may take to begin its answer, and between two parts of it"},
    {.name = "idle", KEY_AT(DURATION, struct backend_timeout, idle), .normal = "60s", .min = 1,
     .about = "how long an unused connection is kept"},
};

static const struct key_table timeout_table = {.name = "a backend's timeouts",
					       KEY_TABLE_OF(struct backend_timeout, timeout_keys)};

static bool check_health(struct key_reader *r, const struct node *n, void *settings)
{
	const struct backend_health *h = settings;
	if (h->path.len && h->path.at[0] == '/')
		return true;
	return diag_error(r->diag, key_place(n, "path"), "the path of a health check begins with a slash");
}

static const struct key health_keys[] = {
    {.name = "path", KEY_AT(STRING, struct backend_health, path), .required = true,
     .about = "asked for with GET; an answer of 200 to 399 is good"},
    {.name = "interval", KEY_AT(DURATION, struct backend_health, interval), .normal = "5s", .min = 10,
     .about = "between two checks of an address"},
    {.name = "timeout", KEY_AT(DURATION, struct backend_health, timeout), .normal = "2s", .min = 1,
     .about = "how long a check may take"},
    {.name = "fail", KEY_AT(INTEGER, struct backend_health, fail), .normal = "3", .min = 1, .max = 1000,
     .about = "bad checks in a row until the address is not used"},
    {.name = "rise", KEY_AT(INTEGER, struct backend_health, rise), .normal = "1", .min = 1, .max = 1000,
     .about = "good checks in a row until it is used again"},
};
static const struct key_table health_table = {.name = "health", KEY_TABLE_OF(struct backend_health, health_keys),
					      .shorthand = "path", .check = check_health};

static const struct key eject_keys[] = {
    {.name = "after", KEY_AT(INTEGER, struct backend_eject, after), .normal = "5", .min = 1, .max = 1000,
     .about = "failures in a row until an address is not used for a while, if there is another"},
    {.name = "for", KEY_AT(DURATION, struct backend_eject, during), .normal = "10s", .min = 1,
     .about = "how long it is not used"},
};
static const struct key_table eject_table = {.name = "eject", KEY_TABLE_OF(struct backend_eject, eject_keys)};

static bool check(struct key_reader *r, const struct node *n, void *settings)
{
	struct backend *b = settings;
	const struct address *at = b->addresses.at;
	if (b->addresses.count == 0)
		return diag_error(r->diag, key_place(n, "address"), "a backend needs at least one address");
	for (size_t i = 0; i < b->addresses.count; i++) {
		if (at[i].kind == ADDRESS_FD)
			return diag_error(r->diag, key_place(n, "address"), "fd: addresses are for listening only");
		if (at[i].kind == ADDRESS_UNIX && at[i].path.at[0] == '@')
			return diag_error(r->diag, key_place(n, "address"), "a backend cannot be in the abstract namespace");
		if (at[i].kind == ADDRESS_TCP && (at[i].host.len == 0 || at[i].port == 0))
			return diag_error(r->diag, key_place(n, "address"), "a backend's address needs a host and a port");
	}
	return true;
}

static const struct key backend_keys[] = {
    {.name = "address", .alias = "addresses", KEY_LIST_AT(ADDRESS, struct backend, addresses), .required = true,
     .about = "where the backend listens: host:port or unix:/path, one or a list"},
    {.name = "connections", KEY_AT(INTEGER, struct backend, connections), .normal = "64", .min = 1, .max = 65536,
     .about = "connections to all its addresses together, for each worker"},
    {.name = "queue", KEY_AT(INTEGER, struct backend, queue), .normal = "1024", .max = 1000000,
     .about = "requests that may wait for a connection; beyond it they are answered 503"},
    {.name = "timeout", KEY_AT(TABLE, struct backend, timeout), .table = &timeout_table, .about = "how long to wait for it"},
    {.name = "health", KEY_AT(TABLE, struct backend, health), .table = &health_table,
     .about = "active checks of every address; none without a path"},
    {.name = "eject", KEY_AT(TABLE, struct backend, eject), .table = &eject_table,
     .about = "when an address that fails is left alone for a while"},
    {.name = "tls", KEY_AT(TABLE, struct backend, tls), .table = &secure_client_table,
     .about = "TLS towards the backend; {} is TLS with the system's authorities"},
};

const struct key_table backend_table = {.name = "a backend",
					KEY_TABLE_OF(struct backend, backend_keys),
					.shorthand = "address",
					.check = check};

/* The contents of files count too: a renewed certificate is another backend. */
static void add_file(void *context, const char *path)
{
	struct buf *text = context;
	char hex[DIGEST_HEX];
	if (digest_file(path, hex))
		buf_add(text, str_of(hex, sizeof hex));
}

bool backend_read(const struct node *n, const char *file, struct backend *b, struct arena *arena, struct diag *d)
{
	struct key_reader reader = {.arena = arena, .diag = d};
	struct buf text = {0};
	key_defaults(&backend_table, b, arena);
	if (!key_read(&backend_table, n, b, &reader) || !secure_client_load(&b->tls, file, &b->secure, d))
		return false;
	b->conf = n;
	tree_to_json(n, &text);
	if (b->secure)
		secure_client_files(&b->tls, file, add_file, &text);
	b->text = arena_dup(arena, buf_str(&text));
	buf_free(&text);
	return true;
}

void backend_free(struct backend *b)
{
	tls_drop(b->secure);
	b->secure = NULL;
}
