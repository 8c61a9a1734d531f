/* client: one HTTP/1.1 request to a running vane's admin port, or to a Prometheus, and its whole answer: for the verbs
 * that ask or tell a process. Blocking, with a time limit; no TLS. Parsed by the same strict reader as traffic is. */
#ifndef PROXY_CLI_CLIENT_H
#define PROXY_CLI_CLIENT_H

#include "proxy/base/buf.h"

struct client_answer {
	unsigned status;
	struct buf body; /* the caller frees it */
};

/* Sends `method path` to `address` (host:port, http://host:port with an optional path in front of `path`, unix:/path),
 * with `Authorization: Bearer` when `token` is not empty. False, with a sentence in `why`, when no whole answer came
 * within ten seconds; an answer with an error status is true. */
bool client_ask(const char *address, const char *method, struct str path, struct str token, struct client_answer *answer,
		struct buf *why) WARN_UNUSED;
/* Percent-encodes what may not stand in a query's value. */
void client_encode(struct str value, struct buf *out);

#endif
