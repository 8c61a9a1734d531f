#include "filters/select.h"

static bool claim_accepts(const struct select_claims *cs, const struct select_claim *c, const struct version *v)
{
	for (unsigned i = c->first; i < c->first + c->count; i++)
		if (ask_accepts(&cs->asks[i].ask, v) == c->any)
			return c->any;
	return !c->any;
}

static bool all_accept(const struct select_claims *cs, const struct version *v)
{
	for (unsigned i = 0; i < cs->count; i++)
		if (!claim_accepts(cs, &cs->claims[i], v))
			return false;
	return true;
}

/* The highest quality with which alternatives name this version; NULL where only places without quality do. */
static const struct select_ask *best_alternative(const struct select_claims *cs, const struct version *v)
{
	const struct select_ask *best = NULL;
	for (unsigned i = 0; i < cs->count; i++)
		for (unsigned k = 0; cs->claims[i].any && k < cs->claims[i].count; k++) {
			const struct select_ask *a = &cs->asks[cs->claims[i].first + k];
			if (ask_accepts(&a->ask, v) && (!best || a->quality > best->quality))
				best = a;
		}
	return best;
}

static const struct version *pick(const struct select_claims *cs, const struct api *api)
{
	const struct version *best = NULL;
	unsigned best_quality = 0;
	for (unsigned i = 0; i < api->version_count; i++) {
		const struct version *v = &api->versions[i];
		if (!all_accept(cs, v))
			continue;
		const struct select_ask *a = best_alternative(cs, v);
		unsigned quality = a ? a->quality : 0;
		if (!best || quality > best_quality || (quality == best_quality && ask_newer(v, best))) {
			best = v;
			best_quality = quality;
		}
	}
	return best;
}

static bool claim_is_served(const struct select_claims *cs, const struct select_claim *c, const struct api *api)
{
	for (unsigned i = 0; i < api->version_count; i++)
		if (claim_accepts(cs, c, &api->versions[i]))
			return true;
	return false;
}

/* Whether something in `a` could mean the same as something in `b`. */
static bool claims_agree(const struct select_claims *cs, const struct select_claim *a, const struct select_claim *b)
{
	for (unsigned i = a->first; i < a->first + a->count; i++)
		for (unsigned k = b->first; k < b->first + b->count; k++)
			if (ask_agrees(&cs->asks[i].ask, &cs->asks[k].ask))
				return true;
	return false;
}

static bool claim_contradicts_itself(const struct select_claims *cs, const struct select_claim *c)
{
	for (unsigned i = c->first + 1; !c->any && i < c->first + c->count; i++)
		if (!ask_agrees(&cs->asks[i].ask, &cs->asks[c->first].ask))
			return true;
	return false;
}

/* The claim that disagrees with an earlier one or with itself, or NULL. */
static const struct select_claim *contradiction(const struct select_claims *cs)
{
	for (unsigned i = 0; i < cs->count; i++) {
		if (claim_contradicts_itself(cs, &cs->claims[i]))
			return &cs->claims[i];
		for (unsigned k = 0; k < i; k++)
			if (!claims_agree(cs, &cs->claims[i], &cs->claims[k]))
				return &cs->claims[i];
	}
	return NULL;
}

static void blame(struct selection *out, enum select_result result, const struct select_source *source)
{
	out->result = result;
	out->by = source;
	out->source = source ? source->source : SOURCE_NONE;
}

static void found(struct selection *out, const struct version *v, enum version_source source)
{
	out->result = SELECT_FOUND;
	out->version = v;
	out->source = source;
	out->by = NULL;
}

static void chosen_by_claims(const struct select_claims *cs, struct selection *out, const struct version *v)
{
	const struct select_claim *first = &cs->claims[0];
	const struct select_ask *a = first->any ? best_alternative(cs, v) : &cs->asks[first->first];
	found(out, v, a->source->source);
	out->by = a->source;
}

/* Keeps the claims that some version can satisfy: with `unknown: a version` the others count as if they were not there.
 */
static void drop_unserved(struct select_claims *cs, const struct api *api)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < cs->count; i++)
		if (claim_is_served(cs, &cs->claims[i], api))
			cs->claims[kept++] = cs->claims[i];
	cs->count = kept;
}

/* No version satisfies all claims: which of the ways to fail is it. */
static void refuse(const struct selector *s, struct select_claims *cs, struct selection *out)
{
	const struct select_claim *c = contradiction(cs);
	if (c) {
		blame(out, SELECT_CONFLICT, cs->asks[c->first].source);
		return;
	}
	for (unsigned i = 0; i < cs->count; i++) {
		if (claim_is_served(cs, &cs->claims[i], s->api))
			continue;
		blame(out, SELECT_UNKNOWN, cs->asks[cs->claims[i].first].source);
		if (!s->unknown)
			return;
		drop_unserved(cs, s->api);
		const struct version *v = cs->count ? pick(cs, s->api) : NULL;
		if (v)
			chosen_by_claims(cs, out, v);
		else
			found(out, s->unknown, SOURCE_DEFAULT);
		return;
	}
	blame(out, SELECT_CONFLICT, cs->asks[cs->claims[cs->count - 1].first].source);
}

static void missing(const struct selector *s, const struct select_request *r, struct selection *out)
{
	for (unsigned i = 0; r->consumer.len && i < s->pin_count; i++)
		if (str_eq(s->pins[i].consumer, r->consumer)) {
			found(out, s->pins[i].version, SOURCE_PIN);
			return;
		}
	if (s->missing)
		found(out, s->missing, SOURCE_DEFAULT);
	else
		blame(out, SELECT_MISSING, NULL);
}

