#include "filters/contract/load.h"
#include "filters/contract/parameter.h"

#include <stdio.h>

/* OpenAPI 3.1.1, 4.8.1: the version decides which fields there are and what a schema means. */
static bool read_version(struct loader *l, const struct node *root)
{
	static const struct {
		struct str prefix;
		unsigned version;
		enum dialect dialect;
	} known[] = {
	    {STR_INIT("3.0"), 30, DIALECT_OPENAPI_30},
	    {STR_INIT("3.1"), 31, DIALECT_OPENAPI_31},
	    {STR_INIT("3.2"), 32, DIALECT_OPENAPI_31},
	};
	const struct node *n = tree_get(root, STR("openapi"));
	if (root->kind != NODE_MAPPING)
		return diag_error(l->d, tree_place(root), "an OpenAPI document is a mapping; this is %s",
				  tree_kind_name(root));
	if (!n && tree_get(root, STR("swagger")))
		return diag_error(l->d, tree_place(root),
				  "this is a Swagger 2.0 document; OpenAPI 3.0, 3.1 and 3.2 are read");
	if (!n)
		return diag_error(l->d, tree_place(root), "no \"openapi\" field: this is no OpenAPI document");
	struct str text = tree_text(n);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_starts(text, known[i].prefix) && (text.len == 3 || text.at[3] == '.')) {
			l->version = known[i].version;
			l->dialect = known[i].dialect;
			return true;
		}
	return diag_error(l->d, tree_place(n), "OpenAPI \"%.*s\" is not known: 3.0, 3.1 and 3.2 are", STR_ARG(text));
}

static bool read_dialect(struct loader *l, const struct node *root)
{
	const struct node *n = tree_get(root, STR("jsonSchemaDialect"));
	if (l->options->dialect.len) {
		if (!dialect_from_word(l->options->dialect, &l->dialect))
			return diag_error(l->d, (struct place){0}, "\"%.*s\" is no dialect of JSON Schema",
					  STR_ARG(l->options->dialect));
		return true;
	}
	if (!n || l->version == 30)
		return true;
	/* Every published dialect of OpenAPI 3.1 and 3.2, whatever its date. */
	if (str_starts(n->text, STR("https://spec.openapis.org/oas/3.")) || dialect_from_uri(n->text, &l->dialect))
		return true;
	return diag_error(l->d, tree_place(n), "the dialect \"%.*s\" is not known", STR_ARG(n->text));
}

/* Two templates that match the same requests are no document of the specification (3.1.1, 4.8.8.2), but real ones have
 * them, each with methods of its own: then a request still has one meaning. Where a method is in both, it has not. */
static void check_shared(struct loader *l, const struct node *key, const struct node *paths, uint32_t id,
			 uint32_t methods)
{
	const struct path_entry *p = &l->paths.at[id];
	const struct member *first = tree_member(paths, p->template);
	uint32_t line = first ? first->key.line : 0;
	for (uint32_t i = methods; i < p->methods; i++)
		for (uint32_t k = 0; k < methods; k++)
			if (str_eq(p->method[i].method, p->method[k].method)) {
				diag_error(l->d, tree_place(key),
					   "%.*s \"%.*s\": another path matches the same requests",
					   STR_ARG(p->method[i].method), STR_ARG(key->text));
				diag_hint(l->d, "the other is \"%.*s\" in line %u", STR_ARG(p->template), line);
				return;
			}
	diag_warn(l->d, tree_place(key), "\"%.*s\" matches the same requests as another path, with other methods",
		  STR_ARG(key->text));
	diag_hint(l->d, "the other is \"%.*s\" in line %u", STR_ARG(p->template), line);
}

static void load_path(struct loader *l, struct here paths, uint32_t index)
{
	const struct node *key = &paths.node->members[index].key;
	struct str values[CONTRACT_PARAMETERS], template = load_keep(l, key->text);
	struct path_names names = {values, 0};
	const char *why;
	uint32_t other, id = (uint32_t)l->paths.len, methods = 0;
	if (str_starts(key->text, STR("x-")))
		return;
	if (path_index_add(l->c->index, template, id, values, CONTRACT_PARAMETERS, &names.count, &why, &other)) {
		VEC_PUSH(&l->paths, ((struct path_entry){.template = template}));
	} else if (other != UINT32_MAX) {
		id = other;
		methods = l->paths.at[id].methods;
	} else {
		diag_error(l->d, tree_place(key), "\"%.*s\": %s", STR_ARG(key->text), why);
		return;
	}
	load_path_item(l, load_member(l, paths, index), template, id, &names);
	if (other != UINT32_MAX)
		check_shared(l, key, paths.node, id, methods);
}

