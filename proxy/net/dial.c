#include "proxy/net/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool c_string(char *to, size_t size, struct str s)
{
	if (s.len >= size || memchr(s.at ? s.at : "", '\0', s.len))
		return false;
	if (s.len)
		memcpy(to, s.at, s.len);
	to[s.len] = '\0';
	return true;
}

bool endpoint_ip(struct endpoint *e, struct str host, uint16_t port)
{
	char text[256];
	*e = (struct endpoint){0};
	if (!c_string(text, sizeof text, host))
		return false;
	return uv_ip4_addr(text, port, (struct sockaddr_in *)&e->ip) == 0 ||
	       uv_ip6_addr(text, port, (struct sockaddr_in6 *)&e->ip) == 0;
}

bool endpoint_unix(struct endpoint *e, struct str path)
{
	*e = (struct endpoint){0};
	return path.len > 0 && c_string(e->path, sizeof e->path, path);
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The text of an IPv4 address, as inet_ntop would write it. */
static size_t ip4_text(const uint8_t *octets, char *text)
{
	char *at = text;
	for (int i = 0; i < 4; i++) {
		unsigned n = octets[i];
		if (n >= 100)
			*at++ = (char)('0' + n / 100);
		if (n >= 10)
			*at++ = (char)('0' + n / 10 % 10);
		*at++ = (char)('0' + n % 10);
		*at++ = '.';
	}
	at[-1] = '\0';
	return (size_t)(at - 1 - text);
}

size_t address_text(const struct sockaddr *a, char *text, size_t size)
{
	if (a->sa_family == AF_INET)
		return ip4_text((const uint8_t *)&((const struct sockaddr_in *)(const void *)a)->sin_addr, text);
	if (a->sa_family != AF_INET6 || uv_ip6_name((const struct sockaddr_in6 *)(const void *)a, text, size) != 0)
		memcpy(text, "unix", 5);
	return strlen(text);
}

static int socket_for(const struct endpoint *e)
{
	int on = 1, fd = socket(e->path[0] ? AF_UNIX : e->ip.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !e->path[0])
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static int connect_to(int fd, const struct endpoint *e)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	if (!e->path[0])
		return connect(fd, (const struct sockaddr *)&e->ip,
			       e->ip.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	_Static_assert(sizeof local.sun_path == sizeof e->path, "a path that is an endpoint's is a socket's");
	memcpy(local.sun_path, e->path, sizeof e->path);
	return connect(fd, (const struct sockaddr *)&local, sizeof local);
}

int dial_start(struct stream *s, const struct endpoint *e, void (*done)(struct stream *s, int error))
{
	int fd = socket_for(e), result;
	if (fd < 0)
		return uv_translate_sys_error(errno);
	do
		result = connect_to(fd, e);
	while (result != 0 && errno == EINTR);
	s->connected = done;
	if (result == 0 || errno == EINPROGRESS) {
		result = stream_take_connecting(s, fd); /* an event tells how it went, also when it is connected already */
		if (result)
			s->connected = NULL;
		return result;
	}
	s->failed = uv_translate_sys_error(errno);
	close(fd);
	loop_later(s->loop, &s->turn);
	return 0;
}

static void resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct resolve *r = request->data;
	r->busy = false;
	r->count = 0;
	for (struct addrinfo *a = list; a && r->count < RESOLVE_MOST; a = a->ai_next) {
		struct endpoint *e = &r->found[r->count];
		if (a->ai_addrlen > sizeof e->ip)
			continue;
		*e = (struct endpoint){0};
		memcpy(&e->ip, a->ai_addr, a->ai_addrlen);
		if (a->ai_family == AF_INET)
			((struct sockaddr_in *)&e->ip)->sin_port = htons(r->port);
		else if (a->ai_family == AF_INET6)
			((struct sockaddr_in6 *)&e->ip)->sin6_port = htons(r->port);
		else
			continue;
		r->count++;
	}
	uv_freeaddrinfo(list);
	r->done(r, status == 0 && r->count == 0 ? UV_EAI_NODATA : status);
}

int resolve_start(struct resolve *r, struct loop *l, struct str host, uint16_t port,
		  void (*done)(struct resolve *r, int error))
{
	char name[256];
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	if (!c_string(name, sizeof name, host))
		return UV_EINVAL;
	r->request.data = r;
	r->port = port;
	r->done = done;
	int error = uv_getaddrinfo(&l->uv, &r->request, resolved, name, NULL, &hints);
	r->busy = error == 0;
	return error;
}

void resolve_cancel(struct resolve *r)
{
	if (r->busy)
		uv_cancel((uv_req_t *)&r->request);
}
