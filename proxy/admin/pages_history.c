/* The pages under /api that read the ledger: usage and events. */
#include "proxy/admin/inside.h"

#include "proxy/base/clock.h"
#include "proxy/journal.h"

enum { USAGE_NORMAL = 10000, EVENTS_NORMAL = 100, EVENTS_MAX = 1000, STREAM_STEP = 200 };

static void add_use(struct buf *out, const struct usage_row *r)
{
	json_comma(out);
	buf_addc(out, '{');
	json_text(out, "version", r->version);
	json_text(out, "operation", r->operation);
	json_text(out, "consumer", r->consumer);
	json_text_if(out, "item", r->item);
	json_text(out, "source", r->source);
	json_time(out, "first", r->first_ms);
	json_time(out, "last", r->last_ms);
	json_number(out, "count", r->count);
	json_bool(out, "deprecated", r->deprecated);
	buf_addc(out, '}');
}

static void usage_json(struct visit *v, const struct usage_report *r)
{
	struct buf *out = &v->answer->body;
	visit_json(v);
	buf_addc(out, '{');
	json_time(out, "now", clock_wall_ms());
	json_time(out, "recording_since", r->recording_since_ms);
	json_time(out, "written", r->written_ms);
	json_bool(out, "cut", r->cut);
	json_name(out, "usage");
	buf_addc(out, '[');
	for (size_t i = 0; i < r->count; i++)
		add_use(out, &r->rows[i]);
	buf_add(out, STR("]}\n"));
}

/* A cell (RFC 4180): in quotes, doubled inside. One that a spreadsheet would take for a formula gets a quote in front,
 * because consumers choose their names. */
static void add_cell(struct buf *out, struct str text, char end)
{
	buf_addc(out, '"');
	if (text.len && strchr("=+-@\t\r", text.at[0]))
		buf_addc(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			buf_addc(out, '"');
		if (text.at[i] != '\0')
			buf_addc(out, text.at[i]);
	}
	buf_addc(out, '"');
	buf_add(out, end == ',' ? STR(",") : STR("\r\n"));
}

static void usage_csv(struct visit *v, const struct usage_report *r)
{
	struct buf *out = &v->answer->body;
	v->answer->type = "text/csv; charset=utf-8; header=present";
	buf_add(out, STR("version,operation,consumer,item,source,first,last,count\r\n"));
	for (size_t i = 0; i < r->count; i++) {
		const struct usage_row *u = &r->rows[i];
		char first[CLOCK_TEXT], last[CLOCK_TEXT];
		size_t first_len = clock_format(u->first_ms, first), last_len = clock_format(u->last_ms, last);
		add_cell(out, u->version, ',');
		add_cell(out, u->operation, ',');
		add_cell(out, u->consumer, ',');
		add_cell(out, u->item, ',');
		add_cell(out, u->source, ',');
		add_cell(out, str_of(first, first_len), ',');
		add_cell(out, str_of(last, last_len), ',');
		buf_addf(out, "%llu\r\n", (unsigned long long)u->count);
	}
}

void page_usage(struct visit *v)
{
	struct usage_query q = {.version = visit_parameter(v, "version"),
				.operation = visit_parameter(v, "operation"),
				.consumer = visit_parameter(v, "consumer")};
	struct usage_report r;
	struct buf error = {0};
	uint64_t limit;
	if (!visit_since(v, &q.since_ms) || !visit_number(v, "limit", USAGE_NORMAL, &limit))
		return;
	q.limit = (size_t)limit;
	struct str format = visit_parameter(v, "format"), accept = v->request->accept;
	bool csv = str_eq(format, STR("csv")) || (!format.len && str_search(accept, STR("text/csv")) < accept.len);
	if (!observe_usage(v->view->observatory, &q, &v->arena, &r, &error)) {
		visit_text(v, 503, "the usage ledger cannot be read: ");
		buf_addf(&v->answer->body, "%.*s\n", STR_ARG(buf_str(&error)));
	} else if (csv) {
		usage_csv(v, &r);
	} else {
		usage_json(v, &r);
	}
	buf_free(&error);
}

