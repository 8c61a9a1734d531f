/* client: one HTTP/1.1 request to a running vane's admin port, to a Prometheus, or to a backend, and its whole answer:
 * for the verbs that ask or tell a process. Blocking, with a time limit; no TLS. Parsed by the same strict reader as
 * traffic is. */
#ifndef PROXY_CLI_CLIENT_H
#define PROXY_CLI_CLIENT_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"
#include "proxy/base/field.h"

struct client_answer {
	unsigned status;
	struct buf body; /* the caller frees it */
};

/* Sends `method path` to `address` (host:port, http://host:port with an optional path in front of `path`, unix:/path),
 * with `Authorization: Bearer` when `token` is not empty. False, with a sentence in `why`, when no whole answer came
 * within ten seconds; an answer with an error status is true. */
bool client_ask(const char *address, const char *method, struct str path, struct str token,
		struct client_answer *answer, struct buf *why) WARN_UNUSED;
/* The body of a page (GET, status 200), which the caller frees whatever came of it. Otherwise as client_ask; another status
 * is no page. */
bool client_page(const char *address, struct str path, struct buf *body, struct buf *why) WARN_UNUSED;
/* Any request, and of the answer its fields too. */
struct client_request {
	struct str method, path; /* path: with its query, encoded */
	const struct field *fields;
	size_t field_count; /* framing, Connection and (where it is missing) Host are added */
	struct str body;
};
struct client_fields {
	struct arena arena; /* of the fields; the caller frees it */
	struct field *at;
	size_t count;
};
/* Sends it. `fields` is filled when true; interim answers (1xx) are passed over. Otherwise as client_ask. */
bool client_send(const char *address, const struct client_request *request, struct client_answer *answer,
		 struct client_fields *fields, struct buf *why) WARN_UNUSED;
/* Percent-encodes what may not stand in a query's value. */
void client_encode(struct str value, struct buf *out);
/* One more parameter of a query: `&name=value`, encoded. */
void client_parameter(struct buf *path, const char *name, struct str value);

#endif
