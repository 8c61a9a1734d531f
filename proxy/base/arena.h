/* arena: memory with one common end. Everything of one request (or one load of a configuration) is taken from an
 * arena and goes at once with arena_reset or arena_free; nothing is freed singly. The owner embeds the struct, zeroed
 * by arena_init. A reset keeps the first block, so that a keep-alive connection allocates nothing once warm. Single
 * allocations are aligned to 16 bytes and never fail (check.h). Not thread-safe. */
#ifndef PROXY_BASE_ARENA_H
#define PROXY_BASE_ARENA_H

#include "proxy/base/check.h"
#include "proxy/base/str.h"

#include <stdarg.h>

struct arena_block;

struct arena {
	struct arena_block *first; /* kept by a reset */
	char *at, *end;            /* where the next piece is taken: multiples of 16 bytes apart */
	size_t block_size;         /* bytes of an ordinary block */
};

/* An empty arena; takes no memory until its first use. `block_size` is rounded up to at least 256 bytes. */
void arena_init(struct arena *a, size_t block_size);
/* Where the block in use has no room left: for arena_alloc alone. */
void *arena_more(struct arena *a, size_t size);
/* `size` bytes, not cleared; valid until arena_reset or arena_free. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
	if (size >= (size_t)(a->end - a->at)) /* also before the first use */
		return arena_more(a, size);
	void *p = a->at;
	a->at += (size + 15) & ~(size_t)15;
	return p;
}
/* The piece that ends at `end` needs only what is before `from`: the rest is free again, if nothing was taken since. Both
 * are multiples of 16 bytes from the piece's begin. */
static inline void arena_give_back(struct arena *a, void *from, const void *end)
{
	if (a->at == end)
		a->at = from;
}
/* As arena_alloc, cleared: `count` things of `size` bytes. */
void *arena_zalloc(struct arena *a, size_t count, size_t size);
/* A copy of `s` in the arena, followed by a NUL that the length does not count. */
struct str arena_dup(struct arena *a, struct str s);
/* A formatted string in the arena, NUL-terminated. */
struct str arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same with a va_list. */
struct str arena_vprintf(struct arena *a, const char *format, va_list args);
/* Everything taken is gone; the first block stays for the next use. */
void arena_reset(struct arena *a);
/* Everything is gone and given back; the arena may be used again. */
void arena_free(struct arena *a);
/* Bytes held from the system, for memory accounting. */
size_t arena_held(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_zalloc((a), (count), sizeof(type)))

#endif
