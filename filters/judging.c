#include "filters/judging.h"

#include "filters/violations.h"

struct judge *judging_judge(const struct exchange *x, const struct guards *g)
{
	CHECK(x->worker < g->judge_count);
	return g->judges[x->worker];
}

static enum direction direction_of(enum side side)
{
	return side == SIDE_REQUEST ? REQUEST : RESPONSE;
}

/* --- verdicts --- */

static enum verdict refuse_request(struct exchange *x, const struct findings *f)
{
	bool media = f->count && f->at[0].location == IN_MEDIA_TYPE;
	exchange_answer(x, media ? OUTCOME_MEDIA_TYPE_UNSUPPORTED : OUTCOME_REQUEST_INVALID,
			"the request does not keep the contract of version %.*s: %u %s", STR_ARG(x->version->name),
			f->total, f->total == 1 ? "violation" : "violations");
	violations_show(x, f);
	return ANSWERED;
}

/* What is wrong with the backend's answer is the operator's to know, not the client's. */
static enum verdict refuse_response(struct exchange *x)
{
	return exchange_answer(x, OUTCOME_RESPONSE_INVALID,
			       "the backend's answer does not keep the contract of version %.*s",
			       STR_ARG(x->version->name));
}

/* What stands for too_large: a limit of the judging itself that the sender has crossed. */
static bool is_over_limit(const char *reason)
{
	static const char *const reasons[] = {"depth", "size", "steps"};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reason && strcmp(reason, reasons[i]) == 0)
			return true;
	return false;
}

/* Passed on and counted; but whoever refuses what is too large refuses this, too. */
static enum verdict undecided(struct exchange *x, const struct stage *s, enum side side, const char *reason)
{
	exchange_unchecked(x, side, reason ? reason : "undecided");
	bool refused = s->sides[side].mode == MODE_ENFORCE && s->rule->validate.too_large == TOO_LARGE_REJECT;
	if (!refused || !is_over_limit(reason))
		return PASS;
	if (side == SIDE_RESPONSE)
		return refuse_response(x);
	return exchange_answer(x, OUTCOME_BODY_TOO_LARGE, "the body is beyond the limits of what is judged: %s", reason);
}

enum verdict judging_conclude(struct exchange *x, struct stage *s, enum side side, enum judgement judgement,
			      const struct findings *f)
{
	struct judging *j = &s->sides[side];
	/* What was found before a limit was hit is wrong all the same. */
	bool invalid = judgement == INVALID || (judgement == UNDECIDED && f->total > 0);
	bool enforced = invalid && j->mode == MODE_ENFORCE;
	if (judgement == UNDECIDED && !invalid)
		return undecided(x, s, side, f->unchecked);
	if (!invalid)
		return PASS;
	violations_note(x, side, f, enforced);
	j->findings += f->count;
	x->checked[side] = true;
	if (!enforced)
		return PASS;
	j->pending = false;
	return side == SIDE_REQUEST ? refuse_request(x, f) : refuse_response(x);
}

void judging_findings(struct exchange *x, const struct stage *s, enum side side, struct findings *f)
{
	unsigned most = (unsigned)s->rule->validate.findings, told = s->sides[side].findings;
	findings_begin(f, &x->arena, told < most ? most - told : 0);
}

/* --- bodies --- */

static bool fills(const struct stage *s, enum side side)
{
	return side == SIDE_REQUEST && s->rule->validate.fill_defaults == FILLS_REQUESTS;
}

static bool contains_nocase(struct str s, struct str part)
{
	for (size_t i = 0; i + part.len <= s.len; i++)
		if (str_eq_nocase(str_of(s.at + i, part.len), part))
			return true;
	return false;
}

/* RFC 9530, RFC 9421, and what services use beside them: X-Hub-Signature-256, Stripe-Signature, X-Amz-Content-Sha256 … A
 * field that only asks for a digest (Want-…) says nothing of this body. */
static bool is_seal(struct str name)
{
	static const struct str words[] = {STR_INIT("digest"), STR_INIT("signature"), STR_INIT("hmac"), STR_INIT("sha256"),
					   STR_INIT("content-md5")};
	if (name.len > 5 && str_eq_nocase(str_head(name, 5), STR("want-")))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (contains_nocase(name, words[i]))
			return true;
	return false;
}

/* Signatures of AWS and of HTTP's older drafts stand in Authorization. */
static bool is_sealed(const struct message *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (is_seal(m->fields[i].name) ||
		    (str_eq_nocase(m->fields[i].name, STR("Authorization")) &&
		     (contains_nocase(m->fields[i].value, STR("hmac")) || contains_nocase(m->fields[i].value, STR("signature")))))
			return true;
	return false;
}

/* A stream of unknown length may have no end, and who waits for it would wait for ever; one of known length that is kept
 * as a whole in enforce mode gets a clear answer. */
static bool goes_by_items(const struct judging *j, enum side side, const struct message *m, int64_t max_body)
{
	bool kept = j->mode == MODE_ENFORCE && m->framing == FRAMING_LENGTH && m->content_length <= (uint64_t)max_body;
	return side == SIDE_RESPONSE && !kept && contract_by_items(&j->plan);
}

/* The head may be gone when the body is complete; of a plan for JSON nobody asks what the head said. */
static void keep_plan(struct exchange *x, struct judging *j, bool filling)
{
	bool asked = !j->plan.json || filling;
	j->plan.content_type = asked ? arena_dup(&x->arena, j->plan.content_type) : STR("");
	j->plan.content_encoding = asked ? arena_dup(&x->arena, j->plan.content_encoding) : STR("");
}

