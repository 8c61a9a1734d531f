#include "filters/contract/schema_compile.h"

static void reference(struct compiling *c)
{
	const struct node *v = c->value[KEYWORD_REF];
	struct target t;
	if (!v)
		return;
	if (!schema_resolve(c->set, c->resource, v->text, tree_place(v), &t, c->diag)) {
		c->ok = false;
		return;
	}
	uint32_t rule = schema_target_rule(c, &t);
	if (rule != NONE)
		schema_emit(c, ALL_CLASSES, OP_REF, KEYWORD_REF, v, rule, 0);
}

static uint32_t dynamic_name(struct schema_set *set, struct str name)
{
	for (uint32_t i = 0; i < set->dynamic.len; i++)
		if (str_eq(set->dynamic.at[i].name, name))
			return i;
	VEC_PUSH(&set->dynamic, ((struct dynamic_use){.name = name}));
	return (uint32_t)set->dynamic.len - 1;
}

/* Core 2020-12, 8.2.3.2: only when the first target was found by a $dynamicAnchor's name does the dynamic scope matter.
 */
static void dynamic_reference(struct compiling *c, enum keyword k)
{
	const struct node *v = c->value[k];
	struct target t;
	if (!v)
		return;
	if (!schema_resolve(c->set, c->resource, v->text, tree_place(v), &t, c->diag)) {
		c->ok = false;
		return;
	}
	const struct anchor *root = schema_set_anchor(c->set, t.resource, STR(""));
	bool dynamic = k == KEYWORD_RECURSIVE_REF ? root && root->node == t.node : t.anchor_dynamic;
	uint32_t rule = schema_target_rule(c, &t);
	if (rule == NONE)
		return;
	if (!dynamic) {
		schema_emit(c, ALL_CLASSES, OP_REF, k, v, rule, 0);
		return;
	}
	c->set->program->dynamic = true;
	schema_emit(c, ALL_CLASSES, OP_DYNAMIC_REF, k, v, rule,
		    dynamic_name(c->set, k == KEYWORD_RECURSIVE_REF ? STR("") : t.anchor));
}

void schema_references(struct compiling *c)
{
	const struct node *recursive = c->value[KEYWORD_RECURSIVE_REF];
	reference(c);
	dynamic_reference(c, KEYWORD_DYNAMIC_REF);
	if (recursive && !str_eq(recursive->text, STR("#")))
		c->ok = diag_error(c->diag, tree_place(recursive), "$recursiveRef must be \"#\"");
	else
		dynamic_reference(c, KEYWORD_RECURSIVE_REF);
}

/* The last segment of a reference: the name that a discriminator's value means without a mapping. */
static struct str last_segment(struct str s)
{
	size_t i = s.len;
	while (i && s.at[i - 1] != '/' && s.at[i - 1] != '#')
		i--;
	return str_skip(s, i);
}

static bool means(struct str value, struct str reference)
{
	return str_eq(value, reference) || str_eq(value, last_segment(reference)) ||
	       (str_find(value, '/') < value.len && str_eq(last_segment(value), last_segment(reference)));
}

static void choose(struct compiling *c, struct discriminator *one, struct str value, uint32_t branch)
{
	VEC_PUSH(&c->set->program->choices, ((struct discriminated){schema_name(c->set, value), branch}));
	one->count++;
}

/* For findings only: which branch a value of the discriminating property means. */
static void discriminate(struct compiling *c, const struct node *branches, uint32_t list)
{
	const struct node *d = c->value[KEYWORD_DISCRIMINATOR];
	struct program *p = c->set->program;
	if (!d)
		return;
	const struct node *mapping = tree_get(d, STR("mapping")), *fallback = tree_get(d, STR("defaultMapping"));
	struct discriminator one = {list, schema_name(c->set, tree_text(tree_get(d, STR("propertyName")))),
				    (uint32_t)p->choices.len, 0, NONE};
	for (uint32_t b = 0; b < branches->count; b++) {
		struct str ref = tree_text(tree_get(&branches->items[b], STR("$ref")));
		if (!ref.len)
			continue;
		for (uint32_t m = 0; mapping && m < mapping->count; m++)
			if (means(tree_text(&mapping->members[m].value), ref))
				choose(c, &one, mapping->members[m].key.text, b);
		choose(c, &one, last_segment(ref), b);
		if (fallback && one.fallback == NONE && means(fallback->text, ref))
			one.fallback = b;
	}
	VEC_PUSH(&p->discriminators, one);
}

static void branches(struct compiling *c, enum keyword k, enum op_code code)
{
	const struct node *v = c->value[k];
	if (!v || !v->count)
		return;
	uint32_t list = schema_children(c, k, v);
	schema_emit(c, ALL_CLASSES, code, k, v, list, v->count);
	if (code != OP_ALL)
		discriminate(c, v, list);
}

static uint32_t optional_child(struct compiling *c, enum keyword k)
{
	return c->value[k] ? schema_child(c, k, NULL, NONE, c->value[k]) : NONE;
}

static void conditional(struct compiling *c)
{
	const struct node *v = c->value[KEYWORD_IF];
	struct program *p = c->set->program;
	bool used = c->value[KEYWORD_THEN] || c->value[KEYWORD_ELSE] || language_in(c->language, FROM_2019);
	if (!v || !used)
		return;
	uint32_t test = schema_child(c, KEYWORD_IF, NULL, NONE, v);
	uint32_t yes = optional_child(c, KEYWORD_THEN), no = optional_child(c, KEYWORD_ELSE);
	uint32_t list = (uint32_t)p->lists.len;
	VEC_PUSH(&p->lists, yes);
	VEC_PUSH(&p->lists, no);
	schema_emit(c, ALL_CLASSES, OP_IF, KEYWORD_IF, v, test, list);
}

void schema_combinators(struct compiling *c)
{
	branches(c, KEYWORD_ALL_OF, OP_ALL);
	branches(c, KEYWORD_ANY_OF, OP_ANY);
	branches(c, KEYWORD_ONE_OF, OP_ONE);
	if (c->value[KEYWORD_NOT])
		schema_emit(c, ALL_CLASSES, OP_NOT, KEYWORD_NOT, c->value[KEYWORD_NOT],
			    schema_child(c, KEYWORD_NOT, NULL, NONE, c->value[KEYWORD_NOT]), 0);
	conditional(c);
}

static void unevaluated(struct compiling *c, enum keyword k, uint32_t classes, enum op_code code)
{
	if (!c->value[k])
		return;
	c->flags |= RULE_UNEVALUATED;
	schema_emit(c, classes, code, k, c->value[k], schema_child(c, k, NULL, NONE, c->value[k]), 0);
}

void schema_unevaluated(struct compiling *c)
{
	unevaluated(c, KEYWORD_UNEVALUATED_ITEMS, ARRAYS, OP_UNEVALUATED_ITEMS);
	unevaluated(c, KEYWORD_UNEVALUATED_PROPERTIES, OBJECTS, OP_UNEVALUATED_PROPERTIES);
}
