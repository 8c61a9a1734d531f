#include "conf/conf.h"

#include "conf/env.h"
#include "conf/index.h"
#include "conf/yaml.h"
#include "proxy/base/vec.h"

#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILES = 1000, LARGEST = 64 << 20, BLOCK = 65536 };

/* A file that is to be read, and where it was asked for (no file there: the command line). */
struct wanted {
	const char *path;
	struct place by;
};

struct loader {
	struct conf *conf;
	struct diag *diag;
	VEC(struct wanted) queue; /* grows while it is worked through: no recursion, whatever includes what */
	VEC(struct stat) seen;    /* a file is read once, so that overlapping globs and circles are harmless */
	VEC(const char *) files;
	VEC(const char *) folders;
};

/* --- merging --- */

static void merge(struct loader *l, const struct node *into, const struct node *from, struct node *merged,
		  struct str path);

static void set_twice(struct loader *l, const struct member *first, const struct member *again, struct str path)
{
	struct place p = tree_place(&first->key);
	diag_error(l->diag, tree_place(&again->key), "\"%.*s%.*s\" is set in two files; first in %s:%u:%u",
		   STR_ARG(path), STR_ARG(again->key.text), p.file, p.line, p.column);
}

static void merge_member(struct loader *l, struct node *merged, const struct member *m, uint32_t *number,
			 struct str path)
{
	if (*number == INDEX_NONE) {
		*number = merged->count;
		merged->members[merged->count++] = *m;
		return;
	}
	struct member *first = &merged->members[*number];
	if (first->value.kind != NODE_MAPPING || m->value.kind != NODE_MAPPING) {
		set_twice(l, first, m, path);
		return;
	}
	struct node both;
	merge(l, &first->value, &m->value, &both,
	      arena_printf(&l->conf->arena, "%.*s%.*s.", STR_ARG(path), STR_ARG(m->key.text)));
	first->value = both;
}

/* Both mappings' members, in order; mappings under the same key are merged in turn (at most TREE_DEPTH deep). */
static void merge(struct loader *l, const struct node *into, const struct node *from, struct node *merged,
		  struct str path)
{
	struct index index = {0};
	*merged = *into;
	merged->count = 0;
	merged->members = arena_alloc(&l->conf->arena, ((size_t)into->count + from->count) * sizeof *merged->members);
	for (uint32_t i = 0; i < into->count; i++) {
		*index_at(&index, into->members[i].key.text) = merged->count;
		merged->members[merged->count++] = into->members[i];
	}
	for (uint32_t i = 0; i < from->count; i++)
		merge_member(l, merged, &from->members[i], index_at(&index, from->members[i].key.text), path);
	index_free(&index);
}

/* --- include --- */

/* The folder of a file with its slash, or the empty slice; glob's own characters are escaped when `literal`. */
static struct str folder_of(struct loader *l, const char *file, bool literal)
{
	struct buf out = {0};
	const char *slash = strrchr(file, '/');
	for (const char *c = file; slash && c <= slash; c++) {
		if (literal && strchr("*?[\\", *c))
			buf_addc(&out, '\\');
		buf_addc(&out, *c);
	}
	struct str folder = arena_dup(&l->conf->arena, buf_str(&out));
	buf_free(&out);
	return folder;
}

static bool is_glob(struct str pattern)
{
	return str_find(pattern, '*') < pattern.len || str_find(pattern, '?') < pattern.len ||
	       str_find(pattern, '[') < pattern.len;
}

/* The folder in which a new file could match: the pattern up to its last slash before anything that varies. */
static void watch_folder(struct loader *l, struct str base, struct str pattern)
{
	size_t end = 0;
	for (size_t i = 0; i < pattern.len && !strchr("*?[", pattern.at[i]); i++)
		if (pattern.at[i] == '/')
			end = i + 1;
	const char *folder =
	    arena_printf(&l->conf->arena, "%.*s%.*s", STR_ARG(base), STR_ARG(str_head(pattern, end))).at;
	VEC_PUSH(&l->folders, *folder ? folder : "./");
}

static void include_pattern(struct loader *l, const struct node *n, const char *file)
{
	struct str pattern = tree_text(n);
	if (n->broken)
		return;
	bool absolute = pattern.len && pattern.at[0] == '/', varies = is_glob(pattern);
	if (n->kind != NODE_STRING || !pattern.len || memchr(pattern.at, '\0', pattern.len)) {
		diag_error(l->diag, tree_place(n),
			   "include: expected the name of a file, or a pattern such as conf.d/*.yaml");
		return;
	}
	struct str base = absolute ? STR("") : folder_of(l, file, varies);
	struct str whole = arena_printf(&l->conf->arena, "%.*s%.*s", STR_ARG(base), STR_ARG(pattern));
	if (!varies) {
		VEC_PUSH(&l->queue, ((struct wanted){whole.at, tree_place(n)}));
		return;
	}
	watch_folder(l, absolute ? STR("") : folder_of(l, file, false), pattern);
	glob_t found;
	int result = glob(whole.at, 0, NULL, &found);
	for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
		VEC_PUSH(&l->queue,
			 ((struct wanted){arena_dup(&l->conf->arena, str_from(found.gl_pathv[i])).at, tree_place(n)}));
	if (result != 0 && result != GLOB_NOMATCH)
		diag_error(l->diag, tree_place(n), "include: the folder cannot be read");
	globfree(&found);
}