static void load_paths(struct loader *l, struct here root)
{
	struct here paths = load_child(l, root, STR("paths"));
	if (!paths.node) {
		bool container = tree_get(root.node, STR("components")) || tree_get(root.node, STR("webhooks"));
		if (l->version == 30)
			diag_error(l->d, tree_place(root.node), "an OpenAPI 3.0 document needs \"paths\"");
		else if (!container)
			diag_error(l->d, tree_place(root.node),
				   "a document needs one of \"paths\", \"components\", \"webhooks\"");
		return;
	}
	for (uint32_t i = 0; paths.node->kind == NODE_MAPPING && i < paths.node->count; i++)
		load_path(l, paths, i);
}

static void load_rest(struct loader *l, struct here root)
{
	static const struct path_names none = {NULL, 0};
	struct here hooks = load_child(l, root, STR("webhooks")), tags = load_child(l, root, STR("tags"));
	load_components(l, load_child(l, root, STR("components")));
	l->passive++;
	for (uint32_t i = 0; hooks.node && hooks.node->kind == NODE_MAPPING && i < hooks.node->count; i++)
		load_path_item(l, load_member(l, hooks, i), STR(""), UINT32_MAX, &none);
	l->passive--;
	load_security(l, load_child(l, root, STR("security")));
	for (uint32_t i = 0; tags.node && tags.node->kind == NODE_SEQUENCE && i < tags.node->count; i++)
		(void)oas_check(OAS_TAG, &tags.node->items[i], l->version, l->d);
}

static int by_id(const void *a, const void *b)
{
	const struct endpoint *const *x = a, *const *y = b;
	int order = str_cmp((*x)->public.id, (*y)->public.id);
	return order ? order : (*x)->public.index < (*y)->public.index ? -1 : 1;
}

static void check_ids(struct loader *l)
{
	size_t count = l->endpoints.len;
	if (count == 0)
		return;
	struct endpoint **sorted = arena_alloc(&l->arena, count * sizeof *sorted);
	memcpy(sorted, l->endpoints.at, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, by_id);
	for (size_t i = 1; i < count; i++) {
		const struct operation *o = &sorted[i]->public, *first = &sorted[i - 1]->public;
		if (o->id.len == 0 || !str_eq(o->id, first->id))
			continue;
		if (l->options->tolerant) {
			diag_warn(l->d, o->place, "operationId \"%.*s\" stands twice", STR_ARG(o->id));
			continue;
		}
		diag_error(l->d, o->place, "operationId \"%.*s\" stands twice", STR_ARG(o->id));
		diag_hint(l->d, "the other is %.*s %.*s in line %u", STR_ARG(first->method), STR_ARG(first->template),
			  first->place.line);
	}
}

/* "GET, POST" for the Allow field of a 405: the methods that are found under one of `bases`. */
static struct str list_methods(struct loader *l, const struct path_entry *p, uint64_t bases)
{
	struct buf words = {0};
	for (uint32_t i = 0; i < p->methods; i++) {
		if (!(l->c->endpoint[p->method[i].operation].bases & bases))
			continue;
		if (words.len)
			buf_add(&words, STR(", "));
		buf_add(&words, p->method[i].method);
	}
	struct str kept = load_keep(l, buf_str(&words));
	buf_free(&words);
	return kept;
}

static void finish_path(struct loader *l, struct path_entry *p, uint64_t *under)
{
	uint64_t all = 0;
	bool differ = false;
	for (uint32_t i = 0; i < p->methods; i++) {
		uint64_t bases = l->c->endpoint[p->method[i].operation].bases;
		differ |= all && bases != all;
		all |= bases;
	}
	*under = p->methods ? all : UINT64_MAX;
	p->allow = list_methods(l, p, UINT64_MAX);
	if (!differ)
		return;
	p->allow_at = ARENA_ARRAY(&l->c->arena, struct str, NO_BASE + 1);
	for (unsigned i = 0; i <= NO_BASE; i++)
		if (all >> i & 1)
			p->allow_at[i] = list_methods(l, p, (uint64_t)1 << i);
}

