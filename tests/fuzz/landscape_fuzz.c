/* rooms: plan */
/* Whatever is a landscape has a set, a conflict or neither within the bound; a plan's steps lead from what runs to the
 * set. */
#include "conf/conf.h"
#include "proxy/plan/fit.h"
#include "proxy/plan/steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_steps(const struct landscape *l, const struct fit *fit, struct arena *arena)
{
	struct steps steps;
	bool *runs = ARENA_ARRAY(arena, bool, l->release_count);
	steps_find(l, fit->chosen, 2000, &steps, arena);
	for (uint32_t i = 0; i < l->release_count; i++)
		runs[i] = l->releases[i].runs;
	for (size_t i = 0; i < steps.count; i++) {
		const struct step *s = &steps.at[i];
		CHECK(runs[s->release] == (s->kind == STEP_STOP) && (s->kind != STEP_REPLACE || runs[s->old]));
		runs[s->release] = s->kind != STEP_STOP;
		if (s->kind == STEP_REPLACE)
			runs[s->old] = false;
	}
	CHECK(steps.answer != STEPS_FOUND || memcmp(runs, fit->chosen, l->release_count * sizeof *runs) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf;
	struct diag d;
	struct landscape l;
	struct fit fit;
	diag_init(&d);
	if (conf_read(&conf, str_of((const char *)data, size), "fuzz", &d) &&
	    landscape_read(conf.root, &l, &conf.arena, &d)) {
		landscape_link(&l, &conf.arena, NULL, NULL);
		fit_find(&l, 20000, &fit, &conf.arena);
		if (fit.answer == FIT_FOUND) {
			const struct held *held;
			CHECK(fit_held(&l, 20000, &fit, &held, &conf.arena) <= l.service_count);
			check_steps(&l, &fit, &conf.arena);
		}
	}
	conf_free(&conf);
	diag_free(&d);
	return 0;
}
