#include "proxy/net/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int failed(int fd)
{
	int error = uv_translate_sys_error(errno);
	if (fd >= 0)
		close(fd);
	return error;
}

/* A file left by a process that is gone would make bind fail for ever; one that somebody answers on is in use. */
static bool is_stale(const struct sockaddr_un *address, socklen_t size)
{
	struct stat st;
	if (address->sun_path[0] == '\0' || stat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool refused = fd >= 0 && connect(fd, (const struct sockaddr *)address, size) != 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return refused;
}

static int bind_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	if (length >= sizeof address.sun_path)
		return UV_ENAMETOOLONG;
	memcpy(address.sun_path, path, length + 1);
	socklen_t size = (socklen_t)sizeof address;
	if (path[0] == '@') {
		address.sun_path[0] = '\0';
		size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	}
	if (is_stale(&address, size))
		unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0)
		return failed(fd);
	return fd;
}

static int bind_ip(const struct sockaddr_storage *ip, bool shared)
{
	int on = 1, off = 0;
	int fd = socket(ip->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
	if (ip->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	socklen_t size = ip->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	if (bind(fd, (const struct sockaddr *)ip, size) != 0)
		return failed(fd);
	return fd;
}

int listener_bind(const struct endpoint *e, bool shared)
{
	return e->path[0] ? bind_unix(e->path) : bind_ip(&e->ip, shared);
}

static void announced(uv_stream_t *handle, int status)
{
	struct listener *l = handle->data;
	if (status != 0)
		return;
	l->waiting = true;
	l->on_connection(l);
}

int listener_open(struct listener *l, struct loop *loop, int fd, bool unix_socket, void (*on_connection)(struct listener *l),
		  void *owner)
{
	*l = (struct listener){.loop = loop, .owner = owner, .unix_socket = unix_socket, .on_connection = on_connection};
	int on = 1, error = unix_socket ? uv_pipe_init(&loop->uv, &l->h.pipe, 0) : uv_tcp_init(&loop->uv, &l->h.tcp);
	if (error)
		return error;
	if (!unix_socket) /* what it accepts inherits it (tcp(7) of Linux) */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	l->h.handle.data = l;
	error = unix_socket ? uv_pipe_open(&l->h.pipe, fd) : uv_tcp_open(&l->h.tcp, fd);
	if (error == 0)
		error = uv_listen(&l->h.any, BACKLOG, announced);
	if (error)
		uv_close(&l->h.handle, NULL);
	return error;
}

int listener_accept(struct listener *l, struct stream *s, const struct stream_events *on, void *owner)
{
	if (!l->waiting)
		return UV_EAGAIN;
	int error = stream_open(s, l->loop, l->unix_socket, on, owner);
	if (error)
		return error;
	l->waiting = false; /* before: taking one may announce the next within the call */
	return uv_accept(&l->h.any, &s->h.any);
}

void listener_close(struct listener *l)
{
	if (!uv_is_closing(&l->h.handle))
		uv_close(&l->h.handle, NULL);
}
