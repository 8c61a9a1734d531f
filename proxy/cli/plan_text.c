#include "proxy/cli/plan.h"

#include <stdlib.h>

static void add_place(struct buf *out, struct place at)
{
	if (at.file)
		buf_addf(out, "%s:%u:%u", at.file, at.line, at.column);
}

/* The versions of the service that are in `set` (by release), oldest first. */
static void add_versions(const struct plan *p, const struct service *s, const bool *set, struct buf *out)
{
	unsigned count = 0;
	for (uint32_t i = s->first + s->count; i > s->first; i--)
		if (set[i - 1])
			buf_addf(out, "%s%.*s", count++ ? " and " : "", STR_ARG(p->l.releases[i - 1].name));
}

static bool has_some(const struct service *s, const bool *set)
{
	for (uint32_t i = s->first; i < s->first + s->count; i++)
		if (set[i])
			return true;
	return false;
}

/* Every reason at its place, with the line and a caret. */
static void add_reasons(const struct plan *p, const struct reasons *reasons, bool color, struct buf *out)
{
	struct diag d;
	diag_init(&d);
	d.limit = (unsigned)reasons->count;
	for (size_t i = 0; i < reasons->count; i++) {
		struct buf text = {0};
		plan_reason(p, &reasons->at[i], &text);
		diag_error(&d, reason_place(&p->l, &reasons->at[i]), "%.*s", STR_ARG(buf_str(&text)));
		buf_free(&text);
	}
	diag_print(&d, out, color);
	diag_free(&d);
}

/* A line for each. */
static void list_reasons(const struct plan *p, const struct reasons *reasons, const char *indent, struct buf *out)
{
	for (size_t i = 0; i < reasons->count; i++) {
		buf_add(out, str_from(indent));
		add_place(out, reason_place(&p->l, &reasons->at[i]));
		buf_add(out, STR(": "));
		plan_reason(p, &reasons->at[i], out);
		buf_addc(out, '\n');
	}
}

static void add_held(const struct plan *p, struct buf *out)
{
	if (p->held_count)
		buf_add(out, STR("held back:\n"));
	for (size_t i = 0; i < p->held_count; i++) {
		const struct release *r = &p->l.releases[p->held[i].release];
		buf_addf(out, "  %.*s %.*s, for with it these could not all hold:\n",
			 STR_ARG(p->l.services[r->service].name), STR_ARG(r->name));
		list_reasons(p, &p->held[i].reasons, "    ", out);
	}
}

static void add_set(const struct plan *p, const bool *runs, struct buf *out)
{
	buf_add(out, STR("the newest set that fits together:\n"));
	for (uint32_t i = 0; i < p->l.service_count; i++) {
		const struct service *s = &p->l.services[i];
		bool now = has_some(s, runs), then = has_some(s, p->fit.chosen);
		if (!now && !then)
			continue;
		buf_addf(out, "  %-16.*s ", STR_ARG(s->name));
		if (memcmp(runs + s->first, p->fit.chosen + s->first, s->count * sizeof *runs) == 0) {
			add_versions(p, s, runs, out);
			buf_add(out, STR(" as it is\n"));
			continue;
		}
		add_versions(p, s, runs, out);
		buf_add(out, now ? STR(" -> ") : STR("new: "));
		add_versions(p, s, p->fit.chosen, out);
		buf_add(out, then ? STR("\n") : STR("gone\n"));
	}
	if (!p->fit.extra)
		return;
	buf_addf(out, "%u version%s side by side in the end; with one for each service these cannot all hold:\n",
		 p->fit.extra, p->fit.extra == 1 ? "" : "s");
	list_reasons(p, &p->fit.reasons, "  ", out);
}

static void add_step(const struct plan *p, const struct step *step, const bool *running, struct buf *out)
{
	static const char *const words[] = {"start", "replace", "stop"};
	const struct release *r = &p->l.releases[step->release];
	const struct service *s = &p->l.services[r->service];
	uint32_t need;
	buf_addf(out, "%-7s %.*s ", words[step->kind], STR_ARG(s->name));
	if (step->kind == STEP_REPLACE)
		buf_addf(out, "%.*s by ", STR_ARG(p->l.releases[step->old].name));
	buf_addf(out, "%.*s", STR_ARG(r->name));
	if (step->beside) {
		buf_add(out, STR(" beside "));
		add_versions(p, s, running, out);
	}
	if (step->beside && plan_beside(p, running, step, &need)) {
		buf_add(out, STR(": "));
		plan_need(p, need, out);
		buf_add(out, STR(" ("));
		add_place(out, p->l.needs[need].demand.place);
		buf_addc(out, ')');
	}
	buf_addc(out, '\n');
}

static void add_steps(const struct plan *p, bool *running, struct buf *out)
{
	const struct steps *steps = &p->steps;
	if (!steps->count) {
		buf_add(out, STR("nothing to do\n"));
		return;
	}
	buf_add(out, STR("steps, one at a time; at every moment what runs has what it requires:\n"));
	for (size_t i = 0; i < steps->count; i++) {
		buf_addf(out, "  %zu. ", i + 1);
		add_step(p, &steps->at[i], running, out);
		plan_take(&steps->at[i], running);
	}
	buf_addf(out, "%zu step%s, %u beside a version that runs; %s\n", steps->count, steps->count == 1 ? "" : "s",
		 steps->beside,
		 steps->shortest ? "no plan is shorter"
				 : "perhaps not the shortest: the search for it was given up at its bound");
}

static void add_ring(const struct plan *p, bool color, struct buf *out)
{
	const struct steps *steps = &p->steps;
	struct diag d;
	if (!steps->ring_count) {
		buf_add(out,
			STR("no order of steps: where side_by_side is off, one of two versions would be missed\n"));
		return;
	}
	buf_addf(out, "no order of steps: of these none can be %s first\n", steps->backwards ? "stopped" : "started");
	diag_init(&d);
	d.limit = (unsigned)steps->ring_count;
	for (size_t i = 0; i < steps->ring_count; i++) {
		struct buf text = {0};
		plan_need(p, steps->ring[i], &text);
		diag_error(&d, p->l.needs[steps->ring[i]].demand.place, "%.*s", STR_ARG(buf_str(&text)));
		buf_free(&text);
	}
	diag_print(&d, out, color);
	diag_free(&d);
}

static void add_order(const struct plan *p, bool color, bool *running, struct buf *out)
{
	if (p->steps.answer == STEPS_FOUND)
		add_steps(p, running, out);
	else if (p->steps.answer == STEPS_NONE)
		add_ring(p, color, out);
	else
		buf_addf(out, "steps: cannot tell: none were found in %u states, where the search was given up\n",
			 p->steps.states);
}

void plan_text(const struct plan *p, bool color, struct buf *out)
{
	bool *running = must_zalloc(p->l.release_count, sizeof *running);
	for (uint32_t i = 0; i < p->l.release_count; i++)
		running[i] = p->l.releases[i].runs;
	if (p->fit.answer == FIT_FOUND) {
		add_set(p, running, out);
		add_held(p, out);
		add_order(p, color, running, out);
	} else if (p->fit.answer == FIT_SPENT) {
		buf_add(out, STR("cannot tell: the search for the newest set was given up at its bound\n"));
	} else {
		buf_addf(out, "no set fits: these cannot all hold%s\n",
			 p->fit.reasons.minimal ? ", and without any one of them the others could"
						: " (perhaps fewer would do: the search was given up at its bound)");
		add_reasons(p, &p->fit.reasons, color, out);
	}
	free(running);
}
