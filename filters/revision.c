#include "filters/revision.h"

#include "filters/keys.h"
#include "proxy/base/vec.h"
#include "proxy/http/token.h"

struct all_revisions {
	struct revisions *versions; /* by index */
};

/* ---- settings ---- */

struct revisions_settings {
	struct str header, active;
	struct key_map backends; /* of const struct node * */
};

struct version_settings {
	struct revisions_settings revisions;
};

static const struct key revisions_rows[] = {
    {.name = "header", KEY_AT(STRING, struct revisions_settings, header), .normal = "X-Revision",
     .about = "the field that carries the label, from the client and on to the backend"},
    {.name = "active", KEY_AT(STRING, struct revisions_settings, active), .required = true,
     .about = "the label of the backend that serves requests without one"},
    {.name = "backends", KEY_MAP_AT(NODE, struct revisions_settings, backends), .required = true, .type = "backend",
     .about = "a backend for each label, as a version's `backend` has it"},
};
static const struct key_table revisions_table = {.name = "revisions",
						 KEY_TABLE_OF(struct revisions_settings, revisions_rows)};

static const struct key revision_version_keys[] = {
    {.name = "revisions", KEY_AT(TABLE, struct version_settings, revisions), .table = &revisions_table,
     .about = "backends that are switched between in one step, instead of `backend`"},
    {0},
};

static bool unknown_active(struct filter_setup *setup, const struct node *n, struct str active, const struct revisions *r)
{
	diag_error(setup->diag, key_place(n, "active"), "there is no revision %.*s in `backends`", STR_ARG(active));
	struct str near = diag_nearest(active, r->labels, r->count);
	if (near.len)
		diag_hint(setup->diag, "did you mean \"%.*s\"?", STR_ARG(near));
	return false;
}

static bool fill(struct filter_setup *setup, const struct node *n, const struct revisions_settings *s, struct revisions *r)
{
	struct str *labels = ARENA_ARRAY(setup->arena, struct str, s->backends.count + 1);
	bool good = true, found = false;
	r->labels = labels;
	r->header = s->header;
	for (size_t i = 0; i < s->backends.count; i++) {
		const struct node *key = &s->backends.members[i].key;
		labels[r->count++] = key->text;
		if (!token_valid(key->text))
			good = diag_error(setup->diag, tree_place(key), "\"%.*s\" cannot stand in a field",
					  STR_ARG(key->text));
		if (!str_eq(key->text, s->active))
			continue;
		r->active = (unsigned)i;
		found = true;
	}
	if (!token_valid(s->header) || known_of(s->header) != KNOWN_NONE)
		good = diag_error(setup->diag, key_place(n, "header"), "\"%.*s\" is no name for a field of one's own",
				  STR_ARG(s->header));
	return (found || unknown_active(setup, n, s->active, r)) && good;
}

static bool alone(struct filter_setup *setup, const struct version *v)
{
	static const char *const others[] = {"backend", "canary"};
	bool good = true;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (tree_get(v->conf, str_from(others[i])))
			good = diag_error(setup->diag, key_place(v->conf, others[i]),
					  "a version with `revisions` has no `%s`: each revision is a backend", others[i]);
	return good;
}

static bool load_version(struct filter_setup *setup, unsigned index, struct revisions *r)
{
	struct key_reader reader = {.arena = setup->arena, .diag = setup->diag};
	const struct version *v = &setup->api->versions[index];
	const struct node *n = tree_get(v->conf, STR("revisions"));
	struct version_settings s;
	if (!n)
		return true;
	keys_defaults(revision_version_keys, sizeof s, &s, setup->arena);
	if (!keys_read(revision_version_keys, sizeof s, "a version", v->conf, &s, &reader))
		return false;
	r->lever = setup->levers ? setup->levers[index].revision : NULL;
	bool good = fill(setup, n, &s.revisions, r);
	return alone(setup, v) && good;
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct all_revisions *all = ARENA_NEW(setup->arena, struct all_revisions);
	bool good = true, any = false;
	all->versions = ARENA_ARRAY(setup->arena, struct revisions, setup->api->version_count + 1);
	for (unsigned i = 0; i < setup->api->version_count; i++) {
		good &= load_version(setup, i, &all->versions[i]);
		any |= all->versions[i].count > 0;
	}
	if (good && any)
		*settings = all;
	return good;
}

/* ---- requests ---- */

static unsigned active(const struct revisions *r)
{
	int64_t set = lever_get(r->lever, r->active);
	return set < (int64_t)r->count ? (unsigned)set : r->active;
}

unsigned revision_choose(const struct revisions *r, struct str label, const char **why)
{
	for (unsigned i = 0; label.len && i < r->count; i++)
		if (str_eq(r->labels[i], label)) {
			*why = "label";
			return i;
		}
	*why = label.len ? "unknown" : "active";
	return active(r);
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct all_revisions *all = settings;
	(void)state;
	if (!x->version || !all->versions[x->version->index].count)
		return PASS;
	const struct revisions *r = &all->versions[x->version->index];
	unsigned chosen = revision_choose(r, message_get(&x->request, r->header), &x->revision_reason);
	x->revision = chosen + 1;
	/* Also where it is there already: of two fields the next vane might read the other. */
	x->stamp = (struct field){r->header, r->labels[chosen]};
	return PASS;
}

static void describe(const void *settings, const struct version *v, int64_t now_ms, struct version_facts *facts)
{
	const struct all_revisions *all = settings;
	const struct revisions *r = &all->versions[v->index];
	(void)now_ms;
	if (r->count)
		facts->revision = r->labels[active(r)];
}

const struct filter revision_filter = {
    .name = "revision",
    .version_keys = revision_version_keys,
    .configure = configure,
    .on_request = on_request,
    .describe = describe,
};
