#include "filters/contract/stream.h"
#include "filters/contract/json.h"
#include "filters/contract/json_out.h"

/* A stream while it is read. */
struct stream {
	struct hearing *h;
	const struct media *m;
	struct json_out list; /* all items so far, for a schema of the whole */
	struct json_out item; /* the event that is being put together */
	struct tape tape;
	unsigned count;
	bool whole;  /* the schema of the whole is judged too */
	bool broken; /* an item is no JSON: there is no whole */
};

static const struct str nowhere = {NULL, 0};

/* Notes that an item's findings stand in that item. */
static void place_findings(struct stream *s, unsigned from)
{
	struct findings *out = s->h->out;
	for (unsigned i = from; i < out->count; i++)
		out->at[i].pointer = arena_printf(out->arena, "/%u%.*s", s->count, STR_ARG(out->at[i].pointer));
}

/* Whether it is one JSON text, so that it cannot change the list that it is put into. */
static bool is_json(struct stream *s, struct str text)
{
	struct json_fault fault = tape_read(&s->tape, text, &(struct json_limits){0});
	return fault.error == JSON_OK || fault.error == JSON_DUPLICATE_KEY;
}

static void take_item(struct stream *s, struct str json)
{
	unsigned from = s->h->out->count;
	if (s->m->item.present) {
		hearing_verdict(s->h, hearing_judge(s->h, &s->m->item, json, IN_BODY, nowhere, s->h->out));
		judge_hold(s->h->j);
	}
	if (s->whole && !is_json(s, json)) {
		s->broken = true;
		if (!s->m->item.present) /* what is no JSON breaks every schema */
			hearing_verdict(s->h, hearing_judge(s->h, &s->m->schema, json, IN_BODY, nowhere, s->h->out));
	}
	place_findings(s, from);
	if (s->whole && !s->broken) {
		json_out_add(&s->list, s->count ? STR(",") : STR("["));
		json_out_add(&s->list, json);
	}
	s->count++;
}

/* RFC 7464, 2.1: each text begins with a record separator and ends with a line feed. */
static void judge_sequence(struct stream *s, struct str body)
{
	struct str rest = body;
	if (str_trim(str_cut(&rest, '\x1e')).len)
		hearing_find(s->h, IN_BODY, ISSUE_SYNTAX, nowhere, nowhere, (struct place){0},
			     STR("a record separator before each text"), NULL);
	while (rest.at) {
		struct str item = str_cut(&rest, '\x1e');
		if (item.len)
			take_item(s, item);
	}
}

static void judge_lines(struct stream *s, struct str body)
{
	struct str rest = body;
	while (rest.at) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len)
			take_item(s, line);
	}
}

struct event {
	struct json_out data;
	struct str event, id, retry;
	bool has_data;
};

/* A line ends with CR LF, LF or CR. */
static struct str take_line(struct str *rest)
{
	size_t len = 0;
	while (len < rest->len && rest->at[len] != '\n' && rest->at[len] != '\r')
		len++;
	struct str line = str_head(*rest, len);
	size_t skip = len < rest->len;
	if (skip && rest->at[len] == '\r' && len + 1 < rest->len && rest->at[len + 1] == '\n')
		skip = 2;
	*rest = str_skip(*rest, len + skip);
	return line;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.at[i]))
			return false;
	return s.len > 0;
}

/* HTML, 9.2.6: unknown fields are passed over, and so are an id with a NUL and a retry that is no number. */
static void read_field(struct event *e, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_head(line, colon), value = str_skip(line, colon + (colon < line.len));
	if (value.len && value.at[0] == ' ')
		value = str_skip(value, 1);
	if (str_eq(name, STR("event"))) {
		e->event = value;
	} else if (str_eq(name, STR("id")) && !memchr(value.at, '\0', value.len)) {
		e->id = value;
	} else if (str_eq(name, STR("retry")) && all_digits(value)) {
		e->retry = value;
	} else if (str_eq(name, STR("data"))) {
		if (e->has_data)
			json_out_add(&e->data, STR("\n"));
		json_out_add(&e->data, value);
		e->has_data = true;
	}
}

static void write_name(struct json_out *out, struct str name)
{
	json_out_add(out, out->len > 1 ? STR(",") : STR(""));
	json_out_string(out, name);
	json_out_add(out, STR(":"));
}

