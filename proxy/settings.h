/* settings: the keys of the configuration that concern vane as a whole: where it listens, its limits and timeouts, how it
 * drains. Plain data in the snapshot. The keys of filters, backends and observation are in their own rooms' tables. */
#ifndef PROXY_SETTINGS_H
#define PROXY_SETTINGS_H

#include "conf/key.h"
#include "proxy/http/h1_parse.h"
#include "proxy/secure.h"
#include "proxy/trust.h"

struct limits {
	int64_t connections;  /* of clients, for each worker; beyond it accepting pauses */
	int64_t header_bytes; /* of a head with its start line */
	int64_t headers;      /* fields of a head */
	int64_t target_bytes; /* of a request target */
	int64_t body;         /* of a request body */
};

struct timeouts {
	int64_t header; /* ms for a head, from its first byte */
	int64_t body;   /* ms between two parts of a request body */
	int64_t idle;   /* ms that a connection may stay unused, or a client may take nothing of its answer */
};

struct drain {
	int64_t delay;   /* ms that the listeners stay open after readiness has failed */
	int64_t timeout; /* ms that exchanges in flight may take */
};

/* The format of configurations that this vane reads: counted up when a key changes its meaning, not for new keys. */
enum { SETTINGS_FORMAT = 1 };

struct settings {
	int64_t format;
	struct str api;
	struct key_list listen; /* of struct address */
	struct secure_server tls; /* of every TCP address */
	struct trust forwarded;
	struct limits limits;
	struct timeouts timeouts;
	struct drain drain;
	int64_t workers; /* 0: one for each processor */
	struct h1_limits h1; /* the same limits as h1_parse takes them */
};

extern const struct key_table settings_table;
/* False after an error: the configuration is written in a newer format, so that what else could be said of it would only
 * mislead. */
bool settings_format_known(const struct node *root, struct diag *d) WARN_UNUSED;
/* Reads the settings from the configuration's root (other rooms' keys there are ignored). False after errors. */
bool settings_read(const struct node *root, struct settings *s, struct arena *arena, struct diag *d) WARN_UNUSED;

#endif