/* Header fields can only have led elsewhere when the address alone leaves a choice: then caches must know them. `left`:
 * versions that it leaves, `in_url`: whether it names any. */
static struct str vary_of(const struct selector *s, unsigned left, bool in_url)
{
	if (left == 1 && (in_url || s->api->version_count == 1))
		return (struct str){NULL, 0};
	return in_url || !s->pin_count ? s->vary : s->vary_pinned;
}

static struct str vary(const struct selector *s, const struct select_claims *cs)
{
	unsigned left = 0, in_url = 0;
	for (unsigned i = 0; i < cs->count; i++)
		in_url += cs->claims[i].in_url;
	for (unsigned i = 0; i < s->api->version_count; i++) {
		bool accepted = true;
		for (unsigned k = 0; k < cs->count && accepted; k++)
			accepted = !cs->claims[k].in_url || claim_accepts(cs, &cs->claims[k], &s->api->versions[i]);
		left += accepted;
	}
	return vary_of(s, left, in_url);
}

/* What nearly all requests say: one place names one version, and there is one. The same as below, in one pass; false where
 * it is not so. */
static bool chosen_by_one(const struct selector *s, const struct select_claims *cs, struct selection *out)
{
	const struct select_ask *a = &cs->asks[0];
	const struct version *best = NULL;
	unsigned left = 0;
	if (cs->count != 1 || cs->ask_count != 1 || cs->claims[0].any)
		return false;
	for (unsigned i = 0; i < s->api->version_count; i++) {
		const struct version *v = &s->api->versions[i];
		if (!ask_accepts(&a->ask, v))
			continue;
		left++;
		best = !best || ask_newer(v, best) ? v : best;
	}
	if (!best)
		return false;
	found(out, best, a->source->source);
	out->by = a->source;
	out->vary = vary_of(s, cs->claims[0].in_url ? left : s->api->version_count, cs->claims[0].in_url);
	out->canary = ask_names_canary(&a->ask, best);
	return true;
}

static const struct version *unversioned(const struct selector *s, struct str path)
{
	const struct select_unversioned *best = NULL;
	for (unsigned i = 0; i < s->unversioned_count; i++) {
		const struct select_unversioned *u = &s->unversioned[i];
		bool prefix = u->path.at[u->path.len - 1] == '/';
		if (prefix ? !str_starts(path, u->path) : !str_eq(path, u->path))
			continue;
		if (!best || u->path.len > best->path.len)
			best = u;
	}
	return best ? best->version : NULL;
}

void select_version(const struct selector *s, const struct select_request *r, struct selection *out,
		    struct select_trail *trail)
{
	struct select_claims cs;
	cs.ask_count = cs.count = 0;
	cs.segment = (struct str){NULL, 0};
	cs.strip = false;
	cs.malformed = NULL;
	cs.trail = trail;
	*out = (struct selection){0};
	if (trail)
		trail->count = 0;
	const struct version *v = unversioned(s, r->path);
	if (v) {
		found(out, v, SOURCE_UNVERSIONED);
		return;
	}
	select_gather(s, r, &cs);
	out->segment = cs.segment;
	out->strip = cs.strip;
	if (cs.malformed) {
		blame(out, SELECT_MALFORMED, cs.malformed);
		return;
	}
	if (chosen_by_one(s, &cs, out))
		return;
	out->vary = vary(s, &cs);
	v = cs.count ? pick(&cs, s->api) : NULL;
	for (unsigned i = 0; v && i < cs.ask_count; i++)
		out->canary |= ask_names_canary(&cs.asks[i].ask, v);
	if (v)
		chosen_by_claims(&cs, out, v);
	else if (cs.count)
		refuse(s, &cs, out);
	else
		missing(s, r, out);
}

unsigned select_status(const struct selection *selection)
{
	if (selection->result != SELECT_UNKNOWN)
		return 400;
	switch (selection->source) {
	case SOURCE_PATH:
		return 404;
	case SOURCE_ACCEPT:
	case SOURCE_ACCEPT_PARAMETER:
		return 406;
	default:
		return 400;
	}
}

static void explain_outcome(const struct selection *selection, struct buf *out)
{
	static const char *const words[] = {[SELECT_MISSING] = "no source names a version",
					    [SELECT_MALFORMED] = "no version stands where one should",
					    [SELECT_CONFLICT] = "two places name different versions",
					    [SELECT_UNKNOWN] = "no such version is served"};
	if (selection->result == SELECT_FOUND)
		buf_addf(out, "version %.*s, chosen by %.*s", STR_ARG(selection->version->name),
			 STR_ARG(version_source_word(selection->source)));
	else
		buf_addf(out, "refused with %u: %s", select_status(selection), words[selection->result]);
	if (selection->by)
		buf_addf(out, " (%.*s)", STR_ARG(selection->by->name));
	buf_addc(out, '\n');
}

void select_explain(const struct selection *selection, const struct select_trail *trail, struct buf *out)
{
	for (unsigned i = 0; trail && i < trail->count; i++) {
		const struct select_step *step = &trail->steps[i];
		buf_addf(out, "%.*s %.*s: ", STR_ARG(version_source_word(step->source->source)),
			 STR_ARG(step->source->name));
		if (step->value.len) {
			buf_addc(out, '"');
			buf_add_json(out, step->value);
			buf_add(out, STR("\" "));
		}
		buf_addf(out, "%s\n", step->said);
	}
	explain_outcome(selection, out);
}
