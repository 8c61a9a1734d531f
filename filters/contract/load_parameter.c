#include "filters/contract/load.h"

/* OpenAPI 3.1.1, 4.8.12.3: the styles of each place; cookie is 3.2's. The first is the default. */
struct place_rule {
	struct str word;
	enum location location;
	enum style fallback;
	uint16_t styles, styles_32;
};
#define S(name) (1u << STYLE_##name)
static const struct place_rule places[] = {
    {STR_INIT("path"), IN_PATH, STYLE_SIMPLE, S(SIMPLE) | S(LABEL) | S(MATRIX), 0},
    {STR_INIT("query"), IN_QUERY, STYLE_FORM, S(FORM) | S(SPACE) | S(PIPE) | S(DEEP), 0},
    {STR_INIT("header"), IN_HEADER, STYLE_SIMPLE, S(SIMPLE), 0},
    {STR_INIT("cookie"), IN_COOKIE, STYLE_FORM, S(FORM), S(COOKIE)},
};

static const struct place_rule *place_of(enum location location)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].location == location)
			return &places[i];
	return &places[1];
}

static bool read_style(struct loader *l, struct here owner, const struct place_rule *rule, struct parameter *p)
{
	const struct node *n = tree_get(owner.node, STR("style"));
	struct str words[STYLE_COUNT];
	uint16_t allowed = (uint16_t)(rule->styles | (l->version >= 32 ? rule->styles_32 : 0));
	p->style = (uint8_t)rule->fallback;
	if (!n)
		return true;
	for (uint8_t i = 0; i < STYLE_COUNT; i++) {
		words[i] = str_from(style_word((enum style)i));
		if (str_eq(tree_text(n), words[i]) && allowed >> i & 1) {
			p->style = i;
			return true;
		}
	}
	diag_error(l->d, tree_place(n), "\"%.*s\" is no style of a %.*s parameter", STR_ARG(tree_text(n)),
		   STR_ARG(rule->word));
	struct str near = diag_nearest(tree_text(n), words, STYLE_COUNT);
	if (near.len)
		diag_hint(l->d, "did you mean \"%.*s\"?", STR_ARG(near));
	return false;
}

bool load_style(struct loader *l, struct here owner, enum location location, struct parameter *p)
{
	const struct node *explode = tree_get(owner.node, STR("explode"));
	p->location = (uint8_t)location;
	if (!read_style(l, owner, place_of(location), p))
		return false;
	p->explode = explode ? tree_is_true(explode) : p->style == STYLE_FORM || p->style == STYLE_COOKIE;
	return true;
}

/* 3.1 allows it where the style percent-encodes; 3.0 says that it has no effect elsewhere, 3.2 allows it. */
static bool check_reserved(struct loader *l, struct here h, enum location location)
{
	const struct member *m = tree_member(h.node, STR("allowReserved"));
	if (!m || location == IN_QUERY || location == IN_COOKIE || l->version == 32)
		return true;
	if (l->version == 31)
		return diag_error(l->d, tree_place(&m->key), "\"allowReserved\" is for query parameters only");
	diag_warn(l->d, tree_place(&m->key), "\"allowReserved\" has no effect here: it is for query parameters");
	return true;
}

static bool names_nothing(const struct node *schema)
{
	static const struct str naming[] = {
	    STR_INIT("$ref"),  STR_INIT("properties"), STR_INIT("additionalProperties"), STR_INIT("allOf"),
	    STR_INIT("anyOf"), STR_INIT("oneOf"),      STR_INIT("patternProperties")};
	for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
		if (tree_get(schema, naming[i]))
			return false;
	return true;
}

static bool load_value(struct loader *l, struct here h, struct parameter *p)
{
	struct here schema = load_child(l, h, STR("schema")), content = load_child(l, h, STR("content"));
	if (schema.node && content.node)
		return diag_error(l->d, tree_place(content.node), "a parameter has either \"schema\" or \"content\"");
	if (!schema.node && !content.node)
		return diag_error(l->d, tree_place(h.node), "a parameter needs \"schema\" or \"content\"");
	if (schema.node) {
		p->open = names_nothing(schema.node);
		load_schema(l, schema, &p->schema);
		load_examples(l, h, &p->schema, NULL);
		return true;
	}
	struct content c = {0};
	if (content.node->count != 1)
		return diag_error(l->d, tree_place(content.node),
				  "\"content\" of a parameter has exactly one media type");
	l->content(l, content, &c);
	p->media = c.media;
	return c.count == 1;
}

