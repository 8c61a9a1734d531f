#include "filters/contract/style.h"
#include "filters/contract/json.h"
#include "filters/contract/nest.h"
#include "filters/contract/percent.h"

static const char *const words[STYLE_COUNT] = {
#define X(name, word) [STYLE_##name] = (word),
    STYLES(X)
#undef X
};

const char *style_word(enum style s)
{
	return words[s];
}

/* A text being cut into its items. */
struct cutter {
	struct str rest;
	enum style style;
	char delimiter; /* '\0': as the style says for spaces and pipes */
	bool trim;
};

static size_t encoded_at(struct str s, size_t i, const char *lower)
{
	return s.len - i >= 3 && s.at[i] == '%' && s.at[i + 1] == lower[0] && ascii_lower(s.at[i + 2]) == lower[1] ? 3
														   : 0;
}

/* Length of the delimiter at `i`, or 0. Spaces and pipes may not stand in a URI, so they come encoded. */
static size_t delimiter_at(const struct cutter *t, size_t i)
{
	char c = t->rest.at[i];
	switch (t->style) {
	case STYLE_SPACE:
		return c == '+' || c == ' ' ? 1 : encoded_at(t->rest, i, "20");
	case STYLE_PIPE:
		return c == '|' ? 1 : encoded_at(t->rest, i, "7c");
	default:
		return c == t->delimiter;
	}
}

static bool next_item(struct cutter *t, struct str *item)
{
	size_t len = 0, skip = 0;
	if (!t->rest.at)
		return false;
	while (len < t->rest.len && (skip = delimiter_at(t, len)) == 0)
		len++;
	*item = str_head(t->rest, len);
	t->rest = len < t->rest.len ? str_skip(t->rest, len + skip) : (struct str){NULL, 0};
	if (t->trim)
		*item = str_trim(*item);
	return true;
}

static void separate(struct coercion *c, uint32_t index)
{
	if (index)
		json_out_add(&c->out, STR(","));
}

static void write_item(struct coercion *c, const struct judged *schema, uint32_t index, struct str raw)
{
	struct judged item = coerce_item(c, schema, index);
	separate(c, index);
	coerce_encoded(c, item.types, raw);
}

static struct str decoded_key(struct coercion *c, struct str raw)
{
	return c->raw ? raw : percent_decoded(c->out.arena, raw, c->plus, &c->malformed);
}

static void write_member(struct coercion *c, const struct judged *schema, uint32_t index, struct str key,
			 struct str raw)
{
	struct judged value = coerce_property(c, schema, key);
	separate(c, index);
	json_out_string(&c->out, key);
	json_out_add(&c->out, STR(":"));
	coerce_encoded(c, value.types, raw);
}

/* `prefix` stands before every item (matrix, exploded: "color="). */
static enum style_result write_array(struct cutter *t, const struct judged *schema, struct str prefix,
				     struct coercion *c)
{
	struct str item;
	uint32_t index = 0;
	json_out_add(&c->out, STR("["));
	while (next_item(t, &item)) {
		if (index == 0 && prefix.len == 0 && item.len == 0 && !t->rest.at)
			break; /* nothing at all is the empty list */
		if (!str_starts(item, prefix))
			return STYLE_SYNTAX;
		write_item(c, schema, index++, str_skip(item, prefix.len));
	}
	json_out_add(&c->out, STR("]"));
	return STYLE_READ;
}

/* Either `key=value` items, or keys and values in turn. */
static enum style_result write_object(struct cutter *t, const struct judged *schema, bool equals, struct coercion *c)
{
	struct str key, value;
	uint32_t index = 0;
	json_out_add(&c->out, STR("{"));
	while (next_item(t, &key)) {
		if (index == 0 && key.len == 0 && !t->rest.at)
			break;
		if (equals) {
			size_t at = str_find(key, '=');
			if (at == key.len)
				return STYLE_SYNTAX;
			value = str_skip(key, at + 1);
			key = str_head(key, at);
		} else if (!next_item(t, &value)) {
			return STYLE_SYNTAX;
		}
		write_member(c, schema, index++, decoded_key(c, key), value);
	}
	json_out_add(&c->out, STR("}"));
	return STYLE_READ;
}

static enum style_result write_shape(struct cutter *t, const struct judged *schema, enum style_shape shape,
				     bool explode, struct str prefix, struct coercion *c)
{
	if (shape == STYLE_AS_ARRAY)
		return write_array(t, schema, prefix, c);
	if (shape == STYLE_AS_OBJECT)
		return write_object(t, schema, explode, c);
	coerce_encoded(c, schema->types, t->trim ? str_trim(t->rest) : t->rest);
	return STYLE_READ;
}

static enum style_result read_label(const struct parameter *p, const struct judged *schema, enum style_shape shape,
				    struct str raw, struct coercion *c)
{
	if (raw.len == 0 || raw.at[0] != '.')
		return STYLE_SYNTAX;
	struct cutter t = {str_skip(raw, 1), STYLE_LABEL, p->explode ? '.' : ',', false};
	return write_shape(&t, schema, shape, p->explode, STR(""), c);
}

