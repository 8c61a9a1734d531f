#include "filters/contract/load.h"
#include "filters/contract/uri_reference.h"

/* `example`, `examples` and `default` of one schema. */
static void gather_own(struct loader *l, struct here h)
{
	uint32_t entry;
	struct here list = load_child(l, h, STR("examples"));
	struct here one = load_child(l, h, STR("example")), fallback = load_child(l, h, STR("default"));
	bool listed = list.node && list.node->kind == NODE_SEQUENCE && list.node->count;
	if (tree_get(h.node, STR("$ref")) && l->version == 30)
		return;
	if (!listed && !one.node && !fallback.node)
		return;
	if (!schema_compile(l->set, h.node, h.base, h.pointer, l->dialect, &entry, l->d))
		return;
	load_add_example(l, entry, one, 0, false);
	load_add_example(l, entry, fallback, 0, false);
	for (uint32_t i = 0; listed && i < list.node->count; i++)
		load_add_example(l, entry, load_item(l, list, i), 0, false);
}

static void later(struct loader *l, struct here h)
{
	if (h.node && h.node->kind == NODE_MAPPING && !memo_get(&l->memo, MEMO_SCHEMA, h.node))
		VEC_PUSH(&l->schemas, h);
}

static void gather_map(struct loader *l, struct here map)
{
	for (uint32_t i = 0; map.node && map.node->kind == NODE_MAPPING && i < map.node->count; i++)
		later(l, load_member(l, map, i));
}

static void gather_list(struct loader *l, struct here list)
{
	for (uint32_t i = 0; list.node && list.node->kind == NODE_SEQUENCE && i < list.node->count; i++)
		later(l, load_item(l, list, i));
}

/* Where a reference leads stands perhaps in a file that is no OpenAPI document, so nothing else walks it. */
static void gather_target(struct loader *l, struct here h)
{
	if (tree_get(h.node, STR("$ref")) && tree_get(h.node, STR("$ref"))->kind == NODE_STRING)
		later(l, load_follow(l, h));
}

static void gather_one(struct loader *l, struct here h)
{
	static const struct str maps[] = {STR_INIT("properties"), STR_INIT("patternProperties"),
					  STR_INIT("dependentSchemas"), STR_INIT("$defs")};
	static const struct str lists[] = {STR_INIT("allOf"), STR_INIT("anyOf"), STR_INIT("oneOf"),
					   STR_INIT("prefixItems")};
	static const struct str singles[] = {STR_INIT("items"),    STR_INIT("additionalProperties"),
					     STR_INIT("contains"), STR_INIT("if"),
					     STR_INIT("then"),     STR_INIT("else")};
	if (memo_get(&l->memo, MEMO_SCHEMA, h.node))
		return;
	memo_put(&l->memo, MEMO_SCHEMA, h.node, h.node);
	struct str id = tree_text(tree_get(h.node, STR("$id")));
	if (id.len && l->version > 30)
		h.base = uri_reference_resolve(&l->arena, h.base, id);
	gather_own(l, h);
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		gather_map(l, load_child(l, h, maps[i]));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		gather_list(l, load_child(l, h, lists[i]));
	for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
		later(l, load_child(l, h, singles[i]));
	gather_target(l, h);
}

/* All schemas below `h` and where they refer to; a list of what is left to do, because references may lead deep. */
static void gather(struct loader *l, struct here h)
{
	later(l, h);
	while (l->schemas.len)
		gather_one(l, l->schemas.at[--l->schemas.len]);
}

void load_schema(struct loader *l, struct here h, struct judged *out)
{
	*out = (struct judged){0};
	if (!h.node)
		return;
	if (h.node->kind != NODE_MAPPING && (h.node->kind != NODE_BOOL || l->version == 30)) {
		diag_error(l->d, tree_place(h.node), "a schema is a mapping%s; this is %s",
			   l->version == 30 ? "" : ", true or false", tree_kind_name(h.node));
		return;
	}
	if (l->passive && !l->examples)
		return;
	out->present = schema_compile(l->set, h.node, h.base, h.pointer, l->dialect, &out->entry, l->d);
	if (l->examples)
		gather(l, h);
}
