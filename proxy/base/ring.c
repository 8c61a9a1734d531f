#include "proxy/base/ring.h"

#include "proxy/base/check.h"

#include <stdlib.h>

void ring_init(struct ring *r, size_t size)
{
	CHECK(size && (size & (size - 1)) == 0);
	r->at = must_alloc(size);
	r->size = size;
	atomic_init(&r->put, 0);
	atomic_init(&r->taken, 0);
}

void ring_free(struct ring *r)
{
	free(r->at);
	r->at = NULL;
}

bool ring_put(struct ring *r, struct str s)
{
	size_t put = atomic_load_explicit(&r->put, memory_order_relaxed);
	size_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
	if (s.len > r->size - (put - taken))
		return false;
	size_t from = put & (r->size - 1);
	size_t first = s.len < r->size - from ? s.len : r->size - from;
	if (s.len) {
		memcpy(r->at + from, s.at, first);
		memcpy(r->at, s.at + first, s.len - first);
	}
	atomic_store_explicit(&r->put, put + s.len, memory_order_release);
	return true;
}

size_t ring_peek(const struct ring *r, struct str pieces[2])
{
	size_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	size_t there = atomic_load_explicit(&r->put, memory_order_acquire) - taken;
	size_t from = taken & (r->size - 1);
	size_t first = there < r->size - from ? there : r->size - from;
	pieces[0] = str_of(r->at + from, first);
	pieces[1] = str_of(r->at, there - first);
	return there;
}

void ring_take(struct ring *r, size_t count)
{
	size_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	CHECK(count <= atomic_load_explicit(&r->put, memory_order_relaxed) - taken);
	atomic_store_explicit(&r->taken, taken + count, memory_order_release);
}

size_t ring_used(const struct ring *r)
{
	size_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
	return atomic_load_explicit(&r->put, memory_order_acquire) - taken;
}
