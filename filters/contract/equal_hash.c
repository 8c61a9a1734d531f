/* Hashes of values that agree with tape_equal, and what is done with them: uniqueItems. */
#include "filters/contract/equal.h"

#include "proxy/base/check.h"
#include "proxy/base/decimal.h"
#include "proxy/base/hash.h"

#include <stdlib.h>

enum { LEVELS = 32, COMPARED = 8 };

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t words[2] = {a, b};
	return hash_local(str_of((const char *)words, sizeof words));
}

static uint64_t hash_scalar(const struct tape *t, const struct json_token *k)
{
	if (k->kind == JSON_STRING)
		return mix(JSON_STRING, hash_local(tape_string(t, k)));
	if (k->kind != JSON_NUMBER)
		return mix(k->kind, 0);
	struct decimal d = decimal_of(tape_lexeme(t, k));
	return mix(JSON_NUMBER, decimal_hash(&d));
}

/* An open container and the hash of its children so far. */
struct level {
	uint64_t sum;
	uint32_t open;
};

/* Adds the hash of a child, which ends before token `next`: of an object's members the order does not matter. */
static void add(const struct tape *t, struct level *to, uint32_t child, uint64_t hash)
{
	if (t->token[to->open].kind == JSON_ARRAY)
		to->sum = mix(to->sum, hash);
	else
		to->sum += mix(hash_local(tape_string(t, &t->token[child - 1])), hash);
}

uint64_t tape_hash(const struct tape *t, uint32_t index)
{
	struct level first[LEVELS], *open = first;
	size_t count = 0, capacity = LEVELS;
	uint32_t i = index;
	uint64_t hash = 0;
	do {
		const struct json_token *k = &t->token[i];
		if (k->kind == JSON_STRING && k->flags & JSON_KEY)
			k = &t->token[++i];
		uint32_t child = i++;
		if (k->kind >= JSON_ARRAY && k->length) {
			if (count == capacity) {
				struct level *more = must_alloc(2 * capacity * sizeof *more);
				memcpy(more, open, count * sizeof *more);
				if (open != first)
					free(open);
				open = more;
				capacity *= 2;
			}
			open[count++] = (struct level){k->kind, child};
			continue;
		}
		hash = k->kind >= JSON_ARRAY ? mix(k->kind, k->kind) : hash_scalar(t, k);
		while (count) {
			add(t, &open[count - 1], child, hash);
			if (t->token[open[count - 1].open].end != i)
				break;
			child = open[--count].open;
			hash = mix(t->token[child].kind, open[count].sum);
		}
	} while (count);
	if (open != first)
		free(open);
	return hash;
}

static bool repeats_in_few(const struct tape *t, uint32_t open, uint32_t *first, uint32_t *second)
{
	for (uint32_t j = open + 1; j < t->token[open].end; j = tape_next(t, j))
		for (uint32_t i = open + 1; i < j; i = tape_next(t, i))
			if (tape_equal(t, i, t, j)) {
				*first = i;
				*second = j;
				return true;
			}
	return false;
}

/* A table of token indices with their hashes, in the tape's scratch: three words a slot, index 0 is free. */
static uint32_t *table(struct tape *t, uint32_t size)
{
	size_t words = (size_t)size * 3;
	if (t->slots < words) {
		t->slots = words;
		t->slot = must_realloc(t->slot, words * sizeof *t->slot);
	}
	memset(t->slot, 0, words * sizeof *t->slot);
	return t->slot;
}

bool tape_repeats(struct tape *t, uint32_t open, uint32_t *first, uint32_t *second)
{
	uint32_t size = 32;
	if (t->token[open].length <= COMPARED)
		return repeats_in_few(t, open, first, second);
	while (size < t->token[open].length * 2)
		size *= 2;
	uint32_t *slot = table(t, size);
	for (uint32_t i = open + 1; i < t->token[open].end; i = tape_next(t, i)) {
		uint64_t hash = tape_hash(t, i);
		uint32_t low = (uint32_t)hash, high = (uint32_t)(hash >> 32), *s;
		for (uint32_t at = low & (size - 1);; at = (at + 1) & (size - 1)) {
			s = &slot[(size_t)at * 3];
			if (!s[0])
				break;
			if (s[1] == low && s[2] == high && tape_equal(t, s[0], t, i)) {
				*first = s[0];
				*second = i;
				return true;
			}
		}
		s[0] = i;
		s[1] = low;
		s[2] = high;
	}
	return false;
}
