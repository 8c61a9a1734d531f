/* index: words to numbers, for one reading: is this key in the mapping already, which anchor has this name. A hash
 * table under the process's own key (proxy/base/hash.h), so that nobody can aim at its buckets. Borrows the words. The
 * owner embeds the struct, zeroed, and frees it. */
#ifndef CONF_INDEX_H
#define CONF_INDEX_H

#include "proxy/base/str.h"

struct index_slot;

struct index {
	struct index_slot *slots;
	size_t used, size; /* size: 0 or a power of two */
};

#define INDEX_NONE UINT32_MAX

/* The number of `word`, to be read or set; INDEX_NONE where the word was not there (it is from now on). Valid until the
 * next call. */
uint32_t *index_at(struct index *x, struct str word);
/* Forgets all words and makes room for `count`. */
void index_clear(struct index *x, size_t count);
/* Gives the table's memory back. */
void index_free(struct index *x);

#endif