static struct parameter *begin(struct loader *l, struct here h)
{
	struct parameter *p = ARENA_NEW(&l->c->arena, struct parameter);
	p->deprecated = tree_is_true(tree_get(h.node, STR("deprecated")));
	p->required = tree_is_true(tree_get(h.node, STR("required")));
	p->allow_empty = tree_is_true(tree_get(h.node, STR("allowEmptyValue")));
	p->pointer = load_keep(l, h.pointer);
	p->place = load_place(l, h.node);
	return p;
}

/* `in` decides the rest; 3.2's querystring takes the whole query. */
static bool read_in(struct loader *l, struct here h, struct parameter *p)
{
	const struct node *in = tree_get(h.node, STR("in"));
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (str_eq(tree_text(in), places[i].word))
			return check_reserved(l, h, places[i].location) && load_style(l, h, places[i].location, p);
	p->whole = l->version >= 32 && str_eq(tree_text(in), STR("querystring"));
	p->location = IN_QUERY;
	if (p->whole && tree_get(h.node, STR("content")))
		return true;
	if (p->whole)
		return diag_error(l->d, tree_place(in), "a querystring parameter needs \"content\"");
	return diag_error(l->d, tree_place(in), "\"%.*s\" is none of path, query, header, cookie",
			  STR_ARG(tree_text(in)));
}

static bool check_name(struct loader *l, struct here h, struct parameter *p)
{
	const struct node *name = tree_get(h.node, STR("name"));
	p->name = load_keep(l, tree_text(name));
	if (p->name.len == 0 && !p->whole)
		return diag_error(l->d, tree_place(name), "a parameter without a name");
	if (p->location == IN_PATH && !p->required) {
		diag_warn(l->d, tree_place(h.node), "a path parameter is always required: it needs \"required: true\"");
		p->required = true;
	}
	return true;
}

const struct parameter *load_parameter(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (!h.node)
		return NULL;
	const struct parameter *known = memo_get(&l->memo, MEMO_PARAMETER, h.node);
	if (known)
		return known;
	if (memo_get(&l->memo, MEMO_BROKEN, h.node))
		return NULL;
	if (!oas_check(OAS_PARAMETER, h.node, l->version, l->d)) {
		memo_put(&l->memo, MEMO_BROKEN, h.node, h.node);
		return NULL;
	}
	struct parameter *p = begin(l, h);
	if (!read_in(l, h, p) || !check_name(l, h, p) || !load_value(l, h, p)) {
		memo_put(&l->memo, MEMO_BROKEN, h.node, h.node);
		return NULL;
	}
	VEC_PUSH(&l->parameters, p);
	if (!l->passive)
		memo_put(&l->memo, MEMO_PARAMETER, h.node, p);
	return p;
}

/* A header without its name: that is said where it is referred to. */
static const struct parameter *read_header(struct loader *l, struct here h)
{
	if (!oas_check(OAS_HEADER, h.node, l->version, l->d) || !check_reserved(l, h, IN_HEADER))
		return NULL;
	struct parameter *p = begin(l, h);
	return load_style(l, h, IN_HEADER, p) && load_value(l, h, p) ? p : NULL;
}

/* Each is read once: headers of parts whose media types have parts with headers would else be read as often as there
 * are ways to them. */
static const struct parameter *load_header(struct loader *l, struct here h, struct str name)
{
	enum memo_kind kind = l->passive ? MEMO_PASSIVE_HEADER : MEMO_HEADER;
	h = load_follow(l, h);
	if (!h.node || memo_get(&l->memo, MEMO_BROKEN, h.node))
		return NULL;
	const struct parameter *known = memo_get(&l->memo, kind, h.node);
	if (!known) {
		known = read_header(l, h);
		memo_put(&l->memo, known ? kind : MEMO_BROKEN, h.node, known ? (const void *)known : h.node);
	}
	if (!known)
		return NULL;
	struct parameter *p = ARENA_NEW(&l->c->arena, struct parameter);
	*p = *known;
	p->name = load_keep(l, name);
	VEC_PUSH(&l->parameters, p);
	return p;
}

struct parameters load_headers(struct loader *l, struct here map, bool of_part)
{
	struct parameters list = {0};
	if (!map.node)
		return list;
	list.at = ARENA_ARRAY(&l->c->arena, const struct parameter *, map.node->count);
	for (uint32_t i = 0; i < map.node->count; i++) {
		struct str name = map.node->members[i].key.text;
		const struct parameter *p = load_header(l, load_member(l, map, i), name);
		/* OpenAPI 3.1.1, 4.8.17: Content-Type is described elsewhere, and what is said of it here is ignored.
		 */
		if (p && (of_part || !str_eq_nocase(name, STR("Content-Type"))))
			list.at[list.count++] = p;
	}
	return list;
}
