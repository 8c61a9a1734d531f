#include "proxy/steer.h"

#include "proxy/base/clock.h"
#include "proxy/net/digest.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP = 100 /* parts per million: 0.01 % */, PAGE_EVENTS = 1000, PAGES = 64 };

/* ---- canaries ---- */

/* What stands in the journal for the section that the lever belongs to. */
static size_t digest_section(const struct lever *l, char hex[DIGEST_HEX])
{
	digest_hex(&l->section, 1, hex);
	return DIGEST_HEX;
}

static void tell_canary(struct observer *o, const struct lever *l, const char *state, const char *weight)
{
	char section[DIGEST_HEX];
	struct event e = {.type = EVENT_CANARY_CHANGED, .version = l->version, .message = str_from(l->why)};
	event_detail(&e, "vane.canary.state", str_from(state));
	event_detail(&e, "vane.canary.weight", str_from(weight));
	event_detail(&e, "vane.canary.section", str_of(section, digest_section(l, section)));
	observe_event(o, &e);
}

static struct lever *canary_of(const struct snapshot *s, struct str version)
{
	const struct version *v = api_version(&s->api, version);
	return v ? s->levers[v->index].canary : NULL;
}

unsigned steer_canary(const struct snapshot *s, struct observer *o, struct str version, struct str to, struct buf *text)
{
	struct lever *l = canary_of(s, version);
	int64_t weight = LEVER_AS_CONFIGURED, now = clock_wall_ms();
	const char *wrong = NULL;
	char shown[32];
	if (!l) {
		buf_addf(text, "version %.*s has no canary\n", STR_ARG(version));
		return 404;
	}
	bool gone = str_eq(to, STR("abort")), configured = str_eq(to, STR("configured"));
	if (gone)
		weight = 0;
	else if (!configured)
		wrong = unit_percent(to, &weight);
	if (!wrong && weight > 0 && weight % STEP)
		wrong = "steps of 0.01%, please";
	if (wrong) {
		buf_addf(text, "weight: %s\n", wrong);
		return 400;
	}
	snprintf(shown, sizeof shown, configured ? "configured" : "%.2f%%", (double)weight / 10000);
	lever_move(l, weight, gone, now, gone ? "aborted by an operator" : configured ? "" : "set by an operator");
	tell_canary(o, l, gone ? "aborted" : configured ? "configured" : "set", shown);
	buf_addf(text, "%.*s: the canary's weight is %s now\n", STR_ARG(version), configured ? "what the file says" : shown);
	return 200;
}

void steer_watch(const struct snapshot *s, struct observer *o, uint64_t mono_ns)
{
	char why[GUARD_TOLD];
	for (unsigned i = 0; i < s->api.version_count; i++) {
		struct lever *l = s->levers[i].canary;
		if (!l || !l->guard || l->aborted || !guard_tick(l->guard, (int64_t)(mono_ns / 1000000), why))
			continue;
		lever_move(l, 0, true, clock_wall_ms(), why);
		tell_canary(o, l, "aborted", "0.00%");
	}
}

/* ---- what was so before the process began ---- */

static bool holds(struct str json, const char *name, struct str value)
{
	struct buf member = {0};
	buf_addf(&member, "\"%s\":\"%.*s\"", name, STR_ARG(value));
	bool found = str_search(json, buf_str(&member)) < json.len;
	buf_free(&member);
	return found;
}

/* Our own messages have nothing to escape. */
static struct str message_of(struct str json)
{
	size_t at = str_search(json, STR("\"message\":\""));
	struct str rest = at < json.len ? str_skip(json, at + 11) : STR("");
	return str_cut(&rest, '"');
}

/* True when this event is the newest about the lever's canary, so that nothing older matters. */
static bool restore(struct lever *l, const struct event_row *row, struct observer *o)
{
	char section[DIGEST_HEX], why[LEVER_WHY];
	if (!str_eq(row->type, event_word(EVENT_CANARY_CHANGED)) || !str_eq(row->version, l->version))
		return false;
	digest_section(l, section);
	if (holds(row->data, "vane.canary.section", str_of(section, sizeof section)) &&
	    holds(row->data, "vane.canary.state", STR("aborted"))) {
		snprintf(why, sizeof why, "%.*s", STR_ARG(message_of(row->data)));
		lever_move(l, 0, true, row->wall_ms, why);
		tell_canary(o, l, "aborted", "0.00%");
	}
	return true;
}

/* Looks at the events after `after`, newest first, for each canary that is not `known`. False when nothing can be read. */
static bool restore_page(const struct snapshot *s, struct observatory *all, struct observer *o, uint64_t after, bool *known)
{
	struct arena arena;
	struct event_report r;
	struct buf error = {0};
	arena_init(&arena, 65536);
	bool good = observe_journal(all, after, PAGE_EVENTS, &arena, &r, &error);
	for (size_t i = good ? r.count : 0; i-- > 0;)
		for (unsigned v = 0; v < s->api.version_count; v++)
			if (!known[v])
				known[v] = restore(s->levers[v].canary, &r.rows[i], o);
	buf_free(&error);
	arena_free(&arena);
	return good;
}

static bool all_known(const bool *known, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!known[i])
			return false;
	return true;
}

void steer_restore(const struct snapshot *s, struct observatory *all, struct observer *o)
{
	bool *known = must_zalloc(s->api.version_count, sizeof *known);
	uint64_t upper = observe_last_event(all);
	for (unsigned i = 0; i < s->api.version_count; i++)
		known[i] = s->levers[i].canary == NULL;
	for (unsigned pages = 0; upper && pages < PAGES && !all_known(known, s->api.version_count); pages++) {
		uint64_t after = upper > PAGE_EVENTS ? upper - PAGE_EVENTS : 0;
		if (!restore_page(s, all, o, after, known))
			break;
		upper = after;
	}
	free(known);
}

/* ---- revisions ---- */

/* The number of `label` among the version's revisions; -1 where it has none of that name. */
static int64_t revision_of(const struct snapshot *s, unsigned version, struct str label)
{
	const uint32_t *revisions = s->choices[version].revisions;
	for (int64_t i = 0; revisions && i < s->choices[version].revision_count; i++)
		if (str_eq(s->backends[revisions[i]].role, label))
			return i;
	return -1;
}

static void activate(struct observer *o, struct lever *l, int64_t to, struct str label)
{
	struct event e = {.type = EVENT_REVISION_CHANGED, .version = l->version, .message = STR("set by an operator")};
	lever_move(l, to, false, clock_wall_ms(), to == LEVER_AS_CONFIGURED ? "" : "set by an operator");
	event_detail(&e, "vane.revision", label);
	observe_event(o, &e);
}

unsigned steer_revision(const struct snapshot *s, struct observer *o, struct str version, struct str label, struct buf *text)
{
	bool any = false, configured = str_eq(label, STR("configured"));
	for (unsigned i = 0; i < s->api.version_count; i++) {
		int64_t to = configured ? LEVER_AS_CONFIGURED : revision_of(s, i, label);
		struct lever *l = s->levers[i].revision;
		if (!l || (version.len && !str_eq(l->version, version)) || (to < 0 && !configured))
			continue;
		any = true;
		activate(o, l, to, label);
		buf_addf(text, "%.*s: %.*s is active now\n", STR_ARG(l->version),
			 STR_ARG(configured ? STR("what the file says") : label));
	}
	if (any)
		return 200;
	if (version.len)
		buf_addf(text, "version %.*s has no revision %.*s\n", STR_ARG(version), STR_ARG(label));
	else
		buf_addf(text, "no version has a revision %.*s\n", STR_ARG(label));
	return 404;
}
