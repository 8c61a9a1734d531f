/* session: the steps that each request of a client's connection goes through, as one room that reads from top to bottom.
 * struct session is one connection: allocated at accept and freed by the last close callback, both in connection.c, which
 * also runs the steps. While it is idle it holds no flow, no buffer, no arena. One worker's thread. */
#ifndef PROXY_SESSION_H
#define PROXY_SESSION_H

#include "proxy/flow.h"

enum {
	SESSION_ADDRESS = 46,
	SESSION_AHEAD = 64 * 1024 /* bytes of further requests that are kept while one is served */
};

/* The path of a request, from top to bottom. X(step) */
#define STEPS(X)                                                                                                       \
	X(await_head)   /* the bytes of a head, parsed as they come */                                                 \
	X(pick_chain)   /* the snapshot in force; what concerns every request */                                       \
	X(ask_filters)  /* version, deprecation, contract: on_request */                                               \
	X(gather_body)  /* only where a filter wants the whole body */                                                 \
	X(pick_backend) /* the version's pool */                                                                       \
	X(dial)         /* a connection from it */                                                                     \
	X(relay)        /* both bodies, until the answer is complete */                                                \
	X(answer)       /* our own answer, where there is one */                                                       \
	X(finish)       /* log, metrics, usage; back to await_head */

#define STEP_NUMBER(name) STEP_##name,
enum step { STEPS(STEP_NUMBER) STEP_COUNT };
#undef STEP_NUMBER

struct session {
	struct stream client;
	struct worker *worker;
	struct session *next, **link; /* among the worker's */
	struct flow *flow;            /* while there is a request; NULL when idle */
	struct timeout timer;
	struct str in;                /* bytes of the client not used yet: in `kept`, or borrowed within a callback */
	struct buf kept;              /* what had to outlive a callback */
	size_t unsent;                /* bytes that waited to go out, to either side, when the timer was set */
	uint8_t step;
	bool running, client_ended, lingering, closing;
	bool idle;                    /* counted as such */
	bool trusted;                 /* the peer's forwarding fields are believed ... */
	uint64_t trusted_by;          /* ... by the settings of the held with this number */
	uint64_t requests;
	uint8_t address_len;
	char address[SESSION_ADDRESS];
	/* connection.c's: what a backend connection tells, and what every callback ends with */
	const struct stream_events *peer_events;
	void (*go_on)(struct session *s);
};

/* The address of the client's connection, without its port; "unix" for a unix socket. */
static inline struct str session_address(const struct session *s)
{
	return str_of(s->address, s->address_len);
}

/* What the connection is to do after the steps. LINGERS: the last answer is on its way, nothing more is served. */
enum session_wish { SESSION_WAITS, SESSION_CLOSES, SESSION_LINGERS };

/* Goes through the steps until one has to wait. Not from within itself (s->running). */
enum session_wish session_run(struct session *s);
/* Ends the exchange, exactly once for each: log, metrics, usage; the backend connection goes back to its pool or is closed. */
void session_end_exchange(struct session *s);

#endif
