#include "filters/contract/schema_compile.h"

#include "filters/contract/json.h"

/* How far annotations are followed through $ref and allOf: a chain of them, and schemas for one property in all. */
enum { LOOK_DEPTH = 8, LOOKS = 200 };

static const struct node *own(const struct compiling *c, const struct node *n, enum keyword k)
{
	bool alone = language_in(c->language, REF_STANDS_ALONE) && tree_get(n, STR("$ref"));
	return alone && k != KEYWORD_REF ? NULL : tree_get(n, schema_keywords[k].text);
}

/* Calls `found` for the schema and all that it applies in place through $ref and allOf, until it says true. */
static bool look(struct compiling *c, uint32_t resource, const struct node *n, unsigned depth,
		 bool (*found)(struct compiling *c, uint32_t resource, const struct node *n, void *context),
		 void *context)
{
	struct target t;
	if (n->kind != NODE_MAPPING || depth == LOOK_DEPTH || !c->looks)
		return false;
	c->looks--;
	const uint32_t *owner = schema_map_get(&c->set->by_node, schema_map_pointer(n)); /* it may have an $id */
	if (owner)
		resource = *owner;
	if (found(c, resource, n, context))
		return true;
	const struct node *ref = own(c, n, KEYWORD_REF), *all = own(c, n, KEYWORD_ALL_OF);
	if (ref && ref->kind == NODE_STRING &&
	    schema_resolve(c->set, resource, ref->text, tree_place(ref), &t, c->diag) &&
	    look(c, t.resource, t.node, depth + 1, found, context))
		return true;
	for (uint32_t i = 0; all && all->kind == NODE_SEQUENCE && i < all->count; i++)
		if (look(c, resource, &all->items[i], depth + 1, found, context))
			return true;
	return false;
}

static bool says_true(struct compiling *c, uint32_t resource, const struct node *n, void *context)
{
	(void)resource;
	return tree_is_true(own(c, n, *(enum keyword *)context));
}

/* readOnly and writeOnly are annotations: a schema takes them over from what it applies in place. */
static bool marked(struct compiling *c, uint32_t resource, const struct node *n, enum keyword k)
{
	c->looks = LOOKS;
	return look(c, resource, n, 0, says_true, &k);
}

static uint32_t directions(struct compiling *c, uint32_t resource, const struct node *n)
{
	uint32_t flags = 0;
	if (!language_in(c->language, IN_OPENAPI))
		return 0;
	if (marked(c, resource, n, KEYWORD_READ_ONLY))
		flags |= PROPERTY_READ_ONLY;
	if (marked(c, resource, n, KEYWORD_WRITE_ONLY))
		flags |= PROPERTY_WRITE_ONLY;
	return flags;
}

struct listing {
	struct str name;
	const struct node *node; /* the property's schema */
	uint32_t resource;
};

static bool lists(struct compiling *c, uint32_t resource, const struct node *n, void *context)
{
	struct listing *l = context;
	const struct node *properties = own(c, n, KEYWORD_PROPERTIES);
	l->node = properties ? tree_get(properties, l->name) : NULL;
	l->resource = resource;
	return l->node != NULL;
}

/* Looks for a property that is required here and listed elsewhere: in a schema that this one applies in place, or in a
 * sibling of the same allOf. */
static bool listed_elsewhere(struct compiling *c, struct listing *l)
{
	const struct origin *origins = c->set->program->origins.at;
	uint32_t rule = c->rule;
	while (origins[rule].parent != NONE && origins[rule].keyword == KEYWORD_ALL_OF)
		rule = origins[rule].parent;
	c->looks = LOOKS;
	return look(c, c->resource, c->set->nodes.at[rule], 0, lists, l);
}

static uint32_t directions_elsewhere(struct compiling *c, struct str name)
{
	struct listing l = {name, NULL, 0};
	return language_in(c->language, IN_OPENAPI) && listed_elsewhere(c, &l) ? directions(c, l.resource, l.node) : 0;
}

struct default_search {
	const struct node *top, *node;
	bool differ;
};

static bool same_text(const struct node *a, const struct node *b)
{
	struct buf one = {0}, two = {0};
	tree_to_json(a, &one);
	tree_to_json(b, &two);
	bool same = str_eq(buf_str(&one), buf_str(&two));
	buf_free(&one);
	buf_free(&two);
	return same;
}

