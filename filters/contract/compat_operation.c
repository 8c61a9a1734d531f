/* Bodies and responses: media types, statuses, and the schemas in them. */
#include "filters/contract/compat_side.h"

static bool same_text(struct str a, struct str b)
{
	return str_eq_nocase(a, b);
}

/* The media of `content` that a body of this type meets. */
static const struct media *covering(const struct content *content, const struct media *type)
{
	const struct media *best = NULL;
	unsigned most = 0;
	for (uint32_t i = 0; i < content->count; i++) {
		if (same_text(content->media[i].text, type->text))
			return &content->media[i];
		unsigned specific = media_range_covers(&content->media[i].range, &type->range);
		if (specific > most) {
			most = specific;
			best = &content->media[i];
		}
	}
	return best;
}

/* Whether it is what some medium of `old` became: told as that one. */
static bool follows(const struct content *old, const struct content *new, const struct media *one)
{
	for (uint32_t i = 0; i < old->count; i++)
		if (covering(new, &old->media[i]) == one)
			return true;
	return false;
}

/* What is judged there is a value, not bytes. */
static bool judged(const struct media *m)
{
	return !m->bytes;
}

static void one_media(struct comparing *c, enum direction direction, const struct content *x, const struct content *y,
		      const struct media *a, const struct media *b, struct str where, const char *part)
{
	enum media_kind kind = media_kind(&b->range);
	bool text = kind == MEDIA_FORM || kind == MEDIA_MULTIPART || kind == MEDIA_TEXT;
	struct schema_pair p = {
	    direction, &a->schema, &b->schema, x->place, y->place, where, part, text && kind == MEDIA_TEXT, NULL};
	/* Of bytes nothing is judged; how they are encoded is told. */
	if (!judged(a) && !judged(b)) {
		comparing_annotations(c, &p, c->out->count, true);
		return;
	}
	comparing_schemas(c, &p);
	if (a->item.present || b->item.present) {
		struct schema_pair items = {direction, &a->item, &b->item, x->place, y->place,
					    where,     part,     false,    NULL};
		comparing_schemas(c, &items);
	}
}

void comparing_bodies(struct comparing *c, const struct endpoint *old, const struct endpoint *new)
{
	bool had = old->public.has_request_body, has = new->public.has_request_body;
	struct place nowhere = {NULL, 0, 0};
	struct str where = STR("request");
	if (!had && has) {
		enum change_kind kind = new->body_required ? CHANGE_BODY_ADDED_REQUIRED : CHANGE_BODY_ADDED;
		comparing_add(c, kind, where, nowhere, new->body_place, "%s", change_rows[kind].text);
	}
	if (had && !has)
		comparing_add(c, CHANGE_BODY_REMOVED, where, old->body_place, new->public.place, "%s",
			      change_rows[CHANGE_BODY_REMOVED].text);
	if (!had || !has)
		return;
	if (old->body_required != new->body_required) {
		enum change_kind kind = new->body_required ? CHANGE_BODY_REQUIRED : CHANGE_BODY_OPTIONAL;
		comparing_add(c, kind, where, old->body_place, new->body_place, "%s", change_rows[kind].text);
	}
	for (uint32_t i = 0; i < old->body.count; i++) {
		const struct media *a = &old->body.media[i], *b = covering(&new->body, a);
		where = arena_printf(&c->out->arena, "request %.*s", STR_ARG(a->text));
		if (b)
			one_media(c, REQUEST, &old->body, &new->body, a, b, where, "request-body");
		else
			comparing_add(c, CHANGE_BODY_TYPE_REMOVED, where, old->body.place, new->body.place, "%s",
				      change_rows[CHANGE_BODY_TYPE_REMOVED].text);
	}
	for (uint32_t i = 0; i < new->body.count; i++)
		if (!covering(&old->body, &new->body.media[i]))
			comparing_add(c, CHANGE_BODY_TYPE_ADDED,
				      arena_printf(&c->out->arena, "request %.*s", STR_ARG(new->body.media[i].text)),
				      old->body.place, new->body.place, "%s", change_rows[CHANGE_BODY_TYPE_ADDED].text);
}

