/* inside: what the files of the admin room share: one request being answered, with its arena, and the pages that
 * answer.c dispatches to. Not for others. */
#ifndef PROXY_ADMIN_INSIDE_H
#define PROXY_ADMIN_INSIDE_H

#include "proxy/admin/answer.h"

struct visit {
	const struct admin_view *view;
	const struct admin_request *request;
	struct admin_answer *answer;
	struct arena arena;
};

/* visit.c: the answer is `status` with a line of text. */
void visit_text(struct visit *v, unsigned status, const char *text);
/* The answer is JSON; its body is written by the caller. */
void visit_json(struct visit *v);
/* The decoded value of a parameter of the query; at == NULL where there is none. */
struct str visit_parameter(struct visit *v, const char *name);
/* The same as a number; `normal` where there is none. False (after a 400) where it is not one. */
bool visit_number(struct visit *v, const char *name, uint64_t normal, uint64_t *value);

/* The parameter `since`, a date or a duration ago, as wall clock milliseconds; 0 where there is none. False (after a 400)
 * where it is neither. */
bool visit_since(struct visit *v, int64_t *ms);

/* ,"name":"value" with escapes; without the comma behind an opening bracket. */
void json_text(struct buf *out, const char *name, struct str value);
/* The same, left out where the value is empty. */
void json_text_if(struct buf *out, const char *name, struct str value);
/* "name":value as a number. */
void json_number(struct buf *out, const char *name, uint64_t value);
/* "name":true or false. */
void json_bool(struct buf *out, const char *name, bool value);
/* A moment as RFC 3339 text; null for 0. */
void json_time(struct buf *out, const char *name, int64_t wall_ms);
/* ,"name": and the comma rule only: the value follows. */
void json_name(struct buf *out, const char *name);
/* A comma unless an opening bracket or nothing stands before. */
void json_comma(struct buf *out);

struct tally;
/* The member "shadow" of the status. */
void page_add_shadows(struct visit *v, const struct facts *f, struct tally *sum);
/* /api/status. */
void page_status(struct visit *v);
/* /api/usage, as JSON or CSV. */
void page_usage(struct visit *v);
/* /api/fields: field use. */
void page_fields(struct visit *v);
/* /api/violations. */
void page_violations(struct visit *v);
/* /api/config: the configuration in force. */
void page_config(struct visit *v);
/* /api/events: as one JSON object, or as a stream that admin_events goes on with. */
void page_events(struct visit *v);
/* /api/explain. */
void page_explain(struct visit *v);
/* /, for people. */
void page_home(struct visit *v);

#endif