/* Events behind `after` that the journal once had are gone. */
static bool is_pruned(const struct event_report *r, uint64_t after)
{
	return r->last_seq > after && (!r->first_seq || r->first_seq > after + 1);
}

static void events_json(struct visit *v, const struct event_report *r, uint64_t after)
{
	struct buf *out = &v->answer->body;
	struct str api = observe_api(v->view->observatory);
	visit_json(v);
	buf_addc(out, '{');
	json_number(out, "first", r->first_seq);
	json_number(out, "last", r->last_seq);
	json_number(out, "after", r->count ? r->rows[r->count - 1].seq : after);
	json_bool(out, "pruned", is_pruned(r, after));
	json_name(out, "events");
	buf_addc(out, '[');
	for (size_t i = 0; i < r->count; i++) {
		json_comma(out);
		journal_json(&r->rows[i], api, out);
	}
	buf_add(out, STR("]}\n"));
}

static void begin_stream(struct visit *v, uint64_t after)
{
	v->answer->type = "text/event-stream";
	v->answer->stream = true;
	v->answer->after = after;
	buf_add(&v->answer->body, STR("retry: 2000\n\n"));
	admin_events(v->view, &v->answer->after, STREAM_STEP, &v->answer->body);
}

/* With ?limit= plain JSON, without it a stream. Last-Event-ID is what a browser sends when it comes back: it is newer
 * than the address it was first given. */
void page_events(struct visit *v)
{
	uint64_t after, limit;
	struct event_report r;
	struct buf error = {0};
	bool plain = visit_parameter(v, "limit").at;
	if (!visit_number(v, "after", 0, &after) || !visit_number(v, "limit", EVENTS_NORMAL, &limit))
		return;
	if (v->request->last_event_id.len && !str_to_u64(v->request->last_event_id, &after)) {
		visit_text(v, 400, "Last-Event-ID must be a number\n");
		return;
	}
	if (!plain) {
		begin_stream(v, after);
		return;
	}
	if (observe_journal(v->view->observatory, after, (unsigned)(limit < EVENTS_MAX ? limit : EVENTS_MAX), &v->arena,
			    &r, &error)) {
		events_json(v, &r, after);
	} else {
		visit_text(v, 503, "the journal cannot be read: ");
		buf_addf(&v->answer->body, "%.*s\n", STR_ARG(buf_str(&error)));
	}
	buf_free(&error);
}

unsigned admin_events(const struct admin_view *view, uint64_t *after, unsigned limit, struct buf *out)
{
	struct arena a;
	struct event_report r;
	struct buf error = {0};
	unsigned count = 0;
	if (observe_last_event(view->observatory) == *after)
		return 0;
	arena_init(&a, 16384);
	if (observe_journal(view->observatory, *after, limit, &a, &r, &error)) {
		struct str api = observe_api(view->observatory);
		if (*after > r.last_seq) {
			/* The ledger is another one than the reader knows: it starts again. */
			buf_addf(out, "id: 0\nevent: journal.restarted\ndata: {\"after\":%llu,\"last\":%llu}\n\n",
				 (unsigned long long)*after, (unsigned long long)r.last_seq);
			*after = 0;
		}
		if (is_pruned(&r, *after))
			buf_addf(out, "event: journal.pruned\ndata: {\"after\":%llu,\"first\":%llu}\n\n",
				 (unsigned long long)*after, (unsigned long long)r.first_seq);
		for (; count < r.count; count++) {
			*after = r.rows[count].seq;
			buf_addf(out, "id: %llu\nevent: %.*s\ndata: ", (unsigned long long)*after,
				 STR_ARG(r.rows[count].type));
			journal_json(&r.rows[count], api, out);
			buf_add(out, STR("\n\n"));
		}
	}
	buf_free(&error);
	arena_free(&a);
	return count;
}
