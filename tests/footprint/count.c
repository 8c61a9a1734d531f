/* count: preloaded into vane by tests/wire/80_footprint.py; counts how often memory is asked for and given back, in the file
 * that VANE_COUNT names, which the test reads while vane runs: one number of 64 bits for each thread, in the order of their
 * first allocation. glibc only, as LD_PRELOAD is. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *p);

enum { THREADS = 64 };

static _Atomic uint64_t unseen[THREADS];
static _Atomic uint64_t *counts = unseen;
static _Atomic unsigned threads;
static _Thread_local unsigned mine; /* one more than its number; 0: none yet */

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("VANE_COUNT");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof unseen, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared != MAP_FAILED)
		counts = shared;
	if (fd >= 0)
		close(fd);
}

static void count(void)
{
	if (!mine)
		mine = atomic_fetch_add(&threads, 1) % THREADS + 1;
	atomic_fetch_add_explicit(&counts[mine - 1], 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	count();
	return __libc_realloc(old, size);
}

void free(void *p)
{
	if (p)
		count();
	__libc_free(p);
}
