#include "filters/deprecate.h"

#include "proxy/base/clock.h"
#include "proxy/base/hash.h"

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

/* The version's life as this consumer has it: some may stay longer. */
static struct life life_of(const struct exchange *x, const struct fate *f)
{
	struct life life = f->life;
	for (unsigned i = 0; i < f->grace_count; i++)
		if (str_eq(f->graces[i].consumer, x->consumer))
			life.sunset = f->graces[i].until;
	return life;
}

/* A number for a request that nobody outside can know or choose: which requests a brownout's share hits. */
static struct str draw(struct exchange *x)
{
	static _Thread_local uint64_t drawn;
	const uint64_t request[] = {++drawn, x->worker};
	uint64_t *number = arena_alloc(&x->arena, sizeof *number);
	*number = hash_local(str_of((const char *)request, sizeof request));
	return str_of((const char *)number, sizeof *number);
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

/* `what` and `name`: "version v1", "operation listOrders". */
static enum verdict refuse_sunset(struct exchange *x, const struct fate *f, const char *what, struct str name,
				  int64_t sunset)
{
	exchange_answer(x, OUTCOME_VERSION_SUNSET, "%s %.*s ended on %.*s", what, STR_ARG(name),
			STR_ARG(day(&x->arena, sunset)));
	name_successor(x, f);
	return ANSWERED;
}

static enum verdict refuse_brownout(struct exchange *x, const struct fate *f, const char *what, struct str name,
				    int64_t until)
{
	exchange_answer(x, OUTCOME_VERSION_BROWNOUT, "%s %.*s is switched off until %.*s, ahead of its end", what,
			STR_ARG(name), STR_ARG(day(&x->arena, until)));
	name_successor(x, f);
	exchange_add_field(x, STR("Retry-After"),
			   arena_printf(&x->arena, "%lld", (long long)((until - x->wall_ms + 999) / 1000)));
	return ANSWERED;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	struct deprecate_stage *stage = state;
	const struct fate *f = fate_of(x, settings);
	int64_t until = 0;
	if (!f)
		return PASS;
	struct life life = life_of(x, f);
	stage->sunset = life.sunset;
	stage->state = life_state(&life, x->wall_ms, life.brownout_count ? draw(x) : STR(""), &until);
	if (stage->state == LIFE_ACTIVE)
		return PASS;
	exchange_deprecated(x, STR("version"), x->version->name);
	if (stage->state == LIFE_BROWNOUT)
		return refuse_brownout(x, f, "version", x->version->name, until);
	if (stage->state == LIFE_SUNSET && !f->serve)
		return refuse_sunset(x, f, "version", x->version->name, life.sunset);
	return PASS;
}

/* --- operations: their own dates --- */

static bool is_operation(const struct exchange *x, struct str name)
{
	if (x->operation_id.len && str_eq(name, x->operation_id))
		return true;
	struct str method = x->request.method_name;
	return str_starts(name, method) && name.len > method.len && name.at[method.len] == ' ' &&
	       str_eq(str_skip(name, method.len + 1), x->route);
}

static const struct fate_operation *operation_of(const struct exchange *x, const struct fate *f)
{
	for (unsigned i = 0; x->has_operation && i < f->operation_count; i++)
		if (is_operation(x, f->operations[i].name))
			return &f->operations[i];
	return NULL;
}

static void note_operation(struct exchange *x)
{
	for (const struct deprecated_use *u = x->deprecated; u; u = u->next)
		if (str_eq(u->what, STR("operation")))
			return;
	exchange_deprecated(x, STR("operation"), x->operation_id.len ? x->operation_id : x->route);
}

static enum verdict on_operation(struct exchange *x, const void *settings, void *state)
{
	(void)state;
	const struct fate *f = fate_of(x, settings);
	const struct fate_operation *o = f ? operation_of(x, f) : NULL;
	int64_t until = 0;
	if (!o)
		return PASS;
	struct str name = x->operation_id.len ? x->operation_id : o->name;
	enum life_state now = life_state(&o->life, x->wall_ms, o->life.brownout_count ? draw(x) : STR(""), &until);
	if (now == LIFE_BROWNOUT)
		return refuse_brownout(x, f, "operation", name, until);
	return now == LIFE_SUNSET && !f->serve ? refuse_sunset(x, f, "operation", name, o->life.sunset) : PASS;
}

/* --- out --- */

/* A part that the contract marks deprecated says no date: the version's stands for it, also one that is still to come.
 */
static bool uses_marked_part(const struct exchange *x)
{
	for (const struct deprecated_use *u = x->deprecated; u; u = u->next)
		if (!str_eq(u->what, STR("version")))
			return true;
	return false;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	const struct deprecate_stage *stage = state;
	const struct fate *f = fate_of(x, settings);
	struct deprecate_dates dates = {LIFE_NEVER, LIFE_NEVER};
	if (!f)
		return PASS;
	const struct fate_operation *o = operation_of(x, f);
	bool operation = o && life_shown(&o->life, x->wall_ms) != LIFE_ACTIVE;
	if (operation) {
		note_operation(x);
		dates = (struct deprecate_dates){o->life.deprecated, o->life.sunset};
	}
	if (stage->state != LIFE_ACTIVE) {
		dates.deprecated = min(dates.deprecated, f->life.deprecated);
		dates.sunset = min(dates.sunset, stage->sunset);
	} else if (!operation && uses_marked_part(x)) {
		dates.deprecated = f->life.deprecated;
	}
	if (operation || stage->state != LIFE_ACTIVE || dates.deprecated != LIFE_NEVER)
		deprecate_fields_add(x, f, &dates);
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
    .state_size = sizeof(struct deprecate_stage),
    .version_keys = deprecate_version_keys,
    .operation_keys = deprecate_operation_keys,
    .configure = configure,
    .on_request = on_request,
    .on_response = on_response,
    .describe = describe,
};

/* Behind the contract filter, which knows the operation. */
static bool configure_operations(struct filter_setup *setup, void **settings)
{
	struct fates *f = ARENA_NEW(setup->arena, struct fates);
	struct filter_setup quiet = *setup;
	struct diag unheard;
	bool any;
	diag_init(&unheard); /* the deprecate filter reads the same keys and complains */
	quiet.diag = &unheard;
	if (deprecate_load(&quiet, f, &any) && any)
		for (unsigned i = 0; i < setup->api->version_count; i++)
			if (f->versions[i].operation_count)
				*settings = f;
	diag_free(&unheard);
	return true;
}

const struct filter deprecate_operations_filter = {
    .name = "deprecate_operations",
    .configure = configure_operations,
    .on_request = on_operation,
};
