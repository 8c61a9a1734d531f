/* connection: a client's connection from accept to close: what it and the backend's connection tell is handed to the
 * session's steps, what was not used is kept, reading stops and goes on, deadlines are set. The session is allocated here
 * and freed by the last close callback. Called by the worker. */
#ifndef PROXY_CONNECTION_H
#define PROXY_CONNECTION_H

#include "proxy/session.h"

/* Takes a connection that the listener has accepted, with the address it comes from, and waits for its first request. */
void connection_accept(struct worker *w, const struct listener *l, int fd, const struct sockaddr *from);
/* Ends it at once; an exchange in flight ends as CLIENT_GONE (or as what was noted in it before). May be called twice. */
void connection_close(struct session *s);
/* No further request: an idle one is closed now, others after their answer. */
void connection_drain(struct session *s);

#endif
