#include "proxy/steer.h"

#include "proxy/base/clock.h"

#include <stdio.h>

enum { STEP = 100 /* parts per million: 0.01 % */ };

/* ---- canaries ---- */

static void tell_canary(struct observer *o, const struct lever *l, const char *state, const char *weight)
{
	struct event e = {.type = EVENT_CANARY_CHANGED, .version = l->version, .message = str_from(l->why)};
	event_detail(&e, "vane.canary.state", str_from(state));
	event_detail(&e, "vane.canary.weight", str_from(weight));
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
