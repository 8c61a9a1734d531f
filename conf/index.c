#include "conf/index.h"

#include "proxy/base/check.h"
#include "proxy/base/hash.h"

#include <stdlib.h>

struct index_slot {
	struct str word;
	uint64_t hash; /* 0: an empty slot */
	uint32_t number;
};

enum { SMALLEST = 64 };

static struct index_slot *probe(const struct index *x, struct str word, uint64_t hash)
{
	size_t at = (size_t)(hash >> 1) & (x->size - 1);
	while (x->slots[at].hash && (x->slots[at].hash != hash || !str_eq(x->slots[at].word, word)))
		at = (at + 1) & (x->size - 1);
	return &x->slots[at];
}

static void grow(struct index *x)
{
	struct index bigger = {.used = x->used, .size = x->size ? x->size * 2 : SMALLEST};
	bigger.slots = must_zalloc(bigger.size, sizeof *bigger.slots);
	for (size_t i = 0; i < x->size; i++)
		if (x->slots[i].hash)
			*probe(&bigger, x->slots[i].word, x->slots[i].hash) = x->slots[i];
	free(x->slots);
	*x = bigger;
}

uint32_t *index_at(struct index *x, struct str word)
{
	uint64_t hash = hash_local(word) | 1;
	if ((x->used + 1) * 2 > x->size)
		grow(x);
	struct index_slot *slot = probe(x, word, hash);
	if (!slot->hash) {
		*slot = (struct index_slot){word, hash, INDEX_NONE};
		x->used++;
	}
	return &slot->number;
}

void index_clear(struct index *x, size_t count)
{
	size_t size = SMALLEST;
	while (size < count * 2)
		size *= 2;
	if (size == x->size) {
		memset(x->slots, 0, size * sizeof *x->slots);
	} else {
		free(x->slots);
		x->slots = must_zalloc(size, sizeof *x->slots);
		x->size = size;
	}
	x->used = 0;
}

void index_free(struct index *x)
{
	free(x->slots);
	*x = (struct index){0};
}
