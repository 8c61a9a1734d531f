/* walker: JSON Schema judged the plain way, straight over the two trees, as slow as it likes: the oracle of the
 * compiled program. It knows $ref by JSON pointer only (identifiers and dynamic references are for the public suite),
 * and shares nothing with the program but numbers (decimal.h) and patterns. Where it has taken too many steps it gives
 * up. */
#ifndef TESTS_UNIT_CONTRACT_WALKER_H
#define TESTS_UNIT_CONTRACT_WALKER_H

#include "conf/tree.h"
#include "filters/contract/pattern.h"
#include "filters/contract/schema.h"
#include "proxy/base/decimal.h"

#include <stdlib.h>

struct walker {
	const struct node *root;
	enum dialect dialect;
	unsigned steps; /* left */
	unsigned depth; /* left: a schema may lead back to itself on the same value */
	struct pattern_scratch *scratch;
};

static bool walk(struct walker *w, const struct node *schema, const struct node *v, bool *seen);

static inline const struct node *walker_get(const struct node *schema, const char *key)
{
	return tree_get(schema, str_from(key));
}

static inline bool walker_modern(const struct walker *w)
{
	return w->dialect == DIALECT_2020_12 || w->dialect == DIALECT_OPENAPI_31;
}

static inline bool walker_from_2019(const struct walker *w)
{
	return walker_modern(w) || w->dialect == DIALECT_2019_09;
}

static bool walker_equal(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == NODE_NUMBER) {
		struct decimal x = decimal_of(a->text), y = decimal_of(b->text);
		return decimal_cmp(&x, &y) == 0;
	}
	if (a->kind == NODE_SEQUENCE || a->kind == NODE_MAPPING) {
		bool same = a->count == b->count;
		for (uint32_t i = 0; same && i < a->count; i++) {
			const struct node *other =
			    a->kind == NODE_MAPPING ? tree_get(b, a->members[i].key.text) : &b->items[i];
			same =
			    other && walker_equal(a->kind == NODE_MAPPING ? &a->members[i].value : &a->items[i], other);
		}
		return same;
	}
	return str_eq(a->text, b->text);
}

static inline bool walker_is(const struct walker *w, const struct node *v, struct str type)
{
	static const char *const names[] = {
	    [NODE_NULL] = "null",     [NODE_BOOL] = "boolean",   [NODE_NUMBER] = "number",
	    [NODE_STRING] = "string", [NODE_SEQUENCE] = "array", [NODE_MAPPING] = "object"};
	if (str_eq(type, STR("integer")) && v->kind == NODE_NUMBER) {
		struct decimal d = decimal_of(v->text);
		bool plain = str_find(v->text, '.') == v->text.len && str_find(v->text, 'e') == v->text.len;
		return w->dialect == DIALECT_4 ? plain : decimal_is_integer(&d);
	}
	return str_eq(type, str_from(names[v->kind]));
}

static inline bool walker_type(const struct walker *w, const struct node *t, const struct node *v)
{
	if (t->kind == NODE_STRING)
		return walker_is(w, v, t->text);
	for (uint32_t i = 0; i < t->count; i++)
		if (walker_is(w, v, t->items[i].text))
			return true;
	return false;
}

static inline int walker_order(const struct node *v, const struct node *bound)
{
	struct decimal a = decimal_of(v->text), b = decimal_of(bound->text);
	return decimal_cmp(&a, &b);
}

static inline uint64_t walker_points(struct str s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
	return n;
}

static inline bool walker_count(const struct node *schema, const char *min, const char *max, uint64_t n)
{
	const struct node *least = walker_get(schema, min), *most = walker_get(schema, max);
	return (!least || n >= strtoull(least->text.at, NULL, 10)) && (!most || n <= strtoull(most->text.at, NULL, 10));
}

static inline bool walker_matches(struct walker *w, struct str source, struct str text)
{
	struct pattern_error error;
	struct pattern *p = pattern_compile(source, &error);
	bool match = pattern_match(p, w->scratch, text) == PATTERN_MATCH;
	pattern_free(p);
	return match;
}