static void follow_includes(struct loader *l, const struct node *root, const char *file)
{
	const struct node *include = tree_get(root, STR("include"));
	if (!include || include->kind == NODE_NULL)
		return;
	if (include->kind != NODE_SEQUENCE) {
		include_pattern(l, include, file);
		return;
	}
	for (uint32_t i = 0; i < include->count; i++)
		include_pattern(l, &include->items[i], file);
}

static struct node without_include(struct loader *l, const struct node *root)
{
	struct node rest = *root;
	rest.members = arena_alloc(&l->conf->arena, root->count * sizeof *rest.members);
	rest.count = 0;
	for (uint32_t i = 0; i < root->count; i++)
		if (!str_eq(root->members[i].key.text, STR("include")))
			rest.members[rest.count++] = root->members[i];
	return rest;
}

/* --- files --- */

/* Reads one text into the tree so far; `path` is what its includes are relative to. */
static void read_text(struct loader *l, struct str text, const char *name, const char *path)
{
	struct arena *arena = &l->conf->arena;
	const struct node *root = yaml_read_on(arena, text, name, l->diag);
	if (!root)
		return;
	root = env_replace(root, arena, getenv, l->diag);
	struct node empty = {.kind = NODE_MAPPING, .file = name, .line = 1, .column = 1};
	if (root->kind == NODE_NULL)
		root = &empty;
	if (root->kind != NODE_MAPPING && root->broken)
		return;
	if (root->kind != NODE_MAPPING) {
		diag_error(l->diag, tree_place(root), "expected a mapping of keys, found %s", tree_kind_name(root));
		return;
	}
	follow_includes(l, root, path);
	struct node rest = without_include(l, root);
	struct node *all = ARENA_NEW(arena, struct node);
	if (l->conf->root)
		merge(l, l->conf->root, &rest, all, STR(""));
	else
		*all = rest;
	l->conf->root = all;
}

static bool read_before(struct loader *l, const struct stat *st)
{
	for (size_t i = 0; i < l->seen.len; i++)
		if (l->seen.at[i].st_dev == st->st_dev && l->seen.at[i].st_ino == st->st_ino)
			return true;
	VEC_PUSH(&l->seen, *st);
	return false;
}

static void read_file(struct loader *l, struct wanted w)
{
	struct stat st;
	struct str text;
	unsigned errors = l->diag->errors;
	if (stat(w.path, &st) == 0 && read_before(l, &st))
		return;
	VEC_PUSH(&l->files, w.path);
	if (yaml_slurp(&l->conf->arena, w.path, LARGEST, &text, l->diag))
		read_text(l, text, w.path, w.path);
	else if (w.by.file && l->diag->errors > errors)
		diag_hint(l->diag, "included in %s:%u:%u", w.by.file, w.by.line, w.by.column);
}

static void read_queue(struct loader *l)
{
	for (size_t i = 0; i < l->queue.len; i++) {
		if (l->files.len == FILES) {
			diag_error(l->diag, l->queue.at[i].by, "include: more than %d files", FILES);
			return;
		}
		read_file(l, l->queue.at[i]);
	}
}

static const char *const *keep(struct arena *arena, const char *const *list, size_t count)
{
	const char **copy = ARENA_ARRAY(arena, const char *, count);
	if (count)
		memcpy(copy, list, count * sizeof *copy);
	return copy;
}

static void finish(struct loader *l)
{
	struct conf *c = l->conf;
	c->files = keep(&c->arena, l->files.at, l->files.len);
	c->file_count = l->files.len;
	c->folders = keep(&c->arena, l->folders.at, l->folders.len);
	c->folder_count = l->folders.len;
	VEC_FREE(&l->queue);
	VEC_FREE(&l->seen);
	VEC_FREE(&l->files);
	VEC_FREE(&l->folders);
}

static struct loader begin(struct conf *c, struct diag *d)
{
	*c = (struct conf){0};
	arena_init(&c->arena, BLOCK);
	return (struct loader){.conf = c, .diag = d};
}

bool conf_load(struct conf *c, const char *path, struct diag *d)
{
	unsigned errors = d->errors;
	struct loader l = begin(c, d);
	VEC_PUSH(&l.queue, ((struct wanted){arena_dup(&c->arena, str_from(path)).at, {NULL, 0, 0}}));
	read_queue(&l);
	finish(&l);
	return d->errors == errors;
}

bool conf_read(struct conf *c, struct str text, const char *name, struct diag *d)
{
	unsigned errors = d->errors;
	struct loader l = begin(c, d);
	read_text(&l, text, name, "");
	read_queue(&l);
	finish(&l);
	return d->errors == errors;
}

void conf_free(struct conf *c)
{
	arena_free(&c->arena);
	*c = (struct conf){0};
}
