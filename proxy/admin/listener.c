#include "proxy/admin/listener.h"

#include "proxy/admin/visitor.h"
#include "proxy/sockets.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BACKLOG = 64, TICK_MS = 1000, TOKEN_MAX = 4096 };

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
	if (a->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
	return false;
}

static void announce(struct admin *a, const struct address *address)
{
	struct observer *o = observe_main(a->view->observatory);
	struct sockaddr_storage name;
	int size = sizeof name;
	observe_say(o, EVENT_ADMIN_OPENED, "the admin port listens on %.*s", STR_ARG(address->text));
	if (a->unix_socket || uv_tcp_getsockname(&a->server.tcp, (struct sockaddr *)&name, &size) != 0)
		return;
	a->port = ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&name)->sin6_port
						   : ((struct sockaddr_in *)(void *)&name)->sin_port);
	if (!is_loopback((struct sockaddr *)&name))
		observe_say(
		    o, EVENT_ADMIN_EXPOSED,
		    "the admin port is not on loopback: whoever reaches %.*s sees consumers, routes and configuration",
		    STR_ARG(address->text));
}

static void on_connection(uv_stream_t *server, int status)
{
	if (status == 0)
		visitor_accept(server->data);
}

static void on_tick(uv_timer_t *timer)
{
	visitor_tick_all(timer->data);
}

static int listen_on(struct admin *a, int fd)
{
	int error;
	if (a->unix_socket) {
		uv_pipe_init(a->loop, &a->server.pipe, 0);
		error = uv_pipe_open(&a->server.pipe, fd);
	} else {
		uv_tcp_init(a->loop, &a->server.tcp);
		error = uv_tcp_open(&a->server.tcp, fd);
	}
	if (error)
		close(fd);
	a->server.any.data = a;
	return error ? error : uv_listen(&a->server.any, BACKLOG, on_connection);
}

int admin_open(struct admin **admin, uv_loop_t *loop, const struct address *address, struct str token,
	       const struct admin_view *view)
{
	struct bound bound;
	struct buf why = {0};
	*admin = NULL;
	if (!sockets_bind(address, 1, &bound, &why)) {
		log_say(observe_log(observe_main(view->observatory)), LOG_ERROR, "admin.failed", "%.*s",
			STR_ARG(buf_str(&why)));
		buf_free(&why);
		return UV_EADDRNOTAVAIL;
	}
	buf_free(&why);
	struct admin *a = must_zalloc(1, sizeof *a);
	a->loop = loop;
	a->view = view;
	a->unix_socket = bound.unix_socket;
	buf_add(&a->token, token);
	a->open_handles = 2;
	uv_timer_init(loop, &a->timer);
	a->timer.data = a;
	int error = listen_on(a, bound.fd);
	if (error) {
		admin_close(a);
		return error;
	}
	uv_timer_start(&a->timer, on_tick, TICK_MS, TICK_MS);
	announce(a, address);
	*admin = a;
	return 0;
}

unsigned admin_port(const struct admin *a)
{
	return a->port;
}

static void on_handle_closed(uv_handle_t *handle)
{
	admin_gone(handle->data);
}

void admin_close(struct admin *a)
{
	if (!a || a->closing)
		return;
	a->closing = true;
	while (a->visitors)
		visitor_close(a->visitors);
	uv_close(&a->server.handle, on_handle_closed);
	uv_close((uv_handle_t *)&a->timer, on_handle_closed);
}

bool admin_read_token(const char *file, struct buf *token)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf_reserve(token, TOKEN_MAX), TOKEN_MAX);
	if (fd >= 0)
		close(fd);
	struct str all = str_of(buf_str(token).at + token->len, n > 0 ? (size_t)n : 0);
	struct str line = str_trim(str_cut(&all, '\n'));
	while (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (line.len)
		memmove(token->at + token->len, line.at, line.len);
	token->len += line.len;
	return line.len > 0;
}
