#include "filters/deprecate.h"

#include "filters/segment.h"
#include "proxy/base/clock.h"
#include "proxy/http/date.h"

struct stage {
	enum life_state state; /* of the version, for this request */
};

static bool configure(struct filter_setup *setup, void **settings)
{
	struct fates *f = ARENA_NEW(setup->arena, struct fates);
	bool any, good = deprecate_load(setup, f, &any);
	if (good && any)
		*settings = f;
	return good;
}

/* What is configured for the request's version, or NULL. */
static const struct fate *fate_of(const struct exchange *x, const struct fates *f)
{
	if (!x->version || x->unversioned || !f->versions[x->version->index].known)
		return NULL;
	return &f->versions[x->version->index];
}

/* --- in: 410 where it has come to that --- */

static struct str day(struct arena *arena, int64_t wall_ms)
{
	char text[CLOCK_TEXT];
	size_t len = wall_ms % 86400000 ? clock_format(wall_ms, text) : clock_format_day(wall_ms, text);
	return arena_dup(arena, str_of(text, len));
}

static void name_successor(struct exchange *x, const struct fate *f)
{
	if (!f->successor)
		return;
	struct buf json = {0};
	buf_addc(&json, '"');
	buf_add_json(&json, f->successor->name);
	buf_addc(&json, '"');
	exchange_answer_member(x, "successor", buf_str(&json));
	buf_free(&json);
}

static enum verdict refuse_sunset(struct exchange *x, const struct fate *f)
{
	exchange_answer(x, OUTCOME_VERSION_SUNSET, "version %.*s ended on %.*s", STR_ARG(x->version->name),
			STR_ARG(day(&x->arena, f->life.sunset)));
	name_successor(x, f);
	return ANSWERED;
}

static enum verdict refuse_brownout(struct exchange *x, const struct fate *f, int64_t until)
{
	exchange_answer(x, OUTCOME_VERSION_BROWNOUT, "version %.*s is switched off until %.*s, ahead of its end",
			STR_ARG(x->version->name), STR_ARG(day(&x->arena, until)));
	name_successor(x, f);
	exchange_add_field(x, STR("Retry-After"),
			   arena_printf(&x->arena, "%lld", (long long)((until - x->wall_ms + 999) / 1000)));
	return ANSWERED;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	struct stage *stage = state;
	const struct fate *f = fate_of(x, settings);
	int64_t until = 0;
	if (!f)
		return PASS;
	stage->state = life_state(&f->life, x->wall_ms, x->request_id, &until);
	if (stage->state == LIFE_ACTIVE)
		return PASS;
	exchange_deprecated(x, STR("version"), x->version->name);
	if (stage->state == LIFE_BROWNOUT)
		return refuse_brownout(x, f, until);
	return stage->state == LIFE_SUNSET && !f->serve ? refuse_sunset(x, f) : PASS;
}

/* --- out: dates --- */

/* Deprecation is written `@unix` (RFC 9745), an HTTP-date and `true` are older drafts' spellings. */
static bool read_date(struct str text, int64_t now, int64_t *seconds)
{
	return date_parse_structured(text, seconds) || date_parse(text, now, seconds);
}

/* The earlier of ours and what the backend says in field `id`. */
static int64_t earlier(const struct exchange *x, enum known id, int64_t ours)
{
	if (x->answer.set || !x->response.status)
		return ours;
	for (size_t i = 0; i < x->response.count; i++) {
		int64_t theirs;
		if (message_id(&x->response, i) == id &&
		    read_date(str_trim(x->response.fields[i].value), x->wall_ms / 1000, &theirs) && theirs < ours)
			ours = theirs;
	}
	return ours;
}

/* One field with the earlier date takes the place of the backend's. */
static void add_deprecation(struct exchange *x, int64_t wall_ms)
{
	int64_t seconds = earlier(x, KNOWN_DEPRECATION, wall_ms / 1000);
	exchange_drop_field(x, KNOWN_DEPRECATION);
	exchange_add_field(x, STR("Deprecation"), arena_printf(&x->arena, "@%lld", (long long)seconds));
}

static void add_sunset(struct exchange *x, int64_t wall_ms)
{
	char *text = arena_alloc(&x->arena, DATE_BYTES);
	date_format(text, earlier(x, KNOWN_SUNSET, wall_ms / 1000));
	exchange_drop_field(x, KNOWN_SUNSET);
	exchange_add_field(x, STR("Sunset"), str_of(text, DATE_BYTES));
}

