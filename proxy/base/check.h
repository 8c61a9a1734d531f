/* check: our own bugs. CHECK stays on in every build, because a proxy that goes on with a broken invariant corrupts
 * somebody's data; it prints what was expected, with file and line, and aborts so that a core tells the rest.
 * Out of memory is treated the same way: limits on what a client may use keep it from being reached. */
#ifndef PROXY_BASE_CHECK_H
#define PROXY_BASE_CHECK_H

#include <stddef.h>

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (__builtin_expect(!(condition), 0))                                                                 \
			check_failed(#condition, __FILE__, __LINE__);                                                  \
	} while (0)

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Prints "vane: bug: <condition> at <file>:<line>" on standard error and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

/* malloc, calloc and realloc that never return NULL: they abort with a message. Freed with free(). */
void *must_alloc(size_t size);
/* `count` times `size` zero bytes; a product that overflows aborts too. */
void *must_zalloc(size_t count, size_t size);
/* `old` (NULL: nothing yet) moved to `size` bytes. */
void *must_realloc(void *old, size_t size);

#endif
