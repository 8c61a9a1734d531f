#include "proxy/snapshot.h"

#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/beside.h"
#include "proxy/net/digest.h"
#include "proxy/rollout.h"
#include "proxy/tables.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the parts ---- */

static bool read_version(struct snapshot *s, unsigned index, const struct member *m, const struct tables *tables,
			 struct levers *levers, struct diag *d)
{
	struct version *v = &s->api.versions[index];
	v->index = index;
	v->name = m->key.text;
	v->place = tree_place(&m->key);
	v->conf = &m->value;
	if (m->value.kind != NODE_MAPPING) {
		diag_error(d, tree_place(&m->value), "a version is a mapping, this is %s", tree_kind_name(&m->value));
		diag_hint(d, "%.*s: {backend: 127.0.0.1:9001, contract: openapi.yaml}", STR_ARG(v->name));
		return false;
	}
	bool good = tables_known(&tables->version, &m->value, d);
	const struct node *backend = tree_get(&m->value, STR("backend"));
	if (!backend && !tree_get(&m->value, STR("revisions")))
		return diag_error(d, v->place, "the version \"%.*s\" has no backend", STR_ARG(v->name));
	if (backend)
		good &= backend_read(backend, s->file.at, &s->backends[index], &s->arena, d);
	s->backends[index].version = index;
	s->backends[index].role = STR("stable");
	return rollout_read(s, index, levers, d) && good;
}

static bool read_versions(struct snapshot *s, const struct tables *tables, struct levers *levers, struct diag *d)
{
	const struct node *versions = tree_get(s->conf.root, STR("versions"));
	if (!versions) {
		diag_error(d, (struct place){.file = s->file.at}, "there are no versions");
		diag_hint(d, "versions: {v1: {backend: 127.0.0.1:9001}}");
		return false;
	}
	if (versions->kind != NODE_MAPPING || versions->count == 0)
		return diag_error(d, tree_place(versions), "`versions` is a mapping of names to versions, this is %s",
				  versions->kind == NODE_MAPPING ? "an empty one" : tree_kind_name(versions));
	bool good = true;
	s->api.version_count = versions->count;
	s->api.versions = ARENA_ARRAY(&s->arena, struct version, versions->count);
	s->backend_count = versions->count;
	s->backends = ARENA_ARRAY(&s->arena, struct backend, versions->count + rollout_room(versions));
	s->choices = ARENA_ARRAY(&s->arena, struct backend_choice, versions->count);
	s->levers = ARENA_ARRAY(&s->arena, struct version_levers, versions->count);
	for (uint32_t i = 0; i < versions->count; i++)
		good &= read_version(s, i, &versions->members[i], tables, levers, d);
	return good;
}

static bool read_observation(struct snapshot *s, struct diag *d)
{
	struct key_reader reader = {.arena = &s->arena, .diag = d};
	key_defaults(&log_keys, &s->log, &s->arena);
	key_defaults(&usage_keys, &s->usage, &s->arena);
	key_defaults(&admin_keys, &s->admin, &s->arena);
	bool good = key_read(&log_keys, tree_get(s->conf.root, STR("log")), &s->log, &reader);
	good &= key_read(&usage_keys, tree_get(s->conf.root, STR("usage")), &s->usage, &reader);
	good &= key_read(&admin_keys, tree_get(s->conf.root, STR("admin")), &s->admin, &reader);
	if (s->usage.ledger.len)
		s->usage.ledger = beside(&s->arena, s->file, s->usage.ledger);
	return good;
}

/* ---- digests ---- */

static struct str digest_of(struct arena *keep, const struct str *pieces, size_t count)
{
	char hex[DIGEST_HEX];
	digest_hex(pieces, count, hex);
	return arena_dup(keep, str_of(hex, sizeof hex));
}

/* A file's digest, or the empty slice where it has gone since it was loaded. */
static struct str digest_of_file(struct arena *keep, const char *path)
{
	char hex[DIGEST_HEX];
	return digest_file(path, hex) ? arena_dup(keep, str_of(hex, sizeof hex)) : (struct str){NULL, 0};
}

struct digests {
	struct arena *arena;
	VEC(struct str) pieces;
};

static void add_file(void *context, const char *path)
{
	struct digests *digests = context;
	VEC_PUSH(&digests->pieces, digest_of_file(digests->arena, path));
}

