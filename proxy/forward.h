/* forward: the heads that vane sends: the request's to the backend and the answer's to the client, written anew from what
 * was parsed, with what a proxy adds: Via, X-Forwarded-*, X-Request-Id, traceparent, Date, and the fields that filters
 * asked for. Decides the framing of what goes out. Called by relay and reply. */
#ifndef PROXY_FORWARD_H
#define PROXY_FORWARD_H

#include "proxy/session.h"

/* Gives the exchange its ids: X-Request-Id (the client's where it is harmless, else a new one) and traceparent (W3C Trace
 * Context; passed on where it is valid, else a new one). */
void forward_identify(struct session *s);
/* All elements of the request's fields `id` as one list, in the exchange's arena. */
struct str forward_list(struct session *s, enum known id);
/* Counts an OPTIONS request's Max-Forwards down (RFC 9110, 7.6.2). False when it is used up: the request ends here. */
bool forward_count_down(struct exchange *x);
/* Appends the head for the backend to `out` and sets f->to_backend. */
void forward_request(struct session *s, struct buf *out);
/* Appends the head of x->response for the client to `out` and sets f->to_client, and f->client_keeps to false where the
 * connection cannot be kept after it. */
void forward_response(struct session *s, struct buf *out);
/* Appends an interim answer (1xx) to `out` (RFC 9110, 15.2). */
void forward_interim(struct session *s, struct buf *out);

#endif