/* The schema's own default stands above those of what it applies. */
static bool has_default(struct compiling *c, uint32_t resource, const struct node *n, void *context)
{
	struct default_search *s = context;
	const struct node *found = own(c, n, KEYWORD_DEFAULT);
	(void)resource;
	if (found && !s->node)
		s->node = found;
	else if (found)
		s->differ |= !same_text(found, s->node);
	return found && n == s->top;
}

/* The default of the property that was added last, whose schema is `n`; two that differ are none. */
static void keep_default(struct compiling *c, uint32_t resource, const struct node *n)
{
	struct default_search s = {.top = n};
	struct program *p = c->set->program;
	struct buf json = {0};
	c->looks = LOOKS;
	(void)look(c, resource, n, 0, has_default, &s);
	if (!s.node || s.differ)
		return;
	tree_to_json(s.node, &json);
	struct place at = tree_place(s.node);
	VEC_PUSH(&p->fallbacks, ((struct fallback){(uint32_t)p->properties.len - 1, schema_text(c->set, buf_str(&json)),
						   (uint32_t)json.len, schema_file(c->set, at.file), at.line, at.column}));
	buf_free(&json);
}

static void keep_default_elsewhere(struct compiling *c, struct str name)
{
	struct listing l = {name, NULL, 0};
	if (listed_elsewhere(c, &l))
		keep_default(c, l.resource, l.node);
}

/* The property of that name among those of `o`, which are the last of the program; added where it is new. */
static struct property *property(struct compiling *c, struct object *o, struct str text)
{
	struct program *p = c->set->program;
	uint32_t hash = json_key_hash(text), at = hash;
	uint32_t *slot;
	for (;; at++) {
		slot = &p->slots.at[o->slot + (at & o->mask)];
		if (!*slot)
			break;
		struct property *old = &p->properties.at[o->property + *slot - 1];
		if (old->name.hash == hash && str_eq(program_name(p, &old->name), text))
			return old;
	}
	*slot = ++o->count;
	struct property new = {schema_name(c->set, text), NONE, 0, false, {0}};
	if (text.len)
		memcpy(new.start, text.at, text.len < sizeof new.start ? text.len : sizeof new.start);
	VEC_PUSH(&p->properties, new);
	return &VEC_LAST(&p->properties);
}

static void add_properties(struct compiling *c, struct object *o, const struct node *map)
{
	o->properties_op = schema_spot(c, KEYWORD_PROPERTIES);
	for (uint32_t i = 0; i < map->count; i++) {
		const struct member *m = &map->members[i];
		uint32_t rule = schema_child(c, KEYWORD_PROPERTIES, &m->key, 0, &m->value);
		uint32_t flags = directions(c, c->resource, &m->value);
		struct property *p = property(c, o, m->key.text);
		p->rule = rule;
		p->flags = (uint16_t)(PROPERTY_LISTED | flags);
		keep_default(c, c->resource, &m->value);
	}
}

/* OpenAPI 3.0.4, 4.7.24.2: a required property that is readOnly is required in responses only; writeOnly the mirror. */
static void add_required(struct compiling *c, struct object *o, const struct node *names)
{
	o->required_op = schema_spot(c, KEYWORD_REQUIRED);
	for (uint32_t i = 0; i < names->count; i++) {
		uint32_t before = o->count;
		struct property *p = property(c, o, names->items[i].text);
		if (o->count > before)
			keep_default_elsewhere(c, names->items[i].text);
		uint32_t flags = p->flags & PROPERTY_LISTED ? p->flags : directions_elsewhere(c, names->items[i].text);
		uint32_t in = flags & PROPERTY_READ_ONLY ? 0 : PROPERTY_REQUIRED_IN;
		uint32_t out = flags & PROPERTY_WRITE_ONLY ? 0 : PROPERTY_REQUIRED_OUT;
		o->required[REQUEST] += in && !(p->flags & in);
		o->required[RESPONSE] += out && !(p->flags & out);
		p->flags = (uint16_t)(p->flags | in | out);
	}
}

