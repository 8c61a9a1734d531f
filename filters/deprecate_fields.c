#include "filters/deprecate.h"

#include "filters/segment.h"
#include "proxy/base/clock.h"
#include "proxy/http/date.h"

/* --- dates --- */

/* Deprecation is written `@unix` (RFC 9745), an HTTP-date and `true` are older drafts' spellings. */
static bool read_date(struct str text, int64_t now, int64_t *seconds)
{
	return date_parse_structured(text, seconds) || date_parse(text, now, seconds);
}

/* The earlier of ours and what the backend says in field `id`. */
static int64_t earlier(const struct exchange *x, enum known id, int64_t ours)
{
	if (x->answer.set || !x->response.status)
		return ours;
	for (size_t i = 0; i < x->response.count; i++) {
		int64_t theirs;
		if (message_id(&x->response, i) == id &&
		    read_date(str_trim(x->response.fields[i].value), x->wall_ms / 1000, &theirs) && theirs < ours)
			ours = theirs;
	}
	return ours;
}

static struct str http_date(struct exchange *x, int64_t seconds)
{
	char *text = arena_alloc(&x->arena, DATE_BYTES);
	date_format(text, seconds);
	return str_of(text, DATE_BYTES);
}

/* One field with the earlier date takes the place of the backend's. */
static void add_deprecation(struct exchange *x, const struct fate *f, int64_t wall_ms)
{
	int64_t seconds = earlier(x, KNOWN_DEPRECATION, wall_ms / 1000);
	exchange_drop_field(x, KNOWN_DEPRECATION);
	exchange_add_field(x, STR("Deprecation"),
			   f->http_date ? http_date(x, seconds) : arena_printf(&x->arena, "@%lld", (long long)seconds));
}

static void add_sunset(struct exchange *x, int64_t wall_ms)
{
	int64_t seconds = earlier(x, KNOWN_SUNSET, wall_ms / 1000);
	exchange_drop_field(x, KNOWN_SUNSET);
	exchange_add_field(x, STR("Sunset"), http_date(x, seconds));
}

/* RFC 7234, 5.5: for clients that log it; RFC 9111 has let it go. A version's name holds neither quotes nor backslashes
 * that matter: what is no plain character is a question mark. */
static void add_warning(struct exchange *x, const struct deprecate_dates *dates)
{
	char name[64], text[CLOCK_TEXT];
	size_t len = x->version->name.len < sizeof name ? x->version->name.len : sizeof name;
	for (size_t i = 0; i < len; i++) {
		char c = x->version->name.at[i];
		name[i] = (char)(c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? '?' : c);
	}
	int64_t sunset = dates->sunset == LIFE_NEVER ? 0 : dates->sunset;
	size_t date = sunset ? clock_format_day(sunset, text) : 0;
	exchange_add_field(x, STR("Warning"),
			   arena_printf(&x->arena, "299 - \"version %.*s of this API is deprecated%s%.*s\"", (int)len,
					name, sunset ? " and ends on " : "", (int)date, text));
}

/* --- links --- */

/* The same resource in the next version: by its own path where paths name versions, otherwise at the same path
 * (RFC 5829, 3.3). */
static void add_successor(struct buf *out, const struct exchange *x, const struct version *next)
{
	struct str segment = x->version_segment;
	size_t at = segment.len ? (size_t)(segment.at - x->path.at) : 0;
	buf_addc(out, '<');
	segment_add_path(out, str_head(x->path, at));
	if (segment.len)
		segment_add(out, segment, x->version, next);
	segment_add_path(out, str_skip(x->path, at + segment.len));
	buf_add(out, STR(">; rel=\"successor-version\""));
}

static void add_links(struct exchange *x, const struct fate *f, bool has_sunset)
{
	struct buf links = {0};
	if (f->docs.len) {
		buf_addf(&links, "<%.*s>; rel=\"deprecation\"", STR_ARG(f->docs));
		if (has_sunset)
			buf_addf(&links, ", <%.*s>; rel=\"sunset\"", STR_ARG(f->docs));
	}
	if (f->successor) {
		if (links.len)
			buf_add(&links, STR(", "));
		add_successor(&links, x, f->successor);
	}
	if (links.len)
		exchange_add_field(x, STR("Link"), arena_dup(&x->arena, buf_str(&links)));
	buf_free(&links);
}

void deprecate_fields_add(struct exchange *x, const struct fate *f, const struct deprecate_dates *dates)
{
	if (dates->deprecated != LIFE_NEVER)
		add_deprecation(x, f, dates->deprecated);
	if (dates->sunset != LIFE_NEVER)
		add_sunset(x, dates->sunset);
	add_links(x, f, dates->sunset != LIFE_NEVER);
	if (f->warning && x->version)
		add_warning(x, dates);
}
