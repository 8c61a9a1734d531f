#include "proxy/base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "vane: bug: %s does not hold at %s:%d\n", condition, file, line);
	abort();
}

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "vane: out of memory, asking for %zu bytes\n", size);
	abort();
}

void *must_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *must_zalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *must_realloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}
