#include "proxy/cli/plan.h"

static void release_words(const struct plan *p, uint32_t release, struct buf *out)
{
	const struct release *r = &p->l.releases[release];
	buf_addf(out, "%.*s %.*s", STR_ARG(p->l.services[r->service].name), STR_ARG(r->name));
}

/* A demand that nothing meets is a conflict by itself. */
static void add_unmet(const struct demand *d, const char *of, struct buf *out)
{
	if (!d->met_count)
		buf_addf(out, "; no version of %s here meets that", of);
}

void plan_need(const struct plan *p, uint32_t need, struct buf *out)
{
	const struct need *n = &p->l.needs[need];
	struct str of = p->l.services[n->service].name;
	release_words(p, n->release, out);
	buf_addf(out, " requires %.*s %.*s", STR_ARG(of), STR_ARG(n->demand.text));
	add_unmet(&n->demand, "it", out);
}

static void wish_words(const struct plan *p, const struct reason *r, struct buf *out)
{
	const struct service *s = &p->l.services[r->index];
	buf_addf(out, "%.*s is wanted at %.*s", STR_ARG(s->name), STR_ARG(s->wishes[r->wish].text));
	add_unmet(&s->wishes[r->wish], "it", out);
}

void plan_reason(const struct plan *p, const struct reason *r, struct buf *out)
{
	static const char *const sides[] = {"on", "steps", "off"};
	const struct service *s = r->kind == REASON_NEED || r->kind == REASON_TAKEN ? NULL : &p->l.services[r->index];
	if (r->kind == REASON_NEED)
		plan_need(p, r->index, out);
	else if (r->kind == REASON_TAKEN)
		buf_addf(out, "%.*s has %.*s", STR_ARG(p->l.services[p->l.releases[r->index].service].name),
			 STR_ARG(p->l.releases[r->index].name));
	else if (r->kind == REASON_AWAY)
		buf_addf(out, "%.*s neither runs nor is wanted, and stays away", STR_ARG(s->name));
	else if (r->kind == REASON_WISH)
		wish_words(p, r, out);
	else if (r->kind == REASON_GOES)
		buf_addf(out, "%.*s is to go", STR_ARG(s->name));
	else if (r->kind == REASON_STAYS)
		buf_addf(out, "%.*s runs now and goes on, at some version", STR_ARG(s->name));
	else
		buf_addf(out, "%.*s has one version in the end%s%s", STR_ARG(s->name),
			 s->beside == BESIDE_ON ? "" : ": side_by_side is ",
			 s->beside == BESIDE_ON ? "" : sides[s->beside]);
}

bool plan_beside(const struct plan *p, const bool *running, const struct step *step, uint32_t *need)
{
	const struct service *s = &p->l.services[p->l.releases[step->release].service];
	uint64_t alone = (uint64_t)1 << (step->release - s->first);
	for (*need = 0; *need < p->l.need_count; ++*need) {
		const struct need *n = &p->l.needs[*need];
		if (n->service == (uint32_t)(s - p->l.services) && running[n->release] && !(n->demand.met & alone))
			return true;
	}
	return false;
}

void plan_take(const struct step *step, bool *running)
{
	running[step->release] = step->kind != STEP_STOP;
	if (step->kind == STEP_REPLACE)
		running[step->old] = false;
}

int plan_code(const struct plan *p)
{
	if (p->fit.answer != FIT_FOUND)
		return p->fit.answer == FIT_CONFLICT ? EXIT_FINDINGS : EXIT_CANNOT_TELL;
	return p->steps.answer == STEPS_FOUND  ? EXIT_CLEAN
	       : p->steps.answer == STEPS_NONE ? EXIT_FINDINGS
					       : EXIT_CANNOT_TELL;
}
