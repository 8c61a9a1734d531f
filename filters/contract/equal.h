/* equal: whether two JSON values are the same value (JSON Schema Core 2020-12, 4.2.2): numbers by their mathematical
 * value, strings by their code points, objects whatever the order of their members. For enum, const and uniqueItems.
 * Nothing here is quadratic in the size of the values, nor recursive; beyond 32 levels of nesting, or objects of more than
 * 16 members in different orders, it takes memory for the time of the call. Called by the program that judges. */
#ifndef FILTERS_CONTRACT_EQUAL_H
#define FILTERS_CONTRACT_EQUAL_H

#include "filters/contract/json.h"

/* Whether the value at `i` of `a` equals the value at `j` of `b` (they may be one tape). Of duplicate
 * keys the first of each name in `b` is what those of `a` are compared with: a verdict without meaning, but safe. */
bool tape_equal(const struct tape *a, uint32_t i, const struct tape *b, uint32_t j);
/* Equal values have equal hashes. Keyed by process (proxy/base/hash.h), so that a client cannot aim at collisions. */
uint64_t tape_hash(const struct tape *t, uint32_t i);
/* Whether two items of the array at `i` are equal: the indices of the first such pair (by its later item). Expected
 * time: the size of the array. Uses the tape's scratch memory. */
bool tape_repeats(struct tape *t, uint32_t i, uint32_t *first, uint32_t *second);

#endif
