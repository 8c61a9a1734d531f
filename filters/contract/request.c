#include "filters/contract/message.h"
#include "filters/contract/parameter.h"

static const struct str nowhere = {NULL, 0};

static const struct endpoint *endpoint_of(const struct contract *c, const struct operation *o)
{
	return &c->endpoint[o->index];
}

static void find_missing_operation(struct hearing *h, const struct path_match *match)
{
	bool path = match->template.len > 0;
	hearing_find(h, IN_OPERATION, path ? ISSUE_METHOD : ISSUE_PATH, nowhere, nowhere, (struct place){0},
		     path ? match->allow : STR("a path of the contract"), NULL);
}

static void judge_body_head(struct hearing *h, const struct endpoint *e, const struct message_head *head,
			    struct body_plan *plan)
{
	if (!e->public.has_request_body || !head->has_body) {
		*plan = (struct body_plan){.unchecked = head->has_body ? "no_schema" : NULL};
		if (e->body_required && !head->has_body)
			hearing_find(h, IN_BODY, ISSUE_REQUIRED, nowhere, e->body_pointer, e->body_place, STR("a body"),
				     "nothing");
		return;
	}
	message_plan(h, &e->body, head, ISSUE_UNSUPPORTED, plan);
}

enum judgement contract_request_head(const struct contract *c, const struct path_match *match,
				     const struct message_head *head, struct judge *j, struct findings *out,
				     struct body_plan *plan)
{
	struct hearing h = {c, j, REQUEST, out, VALID};
	*plan = (struct body_plan){0};
	if (!match->operation) {
		find_missing_operation(&h, match);
		return INVALID;
	}
	const struct endpoint *e = endpoint_of(c, match->operation);
	parameter_judge_path(&h, e, match);
	parameter_judge_query(&h, e, head->query);
	parameter_judge_headers(&h, &e->header, head->fields, head->field_count);
	parameter_judge_cookies(&h, e, head->fields, head->field_count);
	judge_body_head(&h, e, head, plan);
	return h.result;
}

unsigned contract_deprecated_parameters(const struct contract *c, const struct path_match *match,
					const struct message_head *head, struct str *names, unsigned limit)
{
	unsigned count = 0, times;
	struct arena arena;
	struct pairs query, cookies;
	if (!match->operation || !endpoint_of(c, match->operation)->has_deprecated)
		return 0;
	const struct endpoint *e = endpoint_of(c, match->operation);
	const struct parameters *lists[] = {&e->path, &e->query, &e->header, &e->cookie};
	arena_init(&arena, 1024);
	pairs_read(&query, &arena, head->query, &(struct pairs_syntax){"&", true, false, false});
	pairs_read(&cookies, &arena, message_field(&arena, head, STR("Cookie"), &times),
		   &(struct pairs_syntax){";", false, true, false});
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
		for (uint32_t i = 0; i < lists[k]->count && count < limit; i++) {
			const struct parameter *p = lists[k]->at[i];
			if (p->deprecated && parameter_was_sent(p, &query, &cookies, head->fields, head->field_count))
				names[count++] = p->name;
		}
	arena_free(&arena);
	return count;
}
