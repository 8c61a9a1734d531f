#include "proxy/sockets.h"

#include "proxy/base/vec.h"
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
		bound[i] = (struct bound){i ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : fd, unix_socket, NULL};
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
		bound[i] = (struct bound){fd, false, NULL};
	}
	return true;
}

/* ---- from one process to the next ---- */

struct listening {
	int fd;
	char *address; /* as the configuration has it */
	bool taken;    /* false: handed over, and not asked for yet */
};
static VEC(struct listening) all;

static void remember(int fd, struct str address, bool taken)
{
	char *copy = must_zalloc(1, address.len + 1);
	memcpy(copy, address.at, address.len);
	VEC_PUSH(&all, ((struct listening){fd, copy, taken}));
}

/* "5 :8080\n6 unix:/run/x\n": read once, when the first address is bound. */
static void read_inherited(void)
{
	struct str rest = str_from(getenv(SOCKETS_VARIABLE));
	while (rest.at && rest.len) {
		struct str line = str_cut(&rest, '\n'), number = str_cut(&line, ' ');
		uint64_t fd;
		if (line.at && str_to_u64(number, &fd) && fd >= FIRST_HANDED_OVER && fd < INT32_MAX &&
		    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0)
			remember((int)fd, line, false);
	}
	unsetenv(SOCKETS_VARIABLE);
}

static bool is_unix(int fd)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof name;
	return getsockname(fd, (struct sockaddr *)&name, &size) == 0 && name.ss_family == AF_UNIX;
}

static void add_further(struct bound *b, int fd, bool unix_socket)
{
	struct bound *further = must_zalloc(1, sizeof *further);
	*further = (struct bound){fd, unix_socket, b->next};
	b->next = further;
}

/* What the process before this one listened on at this address; how many. Every one is used, or its queue would be lost. */
static unsigned take_inherited(struct str address, unsigned workers, struct bound *bound)
{
	unsigned count = 0;
	for (size_t i = 0; i < all.len; i++) {
		struct listening *l = &all.at[i];
		if (l->taken || !str_eq(str_from(l->address), address))
			continue;
		l->taken = true;
		if (count < workers)
			bound[count] = (struct bound){l->fd, is_unix(l->fd), NULL};
		else
			add_further(&bound[count % workers], l->fd, is_unix(l->fd));
		count++;
	}
	return count;
}

/* More workers than before: they share. */
static bool share_inherited(unsigned count, unsigned workers, struct bound *bound, struct str address, struct buf *why)
{
	for (unsigned i = count; i < workers; i++) {
		bound[i] = (struct bound){fcntl(bound[i % count].fd, F_DUPFD_CLOEXEC, 0), bound[i % count].unix_socket, NULL};
		if (bound[i].fd < 0)
			return failed(why, address, uv_translate_sys_error(errno));
		remember(bound[i].fd, address, true);
	}
	return true;
}

bool sockets_bind(const struct address *address, unsigned workers, struct bound *bound, struct buf *why)
{
	if (!all.len)
		read_inherited();
	unsigned count = take_inherited(address->text, workers, bound);
	if (count)
		return share_inherited(count, workers, bound, address->text, why);
	bool good = address->kind == ADDRESS_FD	    ? bind_handed_over(address, workers, bound, why)
		    : address->kind == ADDRESS_UNIX ? bind_unix(address, workers, bound, why)
						    : bind_ip(address, workers, bound, why);
	for (unsigned i = 0; good && i < workers; i++)
		remember(bound[i].fd, address->text, true);
	return good;
}

void sockets_free_bound(struct bound *bound, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (struct bound *b = bound[i].next, *next; b; b = next) {
			next = b->next;
			free(b);
		}
}

void sockets_settle(void)
{
	size_t kept = 0;
	for (size_t i = 0; i < all.len; i++) {
		if (all.at[i].taken) {
			all.at[kept++] = all.at[i];
		} else {
			close(all.at[i].fd);
			free(all.at[i].address);
		}
	}
	all.len = kept;
}

void sockets_tell(struct buf *out)
{
	for (size_t i = 0; i < all.len; i++)
		buf_addf(out, "%d %s\n", all.at[i].fd, all.at[i].address);
}

void sockets_keep(void)
{
	for (size_t i = 0; i < all.len; i++)
		fcntl(all.at[i].fd, F_SETFD, 0);
}