static enum style_result read_matrix(const struct parameter *p, const struct judged *schema, enum style_shape shape,
				     struct str raw, struct coercion *c)
{
	if (raw.len == 0 || raw.at[0] != ';')
		return STYLE_SYNTAX;
	struct cutter t = {str_skip(raw, 1), STYLE_MATRIX, p->explode ? ';' : ',', false};
	if (shape == STYLE_AS_OBJECT && p->explode && !str_eq(t.rest, p->name))
		return write_object(&t, schema, true, c);
	struct str prefix = arena_printf(c->out.arena, "%.*s=", STR_ARG(p->name));
	if (str_eq(t.rest, p->name)) /* `;color`: the empty value */
		t.rest = str_of(t.rest.at + t.rest.len, 0);
	else if (!str_starts(t.rest, prefix))
		return STYLE_SYNTAX;
	else if (shape != STYLE_AS_ARRAY || !p->explode)
		t.rest = str_skip(t.rest, prefix.len);
	bool prefixed = shape == STYLE_AS_ARRAY && p->explode && t.rest.len;
	return write_shape(&t, schema, shape, false, prefixed ? prefix : STR(""), c);
}

enum style_result style_text(const struct parameter *p, const struct judged *schema, enum style_shape shape,
			     struct str raw, struct coercion *c)
{
	if (p->style == STYLE_LABEL)
		return read_label(p, schema, shape, raw, c);
	if (p->style == STYLE_MATRIX)
		return read_matrix(p, schema, shape, raw, c);
	struct cutter t = {raw.at ? raw : STR(""), p->style, ',', p->location == IN_HEADER};
	return write_shape(&t, schema, shape, p->style == STYLE_SIMPLE && p->explode, STR(""), c);
}

static enum style_result write_pairs(const struct judged *schema, const struct pairs *pairs, uint32_t first,
				     struct coercion *c)
{
	uint32_t index = 0;
	json_out_add(&c->out, STR("["));
	for (uint32_t i = first; i != NO_PAIR; i = pairs->at[i].next)
		write_item(c, schema, index++, pairs->at[i].value);
	json_out_add(&c->out, STR("]"));
	return STYLE_READ;
}

enum style_result style_pairs(const struct parameter *p, const struct judged *schema, enum style_shape shape,
			      struct pairs *pairs, uint32_t first, struct coercion *c)
{
	const struct pair *pair = &pairs->at[first];
	if (p->explode && shape == STYLE_AS_ARRAY)
		return write_pairs(schema, pairs, first, c);
	if (pair->next != NO_PAIR)
		return STYLE_REPEATED;
	return style_text(p, schema, shape, pair->value, c);
}

/* One name of an exploded object; several values are an array where the schema admits one. */
static enum style_result write_name(const struct judged *schema, struct pairs *pairs, uint32_t first, uint32_t index,
				    struct coercion *c)
{
	const struct pair *pair = &pairs->at[first];
	struct judged value = coerce_property(c, schema, pair->name);
	bool array = value.types >> JSON_ARRAY & 1;
	bool only = !(value.types & ~(1u << JSON_ARRAY | 1u << JSON_NULL));
	if (pair->next == NO_PAIR && !(array && only)) {
		write_member(c, schema, index, pair->name, pair->value);
		return STYLE_READ;
	}
	separate(c, index);
	json_out_string(&c->out, pair->name);
	json_out_add(&c->out, STR(":"));
	return array ? write_pairs(&value, pairs, first, c) : STYLE_REPEATED;
}

enum style_result style_exploded(const struct judged *schema, bool any, struct pairs *pairs, struct coercion *c,
				 bool *found)
{
	enum style_result result = STYLE_READ;
	uint32_t index = 0, entry;
	json_out_add(&c->out, STR("{"));
	for (uint32_t i = 0; i < pairs->count && result == STYLE_READ; i++) {
		struct pair *p = &pairs->at[i];
		if (p->later || p->taken)
			continue;
		if (!any && schema->present &&
		    (!program_property(c->program, schema->entry, p->name, &entry) ||
		     !program_types(c->program, entry)))
			continue;
		c->malformed |= p->malformed;
		p->matched = true;
		result = write_name(schema, pairs, i, index++, c);
	}
	json_out_add(&c->out, STR("}"));
	*found = index > 0;
	return result;
}

enum style_result style_deep(const struct parameter *p, const struct judged *schema, struct pairs *pairs,
			     struct coercion *c, bool *found)
{
	struct nest nest;
	nest_begin(&nest, c->out.arena);
	*found = false;
	for (uint32_t i = 0; i < pairs->count; i++) {
		struct pair *pair = &pairs->at[i];
		if (pair->name.len <= p->name.len || !str_starts(pair->name, p->name) ||
		    pair->name.at[p->name.len] != '[')
			continue;
		*found = pair->taken = true;
		c->malformed |= pair->malformed;
		if (!nest_add(&nest, str_skip(pair->name, p->name.len), pair->value))
			return STYLE_SYNTAX;
	}
	return *found && !nest_write(&nest, c, schema) ? STYLE_REPEATED : STYLE_READ;
}
