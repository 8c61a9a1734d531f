/* Documents that were registered are walked here, when something is first looked up. */
#include "filters/contract/pointer.h"
#include "filters/contract/schema_set.h"

/* OpenAPI 3.1 components may name themselves, and be referred to before anything compiles them. */
static bool settle_components(struct schema_set *set, uint32_t index, struct diag *d)
{
	struct resource r = set->resources.at[index];
	const struct node *schemas = tree_get(tree_get(r.root, STR("components")), STR("schemas"));
	if (!schemas || schemas->kind != NODE_MAPPING || language_in(r.language, IN_30))
		return true;
	struct buf pointer = {0};
	bool ok = true;
	for (uint32_t i = 0; ok && i < schemas->count; i++) {
		pointer.len = 0;
		buf_add(&pointer, STR("#/components/schemas"));
		pointer_add_key(&pointer, schemas->members[i].key.text);
		ok = schema_set_visit(set, &schemas->members[i].value, index, buf_str(&pointer), d);
	}
	buf_free(&pointer);
	return ok;
}

static bool settle_schema(struct schema_set *set, uint32_t index, struct diag *d)
{
	struct resource r = set->resources.at[index];
	const struct node *schema = schema_member_text(r.root, STR("$schema"));
	if (schema && !schema_set_language(set, schema->text, tree_place(schema), &r.language, d))
		return false;
	set->resources.at[index].language = r.language;
	return schema_set_visit(set, r.root, index, r.pointer, d);
}

static void settle_one(struct schema_set *set, uint32_t index)
{
	struct diag own;
	diag_init(&own);
	set->resources.at[index].pending = false;
	set->pending_resources--;
	bool schema = set->resources.at[index].schema;
	if (!(schema ? settle_schema(set, index, &own) : settle_components(set, index, &own))) {
		set->resources.at[index].broken = arena_dup(&set->arena, own.first->text);
		set->resources.at[index].broken_at = own.first->place;
		set->resources.at[index].broken_at.file = arena_dup(&set->arena, str_from(own.first->place.file)).at;
	}
	diag_free(&own);
}

void schema_set_settle(struct schema_set *set)
{
	for (uint32_t i = 0; set->pending_resources && i < set->resources.len; i++)
		if (set->resources.at[i].pending)
			settle_one(set, i);
}

bool schema_set_sound(struct schema_set *set, uint32_t resource, struct diag *d)
{
	const struct resource *r = &set->resources.at[resource];
	if (!r->broken.at)
		return true;
	set->failed = true;
	return diag_error(d, r->broken_at, "%.*s", STR_ARG(r->broken));
}
