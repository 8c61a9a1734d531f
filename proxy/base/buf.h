/* buf: bytes that grow at the end: text being written, a body being gathered. The owner embeds the struct, zeroed;
 * buf_free gives the memory back. Nothing fails (check.h): whoever gathers from outside checks a limit first.
 * Pointers into it are valid until the next addition. Not thread-safe. */
#ifndef PROXY_BASE_BUF_H
#define PROXY_BASE_BUF_H

#include "proxy/base/check.h"
#include "proxy/base/str.h"

#include <stdarg.h>

struct buf {
	char *at;
	size_t len; /* bytes in use */
	size_t cap; /* bytes held */
};

/* Room for `more` bytes behind len; returns where they go. len stays: the caller adds what it wrote. */
char *buf_reserve(struct buf *b, size_t more);
/* Adds bytes. */
void buf_add(struct buf *b, struct str s);
/* Adds formatted text (printf). */
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same with a va_list. */
void buf_vaddf(struct buf *b, const char *format, va_list args);
/* Adds a number in decimal digits. */
void buf_add_u64(struct buf *b, uint64_t value);
/* `s` as the inside of a JSON string (no quotes): escaped, and bytes that are not UTF-8 as U+FFFD (RFC 8259, 7). */
void buf_add_json(struct buf *b, struct str s);
/* How many of its first bytes stand in a JSON string as they are: most texts are copied in one piece. */
size_t json_plain(struct str s);
/* Removes the first `count` bytes (moves the rest). */
void buf_consume(struct buf *b, size_t count);
/* Gives the memory back; the buf is empty and may be used again. */
void buf_free(struct buf *b);

static inline void buf_addc(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->at, b->len};
}

#endif
