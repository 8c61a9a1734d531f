/* The kinds of change that are about one keyword: bounds set and moved, values, branches and parts added and removed,
 * each row of a table with what it can do to messages. */
#include "filters/contract/compat_note.h"
#include "proxy/base/decimal.h"

#include <stdio.h>

/* ---- bounds ---- */

static const struct bound {
	struct str keyword;
	const char *set, *increased, *decreased, *unset;
	bool low; /* a higher one lets fewer messages pass */
} bounds[] = {
#define BOUND(keyword, name, low)                                                                                      \
	{                                                                                                              \
		STR_INIT(keyword), name "-set", name "-increased", name "-decreased", name "-unset", low               \
	}
    BOUND("minimum", "min", true),
    BOUND("maximum", "max", false),
    BOUND("exclusiveMinimum", "exclusive-min", true),
    BOUND("exclusiveMaximum", "exclusive-max", false),
    BOUND("minLength", "min-length", true),
    BOUND("maxLength", "max-length", false),
    BOUND("minItems", "min-items", true),
    BOUND("maxItems", "max-items", false),
    BOUND("minProperties", "min-properties", true),
    BOUND("maxProperties", "max-properties", false),
    BOUND("minContains", "min-contains", true),
    BOUND("maxContains", "max-contains", false),
#undef BOUND
};

static bool is_bound(const struct node *n)
{
	return n && (n->kind == NODE_NUMBER || tree_is_true(n));
}

static void one_bound(struct side_by_side *w, const struct bound *row, const struct node *x, const struct node *y)
{
	struct note n = {.a = x, .b = y, .keyword = row->keyword, .text = row->keyword.at};
	if (!is_bound(x) && !is_bound(y))
		return;
	if (!is_bound(x) || !is_bound(y)) {
		n.what = is_bound(y) ? row->set : row->unset;
		n.sense = is_bound(y) ? NOTE_TIGHTENS : NOTE_LOOSENS;
	} else if (x->kind == NODE_NUMBER && y->kind == NODE_NUMBER) {
		struct decimal was = decimal_of(x->text), is = decimal_of(y->text);
		int order = decimal_cmp(&was, &is);
		if (order == 0)
			return;
		n.what = order < 0 ? row->increased : row->decreased;
		n.sense = (order < 0) == row->low ? NOTE_TIGHTENS : NOTE_LOOSENS;
	} else {
		return;
	}
	note_kind(w, &n);
}

/* ---- keywords that are there or not ---- */

static const struct presence {
	struct str keyword;
	const char *added, *removed;
} presences[] = {
    {STR_INIT("contains"), "contains-added", "contains-removed"},
    {STR_INIT("propertyNames"), "property-names-added", "property-names-removed"},
    {STR_INIT("unevaluatedItems"), "unevaluated-items-added", "unevaluated-items-removed"},
    {STR_INIT("unevaluatedProperties"), "unevaluated-properties-added", "unevaluated-properties-removed"},
    {STR_INIT("if"), "if-added", "if-removed"},
    {STR_INIT("then"), "then-added", "then-removed"},
    {STR_INIT("else"), "else-added", "else-removed"},
    {STR_INIT("not"), "not-added", "not-removed"},
    {STR_INIT("const"), "const-added", "const-removed"},
    {STR_INIT("pattern"), "pattern-added", "pattern-removed"},
};

static void one_presence(struct side_by_side *w, const struct presence *row, const struct node *x, const struct node *y)
{
	if (!x == !y)
		return;
	note_kind(w, &(struct note){.what = y ? row->added : row->removed,
				    .a = x,
				    .b = y,
				    .sense = y ? NOTE_TIGHTENS : NOTE_LOOSENS,
				    .keyword = row->keyword,
				    .text = row->keyword.at});
}

