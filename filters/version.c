#include "filters/version.h"

#include "filters/identity.h"
#include "filters/select.h"
#include "proxy/http/uri.h"

static bool configure(struct filter_setup *setup, void **settings)
{
	struct selector *s = ARENA_NEW(setup->arena, struct selector);
	bool good = identity_resolve(setup);
	good &= select_load(setup, s);
	if (good)
		*settings = s;
	return good;
}

static struct str joined(struct arena *arena, struct str a, struct str b)
{
	char *text = arena_alloc(arena, a.len + b.len);
	memcpy(text, a.at, a.len);
	if (b.len)
		memcpy(text + a.len, b.at, b.len);
	return str_of(text, a.len + b.len);
}

/* `path` without the segment, which is a slice of it. */
static struct str without(struct arena *arena, struct str path, struct str segment)
{
	struct str before = str_of(path.at, (size_t)(segment.at - path.at));
	struct str behind = str_skip(path, before.len + segment.len);
	if (!before.len)
		return behind.len ? behind : STR("/");
	return joined(arena, before, behind);
}

/* The path without the segment, cut from the bytes as they came where that means the same, so that all else reaches the
 * backend untouched; otherwise (`/a/../v1`, `/%761`) in its normal form. */
static struct str stripped_path(struct exchange *x, struct str segment)
{
	size_t end = (size_t)(segment.at + segment.len - x->path.at);
	struct str raw = x->request.path;
	if (!str_starts(raw, str_head(x->path, end)) || (raw.len > end && raw.at[end] != '/'))
		return x->contract_path;
	struct str cut = without(&x->arena, raw, str_of(raw.at + end - segment.len, segment.len));
	return str_eq(uri_normalise(cut, &x->arena, NULL), x->contract_path) ? cut : x->contract_path;
}

static struct str stripped_target(struct exchange *x, struct str segment)
{
	struct str path = stripped_path(x, segment);
	if (!x->request.has_query)
		return path;
	return arena_printf(&x->arena, "%.*s?%.*s", STR_ARG(path), STR_ARG(x->request.query));
}

static void note_path(struct exchange *x, const struct selection *found)
{
	x->version_segment = found->segment;
	x->contract_path = x->path;
	if (!found->segment.len)
		return;
	x->contract_path = without(&x->arena, x->path, found->segment);
	if (found->strip)
		x->target = stripped_target(x, found->segment);
}

static enum verdict refuse(struct exchange *x, const struct selector *s, const struct selection *why)
{
	static const enum outcome outcomes[] = {[SELECT_MISSING] = OUTCOME_VERSION_MISSING,
						[SELECT_MALFORMED] = OUTCOME_VERSION_MALFORMED,
						[SELECT_CONFLICT] = OUTCOME_VERSION_CONFLICT,
						[SELECT_UNKNOWN] = OUTCOME_VERSION_UNKNOWN};
	static const char *const details[] = {[SELECT_MISSING] = "the request names no version",
					      [SELECT_MALFORMED] = "there is no version where one should stand",
					      [SELECT_CONFLICT] =
						  "two places of the request name different versions; one of them",
					      [SELECT_UNKNOWN] = "the version that is asked for is not served"};
	x->source = why->source;
	if (why->by)
		exchange_answer_status(x, outcomes[why->result], select_status(why), "%s: %.*s %.*s",
				       details[why->result], STR_ARG(version_source_word(why->source)),
				       STR_ARG(why->by->name));
	else
		exchange_answer_status(x, outcomes[why->result], select_status(why), "%s", details[why->result]);
	exchange_answer_member(x, "versions", s->versions);
	return ANSWERED;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	(void)state;
	const struct selector *s = settings;
	const struct select_request r = {
	    .message = &x->request, .path = x->path, .consumer = x->consumer, .arena = &x->arena};
	struct selection found;
	select_version(s, &r, &found, NULL);
	if (found.result != SELECT_FOUND)
		return refuse(x, s, &found);
	x->version = found.version;
	x->source = found.source;
	x->unversioned = found.source == SOURCE_UNVERSIONED;
	x->canary = found.canary;
	note_path(x, &found);
	exchange_add_field(x, STR("API-Version"), found.version->semver);
	if (found.vary.len)
		exchange_add_field(x, STR("Vary"), found.vary);
	return PASS;
}

/* vane tells which version served: what a backend says of itself would only contradict it. */
static enum verdict on_response(struct exchange *x, const void *settings, void *state)
{
	(void)settings;
	(void)state;
	if (x->version)
		exchange_drop_field(x, KNOWN_API_VERSION);
	return PASS;
}

const struct filter version_filter = {
    .name = "version",
    .top_keys = select_top_keys,
    .version_keys = identity_keys,
    .configure = configure,
    .on_request = on_request,
    .on_response = on_response,
};
