/* messages: JSON made from a schema of an OpenAPI document, mostly what it asks for: references, allOf, one branch of
 * anyOf and oneOf, formats, bounds; patterns are not looked at. Pure but for `pick`, which draws. */
#ifndef TESTS_UNIT_CONTRACT_MESSAGES_H
#define TESTS_UNIT_CONTRACT_MESSAGES_H

#include "conf/tree.h"
#include "proxy/base/buf.h"

struct messages {
	const struct node *root;
	unsigned (*pick)(unsigned below);
	unsigned work; /* values left: then only null */
};

static inline const struct node *messages_resolve(const struct messages *m, const struct node *schema)
{
	for (unsigned hops = 0; schema && hops < 20; hops++) {
		struct str ref = tree_text(tree_get(schema, STR("$ref")));
		if (!str_starts(ref, STR("#/")))
			return schema;
		schema = m->root;
		for (struct str rest = str_skip(ref, 2); schema && rest.len;)
			schema = tree_get(schema, str_cut(&rest, '/'));
	}
	return schema;
}

static void messages_add(struct messages *m, const struct node *schema, struct buf *out, unsigned depth);

static inline void messages_string(struct messages *m, const struct node *schema, struct buf *out)
{
	static const char *const formats[][2] = {{"date-time", "2026-03-01T10:15:30Z"},
						 {"date", "2026-03-01"},
						 {"uri", "https://a.org/b"},
						 {"email", "zoe@example.com"},
						 {"uuid", "4b93484e-95aa-4bab-addc-e29270627c4a"},
						 {"ipv4", "192.0.2.7"}};
	struct str format = tree_text(tree_get(schema, STR("format")));
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (str_eq(format, str_from(formats[i][0]))) {
			buf_addf(out, "\"%s\"", formats[i][1]);
			return;
		}
	static const char *const some[] = {"\"a\"",           "\"ab c\"", "\"12345\"", "\"\xC3\xA9t\xC3\xA9\"",
					   "\"a\\n\\u00e9\"", "\"AB\""};
	buf_add(out, str_from(some[m->pick(6)]));
}

/* The members of the schema and of what it applies; *first: there is none yet. */
static inline void messages_members(struct messages *m, const struct node *schema, struct buf *out, unsigned depth,
				    bool *first, unsigned nested)
{
	const struct node *properties, *all;
	schema = messages_resolve(m, schema);
	if (!schema || schema->kind != NODE_MAPPING || nested > 8)
		return;
	properties = tree_get(schema, STR("properties"));
	for (uint32_t i = 0; properties && properties->kind == NODE_MAPPING && i < properties->count; i++) {
		if (m->pick(8) == 0)
			continue;
		buf_addf(out, m->pick(6) ? "%s\"%.*s\":" : "%s \"%.*s\" : ", *first ? "" : ",",
			 STR_ARG(properties->members[i].key.text));
		*first = false;
		messages_add(m, &properties->members[i].value, out, depth + 1);
	}
	all = tree_get(schema, STR("allOf"));
	for (uint32_t i = 0; all && all->kind == NODE_SEQUENCE && i < all->count; i++)
		messages_members(m, &all->items[i], out, depth, first, nested + 1);
}

static inline void messages_object(struct messages *m, const struct node *schema, struct buf *out, unsigned depth)
{
	bool first = true;
	buf_addc(out, '{');
	messages_members(m, schema, out, depth, &first, 0);
	if (m->pick(6) == 0)
		buf_addf(out, "%s\"unknown\":[{}]", first ? "" : ",");
	buf_addc(out, '}');
}

static inline void messages_array(struct messages *m, const struct node *schema, struct buf *out, unsigned depth)
{
	const struct node *items = tree_get(schema, STR("items"));
	buf_addc(out, '[');
	for (unsigned i = 0, count = m->pick(4); i < count; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		messages_add(m, items, out, depth + 1);
	}
	buf_addc(out, ']');
}

static inline struct str messages_type(struct messages *m, const struct node *schema)
{
	const struct node *type = tree_get(schema, STR("type"));
	if (type && type->kind == NODE_SEQUENCE && type->count)
		return type->items[m->pick(type->count)].text;
	if (type && type->kind == NODE_STRING)
		return type->text;
	return tree_get(schema, STR("properties")) || tree_get(schema, STR("allOf")) ? STR("object") : STR("string");
}

/* A value that stands in the schema itself: one of an enum, an example. */
static inline bool messages_given(struct messages *m, const struct node *schema, struct buf *out)
{
	const struct node *list = tree_get(schema, STR("enum")), *example = tree_get(schema, STR("example"));
	if (list && list->kind == NODE_SEQUENCE && list->count)
		example = &list->items[m->pick(list->count)];
	if (!example || !m->pick(4))
		return false;
	tree_to_json(example, out);
	return true;
}

static void messages_add(struct messages *m, const struct node *schema, struct buf *out, unsigned depth)
{
	static const char *const words[] = {"oneOf", "anyOf"};
	schema = messages_resolve(m, schema);
	if (!schema || schema->kind != NODE_MAPPING || depth > 7 || !m->work) {
		buf_add(out, STR("null"));
		return;
	}
	m->work--;
	for (unsigned w = 0; w < 2; w++) {
		const struct node *list = tree_get(schema, str_from(words[w]));
		if (list && list->kind == NODE_SEQUENCE && list->count) {
			messages_add(m, &list->items[m->pick(list->count)], out, depth + 1);
			return;
		}
	}
	if (messages_given(m, schema, out))
		return;
	struct str type = messages_type(m, schema);
	if (str_eq(type, STR("object")))
		messages_object(m, schema, out, depth);
	else if (str_eq(type, STR("array")))
		messages_array(m, schema, out, depth);
	else if (str_eq(type, STR("string")))
		messages_string(m, schema, out);
	else if (str_eq(type, STR("integer")))
		buf_addf(out, "%u", m->pick(4) ? m->pick(100) + 1 : m->pick(1000000));
	else if (str_eq(type, STR("number")))
		buf_add(out, m->pick(2) ? STR("12.25") : STR("7"));
	else
		buf_add(out, str_eq(type, STR("null")) ? STR("null") : m->pick(2) ? STR("true") : STR("false"));
}

#endif
