/* The kinds of messages that were looked at: by what describes them, found again by a hash. */
#include "filters/contract/presence_inside.h"

/* Responses and contents may be shared by operations, each of which is asked about by itself. */
uint32_t presence_root(struct look *l, const void *owner, bool *made)
{
	struct presence *p = l->p;
	uint32_t operation = l->m->operation->index, direction = l->m->direction;
	uint64_t key = (schema_map_pointer(owner) * 0x9E3779B97F4A7C15u) ^ ((uint64_t)operation << 1 | direction);
	*made = false;
	for (;; key++) {
		const uint32_t *at = key ? schema_map_get(&p->by_owner, key) : NULL;
		if (!at && key)
			break;
		const struct presence_root *r = at ? &p->roots.at[*at] : NULL;
		if (r && r->owner == owner && r->operation == operation && r->direction == direction)
			return *at;
	}
	VEC_PUSH(&p->roots, ((struct presence_root){.owner = owner,
						    .operation = operation,
						    .direction = direction,
						    .bucket = NONE,
						    .node = PLACE_LEAF,
						    .told = INT64_MIN}));
	schema_map_put(&p->by_owner, key, (uint32_t)p->roots.len - 1);
	*made = true;
	return (uint32_t)p->roots.len - 1;
}
