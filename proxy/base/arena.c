#include "proxy/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data, a multiple of 16 */
	_Alignas(16) char data[];
};

enum { ALIGN = 16, SMALLEST = 256 };

static size_t aligned(size_t size)
{
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void arena_init(struct arena *a, size_t block_size)
{
	*a = (struct arena){.block_size = block_size < SMALLEST ? SMALLEST : aligned(block_size)};
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b = must_alloc(sizeof *b + size);
	b->next = NULL;
	b->size = size;
	return b;
}

/* Pieces are taken from `b` now, behind its first `used` bytes. */
static void use(struct arena *a, struct arena_block *b, size_t used)
{
	a->at = b->data + used;
	a->end = b->data + b->size;
}

void *arena_more(struct arena *a, size_t size)
{
	CHECK(size <= SIZE_MAX / 2);
	size = aligned(size);
	if (a->first && (size_t)(a->end - a->at) >= size) { /* the last piece of the block */
		void *p = a->at;
		a->at += size;
		return p;
	}
	struct arena_block *b = block_new(size > a->block_size ? size : a->block_size);
	if (!a->first) {
		a->first = b;
		use(a, b, size);
		return b->data;
	}
	b->next = a->first->next;
	a->first->next = b;
	if (size <= a->block_size / 2) /* a large piece must not waste the rest of the block in use */
		use(a, b, size);
	return b->data;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
	CHECK(size == 0 || count <= SIZE_MAX / 2 / size);
	void *p = arena_alloc(a, count * size);
	memset(p, 0, count * size);
	return p;
}

struct str arena_dup(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + 1);
	if (s.len)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return str_of(copy, s.len);
}

struct str arena_vprintf(struct arena *a, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	CHECK(length >= 0);
	char *text = arena_alloc(a, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return str_of(text, (size_t)length);
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str s = arena_vprintf(a, format, args);
	va_end(args);
	return s;
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	if (!a->first)
		return;
	free_blocks(a->first->next);
	a->first->next = NULL;
	use(a, a->first, 0);
}

void arena_free(struct arena *a)
{
	free_blocks(a->first);
	a->first = NULL;
	a->at = a->end = NULL;
}

size_t arena_held(const struct arena *a)
{
	size_t sum = 0;
	for (const struct arena_block *b = a->first; b; b = b->next)
		sum += sizeof *b + b->size;
	return sum;
}
