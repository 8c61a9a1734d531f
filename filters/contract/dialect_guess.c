/* Which draft a schema without $schema is written in, by words that mean something in the older ones alone. */
#include "filters/contract/dialect.h"

enum { VISITS = 200000 };

struct guess {
	enum dialect dialect;
	const char *word;
	unsigned visits;
};

static void settle(struct guess *g, enum dialect dialect, const char *word)
{
	if (dialect < g->dialect) {
		g->dialect = dialect;
		g->word = word;
	}
}

static void look(struct guess *g, const struct member *m)
{
	struct str key = m->key.text;
	if ((str_eq(key, STR("exclusiveMinimum")) || str_eq(key, STR("exclusiveMaximum"))) &&
	    m->value.kind == NODE_BOOL)
		settle(g, DIALECT_4, key.at[9] == 'M' && key.at[10] == 'i' ? "exclusiveMinimum" : "exclusiveMaximum");
	else if (str_eq(key, STR("items")) && m->value.kind == NODE_SEQUENCE)
		settle(g, DIALECT_7, "items");
	else if (str_eq(key, STR("dependencies")) && m->value.kind == NODE_MAPPING)
		settle(g, DIALECT_7, "dependencies");
	else if (str_eq(key, STR("additionalItems")) && (m->value.kind == NODE_BOOL || m->value.kind == NODE_MAPPING))
		settle(g, DIALECT_7, "additionalItems");
}

static bool holds_schemas(struct str key)
{
	static const struct str values[] = {STR_INIT("enum"), STR_INIT("const"), STR_INIT("default"),
					    STR_INIT("examples"), STR_INIT("example")};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (str_eq(key, values[i]))
			return false;
	return true;
}

/* `names`: the keys of this mapping are names of properties, not keywords. TREE_DEPTH bounds the recursion. */
static void walk(struct guess *g, const struct node *n, bool names)
{
	static const struct str maps[] = {STR_INIT("properties"),   STR_INIT("patternProperties"),
					  STR_INIT("definitions"),  STR_INIT("$defs"),
					  STR_INIT("dependencies"), STR_INIT("dependentSchemas")};
	if (g->visits++ > VISITS)
		return;
	for (uint32_t i = 0; n->kind == NODE_SEQUENCE && i < n->count; i++)
		walk(g, &n->items[i], false);
	for (uint32_t i = 0; n->kind == NODE_MAPPING && i < n->count; i++) {
		const struct member *m = &n->members[i];
		bool map = false;
		for (size_t k = 0; k < sizeof maps / sizeof *maps; k++)
			map |= !names && str_eq(m->key.text, maps[k]);
		if (!names)
			look(g, m);
		if (names || holds_schemas(m->key.text))
			walk(g, &m->value, map);
	}
}

enum dialect dialect_guess(const struct node *schema, const char **word)
{
	struct guess g = {DIALECT_2020_12, NULL, 0};
	const struct node *id = tree_get(schema, STR("id"));
	walk(&g, schema, false);
	if (id && id->kind == NODE_STRING && !tree_get(schema, STR("$id")))
		settle(&g, DIALECT_4, "id");
	*word = g.word;
	return g.dialect;
}
