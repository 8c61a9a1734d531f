#include "conf/key.h"
#include "conf/key_value.h"
#include "conf/scalar.h"
#include "conf/yaml.h"

#include <inttypes.h>

/* A table may lead back to itself (a group in a group): what is shown ends here. */
enum { DEEPEST = 8 };

/* --- types in words --- */

static const char *plural(enum key_kind kind)
{
	static const char *const words[] = {
	    [KEY_STRING] = "strings",   [KEY_INTEGER] = "integers", [KEY_SIZE] = "sizes",
	    [KEY_BOOL] = "booleans",    [KEY_WORD] = "words",       [KEY_DURATION] = "durations",
	    [KEY_PERCENT] = "percents", [KEY_TIME] = "dates",       [KEY_ADDRESS] = "addresses",
	    [KEY_NODE] = "anything",    [KEY_TABLE] = "mappings",   [KEY_CUSTOM] = "entries"};
	return kind < sizeof words / sizeof *words ? words[kind] : "";
}

static const char *kind_word(enum key_kind kind)
{
	static const char *const words[] = {
#define X(name, type, word) [KEY_##name] = word,
	    KEY_KINDS(X)
#undef X
	};
	return words[kind];
}

void key_type(const struct key *k, struct buf *out)
{
	if (k->shape != KEY_ONE)
		buf_addf(out, "%s %s", k->shape == KEY_LIST ? "list of" : "mapping of names to",
			 k->type ? k->type : plural(k->kind));
	else if (k->type)
		buf_add(out, str_from(k->type));
	else if (k->kind == KEY_WORD)
		for (size_t i = 0; k->words[i]; i++)
			buf_addf(out, "%s%s", i ? " | " : "", k->words[i]);
	else
		buf_add(out, str_from(kind_word(k->kind)));
}

/* --- every key with its path --- */

struct walk {
	void (*visit)(void *context, struct str path, const struct key *k);
	void *context;
	struct buf path;
};

static void walk_table(struct walk *w, const struct key_table *t, unsigned depth)
{
	size_t length = w->path.len;
	for (size_t i = 0; i < t->count; i++) {
		const struct key *k = &t->keys[i];
		if (!k->name)
			continue;
		buf_addf(&w->path, "%s%s", length ? "." : "", k->name);
		w->visit(w->context, buf_str(&w->path), k);
		if (k->kind == KEY_TABLE && depth < DEEPEST) {
			if (k->shape != KEY_ONE)
				buf_add(&w->path, k->shape == KEY_LIST ? STR("[]") : STR(".<name>"));
			walk_table(w, k->table, depth + 1);
		}
		w->path.len = length;
	}
}

void key_walk(const struct key_table *t, void (*visit)(void *context, struct str path, const struct key *k),
	      void *context)
{
	struct walk w = {.visit = visit, .context = context};
	walk_table(&w, t, 0);
	buf_free(&w.path);
}

/* --- JSON Schema --- */

static void table_schema(const struct key_table *t, struct buf *out, unsigned depth);

/* Text that is one of the kind's, or has a variable in it. */
static void add_pattern(struct buf *out, const char *pattern)
{
	buf_add(out, STR("\"type\":\"string\",\"pattern\":\""));
	buf_addf(out, "^(%s)$|", pattern);
	buf_add(out, STR("\\\\$\\\\{\""));
}

static void add_bound(struct buf *out, const char *name, int64_t value)
{
	buf_addf(out, ",\"%s\":%" PRId64, name, value);
}

/* A word that YAML reads as a number or a boolean where it stands without quotes is that too: min_version: 1.2. */
static void words_schema(const struct key *k, struct buf *out)
{
	struct arena arena;
	arena_init(&arena, 256);
	buf_add(out, STR("\"anyOf\":[{\"enum\":["));
	for (size_t i = 0; k->words[i]; i++) {
		struct node n = {0};
		scalar_resolve(&n, str_from(k->words[i]), &arena);
		buf_addf(out, "%s\"", i ? "," : "");
		buf_add_json(out, str_from(k->words[i]));
		buf_addc(out, '"');
		if (n.kind == NODE_NUMBER || n.kind == NODE_BOOL)
			buf_addf(out, ",%.*s", STR_ARG(n.text));
	}
	buf_add(out, STR("]},{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}]"));
	arena_free(&arena);
}

