/* The end of a compilation: what dynamic references may lead to, the last pass, and the set is given back. */
#include "filters/contract/schema_compile.h"

/* Every resource that a message's check can come through, and that has an anchor of a name that some $dynamicRef uses,
 * may be where it leads; compiling one may bring in more. */
static bool compile_dynamic(struct schema_set *set, struct diag *d)
{
	bool ok = true, grew = true;
	while (ok && grew) {
		grew = false;
		for (size_t i = 0; i < set->anchors.len; i++) {
			struct anchor a = set->anchors.at[i];
			for (size_t u = 0; a.dynamic && set->resources.at[a.resource].used && u < set->dynamic.len;
			     u++) {
				struct dynamic_use *use = &set->dynamic.at[u];
				bool there = !str_eq(use->name, a.name);
				for (size_t t = 0; t < use->targets.len; t++)
					there |= use->targets.at[t].resource == a.resource;
				if (there)
					continue;
				uint32_t rule = schema_rooted_rule(set, a.node, a.resource, a.pointer, d);
				VEC_PUSH(&use->targets, ((struct dynamic_target){a.resource, rule}));
				grew = true;
				ok &= rule != NONE;
			}
		}
		ok &= schema_drain(set, d);
	}
	return ok;
}

static void free_set(struct schema_set *set)
{
	for (size_t i = 0; i < set->dynamic.len; i++)
		VEC_FREE(&set->dynamic.at[i].targets);
	VEC_FREE(&set->resources);
	VEC_FREE(&set->anchors);
	VEC_FREE(&set->targets);
	VEC_FREE(&set->queue);
	VEC_FREE(&set->nodes);
	VEC_FREE(&set->dynamic);
	struct schema_map *maps[] = {&set->by_uri, &set->by_node, &set->by_anchor,  &set->by_reference,
				     &set->rules,  &set->strings, &set->file_names, &set->patterns};
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		schema_map_free(maps[i]);
	buf_free(&set->constants);
	arena_free(&set->arena);
	free(set);
}

struct program *schema_set_end(struct schema_set *set, struct diag *d)
{
	struct program *p = set->program;
	if (set->failed || !compile_dynamic(set, d) || !schema_link(set, d)) {
		program_free(p);
		p = NULL;
	}
	free_set(set);
	return p;
}
