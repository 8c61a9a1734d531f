/* The version filter's settings: `select`, `unversioned` and the pins of `consumers`, read and checked. */
#include "filters/consumer.h"
#include "filters/keys.h"
#include "filters/select.h"
#include "proxy/base/vec.h"
#include "proxy/http/token.h"
#include "proxy/http/uri.h"

enum { MOST_SOURCES = 16 };

struct accept_keys {
	struct str media_type, parameter;
};

struct source_keys {
	struct str path;
	bool strip;
	struct str header;
	struct accept_keys accept;
	struct str query;
	const struct node *node;
};

struct select_keys {
	struct key_list from; /* struct source_keys */
	struct str missing, unknown;
};

struct top {
	struct select_keys select;
	struct key_map unversioned; /* struct str */
};

static unsigned written(const struct node *n, const char *const *names)
{
	unsigned count = 0;
	for (; *names; names++)
		count += tree_get(n, str_from(*names)) != NULL;
	return count;
}

static bool check_accept(struct key_reader *r, const struct node *n, void *settings)
{
	static const char *const names[] = {"media_type", "parameter", NULL};
	const struct accept_keys *a = settings;
	if (written(n, names) != 1)
		return diag_error(r->diag, tree_place(n), "accept: one of media_type and parameter");
	if (a->parameter.at && !token_valid(a->parameter))
		return diag_error(r->diag, key_place(n, "parameter"), "\"%.*s\" is no name of a parameter",
				  STR_ARG(a->parameter));
	return true;
}

static bool check_source(struct key_reader *r, const struct node *n, void *settings)
{
	static const char *const names[] = {"path", "header", "accept", "query", NULL};
	const struct source_keys *k = settings;
	if (written(n, names) != 1)
		return diag_error(r->diag, tree_place(n),
				  "a source of the version is one of path, header, accept, query");
	if (k->strip && !k->path.at)
		return diag_error(r->diag, key_place(n, "strip"), "only a path can be stripped");
	if (k->header.at && !token_valid(k->header))
		return diag_error(r->diag, key_place(n, "header"), "\"%.*s\" is no name of a field",
				  STR_ARG(k->header));
	if (k->query.at && !k->query.len)
		return diag_error(r->diag, key_place(n, "query"), "query: the name of a parameter is missing");
	return true;
}

static const struct key accept_rows[] = {
    {.name = "media_type",
     KEY_AT(STRING, struct accept_keys, media_type),
     .about = "a media type with <major> or <version> in it: application/vnd.orders.v<major>+json"},
    {.name = "parameter",
     KEY_AT(STRING, struct accept_keys, parameter),
     .about = "the parameter of a media range that names the version"},
};
static const struct key_table accept_table = {
    .name = "a version in Accept", KEY_TABLE_OF(struct accept_keys, accept_rows), .check = check_accept};

static const struct key source_rows[] = {
    {.name = "path",
     KEY_AT(STRING, struct source_keys, path),
     .about = "where the path names the version: /v<major>, /api/v<major>, /<version> (names and dates too)"},
    {.name = "strip",
     KEY_AT(BOOL, struct source_keys, strip),
     .normal = "false",
     .about = "the version's segment of the path does not go to the backend"},
    {.name = "header", KEY_AT(STRING, struct source_keys, header), .about = "the request field that names the version"},
    {.name = "accept",
     KEY_AT(TABLE, struct source_keys, accept),
     .table = &accept_table,
     .about = "a version in the media ranges of Accept"},
    {.name = "query", KEY_AT(STRING, struct source_keys, query), .about = "the query parameter that names the version"},
    {KEY_AT(SELF, struct source_keys, node)},
};
static const struct key_table source_table = {
    .name = "a source of the version", KEY_TABLE_OF(struct source_keys, source_rows), .check = check_source};

static const struct key select_rows[] = {
    {.name = "from",
     KEY_LIST_AT(TABLE, struct select_keys, from),
     .table = &source_table,
     .normal = "[{path: \"/v<major>\"}, {header: API-Version}, {accept: {parameter: version}}]",
     .about = "where a request names its version; all that do must agree"},
    {.name = "missing",
     KEY_AT(STRING, struct select_keys, missing),
     .normal = "reject",
     .type = "reject or a version",
     .about = "what a request gets that names none; with a single version it is that one"},
    {.name = "unknown",
     KEY_AT(STRING, struct select_keys, unknown),
     .normal = "reject",
     .type = "reject or a version",
     .about = "what a request gets that names a version that is not served"},
};
static const struct key_table select_table = {.name = "select", KEY_TABLE_OF(struct select_keys, select_rows)};

