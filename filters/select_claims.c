/* What each source of a request says about the version: the first half of select_version. */
#include "filters/select.h"

#include "proxy/http/accept.h"
#include "proxy/http/uri.h"

static void note(struct select_claims *cs, const struct select_source *source, struct str value, const char *said)
{
	if (cs->trail && cs->trail->count < SELECT_ASKS)
		cs->trail->steps[cs->trail->count++] = (struct select_step){source, value, said};
}

static void malformed(struct select_claims *cs, const struct select_source *source, struct str value)
{
	note(cs, source, value, "is no version");
	if (!cs->malformed)
		cs->malformed = source;
}

static void begin_claim(struct select_claims *cs, bool any, bool in_url)
{
	cs->claims[cs->count] = (struct select_claim){.first = cs->ask_count, .any = any, .in_url = in_url};
}

static void end_claim(struct select_claims *cs)
{
	cs->claims[cs->count].count = cs->ask_count - cs->claims[cs->count].first;
	cs->count += cs->claims[cs->count].count > 0;
}

static void add_ask(struct select_claims *cs, const struct select_source *source, struct str token, unsigned quality,
		    const struct api *api)
{
	if (cs->ask_count == SELECT_ASKS) {
		malformed(cs, source, (struct str){NULL, 0});
		return;
	}
	struct select_ask *a = &cs->asks[cs->ask_count];
	if (!ask_read(token, api, &a->ask)) {
		malformed(cs, source, token);
		return;
	}
	a->source = source;
	a->quality = quality;
	cs->ask_count++;
	note(cs, source, token, "asks for a version");
}

static void gather_path(const struct selector *s, const struct select_source *source, const struct select_request *r,
			struct select_claims *cs)
{
	struct str token, segment;
	struct ask ask;
	bool is_shape = shape_match_path(&source->shape, r->path, &token, &segment);
	if (!is_shape || (!shape_looks_like_version(token) && !ask_read(token, s->api, &ask))) {
		note(cs, source, (struct str){NULL, 0}, "says nothing");
		return;
	}
	begin_claim(cs, false, true);
	add_ask(cs, source, token, 0, s->api);
	end_claim(cs);
	cs->segment = segment;
	cs->strip = source->strip;
}

/* A field that came in several lines may have been joined by somebody on the way: both are read as one list. */
static void gather_header(const struct selector *s, const struct select_source *source, const struct select_request *r,
			  struct select_claims *cs)
{
	const struct message *m = r->message;
	size_t at = message_find_as(m, source->name, source->known, 0);
	if (at == m->count) {
		note(cs, source, (struct str){NULL, 0}, "says nothing");
		return;
	}
	begin_claim(cs, false, false);
	for (; at < m->count; at = message_find_as(m, source->name, source->known, at + 1)) {
		struct str rest = m->fields[at].value, element;
		if (!str_trim(rest).len)
			malformed(cs, source, rest);
		while (list_next(&rest, &element))
			add_ask(cs, source, element, 0, s->api);
	}
	end_claim(cs);
}

/* Names and values are compared decoded, so that no spelling of them gets around the version. */
static void gather_query(const struct selector *s, const struct select_source *source, const struct select_request *r,
			 struct select_claims *cs)
{
	struct str rest = r->message->query, name, value;
	bool silent = true;
	begin_claim(cs, false, true);
	while (uri_query_next(&rest, &name, &value)) {
		if (!str_eq(uri_decode(name, true, r->arena), source->name))
			continue;
		silent = false;
		add_ask(cs, source, uri_decode(value, true, r->arena), 0, s->api);
	}
	if (silent)
		note(cs, source, (struct str){NULL, 0}, "says nothing");
	end_claim(cs);
}

static void ask_of_range(const struct selector *s, const struct select_source *source, const struct accept_range *range,
			 struct select_claims *cs)
{
	struct str token;
	if (source->source == SOURCE_ACCEPT_PARAMETER && accept_parameter(range, source->name, &token))
		add_ask(cs, source, token, range->quality, s->api);
	else if (source->source == SOURCE_ACCEPT && shape_match_media_type(&source->shape, range->type, &token))
		add_ask(cs, source, token, range->quality, s->api);
}

/* Whether Accept could name a version at all: most have no parameter where only parameters are looked at. */
static bool accept_may_tell(const struct selector *s, const struct message *m)
{
	struct str value = message_known(m, KNOWN_ACCEPT);
	return s->by_media_type || m->repeated & KNOWN_BIT(KNOWN_ACCEPT) || str_find(value, ';') < value.len;
}

/* All sources in Accept make one claim together, since its ranges are alternatives to each other. */
static void gather_accept(const struct selector *s, const struct select_source *first, const struct select_request *r,
			  struct select_claims *cs)
{
	struct message_list list = {.m = r->message, .id = KNOWN_ACCEPT};
	struct str element;
	unsigned before = cs->ask_count;
	bool look = accept_may_tell(s, r->message);
	begin_claim(cs, true, false);
	while (look && message_list_next(&list, &element)) {
		struct accept_range range;
		bool wanted = accept_read(element, &range) && range.quality;
		for (unsigned i = 0; wanted && i < s->source_count; i++)
			ask_of_range(s, &s->sources[i], &range, cs);
	}
	if (cs->ask_count == before && !cs->malformed)
		note(cs, first, (struct str){NULL, 0}, "says nothing");
	end_claim(cs);
}

void select_gather(const struct selector *s, const struct select_request *r, struct select_claims *cs)
{
	bool accept_done = false;
	for (unsigned i = 0; i < s->source_count; i++) {
		const struct select_source *source = &s->sources[i];
		switch (source->source) {
		case SOURCE_PATH:
			gather_path(s, source, r, cs);
			break;
		case SOURCE_HEADER:
			gather_header(s, source, r, cs);
			break;
		case SOURCE_QUERY:
			gather_query(s, source, r, cs);
			break;
		default:
			if (!accept_done)
				gather_accept(s, source, r, cs);
			accept_done = true;
		}
	}
}
