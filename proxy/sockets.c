#include "proxy/sockets.h"

#include "proxy/net/listener.h"

#include <netdb.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_HANDED_OVER = 3 };

static bool failed(struct buf *why, struct str text, int error)
{
	buf_addf(why, "cannot listen on %.*s: %s", STR_ARG(text), uv_strerror(error));
	return false;
}

/* The descriptor that the service manager has handed over under this name, or -1. */
static int handed_over(struct str name)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
	struct str rest = str_from(names);
	uint64_t n, for_pid;
	if (!pid || !count || !str_to_u64(str_from(pid), &for_pid) || for_pid != (uint64_t)getpid() ||
	    !str_to_u64(str_from(count), &n))
		return -1;
	for (int fd = FIRST_HANDED_OVER; rest.at && fd < FIRST_HANDED_OVER + (int)n; fd++)
		if (str_eq(str_cut(&rest, ':'), name))
			return fd;
	return -1;
}

/* One descriptor for each worker, all of the same socket. */
static bool share(int fd, bool unix_socket, unsigned workers, struct bound *bound, struct str text, struct buf *why)
{
	for (unsigned i = 0; i < workers; i++) {
		bound[i] = (struct bound){i ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : fd, unix_socket};
		if (bound[i].fd < 0)
			return failed(why, text, uv_translate_sys_error(errno));
	}
	return true;
}

static bool bind_handed_over(const struct address *a, unsigned workers, struct bound *bound, struct buf *why)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof name;
	int fd = handed_over(a->path);
	if (fd < 0 || getsockname(fd, (struct sockaddr *)&name, &size) != 0) {
		buf_addf(why, "cannot listen on %.*s: the service manager has handed over no socket of that name (LISTEN_FDNAMES)",
			 STR_ARG(a->text));
		return false;
	}
	return share(fd, name.ss_family == AF_UNIX, workers, bound, a->text, why);
}

static bool bind_unix(const struct address *a, unsigned workers, struct bound *bound, struct buf *why)
{
	struct endpoint e;
	int fd = endpoint_unix(&e, a->path) ? listener_bind(&e, false) : UV_ENAMETOOLONG;
	return fd < 0 ? failed(why, a->text, fd) : share(fd, true, workers, bound, a->text, why);
}

/* The address to bind: a literal, every interface, or the first that a name stands for. */
static int endpoint_of(const struct address *a, struct endpoint *e)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
	char host[256], port[8];
	if (a->host.len == 0)
		return endpoint_ip(e, STR("::"), a->port) ? 0 : UV_EINVAL;
	if (endpoint_ip(e, a->host, a->port))
		return 0;
	snprintf(host, sizeof host, "%.*s", STR_ARG(a->host));
	snprintf(port, sizeof port, "%u", a->port);
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return UV_EADDRNOTAVAIL;
	*e = (struct endpoint){0};
	memcpy(&e->ip, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

static bool bind_ip(const struct address *a, unsigned workers, struct bound *bound, struct buf *why)
{
	struct endpoint e;
	int error = endpoint_of(a, &e);
	if (error)
		return failed(why, a->text, error);
	for (unsigned i = 0; i < workers; i++) {
		int fd = listener_bind(&e, workers > 1);
		if (fd == UV_EAFNOSUPPORT && a->host.len == 0 && endpoint_ip(&e, STR("0.0.0.0"), a->port))
			fd = listener_bind(&e, workers > 1); /* a machine without IPv6 */
		if (fd < 0)
			return failed(why, a->text, fd);
		bound[i] = (struct bound){fd, false};
	}
	return true;
}

bool sockets_bind(const struct address *address, unsigned workers, struct bound *bound, struct buf *why)
{
	if (address->kind == ADDRESS_FD)
		return bind_handed_over(address, workers, bound, why);
	if (address->kind == ADDRESS_UNIX)
		return bind_unix(address, workers, bound, why);
	return bind_ip(address, workers, bound, why);
}
