#include "proxy/cli/plan.h"

#include <stdlib.h>

static void add_string(struct buf *out, const char *key, struct str value)
{
	buf_addf(out, "\"%s\":\"", key);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void add_place(struct buf *out, struct place at)
{
	add_string(out, "file", str_from(at.file));
	buf_addf(out, ",\"line\":%u,\"column\":%u", at.line, at.column);
}

static void comma(struct buf *out)
{
	if (out->len && out->at[out->len - 1] != '[')
		buf_addc(out, ',');
}

static void add_versions(const struct plan *p, const struct service *s, const bool *set, struct buf *out)
{
	buf_addc(out, '[');
	for (uint32_t i = s->first; i < s->first + s->count; i++) {
		if (!set[i])
			continue;
		comma(out);
		buf_addf(out, "\"%.*s\"", STR_ARG(p->l.releases[i].name));
	}
	buf_addc(out, ']');
}

static void add_set(const struct plan *p, const bool *running, struct buf *out)
{
	buf_add(out, STR(",\"set\":["));
	for (uint32_t i = 0; i < p->l.service_count; i++) {
		const struct service *s = &p->l.services[i];
		comma(out);
		buf_addc(out, '{');
		add_string(out, "service", s->name);
		buf_add(out, STR(",\"running\":"));
		add_versions(p, s, running, out);
		buf_add(out, STR(",\"versions\":"));
		add_versions(p, s, p->fit.chosen, out);
		buf_addc(out, '}');
	}
	buf_addf(out, "],\"side_by_side\":%u", p->fit.extra);
}

static void add_need(const struct plan *p, uint32_t need, struct buf *out)
{
	struct buf text = {0};
	plan_need(p, need, &text);
	buf_addc(out, '{');
	add_place(out, p->l.needs[need].demand.place);
	buf_addc(out, ',');
	add_string(out, "text", buf_str(&text));
	buf_addc(out, '}');
	buf_free(&text);
}

static void add_reasons(const struct plan *p, const char *key, const struct reasons *reasons, struct buf *out)
{
	static const char *const kinds[] = {"wanted", "gone", "stays", "requires", "one_version", "taken", "away"};
	buf_addf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < reasons->count; i++) {
		struct buf text = {0};
		plan_reason(p, &reasons->at[i], &text);
		comma(out);
		buf_addc(out, '{');
		add_place(out, reason_place(&p->l, &reasons->at[i]));
		buf_addc(out, ',');
		add_string(out, "kind", str_from(kinds[reasons->at[i].kind]));
		buf_addc(out, ',');
		add_string(out, "text", buf_str(&text));
		buf_addc(out, '}');
		buf_free(&text);
	}
	buf_addf(out, "],\"minimal\":%s", reasons->minimal ? "true" : "false");
}

static void add_held(const struct plan *p, struct buf *out)
{
	buf_add(out, STR(",\"held_back\":["));
	for (size_t i = 0; i < p->held_count; i++) {
		const struct release *r = &p->l.releases[p->held[i].release];
		comma(out);
		buf_addc(out, '{');
		add_string(out, "service", p->l.services[r->service].name);
		buf_addc(out, ',');
		add_string(out, "version", r->name);
		add_reasons(p, "because", &p->held[i].reasons, out);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_step(const struct plan *p, const struct step *step, const bool *running, struct buf *out)
{
	static const char *const words[] = {"start", "replace", "stop"};
	const struct release *r = &p->l.releases[step->release];
	const struct service *s = &p->l.services[r->service];
	uint32_t need;
	comma(out);
	buf_addc(out, '{');
	add_string(out, "do", str_from(words[step->kind]));
	buf_addc(out, ',');
	add_string(out, "service", s->name);
	buf_addc(out, ',');
	add_string(out, "version", r->name);
	if (step->kind == STEP_REPLACE) {
		buf_addc(out, ',');
		add_string(out, "instead_of", p->l.releases[step->old].name);
	}
	if (step->beside) {
		buf_add(out, STR(",\"beside\":"));
		add_versions(p, s, running, out);
	}
	if (step->beside && plan_beside(p, running, step, &need)) {
		buf_add(out, STR(",\"because\":"));
		add_need(p, need, out);
	}
	buf_addc(out, '}');
}

static void add_steps(const struct plan *p, bool *running, struct buf *out)
{
	static const char *const answers[] = {"found", "none", "unknown"};
	buf_addf(out, ",\"order\":\"%s\",\"steps\":[", answers[p->steps.answer]);
	for (size_t i = 0; i < p->steps.count; i++) {
		add_step(p, &p->steps.at[i], running, out);
		plan_take(&p->steps.at[i], running);
	}
	buf_addf(out, "],\"starts_beside\":%u,\"shortest\":%s,\"states\":%u,\"ring\":[", p->steps.beside,
		 p->steps.shortest ? "true" : "false", p->steps.states);
	for (size_t i = 0; i < p->steps.ring_count; i++) {
		comma(out);
		add_need(p, p->steps.ring[i], out);
	}
	buf_add(out, STR("],\"missing_now\":["));
	for (size_t i = 0; i < p->steps.missing_count; i++) {
		comma(out);
		add_need(p, p->steps.missing[i], out);
	}
	buf_addc(out, ']');
}

static void add_promises(const struct plan *p, struct buf *out)
{
	buf_add(out, STR(",\"promises\":["));
	for (size_t i = 0; i < p->promise_count; i++) {
		const struct plan_promise *one = &p->promises[i];
		const struct release *base = &p->l.releases[one->base], *later = &p->l.releases[one->later];
		comma(out);
		buf_addc(out, '{');
		add_place(out, later->contract_place);
		buf_addc(out, ',');
		add_string(out, "service", p->l.services[base->service].name);
		buf_addf(out, ",\"old\":\"%.*s\",\"new\":\"%.*s\",\"verdict\":\"%s\",", STR_ARG(base->name),
			 STR_ARG(later->name), one->broken ? "broken" : "unproved");
		add_string(out, "text", one->text);
		buf_addc(out, ',');
		add_string(out, "witness", one->witness);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

void plan_json(const struct plan *p, struct buf *out)
{
	static const char *const answers[] = {"found", "conflict", "unknown"};
	bool *running = must_zalloc(p->l.release_count, sizeof *running);
	for (uint32_t i = 0; i < p->l.release_count; i++)
		running[i] = p->l.releases[i].runs;
	buf_addc(out, '{');
	add_string(out, "file", str_from(p->file));
	buf_addf(out, ",\"answer\":\"%s\"", answers[p->fit.answer]);
	if (p->fit.answer == FIT_FOUND) {
		add_set(p, running, out);
		if (p->fit.extra)
			add_reasons(p, "side_by_side_because", &p->fit.reasons, out);
		add_held(p, out);
		add_steps(p, running, out);
	} else if (p->fit.answer == FIT_CONFLICT) {
		add_reasons(p, "conflict", &p->fit.reasons, out);
	}
	add_promises(p, out);
	buf_add(out, STR("}\n"));
	free(running);
}
