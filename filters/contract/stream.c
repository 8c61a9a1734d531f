#include "filters/contract/stream.h"
#include "filters/contract/json_out.h"

static void judge_item(struct hearing *h, const struct media *m, struct str json, unsigned index)
{
	unsigned from = h->out->count;
	hearing_verdict(h, hearing_judge(h, &m->item, json, IN_BODY, (struct str){NULL, 0}, h->out));
	for (unsigned i = from; i < h->out->count; i++)
		h->out->at[i].pointer = arena_printf(h->out->arena, "/%u%.*s", index, STR_ARG(h->out->at[i].pointer));
}

/* RFC 7464, 2.1: each text begins with a record separator and ends with a line feed. */
static void judge_sequence(struct hearing *h, const struct media *m, struct str body)
{
	struct str rest = body, nowhere = {NULL, 0};
	unsigned index = 0;
	if (str_trim(str_cut(&rest, '\x1e')).len)
		hearing_find(h, IN_BODY, ISSUE_SYNTAX, nowhere, nowhere, (struct place){0},
			     STR("a record separator before each text"), NULL);
	while (rest.at) {
		struct str item = str_cut(&rest, '\x1e');
		if (item.len)
			judge_item(h, m, item, index++);
	}
}

static void judge_lines(struct hearing *h, const struct media *m, struct str body)
{
	struct str rest = body;
	unsigned index = 0;
	while (rest.at) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len)
			judge_item(h, m, line, index++);
	}
}

struct event {
	struct json_out data;
	struct str event, id, retry;
	bool any, has_data;
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

static void read_field(struct event *e, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_head(line, colon), value = str_skip(line, colon + (colon < line.len));
	if (colon == 0)
		return; /* a comment */
	if (value.len && value.at[0] == ' ')
		value = str_skip(value, 1);
	struct str *slot = str_eq(name, STR("event"))   ? &e->event
			   : str_eq(name, STR("id"))    ? &e->id
			   : str_eq(name, STR("retry")) ? &e->retry
							: NULL;
	if (slot) {
		*slot = value;
	} else if (str_eq(name, STR("data"))) {
		if (e->has_data)
			json_out_add(&e->data, STR("\n"));
		json_out_add(&e->data, value);
		e->has_data = true;
	} else {
		return;
	}
	e->any = true;
}

static void write_field(struct json_out *out, struct str name, struct str value, bool number)
{
	uint64_t n;
	if (!value.at)
		return;
	json_out_add(out, out->len > 1 ? STR(",") : STR(""));
	json_out_string(out, name);
	json_out_add(out, STR(":"));
	if (number && str_to_u64(value, &n) && (value.len == 1 || value.at[0] != '0'))
		json_out_add(out, value);
	else
		json_out_string(out, value);
}

static void judge_events(struct hearing *h, const struct media *m, struct str body)
{
	struct event e = {.data = {.arena = h->out->arena}};
	struct json_out out = {.arena = h->out->arena};
	unsigned index = 0;
	while (body.len) {
		struct str line = take_line(&body);
		if (line.len) {
			read_field(&e, line);
			continue;
		}
		out.len = 0;
		if (e.any) {
			json_out_add(&out, STR("{"));
			write_field(&out, STR("event"), e.event, false);
			write_field(&out, STR("data"),
				    e.has_data ? str_of(e.data.at ? e.data.at : "", e.data.len) : (struct str){NULL, 0},
				    false);
			write_field(&out, STR("id"), e.id, false);
			write_field(&out, STR("retry"), e.retry, true);
			json_out_add(&out, STR("}"));
			judge_item(h, m, json_out_str(&out), index++);
		}
		e.data.len = 0;
		e = (struct event){.data = e.data};
	}
}

void stream_judge(struct hearing *h, const struct media *m, enum media_kind kind, struct str body)
{
	if (kind == MEDIA_SEQUENCE)
		judge_sequence(h, m, body);
	else if (kind == MEDIA_LINES)
		judge_lines(h, m, body);
	else
		judge_events(h, m, body);
}
