#include "filters/contract/schema_value.h"

#include "filters/contract/program_code.h"

static bool wrong(const struct node *v, enum keyword k, const char *expected, struct diag *d)
{
	return diag_error(d, tree_place(v), "%.*s must be %s, not %s", STR_ARG(schema_keywords[k].text), expected,
			  tree_kind_name(v));
}

static const struct {
	struct str word;
	uint32_t kinds;
} types[] = {
    {STR_INIT("null"), 1 << JSON_NULL},
    {STR_INIT("boolean"), 1 << JSON_TRUE | 1 << JSON_FALSE},
    {STR_INIT("number"), 1 << JSON_NUMBER | 1 << KIND_INTEGER},
    {STR_INIT("integer"), 1 << KIND_INTEGER},
    {STR_INIT("string"), 1 << JSON_STRING},
    {STR_INIT("array"), 1 << JSON_ARRAY},
    {STR_INIT("object"), 1 << JSON_OBJECT},
};

static uint32_t type_kinds(struct str word)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(types[i].word, word))
			return types[i].kinds;
	return 0;
}

uint32_t schema_value_kinds(const struct node *v)
{
	if (v->kind != NODE_SEQUENCE)
		return type_kinds(tree_text(v));
	uint32_t kinds = 0;
	for (uint32_t i = 0; i < v->count; i++)
		kinds |= type_kinds(tree_text(&v->items[i]));
	return kinds;
}

/* YAML's bare null in `type: null` and `type: [string, null]` means the word. */
static bool type_word(const struct node *v)
{
	return v->kind == NODE_STRING || (v->kind == NODE_NULL && str_eq(v->text, STR("null")));
}

static bool check_type(struct language l, const struct node *v, struct diag *d)
{
	struct str words[sizeof types / sizeof *types];
	size_t count = sizeof types / sizeof *types;
	if (!type_word(v))
		return wrong(v, KEYWORD_TYPE, "the name of a type", d);
	if (type_kinds(v->text) && !(language_in(l, IN_30) && str_eq(v->text, STR("null"))))
		return true;
	diag_error(d, tree_place(v), "\"%.*s\" is no type of %s", STR_ARG(v->text), dialect_name(l.dialect));
	for (size_t i = 0; i < count; i++)
		words[i] = types[i].word;
	struct str near = diag_nearest(v->text, words, count);
	if (language_in(l, IN_30) && str_eq(v->text, STR("null")))
		diag_hint(d, "OpenAPI 3.0 writes nullable: true beside the type");
	else if (near.len)
		diag_hint(d, "did you mean \"%.*s\"?", STR_ARG(near));
	return false;
}

static bool check_types(struct language l, const struct node *v, struct diag *d)
{
	if (v->kind != NODE_SEQUENCE)
		return check_type(l, v, d);
	if (language_in(l, IN_30))
		return wrong(v, KEYWORD_TYPE, "one word in OpenAPI 3.0", d);
	if (!v->count)
		return diag_error(d, tree_place(v), "type must name at least one type");
	bool ok = true;
	for (uint32_t i = 0; i < v->count; i++)
		ok &= check_type(l, &v->items[i], d);
	return ok;
}

/* A name that stands twice does no harm; it is told where it is near, so that long lists cost little. */
static bool check_names(enum keyword k, const struct node *v, struct diag *d)
{
	if (v->kind != NODE_SEQUENCE)
		return wrong(v, k, "a list of names", d);
	for (uint32_t i = 0; i < v->count; i++) {
		if (v->items[i].kind != NODE_STRING)
			return wrong(&v->items[i], k, "a list of strings", d);
		for (uint32_t j = i > 64 ? i - 64 : 0; j < i; j++)
			if (str_eq(v->items[i].text, v->items[j].text))
				diag_warn(d, tree_place(&v->items[i]), "\"%.*s\" stands twice in %.*s",
					  STR_ARG(v->items[i].text), STR_ARG(schema_keywords[k].text));
	}
	return true;
}

static bool check_each(enum keyword k, const struct node *v, struct diag *d)
{
	if (v->kind != NODE_MAPPING)
		return wrong(v, k, "a mapping", d);
	bool ok = true;
	for (uint32_t i = 0; i < v->count; i++) {
		const struct node *one = &v->members[i].value;
		bool names = schema_keywords[k].value == VALUE_NAMES_MAP || one->kind == NODE_SEQUENCE;
		if (names)
			ok &= check_names(k, one, d);
	}
	return ok;
}

static bool check_count(enum keyword k, const struct node *v, struct diag *d)
{
	struct decimal n;
	if (v->kind != NODE_NUMBER || !decimal_valid(v->text))
		return wrong(v, k, "a whole number", d);
	n = decimal_of(v->text);
	if (n.negative || !decimal_is_integer(&n))
		return diag_error(d, tree_place(v), "%.*s must be a whole number from 0",
				  STR_ARG(schema_keywords[k].text));
	return true;
}