static void finish_paths(struct loader *l)
{
	struct contract *c = l->c;
	c->endpoint = ARENA_ARRAY(&c->arena, struct endpoint, l->endpoints.len);
	c->endpoints = l->endpoints.len;
	for (size_t i = 0; i < l->endpoints.len; i++)
		c->endpoint[i] = *l->endpoints.at[i];
	load_bases(l);
	c->path = ARENA_ARRAY(&c->arena, struct path_entry, l->paths.len);
	c->under = ARENA_ARRAY(&c->arena, uint64_t, l->paths.len);
	for (size_t i = 0; i < l->paths.len; i++) {
		c->path[i] = l->paths.at[i];
		finish_path(l, &c->path[i], &c->under[i]);
	}
	c->key_name = ARENA_ARRAY(&c->arena, struct str, l->keys.len);
	c->keys = (uint32_t)l->keys.len;
	for (size_t i = 0; i < l->keys.len; i++)
		c->key_name[i] = l->keys.at[i];
}

static void fill_types(const struct program *p, struct judged *schema)
{
	schema->types = schema->present ? program_types(p, schema->entry) : UINT32_MAX;
}

static void finish_types(struct loader *l)
{
	for (size_t i = 0; i < l->parameters.len; i++)
		fill_types(l->c->program, &l->parameters.at[i]->schema);
	for (size_t i = 0; i < l->media.len; i++) {
		fill_types(l->c->program, &l->media.at[i]->schema);
		fill_types(l->c->program, &l->media.at[i]->item);
	}
	for (size_t i = 0; i < l->c->endpoints; i++)
		parameter_prepare(&l->c->endpoint[i]);
}

static void load_root(struct loader *l, struct str uri, const struct node *root)
{
	struct here h = {root, uri, STR("#")};
	if (!read_version(l, root) || !oas_check(OAS_ROOT, root, l->version, l->d) || !read_dialect(l, root) ||
	    !schema_set_add(l->set, uri, root, l->dialect, false, l->d))
		return;
	load_info(l, h);
	l->servers = load_servers(l, h, NULL);
	load_paths(l, h);
	load_rest(l, h);
	check_ids(l);
}

struct source {
	const char *name;
	struct str text; /* where it comes from memory */
	bool from_memory, examples;
};

static struct contract *load(const struct source *s, const struct contract_options *options, struct diag *d)
{
	struct contract *c = must_zalloc(1, sizeof *c);
	struct loader l = {.c = c,
			   .d = d,
			   .options = options,
			   .content = load_content,
			   .files = !s->from_memory,
			   .examples = s->examples};
	unsigned errors = d->errors;
	arena_init(&c->arena, 1 << 14);
	arena_init(&l.arena, 1 << 16);
	c->closed = options->closed_objects;
	c->max_decoded = options->max_decoded ? options->max_decoded : 16u << 20;
	c->index = path_index_new(&c->arena);
	l.set = schema_set_new(&(struct schema_options){options->assert_formats, options->closed_objects, load_uri, &l,
							options->tolerant});
	struct str uri = load_path_to_uri(&l, s->from_memory ? "/contract" : s->name);
	const struct node *root = s->from_memory ? load_text(&l, uri, s->name, s->text) : load_file(&l, uri, s->name);
	if (root)
		load_root(&l, uri, root);
	c->program = schema_set_end(l.set, d);
	bool good = root && c->program && d->errors == errors;
	if (good) {
		finish_paths(&l);
		finish_types(&l);
	}
	if (good && s->examples)
		load_judge_examples(&l);
	load_free(&l);
	if (good)
		return c;
	contract_free(c);
	return NULL;
}

struct contract *contract_load(const char *path, const struct contract_options *options, struct diag *d)
{
	return load(&(struct source){.name = path}, options, d);
}

struct contract *contract_load_text(struct str text, const char *name, const struct contract_options *options,
				    struct diag *d)
{
	return load(&(struct source){.name = name, .text = text, .from_memory = true}, options, d);
}

bool contract_check(const char *path, const struct contract_options *options, struct diag *d)
{
	struct contract *c = load(&(struct source){.name = path, .examples = true}, options, d);
	contract_free(c);
	return c != NULL;
}

void contract_free(struct contract *c)
{
	if (!c)
		return;
	if (c->program)
		program_free(c->program);
	arena_free(&c->arena);
	free(c);
}