/* The response that a status meets: itself, its class, the default. */
static const struct response *meets(const struct endpoint *e, uint16_t status)
{
	const struct response *best = NULL;
	for (uint32_t i = 0; i < e->responses; i++) {
		const struct response *r = &e->response[i];
		if (r->status == status)
			return r;
		if (r->status && r->status < 100 && status >= 100 && status / 100 == r->status)
			best = r;
		else if (r->status == 0 && !best)
			best = r;
	}
	return best;
}

static const char *status_word(struct comparing *c, uint16_t status)
{
	if (status == 0)
		return "default";
	return arena_printf(&c->out->arena, status < 100 ? "%uXX" : "%u", status).at;
}

/* The two texts of one media type: a range that became wider or narrower, or another spelling. */
static void renamed(struct comparing *c, const struct media *a, const struct media *b, struct str where,
		    struct place old, struct place new)
{
	if (str_eq(a->text, b->text))
		return;
	bool wider = media_range_covers(&b->range, &a->range), narrower = media_range_covers(&a->range, &b->range);
	enum change_kind kind = wider && narrower ? CHANGE_TYPE_NAME : wider ? CHANGE_TYPE_WIDER : CHANGE_TYPE_NARROWER;
	comparing_add(c, kind, where, old, new, "%.*s became %.*s", STR_ARG(a->text), STR_ARG(b->text));
}

static struct str media_where(struct comparing *c, const char *status, const struct media *m)
{
	return arena_printf(&c->out->arena, "%s %.*s", status, STR_ARG(m->text));
}

static void one_response(struct comparing *c, const struct response *a, const struct response *b, uint16_t status)
{
	const char *word = status_word(c, status);
	comparing_headers(c, &a->headers, &b->headers, word, a->place, b->place);
	for (uint32_t i = 0; i < a->content.count; i++) {
		const struct media *m = &a->content.media[i], *n = covering(&b->content, m);
		struct str where = media_where(c, word, m);
		/* A range that became one of its types. */
		for (uint32_t k = 0; !n && k < b->content.count; k++)
			if (covering(&a->content, &b->content.media[k]) == m)
				n = &b->content.media[k];
		if (n) {
			renamed(c, m, n, where, a->place, b->place);
			one_media(c, RESPONSE, &a->content, &b->content, m, n, where, "response-body");
		} else {
			comparing_add(c, CHANGE_TYPE_REMOVED, where, a->place, b->place, "%s",
				      change_rows[CHANGE_TYPE_REMOVED].text);
		}
	}
	for (uint32_t i = 0; i < b->content.count; i++)
		if (!covering(&a->content, &b->content.media[i]) &&
		    !follows(&a->content, &b->content, &b->content.media[i]))
			comparing_add(c, CHANGE_TYPE_ADDED, media_where(c, word, &b->content.media[i]), a->place,
				      b->place, "%s", change_rows[CHANGE_TYPE_ADDED].text);
}

static bool success(uint16_t status)
{
	return status == 2 || status == 3 || (status >= 200 && status < 400);
}

static bool in(const struct endpoint *e, uint16_t status)
{
	for (uint32_t i = 0; i < e->responses; i++)
		if (e->response[i].status == status)
			return true;
	return false;
}

void comparing_responses(struct comparing *c, const struct endpoint *old, const struct endpoint *new)
{
	for (uint32_t i = 0; i < new->responses; i++) {
		const struct response *b = &new->response[i], *a = meets(old, b->status);
		if (a) {
			one_response(c, a, b, b->status);
			continue;
		}
		enum change_kind kind = success(b->status) ? CHANGE_STATUS_ADDED : CHANGE_FAILURE_ADDED;
		struct change *one = comparing_add(c, kind, str_from(status_word(c, b->status)), old->responses_place,
						   b->place, "%s", change_rows[kind].text);
		one->witness = str_from(status_word(c, b->status));
	}
	for (uint32_t i = 0; i < old->responses; i++) {
		const struct response *a = &old->response[i], *b = meets(new, a->status);
		if (in(new, a->status))
			continue;
		if (b) {
			one_response(c, a, b, a->status);
			continue;
		}
		enum change_kind kind = success(a->status) ? CHANGE_STATUS_REMOVED : CHANGE_FAILURE_REMOVED;
		comparing_add(c, kind, str_from(status_word(c, a->status)), a->place, new->responses_place, "%s",
			      change_rows[kind].text);
	}
}