static void changed(struct side_by_side *w, const struct node *a, const struct node *b)
{
	static const struct {
		struct str keyword;
		const char *what;
	} rows[] = {{STR_INIT("const"), "const-changed"}, {STR_INIT("pattern"), "pattern-changed"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct node *x = tree_get(a, rows[i].keyword), *y = tree_get(b, rows[i].keyword);
		if (!x || !y || note_same(x, y))
			continue;
		struct note n = {rows[i].what, x, y, NOTE_TIGHTENS, rows[i].keyword, rows[i].keyword.at};
		struct note forth = n;
		forth.sense = w->p->direction == REQUEST ? NOTE_TIGHTENS : NOTE_LOOSENS;
		/* A pattern that lets all pass that the old one did is named so. */
		if (i == 1 && w->p->direction == REQUEST && !note_evidence(w, &n)) {
			forth.what = "pattern-generalized";
			forth.sense = NOTE_LOOSENS;
		}
		note_kind(w, &forth);
	}
}

/* ---- maps ---- */

static const struct mapping {
	struct str keyword;
	const char *added, *changed, *removed;
} mappings[] = {
    {STR_INIT("patternProperties"), "pattern-property-added", NULL, "pattern-property-removed"},
    {STR_INIT("dependentRequired"), "dependent-required-added", "dependent-required-changed",
     "dependent-required-removed"},
    {STR_INIT("dependentSchemas"), "dependent-schema-added", NULL, "dependent-schema-removed"},
};

static void one_mapping(struct side_by_side *w, const struct mapping *row, const struct node *x, const struct node *y)
{
	for (uint32_t i = 0; x && x->kind == NODE_MAPPING && i < x->count; i++) {
		const struct node *other = tree_get(y, x->members[i].key.text);
		struct note n = {row->removed, &x->members[i].key, y, NOTE_LOOSENS, row->keyword, row->keyword.at};
		if (other && (!row->changed || note_same(other, &x->members[i].value)))
			continue;
		if (other) {
			n.what = row->changed;
			n.b = other;
			n.sense = NOTE_EITHER;
		}
		note_kind(w, &n);
	}
	for (uint32_t i = 0; y && y->kind == NODE_MAPPING && i < y->count; i++)
		if (!tree_get(x, y->members[i].key.text))
			note_kind(w, &(struct note){row->added, x, &y->members[i].key, NOTE_TIGHTENS, row->keyword,
						    row->keyword.at});
}

/* ---- lists of schemas, and of values ---- */

enum { LISTED = 2000 };

struct texts {
	struct str *at;
	uint32_t count;
};

static struct texts texts_of(struct arena *arena, const struct node *list)
{
	struct texts t = {0};
	if (!list || list->kind != NODE_SEQUENCE)
		return t;
	t.at = ARENA_ARRAY(arena, struct str, list->count + 1);
	for (; t.count < list->count && t.count < LISTED; t.count++) {
		struct buf b = {0};
		tree_to_json(&list->items[t.count], &b);
		t.at[t.count] = arena_dup(arena, buf_str(&b));
		buf_free(&b);
	}
	return t;
}

/* The first of `list` that is not among the other's, or NULL. */
static const struct node *missing(const struct node *list, const struct texts *own, const struct texts *other)
{
	for (uint32_t i = 0; i < own->count; i++) {
		bool found = false;
		for (uint32_t k = 0; k < other->count && !found; k++)
			found = str_eq(own->at[i], other->at[k]);
		if (!found)
			return &list->items[i];
	}
	return NULL;
}

static bool only_words(const struct node *schema)
{
	static const struct str words[] = {STR_INIT("title"),        STR_INIT("description"), STR_INIT("default"),
					   STR_INIT("deprecated"),   STR_INIT("example"),     STR_INIT("examples"),
					   STR_INIT("externalDocs"), STR_INIT("xml"),         STR_INIT("$comment")};
	for (uint32_t i = 0; schema->kind == NODE_MAPPING && i < schema->count; i++) {
		struct str key = schema->members[i].key.text;
		bool word = str_starts(key, STR("x-"));
		for (size_t k = 0; k < sizeof words / sizeof *words && !word; k++)
			word = str_eq(key, words[k]);
		if (!word)
			return false;
	}
	return schema->kind == NODE_MAPPING;
}

static const struct list {
	struct str keyword;
	const char *added, *removed, *added_words, *removed_words;
	enum note_sense on_add, on_remove;
} lists[] = {
    {STR_INIT("allOf"), "all-of-added", "all-of-removed", "all-of-added-annotation-only",
     "all-of-removed-annotation-only", NOTE_TIGHTENS, NOTE_LOOSENS},
    {STR_INIT("anyOf"), "any-of-added", "any-of-removed", NULL, NULL, NOTE_LOOSENS, NOTE_TIGHTENS},
    {STR_INIT("oneOf"), "one-of-added", "one-of-removed", NULL, NULL, NOTE_EITHER, NOTE_EITHER},
    {STR_INIT("enum"), "enum-value-added", "enum-value-removed", NULL, NULL, NOTE_LOOSENS, NOTE_TIGHTENS},
    {STR_INIT("x-extensible-enum"), "x-extensible-enum-value-added", "x-extensible-enum-value-removed", NULL, NULL,
     NOTE_NOTHING, NOTE_NOTHING},
};

/* A list that came or went as a whole. */
static void whole_list(struct side_by_side *w, const struct list *row, const struct node *x, const struct node *y)
{
	struct note n = {.a = x, .b = y, .keyword = row->keyword, .text = row->keyword.at};
	n.sense = y ? NOTE_TIGHTENS : NOTE_LOOSENS;
	if (str_eq(row->keyword, STR("enum")))
		n.what = y ? "became-enum" : "enum-removed";
	else if (str_eq(row->keyword, STR("oneOf")) && y)
		n.what = "wrapped-in-one-of";
	else
		n.what = y ? row->added : row->removed;
	if (row->on_add == NOTE_NOTHING)
		n.sense = NOTE_NOTHING;
	else if (str_eq(row->keyword, STR("oneOf")))
		n.sense = NOTE_EITHER;
	note_kind(w, &n);
}

static void member_of_list(struct side_by_side *w, const struct list *row, const struct node *a, const struct node *b,
			   bool came, const struct node *member)
{
	const char *words = came ? row->added_words : row->removed_words;
	bool wordy = words && only_words(member);
	if (w->equal && !wordy && row->on_add != NOTE_NOTHING)
		return;
	note_kind(w, &(struct note){wordy  ? words
				    : came ? row->added
					   : row->removed,
				    a, b,
				    wordy  ? NOTE_NOTHING
				    : came ? row->on_add
					   : row->on_remove,
				    row->keyword, row->keyword.at});
}

static void one_list(struct side_by_side *w, const struct list *row, const struct node *x, const struct node *y)
{
	struct arena arena;
	if ((!x && !y) || (x && x->kind != NODE_SEQUENCE) || (y && y->kind != NODE_SEQUENCE))
		return;
	arena_init(&arena, 4096);
	struct texts was = texts_of(&arena, x), is = texts_of(&arena, y);
	const struct node *came = y ? missing(y, &is, &was) : NULL, *went = x ? missing(x, &was, &is) : NULL;
	if (x && y && came)
		member_of_list(w, row, x, came, true, came);
	if (x && y && went)
		member_of_list(w, row, went, y, false, went);
	if (!x || !y)
		whole_list(w, row, x, y);
	arena_free(&arena);
}

static void prefixes(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("prefixItems")), *y = tree_get(b, STR("prefixItems"));
	uint32_t was = x && x->kind == NODE_SEQUENCE ? x->count : 0, is = y && y->kind == NODE_SEQUENCE ? y->count : 0;
	if (was != is)
		note_kind(w, &(struct note){was < is ? "prefix-items-added" : "prefix-items-removed", x, y, NOTE_EITHER,
					    STR("prefixItems"), "prefixItems"});
}

