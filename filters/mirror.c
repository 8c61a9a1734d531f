#include "filters/mirror.h"

#include "filters/likeness.h"
#include "filters/segment.h"
#include "filters/split.h"
#include "proxy/http/media.h"

/* A body as it passes. */
struct passing {
	bool whole, over;
	struct buf body;
};

struct stage {
	const struct mirroring *mirroring; /* NULL: no copy */
	struct passing sides[2];
};

static void release(void *settings)
{
	struct mirrorings *all = settings;
	for (unsigned i = 0; i < all->version_count; i++)
		contract_free(all->versions[i].contract);
	for (unsigned i = 0; i < all->judge_count; i++) {
		judge_free(all->judges[i]);
		tape_free(&all->tapes[2 * i]);
		tape_free(&all->tapes[2 * i + 1]);
	}
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct mirrorings *all = ARENA_NEW(setup->arena, struct mirrorings);
	bool any, good = mirror_load(setup, all, &any);
	if (good && any)
		*settings = all;
	else
		release(all);
	return good;
}

/* ---- what the client sends and gets ---- */

static bool has_content(const struct message *m)
{
	return m->framing == FRAMING_LENGTH ? m->content_length > 0 : m->framing != FRAMING_NONE;
}

static void gather(struct exchange *x, struct stage *s, enum side side, const struct message *m)
{
	struct passing *p = &s->sides[side];
	if (!has_content(m)) {
		p->whole = true;
		return;
	}
	p->over = m->framing == FRAMING_LENGTH && m->content_length > (uint64_t)s->mirroring->max_body;
	if (!p->over)
		exchange_need(x, side, NEED_PARTS, 0, false);
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	const struct mirrorings *all = settings;
	struct stage *s = state;
	if (!x->version || x->unversioned || !all->versions[x->version->index].to)
		return PASS;
	const struct mirroring *m = &all->versions[x->version->index];
	if (!(m->methods >> x->request.method & 1) || x->request.upgrade ||
	    split_point(x->request_id, m->to->name) >= (uint64_t)m->share)
		return PASS;
	s->mirroring = m;
	gather(x, s, SIDE_REQUEST, &x->request);
	if (s->sides[SIDE_REQUEST].over)
		s->mirroring = NULL;
	return PASS;
}

static bool is_json(const struct message *m)
{
	struct media media;
	return media_parse(message_known(m, KNOWN_CONTENT_TYPE), &media) && media_is_json(&media) &&
	       !message_known(m, KNOWN_CONTENT_ENCODING).len;
}

static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	struct stage *s = state;
	(void)settings;
	if (!s->mirroring || x->answer.set)
		return PASS;
	if (x->request.method != METHOD_HEAD && is_json(&x->response))
		gather(x, s, SIDE_RESPONSE, &x->response);
	return PASS;
}