uint32_t schema_value_count(const struct node *v)
{
	int64_t n;
	return decimal_fits_int64(v->text, &n) && n <= UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static bool check_number(enum keyword k, const struct node *v, struct diag *d)
{
	if (v->kind != NODE_NUMBER || !decimal_valid(v->text))
		return wrong(v, k, "a number", d);
	struct decimal n = decimal_of(v->text);
	if (schema_keywords[k].value == VALUE_POSITIVE && (n.negative || !n.count))
		return diag_error(d, tree_place(v), "%.*s must be greater than 0", STR_ARG(schema_keywords[k].text));
	return true;
}

static bool check_anchor(enum keyword k, const struct node *v, struct diag *d)
{
	if (v->kind != NODE_STRING)
		return wrong(v, k, "a string", d);
	for (size_t i = 0; i < v->text.len; i++) {
		char c = v->text.at[i];
		if (ascii_alpha(c) || c == '_' || (i && (ascii_digit(c) || c == '-' || c == '.' || c == ':')))
			continue;
		return diag_error(d, tree_place(v), "\"%.*s\" cannot be an anchor", STR_ARG(v->text));
	}
	return v->text.len ? true : diag_error(d, tree_place(v), "an anchor must not be empty");
}

static bool check_discriminator(enum keyword k, const struct node *v, struct diag *d)
{
	const struct node *name = tree_get(v, STR("propertyName"));
	if (v->kind != NODE_MAPPING)
		return wrong(v, k, "a mapping", d);
	if (!name || name->kind != NODE_STRING)
		return diag_error(d, tree_place(v), "a discriminator needs a propertyName");
	const struct node *mapping = tree_get(v, STR("mapping"));
	if (mapping && mapping->kind != NODE_MAPPING)
		return diag_error(d, tree_place(mapping), "the mapping of a discriminator must be a mapping");
	const struct node *fallback = tree_get(v, STR("defaultMapping"));
	if (fallback && fallback->kind != NODE_STRING)
		return diag_error(d, tree_place(fallback), "the defaultMapping of a discriminator must be a string");
	return true;
}

static bool check_kind(enum keyword k, const struct node *v, enum node_kind kind, const char *expected, struct diag *d)
{
	return v->kind == kind || wrong(v, k, expected, d);
}

static bool check_schemas(struct language l, enum keyword k, const struct node *v, struct diag *d)
{
	if (k == KEYWORD_ITEMS && v->kind != NODE_SEQUENCE)
		return true;
	if (k == KEYWORD_ITEMS && language_in(l, IN_MODERN | IN_30)) {
		wrong(v, k, "a schema", d);
		if (language_in(l, IN_MODERN))
			diag_hint(d, "a list of schemas, one for each place, is called prefixItems");
		return false;
	}
	if (v->kind != NODE_SEQUENCE)
		return wrong(v, k, "a list of schemas", d);
	if (v->count || k == KEYWORD_ITEMS)
		return true;
	if (!language_in(l, IN_OPENAPI))
		return diag_error(d, tree_place(v), "%.*s must not be empty", STR_ARG(schema_keywords[k].text));
	/* Generators of large public contracts write it for "no branch is known yet". */
	diag_warn(d, tree_place(v), "%.*s is empty and is not checked", STR_ARG(schema_keywords[k].text));
	return true;
}

bool schema_value_check(struct language l, enum keyword k, const struct node *v, struct diag *d)
{
	bool flags = language_in(l, IN_4 | IN_30);
	switch ((enum value_shape)schema_keywords[k].value) {
	case VALUE_TEXT:
		return check_kind(k, v, NODE_STRING, "a string", d);
	case VALUE_ANCHOR:
		return check_anchor(k, v, d);
	case VALUE_BOOL:
		return check_kind(k, v, NODE_BOOL, "true or false", d);
	case VALUE_COUNT:
		return check_count(k, v, d);
	case VALUE_NUMBER:
	case VALUE_POSITIVE:
		return check_number(k, v, d);
	case VALUE_EXCLUSIVE:
		return flags ? check_kind(k, v, NODE_BOOL, "true or false", d) : check_number(k, v, d);
	case VALUE_TYPES:
		return check_types(l, v, d);
	case VALUE_LIST:
		return check_kind(k, v, NODE_SEQUENCE, "a list", d);
	case VALUE_NAMES:
		return check_names(k, v, d);
	case VALUE_NAMES_MAP:
	case VALUE_DEPENDENCIES:
		return check_each(k, v, d);
	case VALUE_SCHEMAS:
	case VALUE_ITEMS:
		return check_schemas(l, k, v, d);
	case VALUE_SCHEMA_MAP:
	case VALUE_VOCABULARIES:
		return check_kind(k, v, NODE_MAPPING, "a mapping", d);
	case VALUE_DISCRIMINATOR:
		return check_discriminator(k, v, d);
	case VALUE_SCHEMA: /* complained about where it is compiled */
	case VALUE_ANY:
		return true;
	}
	return true;
}
