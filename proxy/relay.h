/* relay: the only duplex room: two pumps that carry bodies between client and backend, each as it comes, each stopping its
 * source while its sink has bytes queued. What a filter wants whole is gathered before it goes on; what it wants in parts
 * is shown to it while it passes. Neither closes anything: what went wrong is noted in the flow (`broken`, `failed`), and
 * the session decides. Called by session only. */
#ifndef PROXY_RELAY_H
#define PROXY_RELAY_H

#include "proxy/session.h"

/* Gathers the request's body from s->in as far as it is there. True when that is over: the body is complete and was
 * judged, or gathering was given up; or an answer of our own is set, or the flow is broken. */
bool relay_gather_request(struct session *s);
/* Sends the request's head and what there is of its body to the backend. */
void relay_request(struct session *s);
/* Takes f->peer_in: the answer's head, its body, and passes them to the client as the filters allow. */
void relay_response(struct session *s);
/* What is still needed of the answer's head when the backend's callback ends: f->loose_head into the exchange's memory. */
void relay_keep_head(struct flow *f);
/* The backend has ended its side (f->peer_ended): the answer is complete, or broken. */
void relay_response_ended(struct session *s);
/* The source of a pump may go on because its sink has drained. */
void relay_resume(struct session *s);
/* A tunnel's bytes, both ways. */
void relay_tunnel_to_backend(struct session *s);
/* The other way, from the backend. */
void relay_tunnel_to_client(struct session *s);

#endif