static void take(struct stage *s, enum side side, struct str part, bool last)
{
	struct passing *p = &s->sides[side];
	if (!s->mirroring || p->over || p->whole)
		return;
	p->over = part.len > (size_t)s->mirroring->max_body - p->body.len;
	if (p->over) {
		buf_free(&p->body);
		return;
	}
	buf_add(&p->body, part);
	p->whole = last;
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

/* ---- the order ---- */

/* The same resource in the other version: its segment in the path's place, where the path named the version and that was
 * not taken off. */
static struct str target_of(struct exchange *x, const struct version *to)
{
	struct str segment = x->version_segment;
	if (!segment.len || !str_eq(x->target, message_origin_target(&x->request)))
		return x->target;
	struct buf out = {0};
	size_t at = (size_t)(segment.at - x->path.at);
	segment_add_path(&out, str_head(x->path, at));
	segment_add(&out, segment, x->version, to);
	segment_add_path(&out, str_skip(x->path, at + segment.len));
	if (x->request.has_query)
		buf_addf(&out, "?%.*s", STR_ARG(x->request.query));
	struct str target = arena_dup(&x->arena, buf_str(&out));
	buf_free(&out);
	return target;
}

static void order(struct exchange *x, const struct stage *s)
{
	const struct mirroring *m = s->mirroring;
	const struct passing *answer = &s->sides[SIDE_RESPONSE];
	struct copy *c = x->copy = ARENA_NEW(&x->arena, struct copy);
	*c = (struct copy){.of = x->version, .to = m->to, .target = target_of(x, m->to), .path = x->contract_path,
			   .body = arena_dup(&x->arena, buf_str(&s->sides[SIDE_REQUEST].body)), .mark = m->mark,
			   .concurrent = (size_t)m->concurrent, .max_body = (size_t)m->max_body, .timeout = m->timeout,
			   .status = x->response.status, .contract = "none"};
	c->has_answer = answer->whole && answer->body.len;
	if (c->has_answer)
		c->answer = arena_dup(&x->arena, buf_str(&answer->body));
}

/* Only what was served whole by the backend is worth comparing with. */
static void on_finish(struct exchange *x, const void *settings, void *state)
{
	struct stage *s = state;
	(void)settings;
	if (s->mirroring && x->outcome == OUTCOME_OK && x->response.status >= 200 && s->sides[SIDE_REQUEST].whole)
		order(x, s);
	for (unsigned side = 0; side < 2; side++)
		buf_free(&s->sides[side].body);
}

/* ---- the answer to the copy ---- */

static const char *word_of(enum judgement j)
{
	return j == VALID ? "valid" : j == INVALID ? "invalid" : "unchecked";
}

static const char *judge(struct exchange *x, const struct copy *c, const struct contract *contract, struct judge *j)
{
	struct path_match match;
	struct findings f;
	struct body_plan plan = {0};
	const struct message *m = &x->response;
	bool body = x->request.method != METHOD_HEAD && m->status != 204 && m->status != 304 && has_content(m);
	const struct message_head head = {.method = x->request.method_name, .status = m->status, .fields = m->fields,
					  .field_count = m->count, .has_body = body};
	contract_find(contract, x->request.method_name, c->path, &match);
	if (!match.template.len)
		contract_find(contract, x->request.method_name, str_head(c->target, str_find(c->target, '?')), &match);
	if (!match.operation)
		return "unchecked";
	findings_begin(&f, &x->arena, 0);
	enum judgement judgement = contract_response_head(contract, match.operation, &head, j, &f, &plan);
	if (judgement != VALID || !body)
		return word_of(judgement);
	if (!plan.judge)
		return plan.unchecked ? "unchecked" : "valid";
	return c->has_copied ? word_of(contract_body(contract, &plan, RESPONSE, c->copied, j, &f)) : "unchecked";
}

/* SAME where there is nothing to compare beside the status. */
static enum copy_result compare(struct exchange *x, struct copy *c, struct tape tapes[2])
{
	static const struct json_limits limits = {.depth = 0};
	struct differences d = {.arena = &x->arena};
	if (c->status != x->response.status)
		return COPY_STATUS;
	if (!c->has_answer)
		return COPY_SAME;
	if (!c->has_copied)
		return COPY_UNCOMPARED;
	if (!is_json(&x->response)) {
		c->differences[c->difference_count++] = STR("/: JSON, in the copy another media type");
		return COPY_SHAPE;
	}
	if (tape_read(&tapes[0], c->answer, &limits).error || tape_read(&tapes[1], c->copied, &limits).error)
		return COPY_UNCOMPARED;
	enum likeness like = likeness_compare(&tapes[0], &tapes[1], &d);
	for (unsigned i = 0; i < d.count; i++)
		c->differences[c->difference_count++] = d.what[i];
	return like == LIKENESS_SAME ? COPY_SAME : like == LIKENESS_DIFFERS ? COPY_SHAPE : COPY_UNCOMPARED;
}

static void on_copy(struct exchange *x, const void *settings, struct copy *c)
{
	const struct mirrorings *all = settings;
	const struct mirroring *m = &all->versions[c->of->index];
	if (m->contract)
		c->contract = judge(x, c, m->contract, all->judges[x->worker]);
	c->result = compare(x, c, &all->tapes[2 * x->worker]);
}

const struct filter mirror_filter = {
    .name = "mirror",
    .state_size = sizeof(struct stage),
    .version_keys = mirror_version_keys,
    .configure = configure,
    .release = release,
    .on_request = on_request,
    .on_request_body = on_request_body,
    .on_response = on_response,
    .on_response_body = on_response_body,
    .on_finish = on_finish,
    .on_copy = on_copy,
};
