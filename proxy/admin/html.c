#include "proxy/admin/html.h"

#include "proxy/base/clock.h"

#include <stdlib.h>

void html(struct buf *out, const char *markup)
{
	buf_add(out, str_from(markup));
}

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* JSON's escapes have made it UTF-8 without control characters; they are kept as something to be seen, but the two that
 * only JSON needs are taken back. */
void html_text(struct buf *out, struct str text)
{
	struct buf clean = {0};
	buf_add_json(&clean, text);
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.at[i] == '\\' && i + 1 < clean.len && strchr("\\\"", clean.at[i + 1]))
			i++;
		const char *escape = escape_of(clean.at[i]);
		if (escape)
			html(out, escape);
		else
			buf_addc(out, clean.at[i]);
	}
	buf_free(&clean);
}

void html_name(struct buf *out, struct str text)
{
	html(out, "<bdi>");
	html_text(out, text);
	html(out, "</bdi>");
}

void html_cell(struct buf *out, struct str text)
{
	html(out, "<td>");
	html_name(out, text);
}

void html_cell_u64(struct buf *out, uint64_t value)
{
	html(out, "<td class=n>");
	buf_add_u64(out, value);
}

void html_day(struct buf *out, int64_t wall_ms)
{
	char day[CLOCK_TEXT];
	size_t len = clock_format_day(wall_ms, day);
	buf_add(out, str_of(day, len));
}

static void add_distance(struct buf *out, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *word;
	} units[] = {{86400000, "day"}, {3600000, "hour"}, {60000, "minute"}, {1000, "second"}};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		int64_t count = ms / units[i].ms;
		if (!count)
			continue;
		buf_addf(out, "%lld %s%s", (long long)count, units[i].word, count == 1 ? "" : "s");
		return;
	}
	html(out, "0 seconds");
}

void html_time(struct buf *out, int64_t wall_ms, int64_t now_ms)
{
	char text[CLOCK_TEXT];
	if (!wall_ms) {
		html(out, "-");
		return;
	}
	clock_format(wall_ms, text);
	buf_addf(out, "<time datetime=\"%s\" title=\"%s\">", text, text);
	if (wall_ms > now_ms)
		html(out, "in ");
	add_distance(out, llabs(wall_ms - now_ms));
	html(out, wall_ms > now_ms ? "</time>" : " ago</time>");
}
