#include "filters/contract/json_keys.h"

#include "proxy/base/check.h"

#include <stdlib.h>

static bool same(const struct tape *t, const struct json_token *a, const struct json_token *b)
{
	return a->hash == b->hash && str_eq(tape_string(t, a), tape_string(t, b));
}

bool keys_hold(const struct tape *t, uint32_t first, uint32_t key)
{
	for (uint32_t i = first; i < key; i = tape_next(t, i + 1))
		if (same(t, &t->token[i], &t->token[key]))
			return true;
	return false;
}

static uint32_t *scratch(struct tape *t, uint32_t count)
{
	if (t->slots < count) {
		t->slots = count;
		t->slot = must_realloc(t->slot, (size_t)count * sizeof *t->slot);
	}
	return t->slot;
}

struct named {
	struct str name;
	uint32_t index;
};

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = str_cmp(a->name, b->name);
	return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Somebody aims at the hash: sort the names. Takes memory, which no honest message makes it do. */
static uint32_t repeat_by_sorting(const struct tape *t, uint32_t open)
{
	uint32_t count = t->token[open].length, n = 0, first = UINT32_MAX;
	struct named *list = must_alloc((size_t)count * sizeof *list);
	for (uint32_t i = open + 1; i < t->token[open].end; i = tape_next(t, i + 1))
		list[n++] = (struct named){tape_string(t, &t->token[i]), i};
	qsort(list, n, sizeof *list, by_name);
	for (uint32_t i = 1; i < n; i++)
		if (str_eq(list[i - 1].name, list[i].name) && list[i].index < first)
			first = list[i].index;
	free(list);
	return first == UINT32_MAX ? 0 : first;
}

uint32_t keys_repeat(struct tape *t, uint32_t open)
{
	uint32_t count = t->token[open].length, size = 128;
	while (size < count * 2)
		size *= 2;
	uint32_t *slot = scratch(t, size);
	memset(slot, 0, (size_t)size * sizeof *slot);
	uint64_t patience = (uint64_t)count * 8 + 64;
	for (uint32_t i = open + 1; i < t->token[open].end; i = tape_next(t, i + 1)) {
		uint32_t at = t->token[i].hash & (size - 1);
		for (; slot[at]; at = (at + 1) & (size - 1)) {
			if (same(t, &t->token[i], &t->token[slot[at]]))
				return i;
			if (--patience == 0)
				return repeat_by_sorting(t, open);
		}
		slot[at] = i;
	}
	return 0;
}
