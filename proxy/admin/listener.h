/* listener: the admin port: a small HTTP/1.1 server on the main loop, one request per connection (Connection: close),
 * with heads up to 16 KiB and no bodies to speak of. It answers with answer.h and keeps /api/events open as server-sent
 * events. POST needs the token, compared in constant time. Bounded: 64 connections, 10 seconds for a head. */
#ifndef PROXY_ADMIN_LISTENER_H
#define PROXY_ADMIN_LISTENER_H

#include "conf/unit.h"
#include "proxy/admin/answer.h"

#include <uv.h>

struct admin;

/* Binds and listens. `token`: what POST must bring as `Authorization: Bearer …`; empty: no POST is allowed; copied.
 * `view` must outlive it. 0 and *admin, or a negative libuv code. Says in the log where it listens, and warns when that
 * is not loopback. */
int admin_open(struct admin **admin, uv_loop_t *loop, const struct address *address, struct str token,
	       const struct admin_view *view) WARN_UNUSED;
/* The port that was bound, for `listen: 127.0.0.1:0`; 0 for a unix socket. */
unsigned admin_port(const struct admin *a);
/* Stops listening and closes every connection; its memory goes when the loop has run the close callbacks. NULL is fine.
 */
void admin_close(struct admin *a);
/* Reads a token from a file: the first line, trimmed. False when it cannot be read or is empty. */
bool admin_read_token(const char *file, struct buf *token) WARN_UNUSED;

#endif
