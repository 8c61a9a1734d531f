/* listener: a socket that accepts. Owned by a worker. Every connection is handed to on_connection as it is accepted; while
 * may_accept says no, connections stay with the kernel, so that nothing is lost while vane is at a limit. */
#ifndef PROXY_NET_LISTENER_H
#define PROXY_NET_LISTENER_H

#include "proxy/net/dial.h"

struct listener {
	struct source source;
	struct loop *loop;
	void *owner;
	bool unix_socket;
	bool open, paused;
	/* Whether another connection can be served; where not, listener_resume is due when one can. */
	bool (*may_accept)(struct listener *l);
	/* A connected socket, not blocking, which is the callee's, and where it comes from. */
	void (*on_connection)(struct listener *l, int fd, const struct sockaddr *from);
};

/* Binds a socket for an IP endpoint or a unix path (an old socket file nobody listens on is replaced) and returns it as a
 * file descriptor, so that several workers can each have one (SO_REUSEPORT when `shared`) and a new process can take it
 * over. A negative libuv code on failure. */
int listener_bind(const struct endpoint *e, bool shared) WARN_UNUSED;
/* Listens on a bound socket; takes the descriptor over, also on failure. `l` has its owner and callbacks. 0 or a negative libuv
 * code. */
int listener_open(struct listener *l, struct loop *loop, int fd, bool unix_socket) WARN_UNUSED;
/* Accepts again, where may_accept or the kernel had said no. Harmless otherwise. */
void listener_resume(struct listener *l);
/* Stops accepting and closes the socket. */
void listener_close(struct listener *l);

#endif
