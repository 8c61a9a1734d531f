/* reply: vane's own answers: problem+json for what it refuses, written like any other answer, out through the filters that
 * were entered. The exchange has the answer as data (exchange_answer); this writes it. Called by session only. */
#ifndef PROXY_REPLY_H
#define PROXY_REPLY_H

#include "proxy/session.h"

/* Runs the filters' on_response over x->answer and writes it to the client. The client's connection is kept where the
 * request's body has been read to its end (what is at hand is read here). False when it could not be written. */
bool reply_send(struct session *s) WARN_UNUSED;

/* Tells a client that waits for it to go on with its body (RFC 9110, 10.1.1), once, unless the body has begun to come.
 * A failure is noted in the flow. */
void reply_continue(struct session *s);

#endif
