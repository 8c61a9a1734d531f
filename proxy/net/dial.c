#include "proxy/net/dial.h"

#include <netdb.h>

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

static void connected(uv_connect_t *request, int status)
{
	struct dial *d = request->data;
	d->done(d, status);
}

int dial_start(struct dial *d, struct stream *s, const struct endpoint *e, void (*done)(struct dial *d, int error))
{
	d->stream = s;
	d->done = done;
	d->request.data = d;
	if (e->path[0]) {
		uv_pipe_connect(&d->request, &s->h.pipe, e->path, connected);
		return 0;
	}
	int error = uv_tcp_connect(&d->request, &s->h.tcp, (const struct sockaddr *)&e->ip, connected);
	if (error == 0)
		uv_tcp_nodelay(&s->h.tcp, 1);
	return error;
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
