/* h1_write: heads are never passed on as they came but written anew from struct message (RFC 9110, 7.6), into the
 * caller's buffer, with one memcpy per name and value. What concerns one connection only (Connection, Keep-Alive, TE,
 * Upgrade, Transfer-Encoding, ...) is left out and written from struct h1_out, so that framing is always what the
 * caller decided. Always HTTP/1.1. Called by the relay for both directions and by reply.c for our own answers. */
#ifndef PROXY_HTTP_H1_WRITE_H
#define PROXY_HTTP_H1_WRITE_H

#include "proxy/base/buf.h"
#include "proxy/http/message.h"

/* What the caller decides about a head that goes out; all zero is a head without a body on a kept connection. */
struct h1_out {
	struct str target;       /* of a request; at == NULL: message_origin_target, with "/" where that has no path */
	struct str authority;    /* of a request: what Host says; at == NULL: the message's own */
	uint64_t drop;           /* KNOWN_BIT()s of fields that are not passed on (because `add` replaces them) */
	const struct field *add; /* fields written behind the message's own */
	size_t add_count;
	enum framing framing; /* NONE: no framing field, except Content-Length on an answer to HEAD or a 304 */
	uint64_t length;      /* with FRAMING_LENGTH */
	bool close;           /* Connection: close */
	bool keep_alive;      /* Connection: keep-alive, for an HTTP/1.0 client that asked for it */
	bool trailers;        /* of a request: TE: trailers goes out (m->te_trailers) */
	struct str upgrade;   /* not empty: Connection: upgrade and this protocol */
};

/* The whole head of a request: request line, Host first, then the rest in its order. */
void h1_write_request(struct buf *out, const struct message *m, const struct h1_out *how);
/* The whole head of a response: m->status with m->reason (as it came, or the standard phrase where it is empty). */
void h1_write_response(struct buf *out, const struct message *m, const struct h1_out *how);

/* The same in two parts, for lines of one's own between them: everything up to the fields of `how->add`, and the rest. */
void h1_begin_request(struct buf *out, const struct message *m, const struct h1_out *how);
/* Of a response. */
void h1_begin_response(struct buf *out, const struct message *m, const struct h1_out *how);
/* Framing, Connection and the empty line, of either. */
void h1_end(struct buf *out, const struct message *m, const struct h1_out *how);

/* Its parts, for answers that have no struct message: "HTTP/1.1 404 Not Found\r\n"; "name: value\r\n"; the framing
 * field (nothing for NONE and UNTIL_CLOSE); the empty line. Names and values must be clean: see h1_clean_value. */
void h1_write_status(struct buf *out, unsigned status, struct str reason);
/* One field line. */
void h1_write_field(struct buf *out, struct str name, struct str value);
/* Content-Length or Transfer-Encoding, as the framing asks for. */
void h1_write_framing(struct buf *out, enum framing framing, uint64_t length);
/* The empty line. */
void h1_write_end(struct buf *out);

/* True where `value` may stand in a field as it is: no control characters except HTAB (RFC 9110, 5.5). For values of
 * our own that hold something from elsewhere. */
bool h1_clean_value(struct str value);
/* The standard reason phrase (RFC 9110, 15 and the IANA registry), "Unknown" for others. */
struct str h1_reason(unsigned status);

#endif
