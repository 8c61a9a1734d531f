#include "conf/yaml.h"
#include "filters/contract/json_tree.h"
#include "filters/contract/load.h"
#include "filters/contract/percent.h"
#include "filters/contract/uri_reference.h"
#include "proxy/base/hash.h"

#include <unistd.h>

enum { HOPS = 32, FILE_LIMIT = 64 << 20 };

/* `pointer`/`key`, with the key escaped as RFC 6901, 3 says. */
static struct str longer(struct loader *l, struct str pointer, struct str key)
{
	char *out = arena_alloc(&l->arena, pointer.len + 1 + 2 * key.len);
	size_t len = pointer.len;
	if (len)
		memcpy(out, pointer.at, len);
	out[len++] = '/';
	for (size_t i = 0; i < key.len; i++) {
		bool special = key.at[i] == '~' || key.at[i] == '/';
		out[len++] = special ? '~' : key.at[i];
		if (special)
			out[len++] = key.at[i] == '~' ? '0' : '1';
	}
	return str_of(out, len);
}

struct here load_child(struct loader *l, struct here h, struct str key)
{
	const struct node *n = tree_get(h.node, key);
	return (struct here){n, h.base, n ? longer(l, h.pointer, key) : h.pointer};
}

struct here load_item(struct loader *l, struct here list, uint32_t index)
{
	char digits[16];
	size_t len = 0;
	uint32_t rest = index;
	do
		digits[sizeof digits - ++len] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	return (struct here){&list.node->items[index], list.base,
			     longer(l, list.pointer, str_of(digits + sizeof digits - len, len))};
}

struct here load_member(struct loader *l, struct here map, uint32_t index)
{
	const struct member *m = &map.node->members[index];
	return (struct here){&m->value, map.base, longer(l, map.pointer, m->key.text)};
}

void load_each(struct loader *l, struct here owner, struct str key, void (*each)(struct loader *, struct here))
{
	struct here map = load_child(l, owner, key);
	for (uint32_t i = 0; map.node && map.node->kind == NODE_MAPPING && i < map.node->count; i++)
		each(l, load_member(l, map, i));
}

static struct here nothing(struct here h)
{
	h.node = NULL;
	return h;
}

struct here load_follow(struct loader *l, struct here h)
{
	for (unsigned hops = 0; h.node && h.node->kind == NODE_MAPPING; hops++) {
		const struct node *ref = tree_get(h.node, STR("$ref"));
		struct str base;
		if (!ref)
			return h;
		if (ref->kind != NODE_STRING || hops == HOPS) {
			diag_error(l->d, tree_place(ref),
				   hops == HOPS ? "references that lead in a circle" : "a $ref is a string");
			return nothing(h);
		}
		/* Nothing is fetched; where nothing is judged either, that is no reason to refuse the document. */
		if (l->passive && (str_starts(ref->text, STR("http://")) || str_starts(ref->text, STR("https://")))) {
			diag_warn(l->d, tree_place(ref), "\"%.*s\" is not looked at: nothing is ever fetched",
				  STR_ARG(ref->text));
			return nothing(h);
		}
		const struct node *n = schema_set_resolve(l->set, h.base, ref->text, tree_place(ref), &base, l->d);
		if (!n)
			return nothing(h);
		struct str fragment = uri_reference_fragment(ref->text);
		fragment = fragment.at ? uri_reference_decode(&l->arena, fragment) : STR("");
		h = (struct here){n, base, arena_printf(&l->arena, "#%.*s", STR_ARG(fragment))};
	}
	return h;
}

struct str load_keep(struct loader *l, struct str s)
{
	return s.len ? arena_dup(&l->c->arena, s) : (struct str){NULL, 0};
}

static const char *keep_name(struct loader *l, const char *name)
{
	for (size_t i = l->names.len; i-- > 0;)
		if (l->names.at[i] == name || strcmp(l->names.at[i], name) == 0)
			return l->names.at[i];
	const char *kept = arena_dup(&l->c->arena, str_from(name)).at;
	VEC_PUSH(&l->names, kept);
	return kept;
}

struct place load_place(struct loader *l, const struct node *n)
{
	return (struct place){n->file ? keep_name(l, n->file) : NULL, n->line, n->column};
}

static size_t memo_hash(const struct node *n, size_t cap)
{
	return (size_t)(((uintptr_t)n >> 4) * 0x9e3779b97f4a7c15u >> 20) & (cap - 1);
}

const void *memo_get(const struct memo *m, enum memo_kind kind, const struct node *n)
{
	if (m->cap == 0)
		return NULL;
	for (size_t i = memo_hash(n, m->cap);; i = (i + 1) & (m->cap - 1)) {
		if (m->slot[i].node == n && m->slot[i].kind == kind)
			return m->slot[i].part;
		if (!m->slot[i].node)
			return NULL;
	}
}

void memo_put(struct memo *m, enum memo_kind kind, const struct node *n, const void *part)
{
	if (m->count * 2 >= m->cap) {
		struct memo old = *m;
		m->cap = old.cap ? old.cap * 2 : 256;
		m->count = 0;
		m->slot = must_zalloc(m->cap, sizeof *m->slot);
		for (size_t i = 0; i < old.cap; i++)
			if (old.slot[i].node)
				memo_put(m, old.slot[i].kind, old.slot[i].node, old.slot[i].part);
		free(old.slot);
	}
	size_t i = memo_hash(n, m->cap);
	while (m->slot[i].node)
		i = (i + 1) & (m->cap - 1);
	m->slot[i] = (struct memo_slot){n, kind, part};
	m->count++;
}

