/* The page /api/fields: which parameters and properties each consumer sends and is sent, where that is sampled. */
#include "proxy/admin/inside.h"

#include "proxy/base/clock.h"

enum { FIELDS_NORMAL = 10000 };

static void add_field(struct buf *out, const struct field_row *r)
{
	json_comma(out);
	buf_addc(out, '{');
	json_text(out, "version", r->version);
	json_text(out, "operation", r->operation);
	json_text(out, "direction", r->direction);
	json_text(out, "field", r->place);
	json_text_if(out, "consumer", r->consumer);
	json_time(out, "first", r->first_ms);
	json_time(out, "last", r->last_ms);
	json_number(out, "count", r->count);
	buf_addc(out, '}');
}

static void add_sample(struct buf *out, const struct field_row *r)
{
	json_comma(out);
	buf_addc(out, '{');
	json_text(out, "version", r->version);
	json_text(out, "operation", r->operation);
	json_text(out, "direction", r->direction);
	json_text(out, "consumer", r->consumer);
	json_time(out, "first", r->first_ms);
	json_time(out, "last", r->last_ms);
	json_number(out, "heads", r->count);
	json_number(out, "bodies", r->bodies);
	json_number(out, "refused", r->refused);
	buf_addc(out, '}');
}

static void fields_json(struct visit *v, const struct field_report *r)
{
	struct buf *out = &v->answer->body;
	visit_json(v);
	buf_addc(out, '{');
	json_time(out, "now", clock_wall_ms());
	json_time(out, "sampled_since", r->since_ms);
	json_time(out, "lost", r->lost_ms);
	json_time(out, "written", r->written_ms);
	json_bool(out, "cut", r->cut);
	json_name(out, "fields");
	buf_addc(out, '[');
	for (size_t i = 0; i < r->count; i++)
		add_field(out, &r->rows[i]);
	buf_addc(out, ']');
	json_name(out, "samples");
	buf_addc(out, '[');
	for (size_t i = 0; i < r->sample_count; i++)
		add_sample(out, &r->samples[i]);
	buf_add(out, STR("]}\n"));
}

void page_fields(struct visit *v)
{
	struct field_query q = {.version = visit_parameter(v, "version"), .operation = visit_parameter(v, "operation")};
	struct field_report r;
	struct buf error = {0};
	uint64_t limit;
	if (!visit_since(v, &q.since_ms) || !visit_number(v, "limit", FIELDS_NORMAL, &limit))
		return;
	q.limit = (size_t)limit;
	if (observe_fields(v->view->observatory, &q, &v->arena, &r, &error)) {
		fields_json(v, &r);
	} else {
		visit_text(v, 503, "the usage ledger cannot be read: ");
		buf_addf(&v->answer->body, "%.*s\n", STR_ARG(buf_str(&error)));
	}
	buf_free(&error);
}
