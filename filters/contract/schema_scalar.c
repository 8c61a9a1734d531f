#include "filters/contract/schema_compile.h"
#include "filters/contract/schema_value.h"

static void type(struct compiling *c)
{
	const struct node *v = c->value[KEYWORD_TYPE];
	if (!v)
		return;
	uint32_t kinds = schema_value_kinds(v);
	/* OpenAPI 3.0.4: nullable speaks only where the same schema has a type. */
	if (tree_is_true(c->value[KEYWORD_NULLABLE]))
		kinds |= 1 << JSON_NULL;
	bool whole = kinds >> KIND_INTEGER & 1 && !(kinds >> JSON_NUMBER & 1);
	if (whole && !language_in(c->language, IN_4)) {
		kinds |= 1 << JSON_NUMBER;
		schema_emit(c, 1 << CLASS_NUMBER, OP_INTEGER, KEYWORD_TYPE, v, 0, 0);
	}
	c->kinds = kinds;
}

static uint32_t words(struct compiling *c, const struct node *const *strings, uint32_t count)
{
	struct program *p = c->set->program;
	struct words w = {(uint32_t)p->names.len, count, 0, 0};
	for (uint32_t i = 0; i < count; i++)
		schema_add_name(c->set, strings[i]->text);
	if (count > 8) {
		w.slot = schema_slots(c->set, count, &w.mask);
		for (uint32_t i = 0; i < count; i++) {
			uint32_t at = p->names.at[w.name + i].hash;
			while (p->slots.at[w.slot + (at & w.mask)])
				at++;
			p->slots.at[w.slot + (at & w.mask)] = i + 1;
		}
	}
	VEC_PUSH(&p->words, w);
	return (uint32_t)p->words.len - 1;
}

/* Strings are told apart by their bytes, all else as JSON values. */
static void one_of_values(struct compiling *c, enum keyword k, const struct node *place, const struct node *items,
			  uint32_t count)
{
	const struct node **strings = ARENA_ARRAY(&c->set->arena, const struct node *, count + 1);
	uint32_t string_count = 0, first = (uint32_t)c->set->constant_count;
	for (uint32_t i = 0; i < count; i++)
		if (items[i].kind == NODE_STRING)
			strings[string_count++] = &items[i];
		else
			schema_constant(c->set, &items[i]);
	schema_emit(c, STRINGS, OP_WORDS, k, place, words(c, strings, string_count), 0);
	schema_emit(c, ALL_CLASSES & ~(uint32_t)STRINGS, OP_ENUM, k, place, first,
		    (uint32_t)c->set->constant_count - first);
}

static uint32_t number(struct compiling *c, const struct node *v)
{
	struct program *p = c->set->program;
	struct name text = schema_name(c->set, v->text);
	struct number n = {.text = text.text, .length = text.length};
	n.is_small = decimal_fits_int64(v->text, &n.small);
	VEC_PUSH(&p->numbers, n);
	return (uint32_t)p->numbers.len - 1;
}

static void bound(struct compiling *c, enum op_code code, enum keyword k, enum keyword place)
{
	if (c->value[k])
		schema_emit(c, NUMBERS, code, place, c->value[place], number(c, c->value[k]), 0);
}

/* Draft 4 and OpenAPI 3.0: exclusiveMinimum: true sharpens minimum. */
static void bounds(struct compiling *c, enum keyword inclusive, enum keyword exclusive, enum op_code with,
		   enum op_code without)
{
	if (language_in(c->language, IN_4 | IN_30)) {
		bool sharp = tree_is_true(c->value[exclusive]);
		bound(c, sharp ? without : with, inclusive, sharp ? exclusive : inclusive);
		return;
	}
	bound(c, with, inclusive, inclusive);
	bound(c, without, exclusive, exclusive);
}

static void count(struct compiling *c, uint32_t classes, enum op_code code, enum keyword k)
{
	const struct node *v = c->value[k];
	if (!v)
		return;
	uint32_t n = schema_value_count(v);
	bool minimum = code == OP_MIN_LENGTH || code == OP_MIN_ITEMS || code == OP_MIN_PROPERTIES;
	if (!minimum || n)
		schema_emit(c, classes, code, k, v, n, 0);
}

/* Names of OpenAPI's registry say nothing in plain JSON Schema. */
static bool format_known_in(struct language l, const struct format *f)
{
	return f->applies != FORMAT_NUMBERS && strcmp(f->name, "byte") != 0 ? true : language_in(l, IN_OPENAPI);
}

static void format(struct compiling *c)
{
	const struct node *v = c->value[KEYWORD_FORMAT];
	struct program *p = c->set->program;
	bool asserted = c->set->options.assert_formats;
	/* A 2020-12 metaschema may ask for it (Validation, 7.2.2); a plain dialect has not that bit. */
	if (language_in(c->language, IN_2020) && c->language.vocabularies & VOCABULARY_FORMAT_ASSERTION)
		asserted = true;
	const struct format *f = v && asserted ? format_find(v->text) : NULL;
	if (!f || !f->check || !format_known_in(c->language, f))
		return;
	VEC_PUSH(&p->formats, f);
	schema_emit(c, f->applies == FORMAT_NUMBERS ? NUMBERS : STRINGS, OP_FORMAT, KEYWORD_FORMAT, v,
		    (uint32_t)p->formats.len - 1, 0);
}

void schema_scalars(struct compiling *c)
{
	type(c);
	const struct node *v = c->value[KEYWORD_ENUM];
	if (v)
		one_of_values(c, KEYWORD_ENUM, v, v->items, v->count);
	if ((v = c->value[KEYWORD_CONST]))
		one_of_values(c, KEYWORD_CONST, v, v, 1);
	bounds(c, KEYWORD_MINIMUM, KEYWORD_EXCLUSIVE_MINIMUM, OP_MINIMUM, OP_ABOVE);
	bounds(c, KEYWORD_MAXIMUM, KEYWORD_EXCLUSIVE_MAXIMUM, OP_MAXIMUM, OP_BELOW);
	bound(c, OP_MULTIPLE, KEYWORD_MULTIPLE_OF, KEYWORD_MULTIPLE_OF);
	count(c, STRINGS, OP_MIN_LENGTH, KEYWORD_MIN_LENGTH);
	count(c, STRINGS, OP_MAX_LENGTH, KEYWORD_MAX_LENGTH);
	format(c);
	if ((v = c->value[KEYWORD_PATTERN])) {
		uint32_t pattern = schema_pattern(c, v, v->text);
		if (pattern != NONE)
			schema_emit(c, STRINGS, OP_PATTERN, KEYWORD_PATTERN, v, pattern, 0);
	}
	count(c, ARRAYS, OP_MIN_ITEMS, KEYWORD_MIN_ITEMS);
	count(c, ARRAYS, OP_MAX_ITEMS, KEYWORD_MAX_ITEMS);
	count(c, OBJECTS, OP_MIN_PROPERTIES, KEYWORD_MIN_PROPERTIES);
	count(c, OBJECTS, OP_MAX_PROPERTIES, KEYWORD_MAX_PROPERTIES);
}
