/* json_keys: whether an object names a member twice. Small objects are looked through when a filter of 64 bits says that
 * a key may be there already; large ones once, when they close, by a hash table, or by sorting where somebody chose
 * keys that collide: never quadratic. Called by the tape reader only. */
#ifndef FILTERS_CONTRACT_JSON_KEYS_H
#define FILTERS_CONTRACT_JSON_KEYS_H

#include "filters/contract/json.h"

/* Whether one of the keys from token `first` on, before the key at `key`, is the same. */
bool keys_hold(const struct tape *t, uint32_t first, uint32_t key);
/* Index of the first key of the object at `open` (its length and end are set) that repeats an earlier one, or 0. */
uint32_t keys_repeat(struct tape *t, uint32_t open);

#endif