/* --- out: links --- */

/* The same resource in the next version: by its own path where paths name versions, otherwise at the same path
 * (RFC 5829, 3.3). */
static void add_successor(struct buf *out, const struct exchange *x, const struct version *next)
{
	struct str segment = x->version_segment;
	size_t at = segment.len ? (size_t)(segment.at - x->path.at) : 0;
	buf_addc(out, '<');
	segment_add_path(out, str_head(x->path, at));
	if (segment.len)
		segment_add(out, segment, x->version, next);
	segment_add_path(out, str_skip(x->path, at + segment.len));
	buf_add(out, STR(">; rel=\"successor-version\""));
}

static void add_links(struct exchange *x, const struct fate *f)
{
	struct buf links = {0};
	if (f->docs.len) {
		buf_addf(&links, "<%.*s>; rel=\"deprecation\"", STR_ARG(f->docs));
		if (f->life.sunset != LIFE_NEVER)
			buf_addf(&links, ", <%.*s>; rel=\"sunset\"", STR_ARG(f->docs));
	}
	if (f->successor) {
		if (links.len)
			buf_add(&links, STR(", "));
		add_successor(&links, x, f->successor);
	}
	if (links.len)
		exchange_add_field(x, STR("Link"), arena_dup(&x->arena, buf_str(&links)));
	buf_free(&links);
}

/* --- out: operations --- */

static bool is_operation(const struct exchange *x, struct str name)
{
	if (x->operation_id.len && str_eq(name, x->operation_id))
		return true;
	struct str method = x->request.method_name;
	return str_starts(name, method) && name.len > method.len && name.at[method.len] == ' ' &&
	       str_eq(str_skip(name, method.len + 1), x->route);
}

/* When the request's operation was deprecated, LIFE_NEVER where it is not (yet). */
static int64_t operation_deprecated(const struct exchange *x, const struct fate *f)
{
	for (unsigned i = 0; x->has_operation && i < f->operation_count; i++) {
		const struct fate_operation *o = &f->operations[i];
		if (is_operation(x, o->name) && life_state(&o->life, x->wall_ms, x->request_id, NULL) != LIFE_ACTIVE)
			return o->life.deprecated;
	}
	return LIFE_NEVER;
}

static void note_operation(struct exchange *x)
{
	for (const struct deprecated_use *u = x->deprecated; u; u = u->next)
		if (str_eq(u->what, STR("operation")))
			return;
	exchange_deprecated(x, STR("operation"), x->operation_id.len ? x->operation_id : x->route);
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	const struct stage *stage = state;
	const struct fate *f = fate_of(x, settings);
	if (!f)
		return PASS;
	int64_t deprecated = operation_deprecated(x, f);
	if (deprecated != LIFE_NEVER)
		note_operation(x);
	else if (stage->state == LIFE_ACTIVE)
		return PASS;
	if (stage->state != LIFE_ACTIVE && f->life.deprecated < deprecated)
		deprecated = f->life.deprecated;
	if (deprecated != LIFE_NEVER)
		add_deprecation(x, deprecated);
	if (stage->state != LIFE_ACTIVE && f->life.sunset != LIFE_NEVER)
		add_sunset(x, f->life.sunset);
	add_links(x, f);
	return PASS;
}

static void describe(const void *settings, const struct version *v, int64_t now_ms, struct version_facts *facts)
{
	const struct fate *f = &((const struct fates *)settings)->versions[v->index];
	facts->state = str_from(life_word(life_shown(&f->life, now_ms)));
	facts->deprecation_ms = f->life.deprecated == LIFE_NEVER ? 0 : f->life.deprecated;
	facts->sunset_ms = f->life.sunset == LIFE_NEVER ? 0 : f->life.sunset;
	facts->successor = f->successor ? f->successor->name : (struct str){NULL, 0};
	facts->brownouts = f->shown;
	facts->brownout_count = (unsigned)f->life.brownout_count;
}

const struct filter deprecate_filter = {
    .name = "deprecate",
    .state_size = sizeof(struct stage),
    .version_keys = deprecate_version_keys,
    .operation_keys = deprecate_operation_keys,
    .configure = configure,
    .on_request = on_request,
    .on_response = on_response,
    .describe = describe,
};
