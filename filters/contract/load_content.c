#include "filters/contract/load.h"

/* Whether a schema says no more than that the body is bytes: then there is nothing to judge, and nothing goes
 * unchecked. */
static bool says_bytes(const struct node *n)
{
	static const struct str silent[] = {
	    STR_INIT("type"),        STR_INIT("format"),           STR_INIT("title"),
	    STR_INIT("description"), STR_INIT("contentMediaType"), STR_INIT("contentEncoding"),
	    STR_INIT("example"),     STR_INIT("examples")};
	if (!n || n->kind != NODE_MAPPING)
		return n && n->kind == NODE_BOOL && tree_is_true(n);
	for (uint32_t i = 0; i < n->count; i++) {
		bool known = str_starts(n->members[i].key.text, STR("x-"));
		for (size_t k = 0; k < sizeof silent / sizeof *silent; k++)
			known |= str_eq(n->members[i].key.text, silent[k]);
		if (!known)
			return false;
	}
	const struct node *type = tree_get(n, STR("type")), *format = tree_get(n, STR("format"));
	bool text = !type || str_eq(tree_text(type), STR("string"));
	return text && (!format || str_eq(tree_text(format), STR("binary")));
}

static bool is_bytes(const struct node *n)
{
	bool encoded = tree_get(n, STR("contentEncoding")) != NULL;
	return str_eq(tree_text(tree_get(n, STR("format"))), STR("binary")) ||
	       (tree_get(n, STR("contentMediaType")) && !encoded);
}

enum { FIELDS_BUDGET = 256 }; /* schemas looked at: allOf may be nested, and refer in circles */

/* Names of properties that are bytes, or lists of them: parts that need not be text. */
static void find_bytes(struct loader *l, struct here schema, struct media *m, unsigned *budget)
{
	if (*budget == 0)
		return;
	--*budget;
	schema = load_follow(l, schema);
	struct here properties = load_child(l, schema, STR("properties")), all = load_child(l, schema, STR("allOf"));
	for (uint32_t i = 0; all.node && all.node->kind == NODE_SEQUENCE && i < all.node->count; i++)
		find_bytes(l, load_item(l, all, i), m, budget);
	if (!properties.node || properties.node->kind != NODE_MAPPING)
		return;
	struct str *names = ARENA_ARRAY(&l->c->arena, struct str, m->bytes_fields + properties.node->count);
	if (m->bytes_fields)
		memcpy(names, m->bytes_field, m->bytes_fields * sizeof *names);
	m->bytes_field = names;
	for (uint32_t i = 0; i < properties.node->count; i++) {
		struct here one = load_follow(l, load_member(l, properties, i)),
			    items = load_child(l, one, STR("items"));
		if (is_bytes(one.node) || (items.node && is_bytes(load_follow(l, items).node)))
			names[m->bytes_fields++] = load_keep(l, properties.node->members[i].key.text);
	}
}

/* Of media types in each other: a body, a header of one of its parts, and so on. References make circles of them. */
enum { CONTENT_DEPTH = 32 };

/* What 3.2 says of fields that exclude each other, and of a sequence whose schema is not that of a list. */
static bool check_3_2(struct loader *l, const struct node *n, const struct media *m)
{
	const struct node *schema = tree_get(n, STR("schema")), *type = tree_get(schema, STR("type"));
	enum media_kind kind = media_kind(&m->range);
	bool stream = kind == MEDIA_SEQUENCE || kind == MEDIA_LINES || kind == MEDIA_EVENTS;
	if (stream && type && type->kind == NODE_STRING && !m->bytes && !str_eq(type->text, STR("array"))) {
		diag_warn(l->d, tree_place(type),
			  "the schema of a sequence is that of the list of its items: this one is of type %.*s",
			  STR_ARG(type->text));
		diag_hint(l->d, "the schema of each item is \"itemSchema\"");
	}
	if (tree_get(n, STR("encoding")) && (tree_get(n, STR("prefixEncoding")) || tree_get(n, STR("itemEncoding"))))
		return diag_error(l->d, tree_place(&tree_member(n, STR("encoding"))->key),
				  "\"encoding\" excludes \"prefixEncoding\" and \"itemEncoding\"");
	return true;
}

bool load_media(struct loader *l, struct here h, struct str text, struct media *m)
{
	struct here owner = load_follow(l, h);
	if (!owner.node || !oas_check(OAS_MEDIA_TYPE, owner.node, l->version, l->d))
		return false;
	m->text = load_keep(l, text);
	if (!media_range_parse(m->text, &m->range)) {
		diag_warn(l->d, tree_place(h.node), "\"%.*s\" is no media type: no message can have it", STR_ARG(text));
		m->range = (struct media_range){STR(""), STR(""), 0, {{{0}, {0}}}};
	}
	struct here schema = load_child(l, owner, STR("schema"));
	m->bytes = says_bytes(schema.node) && !tree_get(owner.node, STR("itemSchema"));
	m->listed = l->version >= 32;
	if (m->listed && !check_3_2(l, owner.node, m))
		return false;
	load_schema(l, schema, &m->schema);
	load_schema(l, load_child(l, owner, STR("itemSchema")), &m->item);
	load_examples(l, owner, &m->schema, m);
	load_encodings(l, owner, m);
	if (m->schema.present && media_kind(&m->range) == MEDIA_MULTIPART)
		find_bytes(l, schema, m, &(unsigned){FIELDS_BUDGET});
	VEC_PUSH(&l->media, m);
	return true;
}

static struct str list_expected(struct loader *l, const struct content *c)
{
	struct buf words = {0};
	for (uint32_t i = 0; i < c->count; i++) {
		if (i)
			buf_add(&words, i + 1 == c->count ? STR(" or ") : STR(", "));
		buf_add(&words, c->media[i].text);
	}
	struct str kept = load_keep(l, buf_str(&words));
	buf_free(&words);
	return kept;
}

/* Without parameters nothing else can be nearer to what a message says. */
static const struct media *plain_json(const struct content *c)
{
	const struct media *found = NULL;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct media *m = &c->media[i];
		if (m->range.count)
			return NULL;
		if (!found && media_kind(&m->range) == MEDIA_JSON && media_is_concrete(&m->range))
			found = m;
	}
	return found && found->schema.present ? found : NULL;
}

void load_content(struct loader *l, struct here map, struct content *out)
{
	*out = (struct content){0};
	if (!map.node)
		return;
	if (map.node->kind != NODE_MAPPING) {
		diag_error(l->d, tree_place(map.node), "\"content\" is a mapping; this is %s",
			   tree_kind_name(map.node));
		return;
	}
	if (l->nesting == CONTENT_DEPTH) {
		diag_error(l->d, tree_place(map.node),
			   "media types are nested more than %d deep, by headers of their parts", CONTENT_DEPTH);
		return;
	}
	l->nesting++;
	out->media = ARENA_ARRAY(&l->c->arena, struct media, map.node->count);
	out->pointer = load_keep(l, map.pointer);
	out->place = load_place(l, map.node);
	for (uint32_t i = 0; i < map.node->count; i++)
		if (load_media(l, load_member(l, map, i), map.node->members[i].key.text, &out->media[out->count]))
			out->count++;
	l->nesting--;
	out->expected = list_expected(l, out);
	out->json = plain_json(out);
}
