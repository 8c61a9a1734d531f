#include "proxy/tables.h"

#include "proxy/backend.h"
#include "proxy/base/vec.h"
#include "proxy/observe.h"
#include "proxy/settings.h"

static const struct key own_top_keys[] = {
    {.name = "versions", .kind = KEY_TABLE, .shape = KEY_MAP, .required = true,
     .about = "the published versions, by name; the order is that of answers and pages"},
    {.name = "log", .kind = KEY_TABLE, .table = &log_keys, .about = "what is logged, and how"},
    {.name = "usage", .kind = KEY_TABLE, .table = &usage_keys, .about = "who uses what is deprecated: where it is kept"},
    {.name = "admin", .kind = KEY_TABLE, .table = &admin_keys, .about = "the listener for operators"},
    {.name = "include", .kind = KEY_NODE, .type = "list of globs",
     .about = "further files, relative to this one; a key that two files set is an error"},
    {0},
};
static const struct key own_version_keys[] = {
    {.name = "backend", .kind = KEY_TABLE, .table = &backend_table,
     .about = "where the version is served: an address, a list of addresses, or a mapping; required without `revisions`"},
    {0},
};

struct rows {
	VEC(struct key) list;
};

/* Rows up to the one without name. `operations` and `versions` are given the table of what stands in them. */
static void add_rows(struct rows *rows, const struct key *ended, const char *nested, const struct key_table *table)
{
	for (; ended && ended->name; ended++) {
		struct key k = *ended;
		if (nested && strcmp(k.name, nested) == 0) {
			k.kind = KEY_TABLE;
			k.shape = KEY_MAP;
			k.table = table;
			k.type = NULL;
		}
		VEC_PUSH(&rows->list, k);
	}
}

static struct key_table finished(struct rows *rows, const char *name, struct arena *arena)
{
	struct key *keys = arena_alloc(arena, rows->list.len * sizeof *keys);
	if (rows->list.len)
		memcpy(keys, rows->list.at, rows->list.len * sizeof *keys);
	struct key_table t = {.name = name, .keys = keys, .count = rows->list.len};
	VEC_FREE(&rows->list);
	return t;
}

const struct tables *tables_of(const struct filter *const *filters, struct arena *arena)
{
	struct tables *t = ARENA_NEW(arena, struct tables);
	struct rows top = {0}, version = {0}, operation = {0};
	for (size_t i = 0; i < settings_table.count; i++)
		VEC_PUSH(&top.list, settings_table.keys[i]);
	add_rows(&top, own_top_keys, "versions", &t->version);
	add_rows(&version, own_version_keys, NULL, NULL);
	for (size_t i = 0; filters[i]; i++) {
		add_rows(&top, filters[i]->top_keys, NULL, NULL);
		add_rows(&version, filters[i]->version_keys, "operations", &t->operation);
		add_rows(&operation, filters[i]->operation_keys, NULL, NULL);
	}
	t->top = finished(&top, "the configuration", arena);
	t->version = finished(&version, "a version", arena);
	t->operation = finished(&operation, "an operation", arena);
	return t;
}

static struct str nearest(const struct key_table *t, struct str word)
{
	VEC(struct str) names = {0};
	for (size_t i = 0; i < t->count; i++)
		VEC_PUSH(&names, str_from(t->keys[i].name));
	struct str near = diag_nearest(word, names.at, names.len);
	VEC_FREE(&names);
	return near;
}

bool tables_known(const struct key_table *t, const struct node *n, struct diag *d)
{
	bool good = true;
	for (uint32_t i = 0; i < n->count; i++) {
		const struct node *key = &n->members[i].key;
		if (key_find(t, key->text))
			continue;
		good = diag_error(d, tree_place(key), "%s has no key \"%.*s\"", t->name, STR_ARG(key->text));
		struct str near = nearest(t, key->text);
		if (near.len)
			diag_hint(d, "did you mean \"%.*s\"?", STR_ARG(near));
	}
	return good;
}
