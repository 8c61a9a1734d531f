#include "filters/shadow.h"

#include "filters/keys.h"
#include "filters/passing.h"
#include "filters/validate.h"
#include "proxy/base/hash.h"

#include <errno.h>
#include <unistd.h>

enum { WHOLE = 1000000 };

struct stage {
	const struct shadow *shadow; /* NULL: nothing is judged */
	bool answered;               /* by the backend */
	struct passing sides[2];
};

/* ---- settings ---- */

struct shadow_settings {
	struct str file;
	int64_t max_body, sample;
};

struct version_settings {
	struct shadow_settings shadow;
};

static const struct key shadow_rows[] = {
    {.name = "file", KEY_AT(STRING, struct shadow_settings, file), .required = true,
     .about = "the OpenAPI document, relative to the configuration"},
    {.name = "max_body", KEY_AT(SIZE, struct shadow_settings, max_body), .normal = "1MiB", .min = 1, .max = 64 << 20,
     .about = "of a body that is kept for judging; larger ones count as unchecked"},
    {.name = "sample", KEY_AT(PERCENT, struct shadow_settings, sample), .normal = "100%",
     .about = "the share of exchanges that are judged"},
};
static const struct key_table shadow_table = {
    .name = "a shadow contract", KEY_TABLE_OF(struct shadow_settings, shadow_rows), .shorthand = "file"};

static const struct key shadow_version_keys[] = {
    {.name = "shadow_contract", KEY_AT(TABLE, struct version_settings, shadow), .table = &shadow_table,
     .about = "another contract that this version's traffic is judged by, for figures only"},
    {0},
};

static bool load_version(struct filter_setup *setup, struct version *v, struct shadow *s)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct version_settings read;
	const struct contract_options options = {.assert_formats = true};
	if (!tree_get(v->conf, STR("shadow_contract")))
		return true;
	keys_defaults(shadow_version_keys, sizeof read, &read, setup->arena);
	if (!keys_read(shadow_version_keys, sizeof read, "a version", v->conf, &read, &r))
		return false;
	const char *path = keys_path(read.shadow.file, setup->file, setup->arena);
	if (access(path, R_OK) != 0)
		return diag_error(setup->diag, key_place(v->conf, "shadow_contract"), "shadow_contract: %s cannot be read: %s",
				  path, strerror(errno));
	*s = (struct shadow){.contract = contract_load(path, &options, setup->diag), .file = read.shadow.file,
			     .max_body = read.shadow.max_body, .sample = read.shadow.sample};
	v->shadow = read.shadow.file;
	return s->contract != NULL;
}

static void release(void *settings)
{
	struct shadows *all = settings;
	for (unsigned i = 0; i < all->version_count; i++)
		contract_free(all->versions[i].contract);
	for (unsigned i = 0; i < all->judge_count; i++)
		judge_free(all->judges[i]);
}

static void make_judges(struct filter_setup *setup, struct shadows *all)
{
	static const struct judge_limits limits = {0};
	all->judge_count = setup->api->workers + 1;
	all->judges = ARENA_ARRAY(setup->arena, struct judge *, all->judge_count);
	for (unsigned i = 0; i < all->judge_count; i++)
		all->judges[i] = judge_new(&limits);
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct shadows *all = ARENA_NEW(setup->arena, struct shadows);
	bool good = true, any = false;
	all->version_count = setup->api->version_count;
	all->versions = ARENA_ARRAY(setup->arena, struct shadow, all->version_count + 1);
	for (unsigned i = 0; i < all->version_count; i++) {
		good &= load_version(setup, &setup->api->versions[i], &all->versions[i]);
		any |= all->versions[i].contract != NULL;
	}
	if (!good || !any) {
		release(all);
		return good;
	}
	make_judges(setup, all);
	*settings = all;
	return true;
}

/* ---- while it passes ---- */

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct shadows *all = settings;
	struct stage *s = state;
	if (!x->version || x->unversioned || !all->versions[x->version->index].contract)
		return PASS;
	const struct shadow *shadow = &all->versions[x->version->index];
	if (shadow->sample < WHOLE && (int64_t)(hash_local(x->request_id) % WHOLE) >= shadow->sample)
		return PASS;
	s->shadow = shadow;
	if (passing_has_content(&x->request))
		passing_expect(x, &s->sides[SIDE_REQUEST], SIDE_REQUEST, &x->request, (size_t)shadow->max_body);
	return PASS;
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	struct stage *s = state;
	const struct message *m = &x->response;
	(void)settings;
	if (!s->shadow || x->answer.set || m->status < 200)
		return PASS;
	s->answered = true;
	if (passing_response_has_content(x))
		passing_expect(x, &s->sides[SIDE_RESPONSE], SIDE_RESPONSE, m, (size_t)s->shadow->max_body);
	return PASS;
}

static void take(struct stage *s, enum side side, struct str part, bool last)
{
	if (s->shadow)
		passing_take(&s->sides[side], part, last, (size_t)s->shadow->max_body);
}

static enum verdict on_request_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	(void)x;
	(void)settings;
	take(state, SIDE_REQUEST, part, last);
	return PASS;
}

static enum verdict on_response_body(struct exchange *x, const void *settings, void *state, struct str part, bool last)
{
	(void)x;
	(void)settings;
	take(state, SIDE_RESPONSE, part, last);
	return PASS;
}

