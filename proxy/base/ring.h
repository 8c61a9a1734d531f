/* ring: a queue of bytes between one producing and one consuming thread, without locks. A piece is put whole or not at
 * all, so whoever puts whole lines takes whole lines. The owner embeds the struct; ring_init takes memory of a fixed
 * size (a power of two), nothing grows. Used by the log. */
#ifndef PROXY_BASE_RING_H
#define PROXY_BASE_RING_H

#include "proxy/base/str.h"

#include <stdatomic.h>

struct ring {
	char *at;
	size_t size;                      /* a power of two */
	_Alignas(64) atomic_size_t put;   /* bytes ever put; written by the producer */
	_Alignas(64) atomic_size_t taken; /* bytes ever taken; written by the consumer */
};

/* Takes memory of `size` bytes, a power of two. */
void ring_init(struct ring *r, size_t size);
/* Gives the memory back. */
void ring_free(struct ring *r);
/* Producer: copies `s` in; false when it does not fit. */
bool ring_put(struct ring *r, struct str s);
/* Consumer: what is there, as up to two pieces (the second is where it wraps). Returns the sum of their lengths. */
size_t ring_peek(const struct ring *r, struct str pieces[2]);
/* Consumer: `count` bytes of what was peeked are done with. */
void ring_take(struct ring *r, size_t count);
/* Bytes in it; exact for neither side, never too small for the producer nor too large for the consumer. */
size_t ring_used(const struct ring *r);

#endif
