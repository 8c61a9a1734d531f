#include "filters/contract/schema_compile.h"

#include "filters/contract/schema_value.h"
#include "filters/contract/uri_reference.h"

void schema_emit(struct compiling *c, uint32_t classes, enum op_code code, enum keyword keyword,
		 const struct node *place, uint32_t a, uint32_t b)
{
	CHECK(c->op_count < OPS_PER_SCHEMA);
	c->ops[c->op_count].op = (struct op){(uint8_t)code, false, (uint16_t)keyword, a, b};
	c->ops[c->op_count].spot = (struct spot){place->line, place->column};
	c->ops[c->op_count++].classes = classes;
}

static uint32_t push_op(struct program *p, struct op op, struct spot spot)
{
	VEC_PUSH(&p->ops, op);
	VEC_PUSH(&p->spots, spot);
	return (uint32_t)p->ops.len - 1;
}

uint32_t schema_spot(struct compiling *c, enum keyword keyword)
{
	const struct node *v = c->value[keyword];
	return push_op(c->set->program, (struct op){OP_NOTHING, true, (uint16_t)keyword, 0, 0},
		       (struct spot){v->line, v->column});
}

/* The rule of a node: the one that it has, or a new one in the queue. */
static uint32_t rule_of(struct schema_set *set, const struct node *n, uint32_t resource, const struct origin *origin)
{
	const uint32_t *known = schema_map_get(&set->rules, schema_map_pointer(n));
	if (known)
		return *known;
	const uint32_t *owner = schema_map_get(&set->by_node, schema_map_pointer(n));
	struct program *p = set->program;
	struct origin o = *origin;
	uint32_t index = (uint32_t)p->rules.len;
	resource = owner ? *owner : resource;
	o.file = schema_file(set, n->file);
	o.line = n->line;
	o.column = n->column;
	set->resources.at[resource].used = true;
	VEC_PUSH(&p->rules, ((struct rule){EVERY_KIND, 0, resource, {0}}));
	VEC_PUSH(&p->origins, o);
	VEC_PUSH(&set->nodes, n);
	schema_map_put(&set->rules, schema_map_pointer(n), index);
	VEC_PUSH(&set->queue, ((struct pending){n, index, resource}));
	return index;
}

uint32_t schema_child(struct compiling *c, enum keyword keyword, const struct node *name, uint32_t index,
		      const struct node *n)
{
	struct origin o = {.parent = c->rule, .keyword = (uint16_t)keyword, .detail = DETAIL_NONE};
	if (name) {
		o.detail = DETAIL_TEXT;
		o.text = schema_text(c->set, name->text);
		o.length = (uint32_t)name->text.len;
	} else if (index != NONE) {
		o.detail = DETAIL_INDEX;
		o.text = index;
	}
	return rule_of(c->set, n, c->resource, &o);
}

uint32_t schema_children(struct compiling *c, enum keyword keyword, const struct node *list)
{
	struct program *p = c->set->program;
	uint32_t first = (uint32_t)p->lists.len;
	for (uint32_t i = 0; i < list->count; i++) {
		uint32_t rule = schema_child(c, keyword, NULL, i, &list->items[i]);
		VEC_PUSH(&p->lists, rule);
	}
	return first;
}

uint32_t schema_rooted_rule(struct schema_set *set, const struct node *n, uint32_t resource, struct str pointer,
			    struct diag *d)
{
	struct origin o = {.parent = NONE, .detail = DETAIL_TEXT, .text = 0, .length = (uint32_t)pointer.len};
	/* What a reference or an OpenAPI document reaches is a schema, wherever it stands: only now its `$id`s count.
	 */
	if (!language_in(set->resources.at[resource].language, IN_30) &&
	    !schema_set_visit(set, n, resource, pointer, d))
		return NONE;
	const uint32_t *known = schema_map_get(&set->rules, schema_map_pointer(n));
	if (known)
		return *known;
	o.text = schema_text(set, pointer);
	return rule_of(set, n, resource, &o);
}

uint32_t schema_target_rule(struct compiling *c, const struct target *target)
{
	uint32_t rule = schema_rooted_rule(c->set, target->node, target->resource, target->pointer, c->diag);
	c->ok &= rule != NONE;
	return rule;
}

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

/* The instructions for one class, one behind the other; 0: there are none. */
static uint32_t pack_class(struct compiling *c, enum value_class class)
{
	struct program *p = c->set->program;
	uint32_t first = 0;
	for (unsigned i = 0; i < c->op_count; i++) {
		if (!(c->ops[i].classes >> class & 1))
			continue;
		uint32_t at = push_op(p, c->ops[i].op, c->ops[i].spot);
		first = first ? first : at;
	}
	/* A rule with flags is never passed by. */
	if (!first && c->flags)
		first = push_op(p, (struct op){.code = OP_NOTHING}, (struct spot){0, 0});
	if (first)
		VEC_LAST(&p->ops).last = true;
	return first;
}

static uint64_t class_ops(const struct compiling *c, enum value_class class)
{
	uint64_t set = 0;
	for (unsigned i = 0; i < c->op_count; i++)
		set |= (uint64_t)(c->ops[i].classes >> class & 1) << i;
	return set;
}

/* Classes with the same instructions share them. */
static void pack(struct compiling *c)
{
	static const uint8_t class_of[KIND_COUNT] = {
	    [JSON_NULL] = CLASS_LITERAL,  [JSON_FALSE] = CLASS_LITERAL,   [JSON_TRUE] = CLASS_LITERAL,
	    [JSON_NUMBER] = CLASS_NUMBER, [JSON_STRING] = CLASS_STRING,   [JSON_ARRAY] = CLASS_ARRAY,
	    [JSON_OBJECT] = CLASS_OBJECT, [KIND_INTEGER] = CLASS_INTEGER,
	};
	uint32_t code[KIND_COUNT];
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		uint64_t ops = class_ops(c, (enum value_class)class_of[kind]);
		bool lives = c->kinds >> kind & 1, shared = false;
		for (unsigned same = 0; lives && same < kind; same++)
			if (c->kinds >> same & 1 && class_ops(c, (enum value_class)class_of[same]) == ops) {
				code[kind] = code[same];
				shared = true;
			}
		if (!shared)
			code[kind] = lives ? pack_class(c, (enum value_class)class_of[kind]) : NONE;
	}
	memcpy(c->set->program->rules.at[c->rule].code, code, sizeof code);
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
	pack(c);
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