static void add_patterns(struct compiling *c, struct object *o, const struct node *map)
{
	struct program *p = c->set->program;
	o->pattern = (uint32_t)p->pattern_properties.len;
	for (uint32_t i = 0; i < map->count; i++) {
		const struct member *m = &map->members[i];
		uint32_t pattern = schema_pattern(c, &m->key, m->key.text);
		uint32_t rule = schema_child(c, KEYWORD_PATTERN_PROPERTIES, &m->key, 0, &m->value);
		if (pattern == NONE)
			continue;
		VEC_PUSH(&p->pattern_properties, ((struct pattern_property){pattern, rule}));
		o->pattern_count++;
	}
}

static void members(struct compiling *c)
{
	const struct node *listed = c->value[KEYWORD_PROPERTIES], *patterns = c->value[KEYWORD_PATTERN_PROPERTIES];
	const struct node *rest = c->value[KEYWORD_ADDITIONAL_PROPERTIES], *required = c->value[KEYWORD_REQUIRED];
	if (!listed && !patterns && !rest && !required)
		return;
	struct program *p = c->set->program;
	struct object o = {.additional = NONE};
	uint32_t names = (listed ? listed->count : 0) + (required ? required->count : 0);
	o.slot = schema_slots(c->set, names, &o.mask);
	/* Children and targets of references are only queued, so the properties of one object stay together. */
	o.property = (uint32_t)p->properties.len;
	if (listed)
		add_properties(c, &o, listed);
	if (required)
		add_required(c, &o, required);
	if (patterns)
		add_patterns(c, &o, patterns);
	if (rest) {
		o.additional_op = schema_spot(c, KEYWORD_ADDITIONAL_PROPERTIES);
		o.additional = schema_child(c, KEYWORD_ADDITIONAL_PROPERTIES, NULL, NONE, rest);
	}
	if (listed && !patterns && !rest && !c->value[KEYWORD_UNEVALUATED_PROPERTIES])
		c->flags |= RULE_NAMES;
	if (o.count)
		VEC_LAST(&p->properties).last = true;
	VEC_PUSH(&p->objects, o);
	schema_emit(c, OBJECTS, OP_OBJECT, KEYWORD_PROPERTIES, listed ? listed : c->node, (uint32_t)p->objects.len - 1,
		    0);
}

static void needs(struct compiling *c, enum keyword k, const struct member *m)
{
	struct program *p = c->set->program;
	uint32_t first = (uint32_t)p->names.len;
	if (!m->value.count)
		return;
	schema_add_name(c->set, m->key.text);
	for (uint32_t i = 0; i < m->value.count; i++)
		schema_add_name(c->set, m->value.items[i].text);
	VEC_PUSH(&p->dependents,
		 ((struct dependent){first, m->value.count, NONE, (uint16_t)k, m->value.line, m->value.column}));
}

static void depends(struct compiling *c, enum keyword k, const struct member *m)
{
	struct program *p = c->set->program;
	uint32_t rule = schema_child(c, k, &m->key, 0, &m->value);
	uint32_t first = schema_add_name(c->set, m->key.text);
	VEC_PUSH(&p->dependents, ((struct dependent){first, 0, rule, (uint16_t)k, m->value.line, m->value.column}));
}

static void dependents(struct compiling *c)
{
	static const enum keyword keywords[] = {KEYWORD_DEPENDENCIES, KEYWORD_DEPENDENT_REQUIRED,
						KEYWORD_DEPENDENT_SCHEMAS};
	struct program *p = c->set->program;
	uint32_t first = (uint32_t)p->dependents.len;
	const struct node *place = NULL;
	for (unsigned i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		const struct node *map = c->value[keywords[i]];
		for (uint32_t m = 0; map && m < map->count; m++)
			if (map->members[m].value.kind == NODE_SEQUENCE)
				needs(c, keywords[i], &map->members[m]);
			else
				depends(c, keywords[i], &map->members[m]);
		place = map ? map : place;
	}
	if (p->dependents.len > first)
		schema_emit(c, OBJECTS, OP_DEPENDENTS, p->dependents.at[first].keyword, place, first,
			    (uint32_t)p->dependents.len - first);
}

void schema_objects(struct compiling *c)
{
	members(c);
	const struct node *names = c->value[KEYWORD_PROPERTY_NAMES];
	if (names)
		schema_emit(c, OBJECTS, OP_NAMES, KEYWORD_PROPERTY_NAMES, names,
			    schema_child(c, KEYWORD_PROPERTY_NAMES, NULL, NONE, names), 0);
	dependents(c);
}
