/* session: one client connection, from accept to close, and the steps that each of its requests goes through. Allocated at
 * accept; embeds its stream; freed only by the last close callback. session_close may be called from anywhere and twice.
 * While it is idle it holds no flow, no buffer, no arena. One worker's thread. */
#ifndef PROXY_SESSION_H
#define PROXY_SESSION_H

#include "proxy/flow.h"

enum { SESSION_ADDRESS = 46 };

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
	bool trusted;                 /* the peer's forwarding fields are believed */
	uint64_t requests;
	char address[SESSION_ADDRESS];
};

/* Takes the connection that the listener announces and waits for its first request. */
void session_accept(struct worker *w, struct listener *l);
/* Ends it at once; an exchange in flight ends as CLIENT_GONE (or as what was noted in it before). */
void session_close(struct session *s);
/* No further request: idle ones close now, others after their answer. */
void session_drain(struct session *s);
/* Frees the flows that the worker keeps for reuse. */
void session_free_spare(struct worker *w);
/* The name of a step, for `vane status` and the debug log. */
const char *session_step_name(const struct session *s);

#endif
