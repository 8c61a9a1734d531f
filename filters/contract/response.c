#include "filters/contract/message.h"
#include "filters/contract/parameter.h"

static const struct str nowhere = {NULL, 0};

const struct response *message_response(const struct endpoint *e, unsigned status)
{
	const struct response *best = NULL;
	for (uint32_t i = 0; i < e->responses; i++) {
		const struct response *r = &e->response[i];
		if (r->status == status)
			return r;
		if ((r->status == status / 100 && status >= 100) || (r->status == 0 && !best))
			best = r;
	}
	return best;
}

static bool names_json(const struct content *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (media_kind(&c->media[i].range) != MEDIA_JSON)
			return false;
	return c->count > 0;
}

/* RFC 9110, 6.4.1: these have no content whatever their fields say. */
static bool never_has_body(const struct message_head *head)
{
	return str_eq(head->method, STR("HEAD")) || head->status < 200 || head->status == 204 || head->status == 304;
}

static void judge_body_head(struct hearing *h, const struct response *r, const struct message_head *head,
			    struct body_plan *plan)
{
	if (never_has_body(head))
		return;
	if (head->has_body)
		message_plan(h, &r->content, head, ISSUE_UNDOCUMENTED, plan);
	else if (names_json(&r->content))
		hearing_find(h, IN_BODY, ISSUE_MISSING, nowhere, r->content.pointer, r->content.place,
			     r->content.expected, "nothing");
}

enum judgement contract_response_head(const struct contract *c, const struct operation *operation,
				      const struct message_head *head, struct judge *j, struct findings *out,
				      struct body_plan *plan)
{
	struct hearing h = {c, j, RESPONSE, out, VALID};
	const struct endpoint *e = &c->endpoint[operation->index];
	*plan = (struct body_plan){0};
	const struct response *r = message_response(e, head->status);
	if (!r) {
		plan->unchecked = head->has_body && !never_has_body(head) ? "no_schema" : NULL;
		if (e->responses) /* OpenAPI 3.1 lets an operation say nothing of its responses */
			hearing_find(&h, IN_STATUS, ISSUE_UNDOCUMENTED, nowhere, e->responses_pointer,
				     e->responses_place, STR("a status that the operation describes"), NULL);
		return h.result;
	}
	parameter_judge_headers(&h, &r->headers, head->fields, head->field_count);
	judge_body_head(&h, r, head, plan);
	return h.result;
}

bool contract_names_header(const struct contract *c, const struct operation *operation, unsigned status, struct str name)
{
	const struct response *r = message_response(&c->endpoint[operation->index], status);
	for (uint32_t i = 0; r && i < r->headers.count; i++)
		if (str_eq_nocase(r->headers.at[i]->name, name))
			return true;
	return !r;
}
