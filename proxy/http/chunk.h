/* chunk: the chunked transfer coding (RFC 9112, 7.1), read strictly and without copying. The relay feeds what it has
 * read and gets back slices of it; sizes, extensions (dropped, bounded) and line ends are consumed here. Trailers are
 * checked like header fields and kept in the caller's arena for whoever passes them on; framing, routing and credential
 * fields among them are dropped (RFC 9110, 6.5.1). Embedded in a body's reader; nothing to free. An error is final. */
#ifndef PROXY_HTTP_CHUNK_H
#define PROXY_HTTP_CHUNK_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"
#include "proxy/base/field.h"

enum {
	CHUNK_EXTENSION_BYTES = 4096, /* of all chunk extensions of one body */
	CHUNK_LINE_BYTES = 512,       /* of one chunk-size line */
	CHUNK_TRAILER_BYTES = 8192,   /* of the trailer section */
	CHUNK_TRAILER_FIELDS = 64,
	CHUNK_HEAD_BYTES = 20 /* what chunk_head may write */
};

enum chunk_event {
	CHUNK_MORE, /* all of the input is consumed; feed more */
	CHUNK_DATA, /* *data is a piece of the body, a slice of the input */
	CHUNK_END,  /* the body is complete, trailers included; what is left of the input is not ours */
	CHUNK_BAD   /* not chunked coding; c->why says why; final */
};

struct chunk {
	uint64_t left;         /* bytes of the present chunk still to come */
	uint64_t total;        /* bytes of data so far */
	unsigned state;        /* of the reader */
	unsigned digits;       /* of the size, so far */
	unsigned line;         /* bytes of the present size line */
	unsigned extensions;   /* bytes of all extensions */
	unsigned scanned;      /* of the trailer section */
	unsigned trailer_size; /* bytes gathered */
	unsigned trailer_cap;
	unsigned trailer_count;
	struct arena *arena;    /* borrowed: for trailers only */
	char *trailer_bytes;    /* in the arena */
	struct field *trailers; /* in the arena, after CHUNK_END: trailer_count of them */
	const char *why;        /* after CHUNK_BAD: a short static text */
};

/* Ready for a body's first byte. The arena is used only if trailers come. */
void chunk_reset(struct chunk *c, struct arena *arena);
/* Reads a piece of `in`; *consumed says how many bytes of it. Call in a loop with the rest until CHUNK_MORE, CHUNK_END
 * or CHUNK_BAD. With CHUNK_DATA, *data (never empty) is within the consumed part. */
enum chunk_event chunk_read(struct chunk *c, struct str in, size_t *consumed, struct str *data) WARN_UNUSED;

/* Writes "<hex>\r\n" for a chunk of `size` bytes (not 0); returns its length. The data and "\r\n" follow. */
size_t chunk_head(char out[CHUNK_HEAD_BYTES], uint64_t size);
/* The end of a chunked body: the last chunk, `count` trailers, the empty line. */
void chunk_tail(struct buf *out, const struct field *trailers, size_t count);

#endif