const struct key select_top_keys[] = {
    {.name = "select", KEY_AT(TABLE, struct top, select), .table = &select_table, .about = "how the version is chosen"},
    {.name = "unversioned",
     KEY_MAP_AT(STRING, struct top, unversioned),
     .about = "paths, or prefixes that end with /, that go to a version unchecked and are not counted as usage"},
    {0},
};

/* --- versions by name --- */

static bool no_version(struct filter_setup *setup, struct place place, struct str name)
{
	const struct api *api = setup->api;
	VEC(struct str) names = {0};
	for (unsigned i = 0; i < api->version_count; i++)
		VEC_PUSH(&names, api->versions[i].name);
	diag_error(setup->diag, place, "there is no version %.*s", STR_ARG(name));
	struct str nearest = diag_nearest(name, names.at, names.len);
	if (nearest.len)
		diag_hint(setup->diag, "did you mean \"%.*s\"?", STR_ARG(nearest));
	VEC_FREE(&names);
	return false;
}

static bool find_version(struct filter_setup *setup, struct place place, struct str name, const struct version **v)
{
	*v = api_version(setup->api, name);
	return *v ? true : no_version(setup, place, name);
}

static bool find_or_reject(struct filter_setup *setup, const char *key, struct str name, const struct version **v)
{
	*v = NULL;
	if (str_eq(name, STR("reject")))
		return true;
	return find_version(setup, key_place(tree_get(setup->root, STR("select")), key), name, v);
}

/* --- sources --- */

/* A shape is compared with normalised paths, so it must be normal itself. */
static const char *read_path(struct filter_setup *setup, struct str text, struct shape *shape)
{
	const char *why = shape_read_path(text, shape);
	struct str before = shape->before;
	if (why || !escapes_valid(text))
		return why ? why : "every % is followed by two hexadecimal digits";
	bool changed = false;
	(void)uri_normalise(before, setup->arena, &changed);
	return changed ? "in its normal form: no escapes of letters, digits and -._~, others in upper case" : NULL;
}

static bool read_source(struct filter_setup *setup, const struct source_keys *k, struct select_source *s)
{
	const char *why = NULL, *key = "path";
	*s = (struct select_source){.strip = k->strip};
	if (k->path.at) {
		s->source = SOURCE_PATH;
		s->name = k->path;
		why = read_path(setup, k->path, &s->shape);
	} else if (k->accept.media_type.at) {
		s->source = SOURCE_ACCEPT;
		s->name = k->accept.media_type;
		key = "accept";
		why = shape_read_media_type(s->name, &s->shape);
	} else {
		s->source = k->header.at ? SOURCE_HEADER : k->query.at ? SOURCE_QUERY : SOURCE_ACCEPT_PARAMETER;
		s->name = k->header.at ? k->header : k->query.at ? k->query : k->accept.parameter;
		s->known = known_of(s->name);
	}
	s->place = k->path.at ? key_place(k->node, key) : tree_place(k->node);
	if (why)
		return diag_error(setup->diag, key_place(k->node, key), "%s: %s, not \"%.*s\"", key, why,
				  STR_ARG(s->name));
	return true;
}

static bool same_source(const struct select_source *a, const struct select_source *b)
{
	if (a->source != b->source)
		return false;
	if (a->source == SOURCE_PATH)
		return shape_overlaps(&a->shape, &b->shape);
	return a->source == SOURCE_QUERY ? str_eq(a->name, b->name) : str_eq_nocase(a->name, b->name);
}

static bool check_overlaps(struct filter_setup *setup, const struct selector *s)
{
	bool good = true;
	for (unsigned i = 0; i < s->source_count; i++)
		for (unsigned k = 0; k < i; k++) {
			const struct select_source *a = &s->sources[k], *b = &s->sources[i];
			if (!same_source(a, b))
				continue;
			good = diag_error(setup->diag, b->place,
					  "%.*s overlaps with %.*s in line %u: a request could be read both ways",
					  STR_ARG(b->name), STR_ARG(a->name), a->place.line);
		}
	return good;
}

static bool read_sources(struct filter_setup *setup, const struct key_list *from, struct selector *s)
{
	const struct source_keys *keys = from->at;
	struct place place = key_place(tree_get(setup->root, STR("select")), "from");
	bool good = true;
	if (from->count > MOST_SOURCES)
		return diag_error(setup->diag, place, "from: at most %d sources", MOST_SOURCES);
	s->source_count = (unsigned)from->count;
	s->sources = ARENA_ARRAY(setup->arena, struct select_source, from->count + 1);
	for (unsigned i = 0; i < s->source_count; i++) {
		good &= read_source(setup, &keys[i], &s->sources[i]);
		s->by_media_type |= s->sources[i].source == SOURCE_ACCEPT;
	}
	return good && check_overlaps(setup, s);
}

/* --- paths without a version --- */

