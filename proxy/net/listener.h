/* listener: a socket that accepts. Owned by a worker (or by the admin listener); every accepted connection is announced
 * by on_connection, which takes it with listener_accept. Not taking it pauses: libuv asks the kernel for no more until
 * it is taken, so that nothing is lost while vane is at a limit. */
#ifndef PROXY_NET_LISTENER_H
#define PROXY_NET_LISTENER_H

#include "proxy/net/dial.h"

struct listener {
	union {
		uv_handle_t handle;
		uv_stream_t any;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} h;
	struct loop *loop;
	void *owner;
	bool unix_socket;
	bool waiting; /* a connection was announced and not taken yet */
	void (*on_connection)(struct listener *l);
};

/* Binds a socket for an IP endpoint or a unix path (an old socket file nobody listens on is replaced) and returns it as a
 * file descriptor, so that several workers can each have one (SO_REUSEPORT when `shared`) and a new process can take it
 * over. A negative libuv code on failure. */
int listener_bind(const struct endpoint *e, bool shared) WARN_UNUSED;
/* Listens on a bound socket; takes the descriptor over. 0 or a negative libuv code. */
int listener_open(struct listener *l, struct loop *loop, int fd, bool unix_socket, void (*on_connection)(struct listener *l),
		  void *owner) WARN_UNUSED;
/* Takes the announced connection into `s`, which is opened by this. 0 or a negative libuv code (UV_EAGAIN: there is none). */
int listener_accept(struct listener *l, struct stream *s, const struct stream_events *on, void *owner) WARN_UNUSED;
/* Stops accepting and closes the socket. */
void listener_close(struct listener *l);

#endif
