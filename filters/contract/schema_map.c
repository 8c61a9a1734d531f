#include "filters/contract/schema_map.h"

#include "proxy/base/check.h"

#include <stdlib.h>

static struct schema_map_entry *slot(const struct schema_map *m, uint64_t key)
{
	uint64_t h = key * 0x9E3779B97F4A7C15u;
	size_t i = (size_t)(h ^ h >> 32) & (m->cap - 1);
	while (m->at[i].key && m->at[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->at[i];
}

uint32_t *schema_map_get(const struct schema_map *m, uint64_t key)
{
	if (!m->cap)
		return NULL;
	struct schema_map_entry *e = slot(m, key);
	return e->key ? &e->value : NULL;
}

static void grow(struct schema_map *m)
{
	struct schema_map old = *m;
	m->cap = old.cap ? old.cap * 2 : 64;
	m->at = must_zalloc(m->cap, sizeof *m->at);
	for (size_t i = 0; i < old.cap; i++)
		if (old.at[i].key)
			*slot(m, old.at[i].key) = old.at[i];
	free(old.at);
}

void schema_map_put(struct schema_map *m, uint64_t key, uint32_t value)
{
	if ((m->len + 1) * 2 > m->cap)
		grow(m);
	struct schema_map_entry *e = slot(m, key);
	if (!e->key)
		m->len++;
	*e = (struct schema_map_entry){key, value};
}

void schema_map_free(struct schema_map *m)
{
	free(m->at);
	*m = (struct schema_map){NULL, 0, 0};
}
