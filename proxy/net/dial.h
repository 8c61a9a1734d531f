/* dial: from an address to a connected stream. An endpoint is an address that needs no more look-up; names are looked up
 * by resolve_start on libuv's thread pool. Embedded in whoever connects. */
#ifndef PROXY_NET_DIAL_H
#define PROXY_NET_DIAL_H

#include "proxy/net/stream.h"

/* Where to connect: an IP address and port, or a unix socket's path. */
struct endpoint {
	struct sockaddr_storage ip; /* when path is empty */
	char path[108];             /* a unix socket; a leading '@' is the abstract namespace (for listening only) */
};

/* An endpoint of a literal IPv4 or IPv6 address. False where `host` is a name (at most 255 bytes are looked at). */
bool endpoint_ip(struct endpoint *e, struct str host, uint16_t port);
/* An endpoint of a unix socket's path; false where it is too long. */
bool endpoint_unix(struct endpoint *e, struct str path);
/* Whether both lead to the same place. */
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);

/* The address in words, without port, into `text` (at least 46 bytes); its length. "unix" where it is no IP address. */
size_t address_text(const struct sockaddr *a, char *text, size_t size);

/* Connects `s` (opened, without a socket). `done` is called once, with 0 or a negative libuv code, unless the stream is
 * closed before: then with UV_ECANCELED. TCP_NODELAY is set. A code is returned where there is no socket to be had; `done`
 * is not called then. */
int dial_start(struct stream *s, const struct endpoint *e, void (*done)(struct stream *s, int error)) WARN_UNUSED;

enum { RESOLVE_MOST = 16 };

struct resolve {
	uv_getaddrinfo_t request;
	struct endpoint found[RESOLVE_MOST];
	unsigned count;
	uint16_t port;
	bool busy;
	void (*done)(struct resolve *r, int error);
};

/* Looks up the addresses of `host`; `done` is called once: with 0 and `count` endpoints, or a negative libuv code. */
int resolve_start(struct resolve *r, struct loop *l, struct str host, uint16_t port,
		  void (*done)(struct resolve *r, int error)) WARN_UNUSED;
/* Asks to stop; `done` is still called (with UV_ECANCELED where it could be stopped). */
void resolve_cancel(struct resolve *r);

#endif