static void write_field(struct json_out *out, struct str name, struct str value)
{
	if (!value.at)
		return;
	write_name(out, name);
	json_out_string(out, value);
}

/* A number of milliseconds, which JSON writes without leading zeros. */
static void write_retry(struct json_out *out, struct str digits)
{
	if (!digits.at)
		return;
	while (digits.len > 1 && digits.at[0] == '0')
		digits = str_skip(digits, 1);
	write_name(out, STR("retry"));
	json_out_add(out, digits);
}

/* An event as OpenAPI 3.2, 4.14.6 has it: an object of strings, and retry a number. */
static void dispatch(struct stream *s, const struct event *e)
{
	s->item.len = 0;
	json_out_add(&s->item, STR("{"));
	write_field(&s->item, STR("event"), e->event);
	write_field(&s->item, STR("data"), str_of(e->data.at ? e->data.at : "", e->data.len));
	write_field(&s->item, STR("id"), e->id);
	write_retry(&s->item, e->retry);
	json_out_add(&s->item, STR("}"));
	take_item(s, json_out_str(&s->item));
}

/* HTML, 9.2.6: an event without data is never dispatched, nor is one that no empty line ends. */
static void judge_events(struct stream *s, struct str body)
{
	struct event e = {.data = {.arena = s->h->out->arena}};
	if (str_starts(body, STR("\xef\xbb\xbf")))
		body = str_skip(body, 3);
	while (body.len) {
		struct str line = take_line(&body);
		if (line.len) {
			read_field(&e, line);
			continue;
		}
		if (e.has_data)
			dispatch(s, &e);
		e.data.len = 0;
		e = (struct event){.data = e.data};
	}
}

/* The items as the list that 3.2 takes them for (4.14.4). */
static void judge_list(struct stream *s)
{
	json_out_add(&s->list, s->count ? STR("]") : STR("[]"));
	hearing_verdict(s->h, hearing_judge(s->h, &s->m->schema, json_out_str(&s->list), IN_BODY, nowhere, s->h->out));
}

static void judge_all(struct stream *s, enum media_kind kind, struct str body)
{
	if (kind == MEDIA_SEQUENCE)
		judge_sequence(s, body);
	else if (kind == MEDIA_LINES)
		judge_lines(s, body);
	else
		judge_events(s, body);
}

void stream_judge(struct hearing *h, const struct media *m, enum media_kind kind, struct str body)
{
	struct stream s = {.h = h,
			   .m = m,
			   .list = {.arena = h->out->arena},
			   .item = {.arena = h->out->arena},
			   .whole = m->listed && m->schema.present};
	judge_all(&s, kind, body);
	if (s.whole && !s.broken)
		judge_list(&s);
	tape_free(&s.tape);
}

unsigned stream_judge_items(struct hearing *h, const struct media *m, enum media_kind kind, struct str text,
			    unsigned index)
{
	struct stream s = {.h = h, .m = m, .item = {.arena = h->out->arena}, .count = index};
	judge_all(&s, kind, text);
	return s.count - index;
}

/* Just behind the last byte from `from` on that ends an item. */
static size_t after_last(struct str text, size_t from, char end)
{
	for (size_t i = text.len; i > from; i--)
		if (text.at[i - 1] == end)
			return i;
	return 0;
}

/* Just behind the last empty line: a line end behind a line end, where CR LF is one. */
static size_t after_empty_line(struct str text, size_t from)
{
	for (size_t i = text.len; i > from && i > 1; i--) {
		char one = text.at[i - 2], two = text.at[i - 1];
		if ((one == '\n' && (two == '\n' || two == '\r')) || (one == '\r' && two == '\r'))
			return i;
	}
	return 0;
}

size_t stream_complete(struct body_items *items, enum media_kind kind, struct str part, bool last)
{
	size_t from = items->text.len, end;
	buf_add(&items->text, part);
	struct str text = buf_str(&items->text);
	if (last)
		return text.len;
	if (kind == MEDIA_EVENTS)
		return after_empty_line(text, from);
	end = after_last(text, from, kind == MEDIA_LINES ? '\n' : '\x1e');
	return kind == MEDIA_SEQUENCE && end ? end - 1 : end; /* the separator belongs to the next */
}
