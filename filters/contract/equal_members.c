#include "filters/contract/equal_members.h"

#include "proxy/base/check.h"

#include <stdlib.h>

enum { SEARCHED = 16 };

struct named {
	struct str name;
	uint32_t hash, index;
};

struct member_index {
	uint32_t count;
	struct named at[];
};

static int by_hash_and_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static struct member_index *index_of(const struct tape *t, uint32_t open)
{
	struct member_index *x = must_alloc(sizeof *x + t->token[open].length * sizeof x->at[0]);
	x->count = 0;
	for (uint32_t i = open + 1; i < t->token[open].end; i = tape_next(t, i + 1))
		x->at[x->count++] = (struct named){tape_string(t, &t->token[i]), t->token[i].hash, i};
	qsort(x->at, x->count, sizeof x->at[0], by_hash_and_name);
	return x;
}

uint32_t member_find(const struct tape *a, const struct json_token *key, const struct tape *b, uint32_t open, uint32_t guess,
		     struct member_index **index)
{
	struct str name = tape_string(a, key);
	if (guess < b->token[open].end && b->token[guess].hash == key->hash &&
	    str_eq(tape_string(b, &b->token[guess]), name))
		return guess + 1;
	if (b->token[open].length <= SEARCHED)
		return tape_member(b, open, name, key->hash);
	if (!*index)
		*index = index_of(b, open);
	struct named wanted = {name, key->hash, 0};
	const struct named *hit = bsearch(&wanted, (*index)->at, (*index)->count, sizeof wanted, by_hash_and_name);
	return hit ? hit->index + 1 : 0;
}

void member_index_free(struct member_index *index)
{
	free(index);
}
