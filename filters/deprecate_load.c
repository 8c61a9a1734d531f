#include "filters/deprecate.h"
#include "filters/keys.h"
#include "proxy/base/vec.h"

struct version_settings {
	int64_t deprecated, sunset;
	int after;
	struct str successor, docs;
	struct key_list brownouts; /* struct life_brownout */
	struct key_map grace;      /* int64_t */
	int style, warning;
};
enum { AFTER_GONE, AFTER_SERVE };

enum { STYLE_RFC9745, STYLE_HTTP_DATE };

struct operation_settings {
	int64_t deprecated, sunset;
	struct key_list brownouts;
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

static const char *const style_words[] = {[STYLE_RFC9745] = "rfc9745", [STYLE_HTTP_DATE] = "http_date", NULL};
static const struct key_hint style_hints[] = {{"github", "http_date"}, {"rfc", "rfc9745"}, {NULL, NULL}};
static const char *const switch_words[] = {"off", "on", NULL};
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
    {.name = "grace",
     KEY_MAP_AT(TIME, struct version_settings, grace),
     .about = "consumers that may stay longer: by name, until when; the name is what the client says of itself"},
    {.name = "style",
     KEY_AT(WORD, struct version_settings, style),
     .words = style_words,
     .hints = style_hints,
     .normal = "rfc9745",
     .about = "how Deprecation is written: rfc9745 (@1782777600) or http_date, as before that RFC"},
    {.name = "warning",
     KEY_AT(WORD, struct version_settings, warning),
     .words = switch_words,
     .normal = "off",
     .about = "on adds Warning: 299, which some clients log"},
    {0},
};

const struct key deprecate_operation_keys[] = {
    {.name = "deprecated",
     KEY_AT(TIME, struct operation_settings, deprecated),
     .about = "from when on the clients of this operation are told to move"},
    {.name = "sunset",
     KEY_AT(TIME, struct operation_settings, sunset),
     .about = "when the operation ends: 410, unless the version's after_sunset is serve"},
    {.name = "brownouts",
     KEY_LIST_AT(TABLE, struct operation_settings, brownouts),
     .table = &brownout_table,
     .about = "windows between its deprecation and sunset in which this operation's requests get 410"},
    {0},
};

/* `what`: "version v1", "operation listOrders"; `n`: its mapping. */
static bool check_order(struct filter_setup *setup, struct str what, const struct node *n, const struct life *life)
{
	if (life->deprecated == LIFE_NEVER || life->sunset >= life->deprecated)
		return true;
	struct place deprecated = key_place(n, "deprecated");
	diag_error(setup->diag, key_place(n, "sunset"), "%.*s has its sunset before its deprecation in line %u",
		   STR_ARG(what), deprecated.line);
	diag_hint(setup->diag, "RFC 8594 and RFC 9745: the sunset is not before the deprecation");
	return false;
}

static bool check_brownout(struct filter_setup *setup, const struct life *life, const struct life_brownout *b,
			   struct place place)
{
	if (life->deprecated == LIFE_NEVER || b->at < life->deprecated) {
		diag_error(setup->diag, place, "a brownout cannot begin before the deprecation");
		diag_hint(setup->diag, "set `deprecated` to a date before it");
		return false;
	}
	if (b->at > LIFE_NEVER - b->length || b->at + b->length > life->sunset)
		return diag_error(setup->diag, place, "a brownout cannot last beyond the sunset");
	return true;
}

static bool check_brownouts(struct filter_setup *setup, const struct node *mapping, const struct life *life)
{
	const struct node *n = tree_get(mapping, STR("brownouts"));
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

/* A time that is not written is never. */
static int64_t time_at(const struct node *n, const char *name, int64_t value)
{
	return tree_get(n, str_from(name)) ? value : LIFE_NEVER;
}

static bool load_operation(struct filter_setup *setup, const struct member *m, struct fate *f)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct operation_settings s = {0};
	if (!keys_read(deprecate_operation_keys, sizeof s, "an operation", &m->value, &s, &r))
		return false;
	struct life life = {.deprecated = time_at(&m->value, "deprecated", s.deprecated),
			    .sunset = time_at(&m->value, "sunset", s.sunset),
			    .brownouts = s.brownouts.at,
			    .brownout_count = s.brownouts.count};
	if (life.deprecated != LIFE_NEVER || life.sunset != LIFE_NEVER || life.brownout_count)
		f->operations[f->operation_count++] = (struct fate_operation){.name = m->key.text, .life = life};
	struct str what = arena_printf(setup->arena, "operation %.*s", STR_ARG(m->key.text));
	bool good = check_order(setup, what, &m->value, &life);
	good &= check_brownouts(setup, &m->value, &life);
	return good;
}

/* Sorted by nothing: there are few. */
static bool load_graces(struct filter_setup *setup, const struct version *v, const struct key_map *map, struct fate *f)
{
	bool good = true;
	struct fate_grace *graces = ARENA_ARRAY(setup->arena, struct fate_grace, map->count + 1);
	const int64_t *times = map->at;
	f->graces = graces;
	f->grace_count = (unsigned)map->count;
	if (map->count && f->life.sunset == LIFE_NEVER)
		return diag_error(setup->diag, key_place(v->conf, "grace"), "grace: version %.*s has no sunset",
				  STR_ARG(v->name));
	for (size_t i = 0; i < map->count; i++) {
		graces[i] = (struct fate_grace){map->members[i].key.text, times[i]};
		if (times[i] < f->life.sunset)
			good = diag_error(setup->diag, tree_place(&map->members[i].value),
					  "grace: the time of %.*s ends before the version's sunset",
					  STR_ARG(graces[i].consumer));
	}
	return good;
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
	    .deprecated = time_at(v->conf, "deprecated", s.deprecated),
	    .sunset = time_at(v->conf, "sunset", s.sunset),
	    .brownouts = s.brownouts.at,
	    .brownout_count = s.brownouts.count,
	};
	f->serve = s.after == AFTER_SERVE;
	f->docs = s.docs;
	f->http_date = s.style == STYLE_HTTP_DATE;
	f->warning = s.warning;
	good &= check_order(setup, arena_printf(setup->arena, "version %.*s", STR_ARG(v->name)), v->conf, &f->life);
	good &= check_brownouts(setup, v->conf, &f->life);
	good &= load_graces(setup, v, &s.grace, f);
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
