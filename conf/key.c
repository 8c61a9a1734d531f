#include "conf/key.h"

#include "conf/key_value.h"
#include "conf/scalar.h"
#include "conf/yaml.h"
#include "proxy/base/vec.h"

#include <stdio.h>

static void *field_of(const struct key *k, void *settings)
{
	return (char *)settings + k->offset;
}

static bool key_is(const struct key *k, struct str name)
{
	return k->name && (str_eq(str_from(k->name), name) || (k->alias && str_eq(str_from(k->alias), name)));
}

const struct key *key_find(const struct key_table *t, struct str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (key_is(&t->keys[i], name))
			return &t->keys[i];
	return NULL;
}

struct place key_place(const struct node *n, const char *name)
{
	const struct node *value = tree_get(n, str_from(name));
	if (value)
		return tree_place(value);
	return n ? tree_place(n) : (struct place){NULL, 0, 0};
}

/* --- values --- */

static bool read_one(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	if (n->broken)
		return false; /* told by whoever broke it */
	if (k->kind == KEY_TABLE)
		return key_read(k->table, n, field, r);
	if (k->kind == KEY_CUSTOM)
		return k->read(r, k, n, field);
	return key_value_read(r, k, n, field);
}

/* Items of lists and maps begin with their table's defaults; the rest begins as zeroes. */
static char *items_new(struct key_reader *r, const struct key *k, size_t count)
{
	char *items = arena_zalloc(r->arena, count, key_value_size(k));
	for (size_t i = 0; k->kind == KEY_TABLE && i < count; i++)
		key_defaults(k->table, items + i * k->table->size, r->arena);
	return items;
}

static bool read_list(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	bool several = n->kind == NODE_SEQUENCE, good = true;
	size_t count = several ? n->count : 1;
	struct key_list list = {items_new(r, k, count), count};
	for (size_t i = 0; i < count; i++)
		good = read_one(r, k, several ? &n->items[i] : n, (char *)list.at + i * key_value_size(k)) && good;
	if (good)
		*(struct key_list *)field = list;
	return good;
}

static bool read_map(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	if (n->kind == NODE_NULL) {
		*(struct key_map *)field = (struct key_map){0};
		return true;
	}
	if (n->broken)
		return false;
	if (n->kind != NODE_MAPPING)
		return diag_error(r->diag, tree_place(n), "%s: expected a mapping of names, found %s", k->name,
				  tree_kind_name(n));
	bool good = true;
	struct key_map map = {items_new(r, k, n->count), n->members, n->count};
	for (size_t i = 0; i < map.count; i++)
		good = read_one(r, k, &n->members[i].value, (char *)map.at + i * key_value_size(k)) && good;
	if (good)
		*(struct key_map *)field = map;
	return good;
}

bool key_read_value(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	if (k->shape == KEY_LIST)
		return read_list(r, k, n, field);
	if (k->shape == KEY_MAP)
		return read_map(r, k, n, field);
	return read_one(r, k, n, field);
}

/* --- defaults --- */

bool key_read_text(struct key_reader *r, const struct key *k, struct str text, const char *shown, void *field)
{
	bool structured = text.len && strchr("[{\"'", text.at[0]);
	if (structured) {
		const struct node *n = yaml_read(r->arena, text, shown, r->diag);
		return n && key_read_value(r, k, n, field);
	}
	struct node *n = ARENA_NEW(r->arena, struct node);
	n->file = shown;
	scalar_resolve(n, text, r->arena);
	return key_read_value(r, k, n, field);
}

/* A table whose default its own row refuses: our bug. */
static _Noreturn void bad_default(const struct diag *d)
{
	struct buf out = {0};
	diag_print(d, &out, false);
	fwrite(out.at, 1, out.len, stderr);
	buf_free(&out);
	check_failed("a default that its own row takes", __FILE__, __LINE__);
}

void key_defaults(const struct key_table *t, void *settings, struct arena *arena)
{
	struct diag diag;
	struct key_reader r = {arena, &diag, NULL};
	diag_init(&diag);
	memset(settings, 0, t->size);
	for (size_t i = 0; i < t->count; i++) {
		const struct key *k = &t->keys[i];
		if (k->kind == KEY_TABLE && k->shape == KEY_ONE)
			key_defaults(k->table, field_of(k, settings), arena);
		if (k->normal && !key_read_text(&r, k, str_from(k->normal), k->name, field_of(k, settings)))
			bad_default(&diag);
	}
	diag_free(&diag);
}

