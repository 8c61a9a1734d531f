/* backend: where a version is served, as the configuration says it: addresses, limits, timeouts. Immutable, owned by the
 * snapshot. The connections themselves are upstream.h's pools, one for each worker and backend. */
#ifndef PROXY_BACKEND_H
#define PROXY_BACKEND_H

#include "conf/key.h"
#include "proxy/secure.h"

struct backend_timeout {
	int64_t connect;  /* ms: for a connection, retries of refused ones included */
	int64_t response; /* ms from the request's last byte to the answer's first, and between parts of it */
	int64_t idle;     /* ms that an unused connection is kept */
};

struct backend_health {
	struct str path;  /* what is asked for; empty: no active checks */
	int64_t interval; /* ms between two checks of a place */
	int64_t timeout;  /* ms for one check */
	int64_t fail;     /* bad ones in a row until the place is down */
	int64_t rise;     /* good ones in a row until it is up again */
};

struct backend_eject {
	int64_t after;  /* failures in a row */
	int64_t during; /* ms */
};

struct backend {
	unsigned version;          /* index of the version that it serves */
	struct str role;           /* "stable", "canary", or a revision's label */
	const struct node *conf;   /* what was written */
	struct str text;           /* `conf` as canonical text: pools of equal text survive a reload */
	struct key_list addresses; /* of struct address: at least one, TCP or unix */
	int64_t connections;       /* to all addresses together, for each worker */
	struct backend_timeout timeout;
	struct backend_health health;
	struct backend_eject eject;
	int64_t queue;             /* requests that may wait for a connection */
	struct secure_client tls;
	struct tls_context *secure; /* NULL: plain; held by the snapshot, and by each pool */
};

/* The row that a table of keys embeds for a backend: `backend: 127.0.0.1:9001`, a list of addresses, or a mapping. */
extern const struct key_table backend_table;
/* Reads a backend from `n`, a mapping of the configuration `file`; false after errors. backend_free is due either way. */
bool backend_read(const struct node *n, const char *file, struct backend *b, struct arena *arena, struct diag *d) WARN_UNUSED;
/* Gives back what is not in the arena. */
void backend_free(struct backend *b);

#endif