/* One digest for everything that was read: what makes two loads the same. */
static void fill_digests(struct snapshot *s)
{
	struct digests digests = {.arena = &s->arena};
	struct buf tree = {0};
	tree_to_json(s->conf.root, &tree);
	VEC_PUSH(&digests.pieces, buf_str(&tree));
	for (unsigned i = 0; i < s->api.version_count; i++) {
		struct version *v = &s->api.versions[i];
		if (v->contract.len)
			v->digest = digest_of_file(&s->arena, beside(&s->arena, s->file, v->contract).at);
		VEC_PUSH(&digests.pieces, v->digest);
		if (v->shadow.len)
			VEC_PUSH(&digests.pieces, digest_of_file(&s->arena, beside(&s->arena, s->file, v->shadow).at));
	}
	for (unsigned i = 0; i < s->api.pact_count; i++)
		add_file(&digests, s->api.pacts[i]);
	for (unsigned i = 0; i < s->backend_count; i++)
		VEC_PUSH(&digests.pieces, s->backends[i].text);
	if (s->tls)
		secure_server_files(&s->settings.tls, s->file.at, add_file, &digests);
	s->digest = digest_of(&s->arena, digests.pieces.at, digests.pieces.len);
	VEC_FREE(&digests.pieces);
	buf_free(&tree);
}

/* ---- the whole ---- */

static bool build(struct snapshot *s, const struct snapshot_source *source, struct diag *d)
{
	bool read = source->path ? conf_load(&s->conf, source->path, d) : conf_read(&s->conf, source->text, "the flags", d);
	s->file = arena_dup(&s->arena, source->path ? str_from(source->path) : STR("the flags"));
	if (!s->conf.root)
		return false;
	if (!settings_format_known(s->conf.root, d))
		return false;
	bool good = read;
	const struct tables *tables = tables_of(source->filters, &s->arena);
	good &= tables_known(&tables->top, s->conf.root, d);
	good &= settings_read(s->conf.root, &s->settings, &s->arena, d) &&
		secure_server_load(&s->settings.tls, s->file.at, &s->tls, d);
	good &= read_observation(s, d);
	good &= read_versions(s, tables, source->levers, d);
	s->api.name = s->settings.api;
	s->api.fields = s->usage.fields;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	s->api.workers = source->workers ? source->workers
			 : s->settings.workers ? (unsigned)s->settings.workers
					       : (unsigned)(processors > 0 ? processors : 1);
	struct filter_setup setup = {s->conf.root, &s->api, s->file.at, &s->arena, d, s->levers};
	if (s->api.version_count) /* without versions the filters would only repeat that there are none */
		good &= chain_build(&s->chain, source->filters, &setup);
	return good && d->errors == 0;
}

struct snapshot *snapshot_load(const struct snapshot_source *source, struct diag *d)
{
	struct snapshot *s = must_zalloc(1, sizeof *s);
	s->holds = 1;
	arena_init(&s->arena, 16 * 1024);
	if (!build(s, source, d)) {
		snapshot_drop(s);
		return NULL;
	}
	fill_digests(s);
	s->loaded_ms = clock_wall_ms();
	return s;
}

void snapshot_files(const struct snapshot *s, void (*visit)(void *context, const char *path), void *context)
{
	struct arena paths;
	arena_init(&paths, 1024);
	for (size_t i = 0; i < s->conf.file_count; i++)
		visit(context, s->conf.files[i]);
	for (unsigned i = 0; i < s->api.version_count; i++)
		if (s->api.versions[i].contract.len)
			visit(context, beside(&paths, s->file, s->api.versions[i].contract).at);
	for (unsigned i = 0; i < s->api.version_count; i++)
		if (s->api.versions[i].shadow.len)
			visit(context, beside(&paths, s->file, s->api.versions[i].shadow).at);
	for (unsigned i = 0; i < s->api.pact_count; i++)
		visit(context, s->api.pacts[i]);
	for (unsigned i = 0; i < s->backend_count; i++)
		secure_client_files(&s->backends[i].tls, s->file.at, visit, context);
	secure_server_files(&s->settings.tls, s->file.at, visit, context);
	arena_free(&paths);
}

void snapshot_hold(struct snapshot *s)
{
	__atomic_add_fetch(&s->holds, 1, __ATOMIC_RELAXED);
}

void snapshot_drop(struct snapshot *s)
{
	if (__atomic_sub_fetch(&s->holds, 1, __ATOMIC_ACQ_REL))
		return;
	chain_release(&s->chain);
	rollout_release(s);
	for (unsigned i = 0; i < s->backend_count; i++)
		backend_free(&s->backends[i]);
	tls_drop(s->tls);
	conf_free(&s->conf);
	arena_free(&s->arena);
	free(s);
}
