#include "proxy/names.h"

#include "proxy/base/check.h"
#include "proxy/base/hash.h"

#include <stdlib.h>

enum { NAME_MAX_BYTES = 128 };

struct name {
	uint64_t hash;
	struct str text;
	char bytes[];
};

void names_init(struct names *n, unsigned limit)
{
	n->slot_count = 16;
	while (n->slot_count < limit * 2)
		n->slot_count *= 2;
	n->limit = limit;
	n->slots = must_zalloc(n->slot_count, sizeof *n->slots);
	atomic_init(&n->count, 0);
	atomic_init(&n->overflowed, 0);
	CHECK(pthread_mutex_init(&n->adding, NULL) == 0);
}

void names_free(struct names *n)
{
	for (unsigned i = 0; i < n->slot_count; i++)
		free(atomic_load(&n->slots[i]));
	free(n->slots);
	pthread_mutex_destroy(&n->adding);
}

/* Where `name` is, or the free slot where it would be: a slot is never emptied, so a reader cannot miss an older one.
 */
static struct name *find(struct names *n, struct str name, uint64_t hash, unsigned *slot)
{
	for (unsigned at = (unsigned)hash & (n->slot_count - 1);; at = (at + 1) & (n->slot_count - 1)) {
		struct name *one = atomic_load_explicit(&n->slots[at], memory_order_acquire);
		*slot = at;
		if (!one || (one->hash == hash && str_eq(one->text, name)))
			return one;
	}
}

static struct name *add(struct names *n, struct str name, uint64_t hash)
{
	unsigned slot;
	struct name *one = find(n, name, hash, &slot);
	unsigned count = atomic_load_explicit(&n->count, memory_order_relaxed);
	if (one || count >= n->limit)
		return one;
	one = must_alloc(sizeof *one + name.len);
	one->hash = hash;
	if (name.len)
		memcpy(one->bytes, name.at, name.len);
	one->text = str_of(one->bytes, name.len);
	atomic_store_explicit(&n->slots[slot], one, memory_order_release);
	atomic_store_explicit(&n->count, count + 1, memory_order_relaxed);
	return one;
}

struct str names_of(struct names *n, struct str name)
{
	unsigned slot;
	name.len = name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES;
	uint64_t hash = hash_local(name);
	struct name *one = find(n, name, hash, &slot);
	if (!one && atomic_load_explicit(&n->count, memory_order_relaxed) < n->limit) {
		pthread_mutex_lock(&n->adding);
		one = add(n, name, hash);
		pthread_mutex_unlock(&n->adding);
	}
	if (one)
		return one->text;
	atomic_fetch_add_explicit(&n->overflowed, 1, memory_order_relaxed);
	return STR("_other");
}