static inline bool walker_scalar(struct walker *w, const struct node *s, const struct node *v)
{
	const struct node *k;
	bool flags = w->dialect == DIALECT_4, ok = true, any = false;
	if ((k = walker_get(s, "type")))
		ok &= walker_type(w, k, v);
	if ((k = walker_get(s, "enum"))) {
		for (uint32_t i = 0; i < k->count; i++)
			any |= walker_equal(&k->items[i], v);
		ok &= any;
	}
	if (!flags && (k = walker_get(s, "const")))
		ok &= walker_equal(k, v);
	if (v->kind == NODE_NUMBER) {
		const struct node *sharp = walker_get(s, "exclusiveMinimum");
		if ((k = walker_get(s, "minimum")))
			ok &= walker_order(v, k) >= (flags && tree_is_true(sharp));
		if (!flags && sharp)
			ok &= walker_order(v, sharp) > 0;
		if ((k = walker_get(s, "maximum")))
			ok &= walker_order(v, k) <= 0;
		struct decimal value = decimal_of(v->text), by;
		if ((k = walker_get(s, "multipleOf"))) {
			by = decimal_of(k->text);
			ok &= decimal_multiple_of(&value, &by) == IS_MULTIPLE;
		}
	}
	if (v->kind == NODE_STRING) {
		ok &= walker_count(s, "minLength", "maxLength", walker_points(v->text));
		if ((k = walker_get(s, "pattern")))
			ok &= walker_matches(w, k->text, v->text);
	}
	return ok;
}

/* What a subschema has seen counts only if it passes. */
static inline bool walker_branch(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	bool *own = calloc((size_t)v->count + 1, 1);
	bool ok = walk(w, s, v, own);
	for (uint32_t i = 0; ok && v->kind >= NODE_SEQUENCE && i < v->count; i++)
		seen[i] |= own[i];
	free(own);
	return ok;
}

static inline bool walker_alone(struct walker *w, const struct node *s, const struct node *v)
{
	bool *own = calloc((size_t)v->count + 1, 1);
	bool ok = walk(w, s, v, own);
	free(own);
	return ok;
}

static inline bool walker_combined(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	const struct node *k;
	unsigned passed = 0;
	bool ok = true;
	if ((k = walker_get(s, "$ref")))
		ok &= walker_branch(w, tree_at(w->root, str_skip(k->text, 1)), v, seen);
	for (uint32_t i = 0; (k = walker_get(s, "allOf")) && i < k->count; i++)
		ok &= walker_branch(w, &k->items[i], v, seen);
	for (uint32_t i = 0; (k = walker_get(s, "anyOf")) && i < k->count; i++)
		passed += walker_branch(w, &k->items[i], v, seen);
	ok &= !walker_get(s, "anyOf") || passed;
	passed = 0;
	for (uint32_t i = 0; (k = walker_get(s, "oneOf")) && i < k->count; i++)
		passed += walker_branch(w, &k->items[i], v, seen);
	ok &= !walker_get(s, "oneOf") || passed == 1;
	if ((k = walker_get(s, "not")))
		ok &= !walker_alone(w, k, v);
	bool conditions = w->dialect != DIALECT_4 && w->dialect != DIALECT_6;
	if (conditions && (k = walker_get(s, "if"))) {
		const struct node *then = walker_get(s, walker_branch(w, k, v, seen) ? "then" : "else");
		ok &= !then || walker_branch(w, then, v, seen);
	}
	return ok;
}

static inline bool walker_array(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	const struct node *items = walker_get(s, "items"), *prefix = NULL, *rest = items, *k;
	bool ok = walker_count(s, "minItems", "maxItems", v->count);
	if (walker_modern(w)) {
		prefix = walker_get(s, "prefixItems");
	} else if (items && items->kind == NODE_SEQUENCE) {
		prefix = items;
		rest = walker_get(s, "additionalItems");
	}
	for (uint32_t i = 0; i < v->count; i++) {
		const struct node *one = prefix && i < prefix->count ? &prefix->items[i] : rest;
		ok &= !one || walker_alone(w, one, &v->items[i]);
		seen[i] |= one != NULL;
		for (uint32_t j = 0; j < i && tree_is_true(walker_get(s, "uniqueItems")); j++)
			ok &= !walker_equal(&v->items[i], &v->items[j]);
	}
	if (w->dialect != DIALECT_4 && (k = walker_get(s, "contains"))) {
		const struct node *min = walker_from_2019(w) ? walker_get(s, "minContains") : NULL;
		const struct node *max = walker_from_2019(w) ? walker_get(s, "maxContains") : NULL;
		uint64_t found = 0;
		for (uint32_t i = 0; i < v->count; i++)
			if (walker_alone(w, k, &v->items[i])) {
				found++;
				seen[i] |= walker_modern(w);
			}
		ok &= found >= (min ? strtoull(min->text.at, NULL, 10) : 1);
		ok &= !max || found <= strtoull(max->text.at, NULL, 10);
	}
	return ok;
}

