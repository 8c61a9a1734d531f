/* vane plan landscape.yaml: which versions of many services fit together, and in which order they are deployed. */
#include "proxy/cli/plan.h"

#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>

/* What is looked at before the answer is "cannot tell": some seconds. */
enum { FIT_WORK = 50000000, STEPS_WORK = 10000000 };

const struct flag flags_plan[] = {
    {"output", 'o', "FORM", "text or json"},
    {"no-contracts", 0, NULL, "believe the versions' numbers: do not compare their contracts"},
    {NULL, 0, NULL, NULL},
};

static void warn_of_promises(const struct plan *p, struct diag *d)
{
	for (size_t i = 0; i < p->promise_count; i++) {
		const struct plan_promise *one = &p->promises[i];
		const struct release *base = &p->l.releases[one->base], *later = &p->l.releases[one->later];
		struct str service = p->l.services[base->service].name;
		if (one->broken)
			diag_warn(d, later->contract_place,
				  "%.*s %.*s does not keep what %.*s promises, and is no replacement for it: %.*s",
				  STR_ARG(service), STR_ARG(later->name), STR_ARG(base->name), STR_ARG(one->text));
		else
			diag_warn(d, later->contract_place, "%.*s %.*s is taken as keeping what %.*s promises: %.*s",
				  STR_ARG(service), STR_ARG(later->name), STR_ARG(base->name), STR_ARG(one->text));
		if (one->witness.len)
			diag_hint(d, "a message that shows it: %.*s", STR_ARG(one->witness));
	}
}

static void warn_of_missing(const struct plan *p, struct diag *d)
{
	for (size_t i = 0; p->fit.answer == FIT_FOUND && i < p->steps.missing_count; i++) {
		struct buf text = {0};
		plan_need(p, p->steps.missing[i], &text);
		diag_warn(d, p->l.needs[p->steps.missing[i]].demand.place,
			  "%.*s; nothing that runs now meets that, so no step is held to it", STR_ARG(buf_str(&text)));
		buf_free(&text);
	}
}

static void work_out(struct plan *p, struct arena *arena)
{
	fit_find(&p->l, FIT_WORK, &p->fit, arena);
	if (p->fit.answer != FIT_FOUND)
		return;
	p->held_count = fit_held(&p->l, FIT_WORK, &p->fit, &p->held, arena);
	steps_find(&p->l, p->fit.chosen, STEPS_WORK, &p->steps, arena);
}

static int answer(struct plan *p, struct conf *conf, bool contracts, bool json, struct diag *d)
{
	struct buf out = {0};
	landscape_link(&p->l, &conf->arena, NULL, NULL);
	if (contracts && !plan_contracts(p, &conf->arena, d)) {
		cli_complain(d);
		return EXIT_CANNOT_TELL;
	}
	work_out(p, &conf->arena);
	warn_of_promises(p, d);
	warn_of_missing(p, d);
	cli_complain(d);
	if (json)
		plan_json(p, &out);
	else
		plan_text(p, cli_color(1), &out);
	fwrite(out.at, 1, out.len, stdout);
	buf_free(&out);
	return plan_code(p);
}

int cli_plan(struct words *w)
{
	struct plan p = {.file = w->operand_count ? w->operands[0] : "landscape.yaml"};
	bool json, contracts = !flags_value(flags_plan, w, "no-contracts");
	struct conf conf;
	struct diag d;
	int code = EXIT_CANNOT_TELL;
	if (!cli_output(flags_plan, w, &json))
		return code;
	diag_init(&d);
	if (conf_load(&conf, p.file, &d) && landscape_read(conf.root, &p.l, &conf.arena, &d))
		code = answer(&p, &conf, contracts, json, &d);
	else
		cli_complain(&d);
	conf_free(&conf);
	diag_free(&d);
	return code;
}
