#include "filters/pacts.h"

#include "filters/concern.h"
#include "filters/consumer.h"
#include "filters/keys.h"
#include "proxy/base/vec.h"

#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

/* What is loaded meanwhile: a contract for each version that some interaction is about. */
struct registering {
	struct filter_setup *setup;
	struct selector selector;
	struct provider *providers; /* by version index */
	bool *opened, *usable;
	VEC(const char *) files;
};

/* The contract of a version, or NULL where it has none. It has been loaded before: what it complains of was told. */
static struct provider *provider_of(struct registering *r, const struct version *v)
{
	struct diag quiet;
	if (!v->contract.len)
		return NULL;
	if (!r->opened[v->index]) {
		diag_init(&quiet);
		const char *path = keys_path(v->contract, r->setup->file, r->setup->arena);
		r->usable[v->index] = provider_open(&r->providers[v->index], path, &quiet);
		r->opened[v->index] = true;
		diag_free(&quiet);
	}
	return r->usable[v->index] ? &r->providers[v->index] : NULL;
}

static void warn(struct registering *r, const struct pact *pact, const struct interaction *x, struct place place,
		 const struct version *v, struct str why, struct place against)
{
	struct buf where = {0};
	if (against.line)
		buf_addf(&where, " (%s:%u:%u)", against.file, against.line, against.column);
	if (v)
		diag_warn(r->setup->diag, place,
			  "version %.*s does not give %.*s what it expects of \"%.*s\": %.*s%.*s", STR_ARG(v->name),
			  STR_ARG(pact->consumer), STR_ARG(x->description), STR_ARG(why), STR_ARG(buf_str(&where)));
	else
		diag_warn(r->setup->diag, place, "no version gives %.*s what it expects of \"%.*s\": %.*s%.*s",
			  STR_ARG(pact->consumer), STR_ARG(x->description), STR_ARG(why), STR_ARG(buf_str(&where)));
	buf_free(&where);
}

static void warn_of(struct registering *r, struct pact_findings *found, const struct version *v)
{
	for (size_t i = 0; i < found->list.len; i++) {
		const struct pact_finding *f = &found->list.at[i];
		struct str why =
		    arena_printf(&found->arena, "%s %.*s", f->response ? "response" : "request", STR_ARG(f->text));
		if (f->level == PACT_ERROR)
			warn(r, f->pact, f->interaction, f->place, v, why, f->against);
	}
}

/* True when the version satisfies it, or has no contract to tell by. What is found is told when `tell` says so. */
static bool satisfied(struct registering *r, const struct version *v, const struct concern *c, const struct pact *pact,
		      const struct interaction *x, bool tell)
{
	struct provider *p = provider_of(r, v);
	struct pact_findings found;
	if (!p)
		return true;
	pact_findings_begin(&found);
	bool good = concern_judge(c, p, pact, x, &found);
	if (!good && tell)
		warn_of(r, &found, v);
	pact_findings_free(&found);
	return good;
}

static void check_interaction(struct registering *r, const struct pact *pact, const struct interaction *x,
			      struct arena *arena)
{
	const struct api *api = r->setup->api;
	struct concern c;
	bool any = false;
	concern_find(&r->selector, pact, x, arena, &c);
	switch (c.kind) {
	case CONCERN_UNVERSIONED:
		return;
	case CONCERN_REFUSED:
		warn(r, pact, x, x->request.path_place, NULL, str_from(c.why), (struct place){0});
		return;
	case CONCERN_VERSION:
		(void)satisfied(r, c.version, &c, pact, x, true);
		return;
	default:
		for (unsigned i = 0; i < api->version_count && !any; i++)
			any = satisfied(r, &api->versions[i], &c, pact, x, false);
		if (!any)
			warn(r, pact, x, x->request.path_place, NULL,
			     STR("it names no version, and the contract of none allows it"), (struct place){0});
	}
}

static bool check_file(struct registering *r, const char *path)
{
	struct arena arena;
	struct pact *pact = pact_load(path, r->setup->diag);
	if (!pact)
		return false;
	arena_init(&arena, 4096);
	for (unsigned i = 0; i < pact->count; i++) {
		check_interaction(r, pact, &pact->at[i], &arena);
		arena_reset(&arena);
	}
	arena_free(&arena);
	pact_free(pact);
	return true;
}

/* The files of one entry: a path, or a glob. */
static bool add_files(struct registering *r, struct str entry)
{
	glob_t found;
	const char *path = keys_path(entry, r->setup->file, r->setup->arena);
	if (!strpbrk(path, "*?[") || access(path, F_OK) == 0) {
		VEC_PUSH(&r->files, path);
		return true;
	}
	if (glob(path, 0, NULL, &found) != 0) {
		diag_warn(r->setup->diag, key_place(tree_get(r->setup->root, STR("consumers")), "pacts"),
			  "pacts: no file matches %s", path);
		return true;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		VEC_PUSH(&r->files, arena_dup(r->setup->arena, str_from(found.gl_pathv[i])).at);
	globfree(&found);
	return true;
}

static bool check_files(struct registering *r)
{
	struct api *api = r->setup->api;
	bool good = select_load(r->setup, &r->selector);
	for (size_t i = 0; good && i < r->files.len; i++)
		good = check_file(r, r->files.at[i]) && good;
	api->pacts = arena_alloc(r->setup->arena, (r->files.len + 1) * sizeof *api->pacts);
	memcpy(api->pacts, r->files.at, r->files.len * sizeof *api->pacts);
	api->pact_count = (unsigned)r->files.len;
	return good;
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct registering r = {.setup = setup};
	struct consumers consumers;
	unsigned count = setup->api->version_count;
	bool good = true;
	(void)settings; /* never in the chain */
	if (!consumer_read(setup->root, &consumers, setup->arena, setup->diag) || !consumers.pacts.count)
		return true; /* what is wrong there is the consumer filter's to tell */
	r.providers = ARENA_ARRAY(setup->arena, struct provider, count);
	r.opened = ARENA_ARRAY(setup->arena, bool, count);
	r.usable = ARENA_ARRAY(setup->arena, bool, count);
	for (unsigned i = 0; i < consumers.pacts.count; i++)
		good = add_files(&r, ((const struct str *)consumers.pacts.at)[i]) && good;
	if (r.files.len && setup->diag->errors == 0)
		good = check_files(&r) && good;
	for (unsigned i = 0; i < count; i++)
		if (r.opened[i])
			provider_close(&r.providers[i]);
	VEC_FREE(&r.files);
	return good;
}

const struct filter pacts_filter = {.name = "pacts", .configure = configure};