static inline bool walker_dependents(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	static const char *const keywords[] = {"dependencies", "dependentRequired", "dependentSchemas"};
	bool ok = true;
	for (unsigned k = 0; k < (walker_from_2019(w) ? 3 : 1); k++) {
		const struct node *map = walker_get(s, keywords[k]);
		for (uint32_t i = 0; map && i < map->count; i++) {
			const struct node *needs = &map->members[i].value;
			if (!tree_get(v, map->members[i].key.text))
				continue;
			if (needs->kind != NODE_SEQUENCE)
				ok &= walker_branch(w, needs, v, seen);
			for (uint32_t n = 0; needs->kind == NODE_SEQUENCE && n < needs->count; n++)
				ok &= tree_get(v, needs->items[n].text) != NULL;
		}
	}
	return ok;
}

static inline bool walker_member(struct walker *w, const struct node *s, const struct member *m, bool *seen)
{
	const struct node *listed = walker_get(s, "properties"), *patterns = walker_get(s, "patternProperties");
	const struct node *rest = walker_get(s, "additionalProperties"),
			  *own = listed ? tree_get(listed, m->key.text) : NULL;
	bool ok = true, known = own != NULL;
	if (own)
		ok &= walker_alone(w, own, &m->value);
	for (uint32_t i = 0; patterns && i < patterns->count; i++)
		if (walker_matches(w, patterns->members[i].key.text, m->key.text)) {
			known = true;
			ok &= walker_alone(w, &patterns->members[i].value, &m->value);
		}
	if (!known && rest) {
		known = true;
		ok &= walker_alone(w, rest, &m->value);
	}
	*seen |= known;
	return ok;
}

static inline bool walker_object(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	const struct node *required = walker_get(s, "required"), *names = walker_get(s, "propertyNames");
	bool ok = walker_count(s, "minProperties", "maxProperties", v->count);
	for (uint32_t i = 0; required && i < required->count; i++)
		ok &= tree_get(v, required->items[i].text) != NULL;
	for (uint32_t i = 0; i < v->count; i++) {
		ok &= walker_member(w, s, &v->members[i], &seen[i]);
		ok &= !names || w->dialect == DIALECT_4 || walker_alone(w, names, &v->members[i].key);
	}
	return ok & walker_dependents(w, s, v, seen);
}

static inline bool walker_rest(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	bool object = v->kind == NODE_MAPPING, ok = true;
	const struct node *rest = walker_get(s, object ? "unevaluatedProperties" : "unevaluatedItems");
	for (uint32_t i = 0; rest && walker_from_2019(w) && i < v->count; i++)
		if (!seen[i]) {
			ok &= walker_alone(w, rest, object ? &v->members[i].value : &v->items[i]);
			seen[i] = true;
		}
	return ok;
}

/* seen: by member or item, whether some keyword has looked at it; of any length for other values. */
static bool walk(struct walker *w, const struct node *s, const struct node *v, bool *seen)
{
	if (!w->steps || !w->depth)
		return (w->steps = 0) != 0;
	w->steps--;
	if (s->kind == NODE_BOOL)
		return tree_is_true(s);
	/* Without siblings: a chain of references is walked here, one step each. */
	while (!walker_from_2019(w) && w->steps && walker_get(s, "$ref")) {
		s = tree_at(w->root, str_skip(walker_get(s, "$ref")->text, 1));
		w->steps--;
	}
	if (s->kind == NODE_BOOL)
		return tree_is_true(s);
	w->depth--;
	bool *own = calloc((size_t)v->count + 1, 1), ok = walker_scalar(w, s, v);
	if (v->kind == NODE_SEQUENCE)
		ok &= walker_array(w, s, v, own);
	if (v->kind == NODE_MAPPING)
		ok &= walker_object(w, s, v, own);
	ok &= walker_combined(w, s, v, own);
	if (v->kind >= NODE_SEQUENCE)
		ok &= walker_rest(w, s, v, own);
	for (uint32_t i = 0; ok && v->kind >= NODE_SEQUENCE && i < v->count; i++)
		seen[i] |= own[i];
	w->depth++;
	free(own);
	return ok;
}

/* The verdict; *gave_up where there is none. */
static inline bool walker_verdict(const struct node *schema, enum dialect dialect, const struct node *value,
				  bool *gave_up)
{
	struct walker w = {schema, dialect, 20000, 200, pattern_scratch_new()};
	bool ok = walker_alone(&w, schema, value);
	*gave_up = !w.steps;
	pattern_scratch_free(w.scratch);
	return ok;
}

#endif
