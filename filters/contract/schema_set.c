#include "filters/contract/schema_set.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/metaschema.h"
#include "filters/contract/uri_reference.h"

uint32_t schema_set_resource(struct schema_set *set, const struct resource *r)
{
	VEC_PUSH(&set->resources, *r);
	return (uint32_t)set->resources.len - 1;
}

/* A custom metaschema (Core 2020-12, 8.1.2): its own dialect, and only the vocabularies that it lists. */
static bool custom_language(const struct node *meta, struct place at, struct language *l, struct diag *d)
{
	const struct node *list = tree_get(meta, STR("$vocabulary"));
	if (!list || list->kind != NODE_MAPPING || !language_in(*l, FROM_2019))
		return true;
	l->vocabularies = VOCABULARY_CORE;
	for (uint32_t i = 0; i < list->count; i++) {
		struct str uri = list->members[i].key.text;
		uint32_t known = dialect_vocabulary(uri);
		if (!known && tree_is_true(&list->members[i].value))
			return diag_error(d, at, "the vocabulary %.*s is required and not known", STR_ARG(uri));
		l->vocabularies |= known;
	}
	return true;
}

static bool language_below(struct schema_set *set, struct str uri, struct place at, struct language *language,
			   unsigned depth, struct diag *d)
{
	enum dialect dialect;
	if (dialect_from_uri(uri, &dialect)) {
		*language = dialect_language(dialect);
		return true;
	}
	uint32_t r = depth < 8 ? schema_set_find(set, uri_reference_resolve(&set->arena, STR(""), uri), NONE, d) : NONE;
	if (r == NONE)
		return diag_error(d, at, "the dialect \"%.*s\" is not known", STR_ARG(uri));
	const struct node *meta = set->resources.at[r].root, *of = schema_member_text(meta, STR("$schema"));
	if (of && !str_eq(of->text, uri) && !language_below(set, of->text, tree_place(of), language, depth + 1, d))
		return false;
	return custom_language(meta, at, language, d);
}

bool schema_set_language(struct schema_set *set, struct str uri, struct place at, struct language *language,
			 struct diag *d)
{
	return language_below(set, uri, at, language, 0, d);
}

static uint32_t find_metaschema(struct schema_set *set, struct str uri, struct diag *d)
{
	const struct metaschema *m = metaschema_find(uri);
	if (!m)
		return NONE;
	const struct node *root = json_tree_read(&set->arena, m->text, m->uri.at, d);
	if (!root || !schema_set_add(set, uri, root, m->dialect, true, d))
		return NONE;
	return *schema_map_get(&set->by_uri, schema_map_text(0, uri));
}

uint32_t schema_set_find(struct schema_set *set, struct str uri, uint32_t referrer, struct diag *d)
{
	const uint32_t *known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
	if (known)
		return *known;
	uint32_t meta = find_metaschema(set, uri, d);
	if (meta != NONE || !set->options.load)
		return meta;
	const struct node *root = set->options.load(set->options.context, uri, d);
	if (!root)
		return NONE;
	struct resource from = referrer == NONE ? (struct resource){.schema = true, .language = {DIALECT_2020_12, 0}}
						: set->resources.at[referrer];
	bool schema = from.schema || tree_get(root, STR("$schema"));
	if (!schema_set_add(set, uri, root, from.language.dialect, schema, d))
		return NONE;
	return *schema_map_get(&set->by_uri, schema_map_text(0, uri));
}

struct schema_set *schema_set_new(const struct schema_options *options)
{
	struct schema_set *set = must_zalloc(1, sizeof *set);
	set->options = *options;
	arena_init(&set->arena, 1 << 16);
	set->program = must_zalloc(1, sizeof *set->program);
	set->program->closed = options->closed_objects;
	VEC_PUSH(&set->program->ops, ((struct op){OP_NOTHING, true, 0, 0, 0}));
	VEC_PUSH(&set->program->spots, ((struct spot){0, 0}));
	buf_addc(&set->program->text, '\0'); /* so that there is a text even where all names are empty */
	return set;
}

bool schema_set_add(struct schema_set *set, struct str uri, const struct node *root, enum dialect dialect,
		    bool is_schema, struct diag *d)
{
	struct resource r = {.uri = uri_reference_resolve(&set->arena, STR(""), uri),
			     .pointer = STR("#"),
			     .root = root,
			     .language = dialect_language(dialect),
			     .pending = true,
			     .schema = is_schema};
	uint64_t key = schema_map_text(0, r.uri);
	const uint32_t *known = schema_map_get(&set->by_uri, key);
	if (known && set->resources.at[*known].root == root)
		return true;
	if (known)
		return diag_error(d, tree_place(root), "another document is already registered as %.*s",
				  STR_ARG(r.uri));
	uint32_t index = schema_set_resource(set, &r);
	set->pending_resources++;
	schema_map_put(&set->by_uri, key, index);
	const struct node *id = is_schema ? schema_member_text(root, STR("$id")) : NULL;
	if (!id && is_schema && dialect == DIALECT_4)
		id = schema_member_text(root, STR("id"));
	if (!id || !id->text.len || id->text.at[0] == '#')
		return true;
	struct str own = uri_reference_resolve(&set->arena, r.uri, id->text);
	if (!schema_map_get(&set->by_uri, schema_map_text(0, own)))
		schema_map_put(&set->by_uri, schema_map_text(0, own), index);
	set->resources.at[index].uri = own;
	return true;
}
