/* answer: the pages of the admin port as functions from a request to bytes, without sockets: probes, metrics, the
 * status page and everything on it as JSON. What they show comes from the observatory and its facts; what they change
 * goes through the hooks of the view. Called by listener.c on the main loop, and by tests directly. */
#ifndef PROXY_ADMIN_ANSWER_H
#define PROXY_ADMIN_ANSWER_H

#include "proxy/observe.h"

/* What the admin port is about. Owned by the server. */
struct admin_view {
	struct observatory *observatory;
	/* Changes; each may be NULL (404). Returns the HTTP status (202, 409 …) and may write a text answer. */
	void *context;
	unsigned (*reload)(void *context, struct buf *text);
	unsigned (*drain)(void *context, struct buf *text);
	/* A canary's weight ("10%", "abort", "configured"), and a version's active revision (of all versions where
	 * `version` is empty). */
	unsigned (*canary)(void *context, struct str version, struct str weight, struct buf *text);
	unsigned (*revision)(void *context, struct str version, struct str label, struct buf *text);
	/* "explain a request": the answer of `vane route` for a request line and fields, as JSON; may be NULL. */
	unsigned (*explain)(void *context, struct str method, struct str target, struct buf *json);
};

struct admin_request {
	struct str method, path, query; /* of the target; query without '?' */
	struct str accept;              /* the Accept field */
	struct str last_event_id;       /* the Last-Event-ID field */
	bool authorized;                /* the bearer token was right */
};

struct admin_answer {
	unsigned status;
	const char *type;  /* Content-Type */
	const char *extra; /* further field lines, each ended with CRLF, or "" */
	struct buf body;   /* the caller frees it */
	bool stream;       /* after body the connection stays open: call admin_events for more */
	uint64_t after;    /* the sequence number that the stream has reached */
};

/* Answers a request: *a is filled in any case (404, 405, 401 … too), and its body is the caller's to free. What the
 * request changes is done when it returns, and may have closed the admin port. */
void admin_answer(const struct admin_view *v, const struct admin_request *r, struct admin_answer *a);
/* The next events behind *after as server-sent events into `out` (at most `limit`); moves *after. Returns how many. */
unsigned admin_events(const struct admin_view *v, uint64_t *after, unsigned limit, struct buf *out);

#endif
