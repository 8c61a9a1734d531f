#include "filters/contract/coding.h"
#include "filters/contract/coerce.h"
#include "filters/contract/form.h"
#include "filters/contract/hearing.h"
#include "filters/contract/multipart_form.h"
#include "filters/contract/stream.h"

static const struct str nowhere = {NULL, 0};

static void release_scratch(void *scratch)
{
	coding_scratch_free(scratch);
}

/* The judge keeps the scratch of its worker. */
static struct coding_scratch *scratch_of(struct judge *j)
{
	struct judge_attachment *a = judge_attachment(j);
	if (!a->data)
		*a = (struct judge_attachment){coding_scratch_new(), release_scratch};
	return a->data;
}

enum { KEPT_DECODED = 1 << 20 };

static bool decode(struct hearing *h, const struct body_plan *plan, struct str body, struct str *decoded)
{
	if (plan->content_encoding.len == 0) {
		*decoded = body;
		return true;
	}
	switch (coding_decode(scratch_of(h->j), plan->content_encoding, body, h->c->max_decoded, decoded)) {
	case CODING_OK:
		return true;
	case CODING_CORRUPT:
		hearing_find(h, IN_BODY, ISSUE_CODING, nowhere, nowhere, (struct place){0},
			     STR("a body in its Content-Encoding"), NULL);
		return false;
	case CODING_TOO_LARGE:
		hearing_undecided(h, "decoded_size");
		return false;
	case CODING_UNKNOWN:
	default:
		hearing_undecided(h, "coding");
		return false;
	}
}

/* text/plain is one scalar, as a parameter's text is. */
static void judge_text(struct hearing *h, const struct media *m, struct str body)
{
	struct coercion c = {.program = h->c->program, .out = {.arena = h->out->arena}};
	coerce_scalar(&c, m->schema.types, body);
	if (c.ambiguous) {
		struct findings quiet;
		findings_begin(&quiet, h->out->arena, 0);
		if (hearing_judge(h, &m->schema, json_out_str(&c.out), IN_BODY, nowhere, &quiet) != INVALID)
			return;
		c.out.len = 0;
		c.strings = true;
		coerce_scalar(&c, m->schema.types, body);
	}
	hearing_verdict(h, hearing_judge(h, &m->schema, json_out_str(&c.out), IN_BODY, nowhere, h->out));
}

static void judge_json(struct hearing *h, const struct media *m, struct str body)
{
	if (m->schema.present)
		hearing_verdict(h, hearing_judge(h, &m->schema, body, IN_BODY, nowhere, h->out));
}

static void judge_kind(struct hearing *h, const struct media *m, const struct media_range *type, struct str body)
{
	enum media_kind kind = media_kind(type);
	switch (kind) {
	case MEDIA_JSON:
		judge_json(h, m, body);
		break;
	case MEDIA_FORM:
		form_judge(h, m, body, IN_BODY);
		break;
	case MEDIA_MULTIPART:
	case MEDIA_PARTS:
		multipart_form_judge(h, m, type, body);
		break;
	case MEDIA_TEXT:
		if (m->schema.present)
			judge_text(h, m, body);
		break;
	case MEDIA_SEQUENCE:
	case MEDIA_LINES:
	case MEDIA_EVENTS:
		stream_judge(h, m, kind, body);
		break;
	case MEDIA_BINARY:
	case MEDIA_OTHER:
		break;
	}
}

enum judgement contract_body(const struct contract *c, const struct body_plan *plan, enum direction direction,
			     struct str body, struct judge *j, struct findings *out)
{
	struct hearing h = {c, j, direction, out, VALID};
	struct media_range type;
	struct str decoded;
	judge_forget(j);
	if (plan->unchecked)
		hearing_undecided(&h, plan->unchecked);
	if (plan->json) {
		judge_json(&h, plan->media, body);
		return h.result;
	}
	if (!plan->judge || !media_range_parse(plan->content_type, &type))
		return h.result;
	if (decode(&h, plan, body, &decoded))
		judge_kind(&h, plan->media, &type, decoded);
	if (plan->content_encoding.len && coding_scratch_held(scratch_of(j)) > KEPT_DECODED)
		coding_scratch_trim(scratch_of(j), KEPT_DECODED);
	return h.result;
}

static enum media_kind sequence_kind(const struct body_plan *plan)
{
	struct media_range type;
	enum media_kind kind = media_range_parse(plan->content_type, &type) ? media_kind(&type) : MEDIA_OTHER;
	return kind == MEDIA_SEQUENCE || kind == MEDIA_LINES || kind == MEDIA_EVENTS ? kind : MEDIA_OTHER;
}

bool contract_by_items(const struct body_plan *plan)
{
	const struct media *m = plan->media;
	bool alone = plan->judge && m->item.present && !m->schema.present && plan->content_encoding.len == 0;
	return alone && sequence_kind(plan) != MEDIA_OTHER;
}

/* The verdict comes first, in memory of its own, because a stream may go on for days; what is wrong is told from `out`.
 */
enum judgement contract_items(const struct contract *c, const struct body_plan *plan, enum direction direction,
			      struct body_items *items, struct str part, bool last, struct judge *j,
			      struct findings *out)
{
	enum media_kind kind = sequence_kind(plan);
	size_t end = stream_complete(items, kind, part, last);
	struct str text = str_of(items->text.at, end);
	struct arena arena;
	struct findings quiet;
	if (end == 0)
		return VALID;
	judge_forget(j);
	arena_init(&arena, 4096);
	findings_begin(&quiet, &arena, 0);
	struct hearing h = {c, j, direction, &quiet, VALID};
	unsigned count = stream_judge_items(&h, plan->media, kind, text, items->index);
	if (h.result == INVALID && out->count < out->limit) {
		struct hearing again = {c, j, direction, out, VALID};
		stream_judge_items(&again, plan->media, kind, text, items->index);
	} else {
		out->total += quiet.total;
		out->unchecked = quiet.unchecked;
	}
	items->index += count;
	memmove(items->text.at, items->text.at + end, items->text.len - end);
	items->text.len -= end;
	arena_free(&arena);
	return h.result;
}

enum filling contract_fill(const struct contract *c, const struct body_plan *plan, struct str body, struct judge *j,
			   size_t limit, struct buf *out)
{
	struct media_range type;
	if (!plan->judge || !media_range_parse(plan->content_type, &type) || media_kind(&type) != MEDIA_JSON)
		return FILL_NOTHING;
	const struct media *m = plan->media;
	if (plan->content_encoding.len)
		return FILL_REFUSED;
	return m->schema.present ? program_fill(c->program, m->schema.entry, j, body, limit, out) : FILL_NOTHING;
}
