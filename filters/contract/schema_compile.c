#include "filters/contract/schema_compile.h"

#include "filters/contract/schema_value.h"
#include "filters/contract/uri_reference.h"

/* OpenAPI has no unknown keywords but x-…: a slip of the pen would otherwise be a check left out. */
static void unknown_keyword(struct compiling *c, const struct member *m)
{
	enum dialect dialect = c->language.dialect;
	struct str name = m->key.text;
	if (!language_in(c->language, IN_OPENAPI) || str_starts(name, STR("x-")))
		return;
	diag_warn(c->diag, tree_place(&m->key), "\"%.*s\" is no keyword of %s and is not checked", STR_ARG(name),
		  dialect_name(dialect));
	struct str near = schema_keyword_near(dialect, name);
	if (near.len)
		diag_hint(c->diag, "did you mean \"%.*s\"?", STR_ARG(near));
}

static void gather(struct compiling *c)
{
	bool alone = language_in(c->language, REF_STANDS_ALONE) && tree_get(c->node, STR("$ref"));
	for (uint32_t i = 0; i < c->node->count; i++) {
		const struct member *m = &c->node->members[i];
		enum keyword k = schema_keyword_find(c->language, m->key.text);
		if (alone && k != KEYWORD_REF)
			continue;
		if (k == KEYWORD_COUNT)
			unknown_keyword(c, m);
		else if (schema_value_check(c->language, k, &m->value, c->diag))
			c->value[k] = &m->value;
		else
			c->ok = false;
	}
}

static void compile_boolean(struct compiling *c)
{
	struct rule *r = &c->set->program->rules.at[c->rule];
	const struct origin *o = &c->set->program->origins.at[c->rule];
	bool additional = o->parent != NONE &&
			  (o->keyword == KEYWORD_ADDITIONAL_PROPERTIES || o->keyword == KEYWORD_ADDITIONAL_ITEMS);
	if (language_in(c->language, IN_4 | IN_30) && !additional)
		c->ok = diag_error(c->diag, tree_place(c->node), "true and false are no schemas in %s",
				   dialect_name(c->language.dialect));
	if (!tree_is_true(c->node)) {
		r->kinds = 0;
		r->flags = RULE_FALSE;
		for (unsigned kind = 0; kind < KIND_COUNT; kind++)
			r->code[kind] = NONE;
	}
}

static void compile_mapping(struct compiling *c)
{
	gather(c);
	if (!c->ok)
		return;
	if (tree_is_true(c->value[KEYWORD_DEPRECATED]))
		c->flags |= RULE_DEPRECATED;
	schema_scalars(c);
	schema_references(c);
	schema_arrays(c);
	schema_objects(c);
	schema_combinators(c);
	schema_unevaluated(c);
	bool alias = c->op_count == 1 && c->ops[0].op.code == OP_REF && c->kinds == EVERY_KIND && !c->flags;
	struct rule *r = &c->set->program->rules.at[c->rule];
	r->kinds = (uint16_t)c->kinds;
	r->flags = (uint16_t)(c->flags | (alias ? RULE_ALIAS : 0));
	if (c->value[KEYWORD_TYPE]) {
		c->set->program->origins.at[c->rule].type_line = c->value[KEYWORD_TYPE]->line;
		c->set->program->origins.at[c->rule].type_column = c->value[KEYWORD_TYPE]->column;
	}
	schema_pack(c);
}

static bool compile_one(struct schema_set *set, const struct pending *p, struct diag *d)
{
	struct compiling c = {
	    .set = set,
	    .diag = d,
	    .node = p->node,
	    .rule = p->rule,
	    .resource = p->resource,
	    .language = set->resources.at[p->resource].language,
	    .kinds = EVERY_KIND,
	    .ok = true,
	};
	if (p->node->kind == NODE_BOOL)
		compile_boolean(&c);
	else if (p->node->kind == NODE_MAPPING)
		compile_mapping(&c);
	else
		c.ok =
		    diag_error(d, tree_place(p->node), "a schema must be a mapping, not %s", tree_kind_name(p->node));
	return c.ok;
}

bool schema_drain(struct schema_set *set, struct diag *d)
{
	bool ok = true;
	for (size_t i = 0; i < set->queue.len; i++) {
		struct pending p = set->queue.at[i];
		ok &= compile_one(set, &p, d);
	}
	set->queue.len = 0;
	set->failed |= !ok;
	return ok;
}

/* A base that nobody registered is that of a lone schema. */
static uint32_t base_resource(struct schema_set *set, struct str base, const struct node *n, enum dialect dialect,
			      struct diag *d)
{
	struct str uri = uri_reference_resolve(&set->arena, STR(""), base);
	const uint32_t *known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
	if (!known) {
		if (!schema_set_add(set, uri, n, dialect, true, d))
			return NONE;
		schema_set_settle(set);
		known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
	}
	if (!set->resources.at[*known].schema)
		set->resources.at[*known].language = dialect_language(dialect);
	return schema_set_sound(set, *known, d) ? *known : NONE;
}

bool schema_compile(struct schema_set *set, const struct node *n, struct str base, struct str pointer,
		    enum dialect dialect, uint32_t *entry, struct diag *d)
{
	schema_set_settle(set);
	uint32_t resource = base_resource(set, base, n, dialect, d);
	if (resource == NONE)
		return !(set->failed = true);
	*entry = schema_rooted_rule(set, n, resource, pointer, d);
	return *entry == NONE ? !(set->failed = true) : schema_drain(set, d);
}
