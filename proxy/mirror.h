/* mirror: copies of requests on their way to a candidate: sent after the client was served, over connections of the
 * candidate's pool, a bounded number at a time with bounded bodies, given up after a while; nobody waits for one. Owned by
 * the worker; each holds the snapshot it was ordered under. When its answer is there, or will not come, the filters judge
 * it and it is counted. */
#ifndef PROXY_MIRROR_H
#define PROXY_MIRROR_H

#include "proxy/copy.h"
#include "proxy/session.h"

/* Sends the copy that the session's exchange orders (x->copy), or drops it where enough are under way. The exchange is over,
 * and may go afterwards; its target and stamp are changed. */
void mirror_send(struct session *s);
/* Gives all up: the worker is to end. */
void mirror_stop(struct worker *w);

#endif
