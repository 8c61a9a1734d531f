/* Who is hit, as it is told. */
#include "proxy/base/clock.h"
#include "proxy/cli/callers.h"

static void as_it_is(struct buf *out, struct str s)
{
	/* Consumers choose their names; a terminal is not to be told what to do by them. */
	for (size_t i = 0; i < s.len; i++)
		buf_addc(out, (unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f ? '?' : s.at[i]);
}

static void add_callers(struct buf *out, const struct caller *callers, size_t count, const char *unit,
			void (*plain)(struct buf *out, struct str s))
{
	for (size_t i = 0; i < count; i++) {
		char day[CLOCK_TEXT];
		buf_add(out, i ? STR(", ") : STR(""));
		plain(out, callers[i].consumer);
		buf_addf(out, " (last %.*s, %llu %s%s)", (int)clock_format_day(callers[i].last_ms, day), day,
			 (unsigned long long)callers[i].count, unit, callers[i].count == 1 ? "" : "s");
	}
}

static void add_field(struct buf *out, const struct hit *h, void (*plain)(struct buf *out, struct str s))
{
	plain(out, h->field);
	buf_addf(out, " %s ", h->response ? "filled for" : "sent by");
	if (h->user_count)
		add_callers(out, h->users, h->user_count, "sample", plain);
	else
		buf_add(out, STR("nobody"));
	buf_addf(out, " of %llu sample%s", (unsigned long long)h->samples, h->samples == 1 ? "" : "s");
}

static bool hit(const struct callers *c, const struct change *one, struct arena *a, struct hit *h)
{
	if (!c || !c->asked || !one->operation.len)
		return false;
	arena_init(a, 1024);
	callers_hit(c, one, a, h);
	return true;
}

void callers_text(const struct callers *c, const struct change *one, struct buf *out)
{
	struct arena a;
	struct hit h;
	if (!hit(c, one, &a, &h))
		return;
	buf_add(out, STR("    used by: "));
	if (h.caller_count)
		add_callers(out, h.callers, h.caller_count, "call", as_it_is);
	else
		buf_add(out, STR("nobody that is known"));
	buf_addc(out, '\n');
	if (h.looked) {
		buf_add(out, STR("    field: "));
		add_field(out, &h, as_it_is);
		buf_addc(out, '\n');
	}
	arena_free(&a);
}

static void json_callers(struct buf *out, const struct caller *callers, size_t count, const char *unit)
{
	for (size_t i = 0; i < count; i++) {
		char last[CLOCK_TEXT];
		buf_addf(out, "%s{\"consumer\":\"", i ? "," : "");
		buf_add_json(out, callers[i].consumer);
		buf_addf(out, "\",\"last\":\"%.*s\",\"%s\":%llu}", (int)clock_format(callers[i].last_ms, last), last,
			 unit, (unsigned long long)callers[i].count);
	}
}

void callers_json(const struct callers *c, const struct change *one, struct buf *out)
{
	struct arena a;
	struct hit h;
	if (!hit(c, one, &a, &h))
		return;
	buf_add(out, STR(",\"consumers\":["));
	json_callers(out, h.callers, h.caller_count, "calls");
	buf_addc(out, ']');
	if (h.looked) {
		buf_add(out, STR(",\"field\":{\"field\":\""));
		buf_add_json(out, h.field);
		buf_addf(out, "\",\"direction\":\"%s\",\"samples\":%llu,\"consumers\":[",
			 h.response ? "response" : "request", (unsigned long long)h.samples);
		json_callers(out, h.users, h.user_count, "samples");
		buf_add(out, STR("]}"));
	}
	arena_free(&a);
}

void callers_field(const struct callers *c, const struct change *one, void (*plain)(struct buf *out, struct str s),
		   struct buf *out)
{
	struct arena a;
	struct hit h;
	if (!hit(c, one, &a, &h))
		return;
	if (h.looked) {
		buf_add(out, STR(" ("));
		add_field(out, &h, plain);
		buf_addc(out, ')');
	}
	arena_free(&a);
}

void callers_cell(const struct callers *c, const struct change *one, void (*plain)(struct buf *out, struct str s),
		  struct buf *out)
{
	struct arena a;
	struct hit h;
	if (!hit(c, one, &a, &h))
		return;
	if (h.caller_count)
		add_callers(out, h.callers, h.caller_count, "call", plain);
	else
		buf_add(out, STR("nobody that is known"));
	if (h.looked) {
		buf_add(out, STR("; "));
		add_field(out, &h, plain);
	}
	arena_free(&a);
}
