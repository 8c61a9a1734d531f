#include "filters/discovery.h"

#include "filters/deprecate.h"
#include "filters/keys.h"
#include "proxy/base/clock.h"

#define WELL_KNOWN STR("/.well-known/api-versions")

struct discovery_settings {
	int discovery;
};

struct discovery {
	const struct api *api;
	struct fates fates;
};

static const char *const switch_words[] = {"off", "on", NULL};

static const struct key discovery_keys[] = {
    {.name = "discovery",
     KEY_AT(WORD, struct discovery_settings, discovery),
     .words = switch_words,
     .normal = "off",
     .about = "on tells clients the versions, their states and dates at /.well-known/api-versions and by OPTIONS *"},
    {0},
};

/* The versions' dates, which the deprecate filter reads too, and complains about. */
static bool load_fates(struct filter_setup *setup, struct fates *f)
{
	struct filter_setup quiet = *setup;
	struct diag unheard;
	bool any;
	diag_init(&unheard);
	quiet.diag = &unheard;
	bool good = deprecate_load(&quiet, f, &any);
	diag_free(&unheard);
	return good;
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct discovery_settings s;
	keys_defaults(discovery_keys, sizeof s, &s, setup->arena);
	if (!keys_read(discovery_keys, sizeof s, "the configuration", setup->root, &s, &r))
		return false;
	struct discovery *d = ARENA_NEW(setup->arena, struct discovery);
	d->api = setup->api;
	if (s.discovery && load_fates(setup, &d->fates))
		*settings = d;
	return true;
}

static void add_text(struct buf *out, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_addf(out, ",\"%s\":\"", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void add_time(struct buf *out, const char *name, int64_t wall_ms)
{
	char text[CLOCK_TEXT];
	if (wall_ms != LIFE_NEVER)
		add_text(out, name, str_of(text, clock_format(wall_ms, text)));
}

static void add_version(struct buf *out, const struct version *v, const struct fate *f, int64_t now_ms)
{
	buf_add(out, STR("{\"name\":\""));
	buf_add_json(out, v->name);
	buf_addc(out, '"');
	add_text(out, "version", v->semver);
	add_text(out, "state", str_from(life_word(life_shown(&f->life, now_ms))));
	add_time(out, "deprecated", f->life.deprecated);
	add_time(out, "sunset", f->life.sunset);
	if (f->successor)
		add_text(out, "successor", f->successor->name);
	add_text(out, "documentation", f->docs);
	buf_addc(out, '}');
}

static struct str versions(struct exchange *x, const struct discovery *d)
{
	struct buf out = {0};
	buf_add(&out, STR("{\"api\":\""));
	buf_add_json(&out, d->api->name);
	buf_add(&out, STR("\",\"versions\":["));
	for (unsigned i = 0; i < d->api->version_count; i++) {
		buf_add(&out, i ? STR(",") : STR(""));
		add_version(&out, &d->api->versions[i], &d->fates.versions[i], x->wall_ms);
	}
	buf_add(&out, STR("]}\n"));
	struct str text = arena_dup(&x->arena, buf_str(&out));
	buf_free(&out);
	return text;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	(void)state;
	enum method method = x->request.method;
	bool here = str_eq(x->path, WELL_KNOWN), options = method == METHOD_OPTIONS;
	if (!(here && (options || method == METHOD_GET || method == METHOD_HEAD)) &&
	    !(options && str_eq(x->request.target, STR("*"))))
		return PASS;
	if (here && options)
		exchange_add_field(x, STR("Allow"), STR("GET, HEAD, OPTIONS"));
	return exchange_answer_content(x, 200, STR("application/json"), versions(x, settings));
}

const struct filter discovery_filter = {
    .name = "discovery",
    .top_keys = discovery_keys,
    .configure = configure,
    .on_request = on_request,
};