/* ---- type ---- */

static unsigned types_of(const struct node *n)
{
	static const struct str words[] = {STR_INIT("null"),   STR_INIT("boolean"), STR_INIT("integer"),
					   STR_INIT("number"), STR_INIT("string"),  STR_INIT("array"),
					   STR_INIT("object")};
	unsigned set = 0;
	for (uint32_t i = 0; n && i < (n->kind == NODE_SEQUENCE ? n->count : 1); i++) {
		struct str word = tree_text(n->kind == NODE_SEQUENCE ? &n->items[i] : n);
		for (unsigned k = 0; k < sizeof words / sizeof *words; k++)
			if (str_eq(word, words[k]))
				set |= 1u << k | (k == 3 ? 1u << 2 : 0);
	}
	return set;
}

/* A null that came or went, in whichever spelling the two drafts of OpenAPI have for it. */
static bool nulls(struct side_by_side *w, const struct node *x, const struct node *y, bool was, bool is)
{
	if (was == is)
		return false;
	note_kind(w, &(struct note){.what = is ? "became-nullable" : "became-not-nullable",
				    .a = x,
				    .b = y,
				    .sense = is ? NOTE_LOOSENS : NOTE_TIGHTENS,
				    .keyword = STR("type"),
				    .text = "null"});
	return true;
}

