/* equal_members: finds a member of an object by its name while two objects are compared. Members in the same order cost
 * one look each; small objects are searched; large ones get an index, sorted by hash and name, which no choice of keys
 * can make slow. Called by equal.c only. */
#ifndef FILTERS_CONTRACT_EQUAL_MEMBERS_H
#define FILTERS_CONTRACT_EQUAL_MEMBERS_H

#include "filters/contract/json.h"

struct member_index;

/* Index of the value in b's object at `open` whose name is that of a's `key`, or 0. `guess` is the index of a key of b to
 * look at first (or the object's end). *index is made when it is needed. */
uint32_t member_find(const struct tape *a, const struct json_token *key, const struct tape *b, uint32_t open, uint32_t guess,
		     struct member_index **index);
/* NULL is nothing to free. */
void member_index_free(struct member_index *index);

#endif
