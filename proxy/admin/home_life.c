/* The life line of a version: a bar from before its deprecation to after its sunset, with today on it. Rectangles only:
 * it is stretched to the page's width, which would stretch text too. */
#include "proxy/admin/html.h"

enum { WIDTH = 1000, DAY_MS = 86400000 };

struct span {
	int64_t from_ms, to_ms;
};

/* All dates and today, with a tenth of it on either side. */
static struct span span_of(const struct version_facts *v, int64_t now_ms)
{
	struct span s = {now_ms, now_ms};
	const int64_t dates[] = {v->deprecation_ms, v->sunset_ms};
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		if (dates[i] && dates[i] < s.from_ms)
			s.from_ms = dates[i];
		if (dates[i] > s.to_ms)
			s.to_ms = dates[i];
	}
	int64_t margin = (s.to_ms - s.from_ms) / 10;
	if (margin < (int64_t)7 * DAY_MS)
		margin = (int64_t)7 * DAY_MS;
	return (struct span){s.from_ms - margin, s.to_ms + margin};
}

static double place(const struct span *s, int64_t when)
{
	double at = (double)(when - s->from_ms) / (double)(s->to_ms - s->from_ms) * WIDTH;
	return at < 0 ? 0 : at > WIDTH ? WIDTH : at;
}

static void bar(struct buf *out, const struct span *s, const char *class, int64_t from, int64_t to)
{
	double x = place(s, from), width = place(s, to) - x;
	if (width > 0)
		buf_addf(out, "<rect class=%s x=%.1f y=5 width=%.1f height=10 />", class, x, width < 3 ? 3 : width);
}

void home_life_line(struct buf *out, const struct version_facts *v, int64_t now_ms)
{
	struct span s = span_of(v, now_ms);
	int64_t sunset = v->sunset_ms ? v->sunset_ms : s.to_ms;
	int64_t deprecated = v->deprecation_ms ? v->deprecation_ms : sunset;
	html(out, "<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=none role=img aria-label=\"life line\">");
	bar(out, &s, "la", s.from_ms, deprecated);
	bar(out, &s, "ld", deprecated, sunset);
	bar(out, &s, "ls", sunset, s.to_ms);
	for (unsigned i = 0; i < v->brownout_count; i++)
		bar(out, &s, "lb", v->brownouts[i].begin_ms, v->brownouts[i].end_ms);
	buf_addf(out, "<rect class=lt x=%.1f y=0 width=4 height=20 /></svg>", place(&s, now_ms) - 2);
}