static void value_schema(const struct key *k, struct buf *out)
{
	static const char *const patterns[] = {
	    [KEY_SIZE] = "[0-9]+(\\\\.[0-9]+)?(B|KiB|MiB|GiB|KB|kB|MB|GB)",
	    [KEY_DURATION] = "([0-9]+(\\\\.[0-9]+)?(w|d|h|m|s|ms))+",
	    [KEY_PERCENT] = "[0-9]+(\\\\.[0-9]+)?%",
	    [KEY_TIME] = "[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?",
	    [KEY_ADDRESS] = "unix:.+|fd:.+|.*:[0-9]+",
	};
	if (k->kind == KEY_STRING)
		buf_add(out, STR("\"type\":[\"string\",\"number\",\"boolean\"]"));
	else if (k->kind == KEY_BOOL)
		buf_add(out, STR("\"anyOf\":[{\"enum\":[true,false,\"on\",\"off\"]},"
				 "{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}]"));
	else if (k->kind == KEY_WORD)
		words_schema(k, out);
	else if (k->kind == KEY_INTEGER)
		buf_add(out, STR("\"type\":[\"integer\",\"string\"],\"pattern\":\"^-?[0-9]+$|\\\\$\\\\{\""));
	else if (k->kind < sizeof patterns / sizeof *patterns && patterns[k->kind])
		add_pattern(out, patterns[k->kind]);
	if (k->kind == KEY_INTEGER) {
		add_bound(out, "minimum", k->min);
		if (k->max)
			add_bound(out, "maximum", k->max);
	}
}

/* A schema for one value of the row, whatever its shape, as a whole object. */
static void item_schema(const struct key *k, struct buf *out, unsigned depth)
{
	if (k->kind == KEY_CUSTOM) {
		buf_add(out, k->schema ? str_from(k->schema) : STR("true"));
	} else if (k->kind == KEY_TABLE) {
		table_schema(k->table, out, depth + 1);
	} else {
		buf_addc(out, '{');
		value_schema(k, out);
		buf_addc(out, '}');
	}
}

static void shape_schema(const struct key *k, struct buf *out, unsigned depth)
{
	if (k->shape == KEY_LIST) {
		struct buf item = {0};
		item_schema(k, &item, depth);
		buf_addf(out, "\"anyOf\":[{\"type\":\"array\",\"items\":%.*s},%.*s]", STR_ARG(buf_str(&item)),
			 STR_ARG(buf_str(&item)));
		buf_free(&item);
	} else {
		buf_add(out, k->shape == KEY_MAP ? STR("\"type\":[\"object\",\"null\"],\"additionalProperties\":")
						 : STR("\"allOf\":["));
		item_schema(k, out, depth);
		if (k->shape == KEY_ONE)
			buf_addc(out, ']');
	}
}

static void add_default(const struct key *k, struct buf *out)
{
	struct arena arena;
	struct diag diag;
	struct str text = str_from(k->normal);
	struct node scalar = {0};
	const struct node *n = &scalar;
	arena_init(&arena, 1024);
	diag_init(&diag);
	if (text.len && strchr("[{\"'", text.at[0]))
		n = yaml_read(&arena, text, "default", &diag);
	else
		scalar_resolve(&scalar, text, &arena);
	CHECK(n);
	buf_add(out, STR(",\"default\":"));
	tree_to_json(n, out);
	diag_free(&diag);
	arena_free(&arena);
}

static void property(const struct key *k, const char *name, struct buf *out, unsigned depth)
{
	buf_addf(out, "\"%s\":{", name);
	shape_schema(k, out, depth);
	if (k->about) {
		buf_add(out, STR(",\"description\":\""));
		buf_add_json(out, str_from(k->about));
		buf_addc(out, '"');
	}
	if (k->normal)
		add_default(k, out);
	buf_addc(out, '}');
}

static void add_required(const struct key_table *t, struct buf *out)
{
	bool any = false;
	for (size_t i = 0; i < t->count; i++) {
		const struct key *k = &t->keys[i];
		if (!k->required || k->alias) /* of two names either will do: left to the program */
			continue;
		buf_addf(out, "%s\"%s\"", any ? "," : ",\"required\":[", k->name);
		any = true;
	}
	if (any)
		buf_addc(out, ']');
}

static void object_schema(const struct key_table *t, struct buf *out, unsigned depth)
{
	bool any = false;
	buf_add(out, STR("{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,\"properties\":{"));
	for (size_t i = 0; i < t->count; i++) {
		const struct key *k = &t->keys[i];
		for (int alias = 0; alias < 2; alias++) {
			const char *name = alias ? k->alias : k->name;
			if (!name)
				continue;
			if (any)
				buf_addc(out, ',');
			property(k, name, out, depth);
			any = true;
		}
	}
	buf_addc(out, '}');
	add_required(t, out);
	buf_addc(out, '}');
}

static void table_schema(const struct key_table *t, struct buf *out, unsigned depth)
{
	const struct key *alone = t->shorthand ? key_find(t, str_from(t->shorthand)) : NULL;
	if (depth > DEEPEST) {
		buf_add(out, STR("true"));
		return;
	}
	if (!alone) {
		object_schema(t, out, depth);
		return;
	}
	buf_add(out, STR("{\"anyOf\":["));
	object_schema(t, out, depth);
	buf_add(out, STR(",{"));
	shape_schema(alone, out, depth);
	buf_add(out, STR("}]}"));
}

void key_schema(const struct key_table *t, struct buf *out)
{
	table_schema(t, out, 0);
}