/* ---- when it is over ---- */

/* Bounded by what the contract says: never a name or a position that a client chose. */
static void note_reasons(struct exchange *x, enum side side, const struct path_match *match, const struct findings *f)
{
	struct str route = match->template.len ? match->template : STR("another path");
	struct str method = match->operation ? match->operation->method : x->request.method == METHOD_OTHER ? STR("_OTHER")
											     : method_text(x->request.method);
	for (unsigned i = 0; i < f->count; i++) {
		const struct finding *one = &f->at[i];
		struct str what = arena_printf(&x->arena, "%.*s %.*s: %s", STR_ARG(method), STR_ARG(route), one->code);
		if (one->expected.len)
			what = arena_printf(&x->arena, "%.*s, %.*s", STR_ARG(what), STR_ARG(one->expected));
		if (one->place.file)
			what = arena_printf(&x->arena, "%.*s (%s:%u:%u)", STR_ARG(what), one->place.file, one->place.line,
					    one->place.column);
		exchange_shadow_reason(x, side, what);
	}
}

/* What came of one side: its head's judgement, then its body's. */
struct weighing {
	struct exchange *x;
	const struct shadow *shadow;
	struct judge *judge;
	struct path_match match;
	struct findings findings;
	struct body_plan plan;
};

static const char *weigh_body(struct weighing *w, const struct passing *p, enum side side)
{
	enum direction direction = side == SIDE_REQUEST ? REQUEST : RESPONSE;
	if (!p->expected)
		return "satisfied";
	if (!w->plan.judge)
		return w->plan.unchecked ? "unchecked" : "satisfied";
	if (!p->whole)
		return "unchecked";
	switch (contract_body(w->shadow->contract, &w->plan, direction, buf_str(&p->body), w->judge, &w->findings)) {
	case VALID:
		return "satisfied";
	case INVALID:
		return "violated";
	default:
		return "unchecked";
	}
}

static const char *weigh(struct weighing *w, enum judgement head, const struct passing *p, enum side side)
{
	const char *body = weigh_body(w, p, side);
	if (head == INVALID || strcmp(body, "violated") == 0) {
		note_reasons(w->x, side, &w->match, &w->findings);
		return "violated";
	}
	return head == UNDECIDED ? "unchecked" : body;
}

static const char *weigh_request(struct weighing *w, const struct passing *p)
{
	const struct message *m = &w->x->request;
	const struct message_head head = {.method = m->method_name, .query = m->query, .fields = m->fields,
					  .field_count = m->count, .has_body = p->expected};
	findings_begin(&w->findings, &w->x->arena, SHADOW_REASONS);
	enum judgement judgement =
	    contract_request_head(w->shadow->contract, &w->match, &head, w->judge, &w->findings, &w->plan);
	return weigh(w, judgement, p, SIDE_REQUEST);
}

static const char *weigh_response(struct weighing *w, const struct passing *p)
{
	const struct message *m = &w->x->response;
	const struct message_head head = {.method = w->x->request.method_name, .status = m->status, .fields = m->fields,
					  .field_count = m->count, .has_body = p->expected};
	if (!w->match.operation || m->status == 304 || m->status == 206)
		return "unchecked";
	findings_begin(&w->findings, &w->x->arena, SHADOW_REASONS);
	w->plan = (struct body_plan){0};
	enum judgement judgement =
	    contract_response_head(w->shadow->contract, w->match.operation, &head, w->judge, &w->findings, &w->plan);
	return weigh(w, judgement, p, SIDE_RESPONSE);
}

static void judge(struct exchange *x, const struct shadows *all, struct stage *s)
{
	struct weighing w = {.x = x, .shadow = s->shadow, .judge = all->judges[x->worker]};
	contract_find(s->shadow->contract, x->request.method_name, x->contract_path, &w.match);
	if (!w.match.template.len && x->contract_path.at != x->path.at)
		contract_find(s->shadow->contract, x->request.method_name, x->path, &w.match);
	x->shadow[SIDE_REQUEST] = weigh_request(&w, &s->sides[SIDE_REQUEST]);
	if (s->answered)
		x->shadow[SIDE_RESPONSE] = weigh_response(&w, &s->sides[SIDE_RESPONSE]);
}

static void on_finish(struct exchange *x, const void *settings, void *state)
{
	const struct shadows *all = settings;
	struct stage *s = state;
	if (!s->shadow)
		return;
	/* Somebody who explains a request asks the filters, and nothing comes of it. */
	if (x->ended_ns)
		judge(x, all, s);
	for (unsigned side = 0; side < 2; side++)
		buf_free(&s->sides[side].body);
}

static void describe(const void *settings, const struct version *v, int64_t now_ms, struct version_facts *facts)
{
	const struct shadows *all = settings;
	(void)now_ms;
	facts->shadow = all->versions[v->index].file;
}

const struct filter shadow_filter = {
    .name = "shadow",
    .state_size = sizeof(struct stage),
    .version_keys = shadow_version_keys,
    .configure = configure,
    .release = release,
    .on_request = on_request,
    .on_request_body = on_request_body,
    .on_response = on_response,
    .on_response_body = on_response_body,
    .on_finish = on_finish,
    .describe = describe,
};
