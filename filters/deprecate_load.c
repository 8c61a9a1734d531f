#include "filters/deprecate.h"
#include "filters/keys.h"
#include "proxy/base/vec.h"

struct version_settings {
	int64_t deprecated, sunset;
	int after;
	struct str successor, docs;
	struct key_list brownouts; /* struct life_brownout */
};
enum { AFTER_GONE, AFTER_SERVE };

struct operation_settings {
	int64_t deprecated;
};

static const struct key brownout_rows[] = {
    {.name = "at", KEY_AT(TIME, struct life_brownout, at), .required = true, .about = "when it begins"},
    {.name = "for",
     KEY_AT(DURATION, struct life_brownout, length),
     .required = true,
     .min = 1000,
     .about = "how long it lasts"},
    {.name = "share",
     KEY_AT(PERCENT, struct life_brownout, share),
     .normal = "100%",
     .about = "how many of the requests it refuses"},
};
static const struct key_table brownout_table = {.name = "a brownout",
						KEY_TABLE_OF(struct life_brownout, brownout_rows)};

static const char *const after_words[] = {[AFTER_GONE] = "gone", [AFTER_SERVE] = "serve", NULL};

const struct key deprecate_version_keys[] = {
    {.name = "deprecated",
     KEY_AT(TIME, struct version_settings, deprecated),
     .about = "from when on clients are told to move, with Deprecation and Link"},
    {.name = "sunset",
     KEY_AT(TIME, struct version_settings, sunset),
     .about = "when the version ends; told in Sunset from the deprecation on"},
    {.name = "after_sunset",
     KEY_AT(WORD, struct version_settings, after),
     .words = after_words,
     .normal = "gone",
     .about = "gone answers 410, serve goes on as before"},
    {.name = "successor",
     KEY_AT(STRING, struct version_settings, successor),
     .type = "version",
     .about = "the version to move to, for Link rel=\"successor-version\""},
    {.name = "docs",
     KEY_AT(STRING, struct version_settings, docs),
     .type = "URL",
     .about = "a page about the move, for Link rel=\"deprecation\" and rel=\"sunset\""},
    {.name = "brownouts",
     KEY_LIST_AT(TABLE, struct version_settings, brownouts),
     .table = &brownout_table,
     .about = "windows between deprecation and sunset in which requests get 410, so that the last clients notice"},
    {0},
};

const struct key deprecate_operation_keys[] = {
    {.name = "deprecated",
     KEY_AT(TIME, struct operation_settings, deprecated),
     .about = "from when on the clients of this operation are told to move"},
    {0},
};

static bool check_order(struct filter_setup *setup, const struct version *v, const struct life *life)
{
	if (life->deprecated == LIFE_NEVER || life->sunset >= life->deprecated)
		return true;
	struct place deprecated = key_place(v->conf, "deprecated");
	diag_error(setup->diag, key_place(v->conf, "sunset"),
		   "version %.*s has its sunset before its deprecation in line %u", STR_ARG(v->name), deprecated.line);
	diag_hint(setup->diag, "RFC 8594 and RFC 9745: the sunset is not before the deprecation");
	return false;
}

static bool check_brownout(struct filter_setup *setup, const struct life *life, const struct life_brownout *b,
			   struct place place)
{
	if (life->deprecated == LIFE_NEVER || b->at < life->deprecated) {
		diag_error(setup->diag, place, "a brownout cannot begin before the version is deprecated");
		diag_hint(setup->diag, "set `deprecated` to a date before it");
		return false;
	}
	if (b->at > LIFE_NEVER - b->length || b->at + b->length > life->sunset)
		return diag_error(setup->diag, place, "a brownout cannot last beyond the version's sunset");
	return true;
}

static bool check_brownouts(struct filter_setup *setup, const struct version *v, const struct life *life)
{
	const struct node *n = tree_get(v->conf, STR("brownouts"));
	bool good = true;
	for (size_t i = 0; i < life->brownout_count; i++) {
		const struct node *item = n->kind == NODE_SEQUENCE ? &n->items[i] : n;
		good &= check_brownout(setup, life, &life->brownouts[i], tree_place(item));
	}
	return good;
}

static bool unknown_successor(struct filter_setup *setup, struct place place, struct str name)
{
	VEC(struct str) names = {0};
	for (unsigned i = 0; i < setup->api->version_count; i++)
		VEC_PUSH(&names, setup->api->versions[i].name);
	diag_error(setup->diag, place, "successor: there is no version %.*s", STR_ARG(name));
	struct str nearest = diag_nearest(name, names.at, names.len);
	if (nearest.len)
		diag_hint(setup->diag, "did you mean \"%.*s\"?", STR_ARG(nearest));
	VEC_FREE(&names);
	return false;
}

