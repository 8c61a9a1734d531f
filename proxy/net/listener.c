#include "proxy/net/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, MOST_AT_ONCE = 64 };

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

static void pause_it(struct listener *l)
{
	l->paused = true;
	loop_change(l->loop, &l->source, 0);
}

/* False: there is none at present. One that broke off before it was accepted is none, but the next may be there. */
static bool accept_one(struct listener *l)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof from;
	int fd = accept4(l->source.fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		l->on_connection(l, fd, (const struct sockaddr *)&from);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		pause_it(l);
	return fd >= 0 || errno == ECONNABORTED || errno == EINTR;
}

/* Asking once too often costs as much as accepting: where nothing else happens the loop comes round at once, and tells if
 * there are more; where much happens there are likely to be. */
static void ready(struct source *source, uint32_t events)
{
	struct listener *l = (struct listener *)((char *)source - offsetof(struct listener, source));
	(void)events;
	for (unsigned most = l->loop->batch > 1 ? MOST_AT_ONCE : 1; most && l->open && !l->paused; most--) {
		if (!l->may_accept(l))
			pause_it(l);
		else if (!accept_one(l))
			return;
	}
}

int listener_open(struct listener *l, struct loop *loop, int fd, bool unix_socket)
{
	int on = 1, error;
	l->loop = loop;
	l->unix_socket = unix_socket;
	l->source = (struct source){fd, ready};
	if (!unix_socket) /* what it accepts inherits it (tcp(7) of Linux) */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (listen(fd, BACKLOG) != 0)
		return failed(fd);
	error = loop_watch(loop, &l->source, EPOLLIN);
	if (error)
		close(fd);
	l->open = error == 0;
	return error;
}

void listener_resume(struct listener *l)
{
	if (!l->open || !l->paused)
		return;
	l->paused = false;
	loop_change(l->loop, &l->source, EPOLLIN);
}

void listener_close(struct listener *l)
{
	if (!l->open)
		return;
	l->open = false;
	loop_forget(l->loop, &l->source, true); /* another process may go on with the same socket */
	close(l->source.fd);
}
