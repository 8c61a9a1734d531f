/* equal: whether two JSON values are the same value (JSON Schema Core 2020-12, 4.2.2): numbers by their mathematical
 * value, strings by their code points, objects whatever the order of their members. For enum, const and uniqueItems.
 * Neither is ever quadratic in the size of the values, nor recursive: both walk the tape with a stack of their own,
 * which the tape keeps. Called by the program that judges a message. */
#ifndef FILTERS_CONTRACT_EQUAL_H
#define FILTERS_CONTRACT_EQUAL_H

#include "filters/contract/json.h"

/* Whether the value at `i` of `a` equals the value at `j` of `b` (they may be one tape). Objects with duplicate keys
 * are equal only when their members are, taken as a multiset. */
bool tape_equal(const struct tape *a, uint32_t i, const struct tape *b, uint32_t j);
/* Equal values have equal hashes. Keyed by process (proxy/base/hash.h), so that a client cannot aim at collisions. */
uint64_t tape_hash(const struct tape *t, uint32_t i);
/* Whether two items of the array at `i` are equal: the indices of the first such pair (by its later item). Expected
 * time: the size of the array. */
bool tape_repeats(const struct tape *t, uint32_t i, uint32_t *first, uint32_t *second);

#endif