static bool read_unversioned(struct filter_setup *setup, const struct key_map *map, struct selector *s)
{
	const struct str *names = map->at;
	bool good = true;
	s->unversioned = ARENA_ARRAY(setup->arena, struct select_unversioned, map->count + 1);
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = &map->members[i].key;
		struct select_unversioned *u = &s->unversioned[s->unversioned_count++];
		u->path = key->text;
		bool changed = false;
		if (!u->path.len || u->path.at[0] != '/' || !escapes_valid(u->path))
			good = diag_error(setup->diag, tree_place(key),
					  "unversioned: a path begins with /, not \"%.*s\"", STR_ARG(u->path));
		else if ((void)uri_normalise(u->path, setup->arena, &changed), changed)
			good = diag_error(setup->diag, tree_place(key),
					  "unversioned: write the path in its normal form, %.*s",
					  STR_ARG(uri_normalise(u->path, setup->arena, NULL)));
		good &= find_version(setup, tree_place(&map->members[i].value), names[i], &u->version);
	}
	return good;
}

/* --- pins, and what caches have to know --- */

static void add_name(struct buf *out, struct str name)
{
	struct str rest = buf_str(out);
	while (rest.at)
		if (str_eq_nocase(str_trim(str_cut(&rest, ',')), name))
			return;
	buf_addf(out, "%s%.*s", out->len ? ", " : "", STR_ARG(name));
}

static void add_consumer_fields(struct buf *out, const struct consumers *c)
{
	const struct consumer_source *from = c->from.at;
	for (size_t i = 0; i < c->from.count; i++) {
		if (from[i].kind == CONSUMER_HEADER)
			add_name(out, from[i].header);
		else if (from[i].kind == CONSUMER_USER_AGENT)
			add_name(out, STR("User-Agent"));
	}
}

static void read_vary(struct filter_setup *setup, const struct consumers *c, struct selector *s)
{
	struct buf names = {0};
	for (unsigned i = 0; i < s->source_count; i++) {
		if (s->sources[i].source == SOURCE_HEADER)
			add_name(&names, s->sources[i].name);
		else if (s->sources[i].source == SOURCE_ACCEPT || s->sources[i].source == SOURCE_ACCEPT_PARAMETER)
			add_name(&names, STR("Accept"));
	}
	s->vary = arena_dup(setup->arena, buf_str(&names));
	add_consumer_fields(&names, c);
	s->vary_pinned = arena_dup(setup->arena, buf_str(&names));
	buf_free(&names);
}

static bool read_pins(struct filter_setup *setup, const struct key_map *pins, struct selector *s)
{
	const struct str *names = pins->at;
	bool good = true;
	s->pins = ARENA_ARRAY(setup->arena, struct select_pin, pins->count + 1);
	for (size_t i = 0; i < pins->count; i++) {
		struct select_pin *pin = &s->pins[s->pin_count++];
		pin->consumer = pins->members[i].key.text;
		good &= find_version(setup, tree_place(&pins->members[i].value), names[i], &pin->version);
	}
	return good;
}

/* What is wrong with `consumers` as such has been said by its own filter, or will be. */
static bool read_consumers(struct filter_setup *setup, struct selector *s)
{
	struct consumers consumers;
	struct diag silent;
	diag_init(&silent);
	bool good = consumer_read(setup->root, &consumers, setup->arena, &silent);
	diag_free(&silent);
	if (!good)
		return true;
	read_vary(setup, &consumers, s);
	return read_pins(setup, &consumers.pin, s);
}

static void list_versions(struct filter_setup *setup, struct selector *s)
{
	struct buf names = {0};
	for (unsigned i = 0; i < setup->api->version_count; i++) {
		buf_addf(&names, "%s\"", i ? "," : "[");
		buf_add_json(&names, setup->api->versions[i].name);
		buf_addc(&names, '"');
	}
	buf_add(&names, names.len ? STR("]") : STR("[]"));
	s->versions = arena_dup(setup->arena, buf_str(&names));
	buf_free(&names);
}

bool select_load(struct filter_setup *setup, struct selector *s)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct top top;
	*s = (struct selector){.api = setup->api};
	keys_defaults(select_top_keys, sizeof top, &top, setup->arena);
	if (!keys_read(select_top_keys, sizeof top, "the configuration", setup->root, &top, &r))
		return false;
	bool good = read_sources(setup, &top.select.from, s);
	good &= find_or_reject(setup, "missing", top.select.missing, &s->missing);
	good &= find_or_reject(setup, "unknown", top.select.unknown, &s->unknown);
	good &= read_unversioned(setup, &top.unversioned, s);
	good &= read_consumers(setup, s);
	bool said = tree_get(tree_get(setup->root, STR("select")), STR("missing")) != NULL;
	if (!said && setup->api->version_count == 1)
		s->missing = &setup->api->versions[0];
	list_versions(setup, s);
	return good;
}