static bool looks_like_json(struct str text)
{
	size_t i = 0;
	while (i < text.len && strchr(" \t\r\n", text.at[i]) && text.at[i])
		i++;
	return i < text.len && (text.at[i] == '{' || text.at[i] == '[');
}

const struct node *load_text(struct loader *l, struct str uri, const char *name, struct str text)
{
	const char *kept = keep_name(l, name);
	struct str shown = str_from(kept);
	bool yaml = str_ends(shown, STR(".yaml")) || str_ends(shown, STR(".yml"));
	const struct node *root = NULL;
	uint64_t key[2] = {l->c->mark[0], l->c->mark[1] + 1};
	l->c->mark[0] = hash_local(text) ^ hash_keyed(text, key);
	l->c->mark[1] = hash_keyed(text, (uint64_t[2]){key[1], hash_local(shown)});
	if (looks_like_json(text) && !yaml) {
		root = json_tree_read(&l->arena, text, kept, l->d);
	} else {
		/* A flow mapping in a file named .yaml is YAML; real JSON there is read by YAML just as well. */
		root = yaml_read(&l->arena, text, kept, l->d);
	}
	if (root)
		VEC_PUSH(&l->documents, ((struct document){arena_dup(&l->arena, uri), root}));
	return root;
}

const struct node *load_file(struct loader *l, struct str uri, const char *path)
{
	struct arena temporary;
	struct str text;
	const struct node *root = NULL;
	arena_init(&temporary, 4096);
	if (yaml_slurp(&temporary, path, FILE_LIMIT, &text, l->d))
		root = load_text(l, uri, path, text);
	arena_free(&temporary);
	return root;
}

struct str load_path_to_uri(struct loader *l, const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	char *real = realpath(path, NULL);
	struct str s = str_from(real ? real : path);
	char *out = arena_alloc(&l->arena, 8 + 3 * s.len);
	size_t len = 7;
	memcpy(out, "file://", 7);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (ascii_alpha(s.at[i]) || ascii_digit(s.at[i]) || (c && strchr("/-._~", c))) {
			out[len++] = (char)c;
		} else {
			out[len++] = '%';
			out[len++] = hex[c >> 4];
			out[len++] = hex[c & 15];
		}
	}
	free(real);
	return uri_reference_resolve(&l->arena, (struct str){NULL, 0}, str_of(out, len));
}

/* A file beside the document is named as the document was: relative to where the command was given. */
static const char *shown_path(struct loader *l, struct str uri, struct str path)
{
	struct str folder = l->documents.len ? l->documents.at[0].uri : STR("");
	struct str shown = str_from(l->names.len ? l->names.at[0] : "");
	bool malformed = false;
	while (folder.len && folder.at[folder.len - 1] != '/')
		folder.len--;
	while (shown.len && shown.at[shown.len - 1] != '/')
		shown.len--;
	if (folder.len == 0 || !str_starts(uri, folder))
		return path.at;
	struct str rest = percent_decoded(&l->arena, str_skip(uri, folder.len), false, &malformed);
	const char *relative = arena_printf(&l->arena, "%.*s%.*s", STR_ARG(shown), STR_ARG(rest)).at;
	return access(relative, R_OK) == 0 ? relative : path.at;
}

const struct node *load_uri(void *loader, struct str uri, struct diag *d)
{
	struct loader *l = loader;
	struct place nowhere = {l->names.len ? l->names.at[0] : NULL, 0, 0};
	bool malformed = false;
	for (size_t i = 0; i < l->documents.len; i++)
		if (str_eq(l->documents.at[i].uri, uri))
			return l->documents.at[i].root;
	/* 3.2's $self: another name of the document that is being read. */
	const struct node *root = l->documents.len ? l->documents.at[0].root : NULL,
			  *self = tree_get(root, STR("$self"));
	if (self && str_eq(uri_reference_resolve(&l->arena, l->documents.at[0].uri, self->text), uri))
		return root;
	/* Anything else is told with the place of the reference: no such document is registered. */
	if (!l->files || !str_starts(uri, STR("file:///")))
		return NULL;
	struct str path = percent_decoded(&l->arena, str_skip(uri, 7), false, &malformed);
	if (memchr(path.at, '\0', path.len)) {
		diag_error(d, nowhere, "%.*s names no file", STR_ARG(uri));
		return NULL;
	}
	return load_file(l, uri, shown_path(l, uri, arena_dup(&l->arena, path)));
}

void load_free(struct loader *l)
{
	VEC_FREE(&l->documents);
	VEC_FREE(&l->names);
	VEC_FREE(&l->parameters);
	VEC_FREE(&l->media);
	VEC_FREE(&l->example);
	VEC_FREE(&l->schemas);
	VEC_FREE(&l->endpoints);
	VEC_FREE(&l->paths);
	VEC_FREE(&l->servers_of);
	VEC_FREE(&l->keys);
	free(l->memo.slot);
	arena_free(&l->arena);
}
