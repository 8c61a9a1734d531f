#include "filters/contract/message.h"

struct str message_field(struct arena *arena, const struct message_head *head, struct str name, unsigned *times)
{
	struct str value = {NULL, 0};
	*times = 0;
	for (size_t i = 0; i < head->field_count; i++) {
		const struct field *f = &head->fields[i];
		if (!str_eq_nocase(f->name, name))
			continue;
		if (++*times == 1)
			value = f->value.at ? f->value : STR("");
		else
			value = arena_printf(arena, "%.*s, %.*s", STR_ARG(value), STR_ARG(f->value));
	}
	return value;
}

static const struct media *most_specific(const struct content *c, const struct media_range *type)
{
	const struct media *best = NULL;
	unsigned most = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		unsigned specific = media_range_covers(&c->media[i].range, type);
		if (specific > most) {
			most = specific;
			best = &c->media[i];
		}
	}
	return best;
}

/* Bytes are judged by their media type alone; anything else that has no schema goes unchecked. */
static const char *why_not(const struct media *m, const struct media_range *type, bool *judge)
{
	enum media_kind kind = media_kind(type);
	bool stream = kind == MEDIA_SEQUENCE || kind == MEDIA_LINES || kind == MEDIA_EVENTS;
	bool readable = kind == MEDIA_JSON || kind == MEDIA_FORM || kind == MEDIA_MULTIPART || kind == MEDIA_TEXT;
	/* Before 3.2 nothing says how parts without names are described; named ones are for forms (3.2, 4.14.8). */
	bool parts = kind == MEDIA_PARTS && m->listed && m->encodings == 0;
	*judge = false;
	if (m->bytes && kind != MEDIA_JSON)
		return NULL;
	if (kind == MEDIA_BINARY)
		return m->schema.present && !m->bytes ? "media_type" : NULL;
	bool whole = kind == MEDIA_JSON || kind == MEDIA_TEXT || kind == MEDIA_FORM; /* no sequence: itemSchema describes nothing of it */
	if (!m->schema.present && (whole || !m->item.present))
		return "no_schema";
	if (!readable && !parts && !(stream && (m->item.present || m->listed)))
		return "media_type";
	if (!media_is_utf8(type))
		return "charset";
	*judge = true;
	return NULL;
}

static void find_type(struct hearing *h, const struct content *c, enum issue issue, const char *found)
{
	hearing_find(h, IN_MEDIA_TYPE, issue, (struct str){NULL, 0}, c->pointer, c->place, c->expected, found);
}

static const struct media any_bytes = {.bytes = true};

/* Both fields in one round. */
static void read_fields(struct arena *arena, const struct message_head *head, struct body_plan *plan, unsigned *types)
{
	static const struct str type = STR_INIT("Content-Type"), encoding = STR_INIT("Content-Encoding");
	unsigned codings = 0;
	for (size_t i = 0; i < head->field_count; i++) {
		const struct field *f = &head->fields[i];
		struct str value = f->value.at ? f->value : STR("");
		if (str_eq_nocase(f->name, type))
			plan->content_type = ++*types == 1 ? value : message_field(arena, head, type, types);
		else if (str_eq_nocase(f->name, encoding))
			plan->content_encoding =
			    ++codings == 1 ? value : message_field(arena, head, encoding, &codings);
	}
}

/* Whether a message's type is the one of `text`, with or without the charset that JSON has anyway: what most say, and as
 * most write it. */
static bool says(struct str type, struct str text)
{
	static const struct str charsets[] = {STR_INIT("; charset=utf-8"), STR_INIT(";charset=utf-8"),
					      STR_INIT("; charset=UTF-8"), STR_INIT(";charset=UTF-8")};
	if (!str_starts(type, text))
		return false;
	struct str rest = str_skip(type, text.len);
	bool found = rest.len == 0;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets && !found; i++)
		found = str_eq(rest, charsets[i]);
	return found;
}

void message_plan(struct hearing *h, const struct content *c, const struct message_head *head, enum issue issue,
		  struct body_plan *plan)
{
	struct media_range type;
	unsigned times = 0;
	*plan = (struct body_plan){0};
	read_fields(h->out->arena, head, plan, &times);
	if (c->json && times == 1 && says(plan->content_type, c->json->text)) {
		plan->media = c->json;
		plan->judge = true;
		plan->json = !plan->content_encoding.len;
		return;
	}
	if (times > 1) {
		find_type(h, c, ISSUE_REPEATED, NULL);
		return;
	}
	if (c->count == 0) {
		plan->unchecked = head->has_body ? "no_schema" : NULL;
		return;
	}
	if (times == 0) {
		/* RFC 9110, 8.3: without the field a recipient may take it as application/octet-stream. */
		type = (struct media_range){STR("application"), STR("octet-stream"), 0, {{{0}, {0}}}};
		plan->media = most_specific(c, &type);
		if (!plan->media)
			find_type(h, c, ISSUE_MISSING, "nothing");
	} else if (!media_range_parse(plan->content_type, &type) || !media_is_concrete(&type)) {
		find_type(h, c, ISSUE_MALFORMED, NULL);
	} else {
		plan->media = most_specific(c, &type);
		if (!plan->media)
			find_type(h, c, issue, NULL);
	}
	if (!plan->media)
		plan->media = &any_bytes;
	else
		plan->unchecked = why_not(plan->media, &type, &plan->judge);
	plan->json = plan->judge && media_kind(&type) == MEDIA_JSON && !plan->content_encoding.len;
}