static bool by_type(const struct change *found)
{
	return found && str_eq(found->keyword, STR("type"));
}

/* Types that are listed, and those that are not, have names of their own. */
static void renamed_type(struct side_by_side *w, struct note *n, unsigned was, unsigned is, bool listed)
{
	bool wider = (was & is) == was, narrower = (was & is) == is;
	/* Of text, a type may lie within another: what was found says so. */
	n->sense = NOTE_TIGHTENS;
	wider |= !narrower && !by_type(note_evidence(w, n));
	n->sense = NOTE_LOOSENS;
	narrower |= !wider && !by_type(note_evidence(w, n));
	n->what = !wider && !narrower ? "type-changed"
		  : listed            ? (wider ? "list-of-types-widened" : "list-of-types-narrowed")
				      : (wider ? "type-generalized" : "type-specialized");
	n->sense = NOTE_EITHER;
	if (note_rename(w, n, note_id(w, n->what)))
		return;
	n->sense = wider ? NOTE_LOOSENS : narrower ? NOTE_TIGHTENS : NOTE_EITHER;
	note_kind(w, n);
}

static void types(struct side_by_side *w, const struct node *a, const struct node *b)
{
	const struct node *x = tree_get(a, STR("type")), *y = tree_get(b, STR("type"));
	const struct node *f = tree_get(a, STR("format")), *g = tree_get(b, STR("format"));
	bool null_a = tree_is_true(tree_get(a, STR("nullable"))), null_b = tree_is_true(tree_get(b, STR("nullable")));
	unsigned was = types_of(x) | null_a, is = types_of(y) | null_b;
	struct note n = {.a = x ? x : a, .b = y ? y : b, .keyword = STR("type"), .text = "type"};
	bool listed = (x && x->kind == NODE_SEQUENCE) || (y && y->kind == NODE_SEQUENCE);
	if (!x || !y || (was == is && note_same(f, g)))
		return;
	bool null = nulls(w, n.a, n.b, was & 1, is & 1);
	if ((was | 1) != (is | 1)) {
		renamed_type(w, &n, was | (null ? 1 : 0), is | (null ? 1 : 0), listed);
		return;
	}
	n.sense = w->p->direction == REQUEST ? NOTE_TIGHTENS : NOTE_LOOSENS;
	if (null || note_same(f, g) || note_evidence(w, &n))
		return;
	n.what = "type-compatible";
	n.sense = NOTE_NOTHING;
	note_kind(w, &n);
}

/* What no message shows is told of schemas that mean the same, too: words in an allOf, lists that may be extended. */
static void words_alone(struct side_by_side *w, const struct node *a, const struct node *b)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const struct node *x = tree_get(a, lists[i].keyword), *y = tree_get(b, lists[i].keyword);
		if (lists[i].on_add == NOTE_NOTHING || (lists[i].added_words && x && y))
			one_list(w, &lists[i], x, y);
	}
}