/* --- mappings --- */

/* The names of a table's keys, ending with NULL. Freed by the caller. */
static const char **names_of(const struct key_table *t)
{
	const char **names = must_zalloc(t->count * 2 + 1, sizeof *names);
	size_t count = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (t->keys[i].name)
			names[count++] = t->keys[i].name;
		if (t->keys[i].alias)
			names[count++] = t->keys[i].alias;
	}
	return names;
}

static bool unknown(struct key_reader *r, const struct key_table *t, const struct node *key)
{
	const char **names = names_of(t);
	const char *meant = key_value_meant(key->text, t->hints, names);
	diag_error(r->diag, tree_place(key), "\"%.*s\" is not a key of %s", STR_ARG(key->text), t->name);
	if (meant) {
		diag_hint(r->diag, "did you mean \"%s\"?", meant);
	} else {
		struct buf all = {0};
		for (size_t i = 0; names[i]; i++)
			buf_addf(&all, "%s%s", i ? ", " : "", names[i]);
		diag_hint(r->diag, "its keys are: %.*s", STR_ARG(buf_str(&all)));
		buf_free(&all);
	}
	free(names);
	return false;
}

/* A name and its alias both. The tree has seen to plain repetitions. */
static bool said_before(struct key_reader *r, const struct node *n, uint32_t i, const struct key *k)
{
	for (uint32_t j = 0; k->alias && j < i; j++) {
		const struct node *before = &n->members[j].key;
		if (key_is(k, before->text))
			return !diag_error(r->diag, tree_place(&n->members[i].key),
					   "\"%s\" and \"%s\" are the same key; it was set in line %u already", k->name,
					   k->alias, before->line);
	}
	return false;
}

static bool read_members(struct key_reader *r, const struct key_table *t, const struct node *n, void *settings)
{
	bool good = true;
	for (uint32_t i = 0; i < n->count; i++) {
		const struct member *m = &n->members[i];
		const struct key *k = key_find(t, m->key.text);
		if (!k)
			good = unknown(r, t, &m->key);
		else if (said_before(r, n, i, k) || !key_read_value(r, k, &m->value, field_of(k, settings)))
			good = false;
	}
	return good;
}

static bool is_written(const struct key *k, const struct node *n)
{
	return tree_get(n, str_from(k->name)) || (k->alias && tree_get(n, str_from(k->alias)));
}

/* The mapping that `n` is or stands for; NULL after an error. */
static const struct node *mapping_of(struct key_reader *r, const struct key_table *t, const struct node *n)
{
	if (n && n->kind == NODE_MAPPING)
		return n;
	struct node *made = ARENA_NEW(r->arena, struct node);
	if (n)
		*made = (struct node){.file = n->file, .line = n->line, .column = n->column};
	made->kind = NODE_MAPPING;
	if (!n || n->kind == NODE_NULL)
		return made;
	if (!t->shorthand) {
		diag_error(r->diag, tree_place(n), "expected a mapping (%s), found %s", t->name, tree_kind_name(n));
		return NULL;
	}
	made->count = 1;
	made->members = ARENA_NEW(r->arena, struct member);
	made->members->value = made->members->key = *n;
	made->members->key.kind = NODE_STRING;
	made->members->key.text = str_from(t->shorthand);
	return made;
}

bool key_read(const struct key_table *t, const struct node *n, void *settings, struct key_reader *r)
{
	const struct node *mapping = mapping_of(r, t, n);
	if (!mapping)
		return false;
	bool good = read_members(r, t, mapping, settings);
	for (size_t i = 0; i < t->count; i++) {
		const struct key *k = &t->keys[i];
		if (k->kind == KEY_SELF)
			*(const struct node **)field_of(k, settings) = n;
		else if (k->required && !is_written(k, mapping))
			good = diag_error(r->diag, tree_place(mapping), "%s needs \"%s\"", t->name, k->name);
	}
	return good && (!t->check || t->check(r, mapping, settings));
}