static bool find_successor(struct filter_setup *setup, const struct version *v, struct str name, struct fate *f)
{
	struct place place = key_place(v->conf, "successor");
	if (!name.at)
		return true;
	f->successor = api_version(setup->api, name);
	if (!f->successor)
		return unknown_successor(setup, place, name);
	return f->successor != v ||
	       diag_error(setup->diag, place, "version %.*s cannot be its own successor", STR_ARG(name));
}

/* It stands between < and > in a field. */
static bool check_docs(struct filter_setup *setup, const struct version *v, struct str docs)
{
	for (size_t i = 0; i < docs.len; i++)
		if (docs.at[i] <= ' ' || docs.at[i] > '~' || strchr("<>\"\\^`{|}", docs.at[i]))
			return diag_error(setup->diag, key_place(v->conf, "docs"), "docs: not a URL: \"%.*s\"",
					  STR_ARG(docs));
	return true;
}

static bool load_operation(struct filter_setup *setup, const struct member *m, struct fate *f)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct operation_settings s = {0};
	if (!keys_read(deprecate_operation_keys, sizeof s, "an operation", &m->value, &s, &r))
		return false;
	if (tree_get(&m->value, STR("deprecated")))
		f->operations[f->operation_count++] = (struct fate_operation){
		    .name = m->key.text, .life = {.deprecated = s.deprecated, .sunset = LIFE_NEVER}};
	return true;
}

static bool load_operations(struct filter_setup *setup, const struct version *v, struct fate *f)
{
	const struct node *n = tree_get(v->conf, STR("operations"));
	bool good = true;
	if (!n || n->kind != NODE_MAPPING)
		return true; /* the contract filter complains */
	f->operations = ARENA_ARRAY(setup->arena, struct fate_operation, n->count + 1);
	for (uint32_t i = 0; i < n->count; i++)
		good &= load_operation(setup, &n->members[i], f);
	return good;
}

static void show_brownouts(struct filter_setup *setup, struct fate *f)
{
	f->shown = ARENA_ARRAY(setup->arena, struct brownout_facts, f->life.brownout_count + 1);
	for (size_t i = 0; i < f->life.brownout_count; i++) {
		const struct life_brownout *b = &f->life.brownouts[i];
		f->shown[i] = (struct brownout_facts){.begin_ms = b->at, .end_ms = b->at + b->length};
	}
}

static bool load_version(struct filter_setup *setup, const struct version *v, struct fate *f)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct version_settings s;
	keys_defaults(deprecate_version_keys, sizeof s, &s, setup->arena);
	bool good = load_operations(setup, v, f);
	if (!keys_read(deprecate_version_keys, sizeof s, "a version", v->conf, &s, &r))
		return false;
	f->life = (struct life){
	    .deprecated = tree_get(v->conf, STR("deprecated")) ? s.deprecated : LIFE_NEVER,
	    .sunset = tree_get(v->conf, STR("sunset")) ? s.sunset : LIFE_NEVER,
	    .brownouts = s.brownouts.at,
	    .brownout_count = s.brownouts.count,
	};
	f->serve = s.after == AFTER_SERVE;
	f->docs = s.docs;
	good &= check_order(setup, v, &f->life);
	good &= check_brownouts(setup, v, &f->life);
	if (good)
		show_brownouts(setup, f); /* they end before time does */
	good &= find_successor(setup, v, s.successor, f);
	good &= check_docs(setup, v, s.docs);
	f->known = f->life.deprecated != LIFE_NEVER || f->life.sunset != LIFE_NEVER || f->operation_count;
	return good;
}

/* v1 -> v2 -> v1 would send clients in a circle. */
static bool check_circle(struct filter_setup *setup, const struct fates *f, const struct version *v)
{
	const struct version *next = f->versions[v->index].successor;
	for (unsigned steps = 0; next && next != v; next = f->versions[next->index].successor)
		if (++steps > setup->api->version_count)
			return true; /* a circle further on: told at its own versions */
	if (!next)
		return true;
	return diag_error(setup->diag, key_place(v->conf, "successor"),
			  "the successors of version %.*s lead back to it", STR_ARG(v->name));
}

bool deprecate_load(struct filter_setup *setup, struct fates *f, bool *any)
{
	const struct api *api = setup->api;
	bool good = true;
	*any = false;
	f->versions = ARENA_ARRAY(setup->arena, struct fate, api->version_count + 1);
	for (unsigned i = 0; i < api->version_count; i++) {
		good &= load_version(setup, &api->versions[i], &f->versions[i]);
		*any |= f->versions[i].known;
	}
	for (unsigned i = 0; good && i < api->version_count; i++)
		good &= check_circle(setup, f, &api->versions[i]);
	return good;
}