void judging_plan_body(struct exchange *x, struct stage *s, enum side side, const struct message *m)
{
	const struct validate *v = &s->rule->validate;
	struct judging *j = &s->sides[side];
	bool enforce = j->mode == MODE_ENFORCE, reject = enforce && v->too_large == TOO_LARGE_REJECT;
	if (j->plan.unchecked)
		exchange_unchecked(x, side, j->plan.unchecked);
	if (!j->plan.judge)
		return;
	j->by_items = goes_by_items(j, side, m, v->max_body);
	x->may_cut |= enforce && j->by_items;
	if (m->framing == FRAMING_LENGTH && m->content_length > (uint64_t)v->max_body && !reject && !j->by_items) {
		exchange_unchecked(x, side, "too_large");
		return;
	}
	j->pending = true;
	keep_plan(x, j, fills(s, side));
	j->sealed = fills(s, side) && is_sealed(m);
	bool whole = (enforce || fills(s, side)) && !j->by_items;
	exchange_need(x, side, whole ? NEED_WHOLE : NEED_PARTS, (size_t)v->max_body, reject);
}

static void note_properties(struct exchange *x, const struct judge *judge)
{
	struct str pointers[JUDGING_DEPRECATED];
	unsigned count = judge_deprecated(judge, pointers, JUDGING_DEPRECATED);
	for (unsigned i = 0; i < count && i < JUDGING_DEPRECATED; i++)
		exchange_deprecated(x, STR("property"), arena_dup(&x->arena, pointers[i]));
}

/* True where the body goes on with what it left out: it is valid then, whatever was found before. */
static bool fill(struct exchange *x, const struct guards *g, struct stage *s, struct str body)
{
	struct judging *j = &s->sides[SIDE_REQUEST];
	struct buf out = {0};
	enum filling filling = contract_fill(s->rule->contract, &j->plan, body, judging_judge(x, g),
					     (size_t)s->rule->validate.max_body, &out);
	if (filling == FILL_DONE && !j->sealed)
		x->filled = arena_dup(&x->arena, buf_str(&out));
	else if (filling != FILL_NOTHING)
		exchange_unchecked(x, SIDE_REQUEST, "not_filled");
	buf_free(&out);
	return x->filled.at;
}

static enum verdict judge_body(struct exchange *x, const struct guards *g, struct stage *s, enum side side,
			       struct str body)
{
	struct judging *j = &s->sides[side];
	struct judge *judge = judging_judge(x, g);
	struct findings f;
	j->pending = false;
	judging_findings(x, s, side, &f);
	enum judgement judgement = contract_body(s->rule->contract, &j->plan, direction_of(side), body, judge, &f);
	if (judgement != UNDECIDED)
		x->checked[side] = true;
	if (side == SIDE_REQUEST)
		note_properties(x, judge);
	if (judgement != UNDECIDED && fills(s, side) && fill(x, g, s, body))
		return PASS;
	return judging_conclude(x, s, side, judgement, &f);
}

static void stop_items(struct judging *j)
{
	j->pending = false;
	buf_free(&j->items.text);
}

/* One item is larger than what is kept for judging. */
static void item_too_large(struct exchange *x, struct stage *s, enum side side)
{
	struct judging *j = &s->sides[side];
	exchange_unchecked(x, side, "too_large");
	if (j->mode == MODE_ENFORCE && s->rule->validate.too_large == TOO_LARGE_REJECT)
		exchange_cut(x);
	stop_items(j);
}

static void take_items(struct exchange *x, const struct guards *g, struct stage *s, enum side side, struct str part,
		       bool last)
{
	struct judging *j = &s->sides[side];
	struct findings f;
	if (part.len > (size_t)s->rule->validate.max_body - j->items.text.len) {
		item_too_large(x, s, side);
		return;
	}
	judging_findings(x, s, side, &f);
	enum judgement judgement = contract_items(s->rule->contract, &j->plan, direction_of(side), &j->items, part, last,
						  judging_judge(x, g), &f);
	if (judgement == UNDECIDED)
		exchange_unchecked(x, side, f.unchecked ? f.unchecked : "undecided");
	x->checked[side] |= j->items.index > 0 || last;
	if (judgement == INVALID) {
		violations_note(x, side, &f, j->mode == MODE_ENFORCE);
		j->findings += f.count;
	}
	if (judgement == INVALID && j->mode == MODE_ENFORCE)
		exchange_cut(x);
	if (last || x->cut)
		stop_items(j);
}

enum verdict judging_take_part(struct exchange *x, const struct guards *g, struct stage *s, enum side side,
			       struct str part, bool last)
{
	struct judging *j = &s->sides[side];
	if (!j->pending)
		return PASS;
	if (j->by_items) {
		take_items(x, g, s, side, part, last);
		return PASS;
	}
	if (!j->began && last && !part.len && j->may_be_empty) {
		j->pending = false;
		x->checked[side] = true;
		return PASS;
	}
	if (part.len > (size_t)s->rule->validate.max_body - j->body.len) {
		j->pending = false;
		buf_free(&j->body);
		exchange_unchecked(x, side, "too_large");
		return PASS;
	}
	if (!j->began && last)
		return judge_body(x, g, s, side, part);
	j->began = true;
	buf_add(&j->body, part);
	if (!last)
		return PASS;
	enum verdict verdict = judge_body(x, g, s, side, buf_str(&j->body));
	buf_free(&j->body);
	return verdict;
}
