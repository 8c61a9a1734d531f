/* schema_map: a hash table from 64-bit keys to numbers, for the schema compiler: nodes by address, URIs and references
 * by keyed hash (proxy/base/hash.h). Begin with zeros; schema_map_free gives it back. Not thread-safe. */
#ifndef FILTERS_CONTRACT_SCHEMA_MAP_H
#define FILTERS_CONTRACT_SCHEMA_MAP_H

#include "proxy/base/hash.h"

struct schema_map {
	struct schema_map_entry {
		uint64_t key; /* 0: free */
		uint32_t value;
	} * at;
	size_t len, cap; /* cap is a power of two */
};

/* The value under `key`, or NULL. Valid until the next put. */
uint32_t *schema_map_get(const struct schema_map *m, uint64_t key);
/* Sets it. */
void schema_map_put(struct schema_map *m, uint64_t key, uint32_t value);
/* Gives the table's memory back. */
void schema_map_free(struct schema_map *m);

/* Keys, never 0. */
static inline uint64_t schema_map_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static inline uint64_t schema_map_text(uint64_t salt, struct str text)
{
	return (hash_local(text) ^ salt * 0x9E3779B97F4A7C15u) | 1;
}

#endif
