#include "proxy/event.h"

#include "proxy/base/clock.h"

static const struct {
	struct str word;
	enum log_level level;
	bool kept;
} events[] = {
#define X(name, word, level, kept) {STR_INIT(word), LOG_##level, kept},
#include "proxy/event.def"
#undef X
};

struct str event_word(enum event_type type)
{
	return events[type].word;
}

enum log_level event_level(enum event_type type)
{
	return events[type].level;
}

bool event_kept(enum event_type type)
{
	return events[type].kept;
}

void event_detail(struct event *e, const char *name, struct str value)
{
	CHECK(e->detail_count < EVENT_DETAILS);
	if (value.len)
		e->details[e->detail_count++] = (struct event_detail){name, value};
}

/* People know that it is about vane: code=body.type rather than vane.violation.code=body.type. */
static const char *name_for(const struct log_producer *p, const char *name)
{
	static const char *const prefixes[] = {"vane.violation.", "vane.", "http.request."};
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && log_for_people(p); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	return name;
}

void event_log(const struct event *e, struct log_producer *p)
{
	log_begin(p, event_level(e->type), event_word(e->type), e->wall_ms ? e->wall_ms : clock_wall_ms());
	log_text_if(p, "message", e->message);
	log_text_if(p, name_for(p, "vane.version"), e->version);
	log_text_if(p, name_for(p, "http.request.method"), e->method);
	log_text_if(p, name_for(p, "vane.route"), e->route);
	log_text_if(p, name_for(p, "vane.consumer"), e->consumer);
	for (unsigned i = 0; i < e->detail_count; i++)
		log_text(p, name_for(p, e->details[i].name), e->details[i].value);
	if (e->count)
		log_number(p, name_for(p, "vane.count"), e->count);
	log_text_if(p, "trace.id", e->trace_id);
	log_text_if(p, name_for(p, "vane.contract_digest"), e->digest);
	log_end(p);
}

static void member(struct buf *out, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_add(out, out->len && out->at[out->len - 1] != '{' ? STR(",\"") : STR("\""));
	buf_add(out, str_from(name));
	buf_add(out, STR("\":\""));
	buf_add_json(out, value);
	buf_addc(out, '"');
}

void event_json(const struct event *e, struct buf *out)
{
	buf_addc(out, '{');
	member(out, "message", e->message);
	member(out, "http.request.method", e->method);
	member(out, "vane.route", e->route);
	for (unsigned i = 0; i < e->detail_count; i++)
		member(out, e->details[i].name, e->details[i].value);
	if (e->count)
		buf_addf(out, "%s\"vane.count\":%llu", out->at[out->len - 1] == '{' ? "" : ",",
			 (unsigned long long)e->count);
	buf_addc(out, '}');
}
