/* visitor: one connection to the admin port: it reads a head, answers, lets the client see the end, and is gone; or,
 * for the stream of events, stays and is written to once a second. Owned by its struct admin, in a list; freed by its
 * close callback. Used by listener.c only. */
#ifndef PROXY_ADMIN_VISITOR_H
#define PROXY_ADMIN_VISITOR_H

#include "proxy/admin/answer.h"

#include <uv.h>

enum { VISITOR_HEAD_MAX = 16 * 1024 };

struct visitor;

struct admin {
	union {
		uv_handle_t handle;
		uv_stream_t any;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} server;
	uv_timer_t timer;
	uv_loop_t *loop;
	const struct admin_view *view;
	struct buf token;
	struct visitor *visitors;
	unsigned visitor_count, port;
	unsigned open_handles; /* its own two and one for each visitor: the last one to close frees it */
	bool unix_socket, closing;
	char read_buffer[VISITOR_HEAD_MAX]; /* what one read brings, for every visitor */
};

/* A handle of the admin's has been closed: its own two, or a visitor's. The last one frees the admin. */
void admin_gone(struct admin *a);
/* Takes the connection that was announced; refuses it when there are 64 already. */
void visitor_accept(struct admin *a);
/* Closes the connection, whatever it is doing; it is freed when the loop has closed its handle. Once is enough, more is
 * fine. */
void visitor_close(struct visitor *v);
/* Once a second: closes those whose time is over, writes new events to streams. */
void visitor_tick_all(struct admin *a);

#endif