void note_keywords(struct side_by_side *w, const struct node *a, const struct node *b)
{
	if (w->equal) {
		words_alone(w, a, b);
		return;
	}
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
		one_bound(w, &bounds[i], tree_get(a, bounds[i].keyword), tree_get(b, bounds[i].keyword));
	for (size_t i = 0; i < sizeof presences / sizeof *presences; i++)
		one_presence(w, &presences[i], tree_get(a, presences[i].keyword), tree_get(b, presences[i].keyword));
	changed(w, a, b);
	for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++)
		one_mapping(w, &mappings[i], tree_get(a, mappings[i].keyword), tree_get(b, mappings[i].keyword));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		one_list(w, &lists[i], tree_get(a, lists[i].keyword), tree_get(b, lists[i].keyword));
	prefixes(w, a, b);
	types(w, a, b);
}

/* ---- what there is ---- */

struct explaining {
	const char *part;
	bool request;
	void (*row)(void *, const char *id, enum change_level level, const char *text);
	void *context;
};

static void explain(const struct explaining *e, const char *what, enum note_sense sense)
{
	char id[128];
	bool breaks = sense == NOTE_EITHER || sense == (e->request ? NOTE_TIGHTENS : NOTE_LOOSENS);
	if (!what)
		return;
	snprintf(id, sizeof id, "%s-%s", e->part, what);
	e->row(e->context, id, breaks ? CHANGE_ERROR : CHANGE_INFO, "graded by the message that shows it");
}

void note_explain_keywords(const char *part, bool request,
			   void (*row)(void *, const char *id, enum change_level level, const char *text),
			   void *context)
{
	const struct explaining e = {part, request, row, context};
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		explain(&e, bounds[i].set, NOTE_TIGHTENS);
		explain(&e, bounds[i].increased, bounds[i].low ? NOTE_TIGHTENS : NOTE_LOOSENS);
		explain(&e, bounds[i].decreased, bounds[i].low ? NOTE_LOOSENS : NOTE_TIGHTENS);
		explain(&e, bounds[i].unset, NOTE_LOOSENS);
	}
	for (size_t i = 0; i < sizeof presences / sizeof *presences; i++) {
		explain(&e, presences[i].added, NOTE_TIGHTENS);
		explain(&e, presences[i].removed, NOTE_LOOSENS);
	}
	for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
		explain(&e, mappings[i].added, NOTE_TIGHTENS);
		explain(&e, mappings[i].changed, NOTE_EITHER);
		explain(&e, mappings[i].removed, NOTE_LOOSENS);
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		explain(&e, lists[i].added, lists[i].on_add);
		explain(&e, lists[i].removed, lists[i].on_remove);
		explain(&e, lists[i].added_words, NOTE_NOTHING);
		explain(&e, lists[i].removed_words, NOTE_NOTHING);
	}
	static const struct {
		const char *what;
		enum note_sense sense;
	} others[] = {{"const-changed", NOTE_EITHER},
		      {"pattern-changed", NOTE_EITHER},
		      {"pattern-generalized", NOTE_LOOSENS},
		      {"became-enum", NOTE_TIGHTENS},
		      {"enum-removed", NOTE_LOOSENS},
		      {"wrapped-in-one-of", NOTE_EITHER},
		      {"prefix-items-added", NOTE_EITHER},
		      {"prefix-items-removed", NOTE_EITHER},
		      {"became-nullable", NOTE_LOOSENS},
		      {"became-not-nullable", NOTE_TIGHTENS},
		      {"type-changed", NOTE_EITHER},
		      {"type-generalized", NOTE_LOOSENS},
		      {"type-specialized", NOTE_TIGHTENS},
		      {"list-of-types-widened", NOTE_LOOSENS},
		      {"list-of-types-narrowed", NOTE_TIGHTENS},
		      {"type-compatible", NOTE_NOTHING}};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		explain(&e, others[i].what, others[i].sense);
}
