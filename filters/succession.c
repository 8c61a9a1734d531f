#include "filters/succession.h"

#include "conf/conf.h"
#include "filters/contract/compat_contract.h"
#include "filters/keys.h"
#include "proxy/base/clock.h"

#include <stdlib.h>

enum { SHOWN = 5, WITNESS = 300, PAIR_MS = 5000 };

struct member_of {
	const struct version *version;
	const struct guarded *guarded;
};

static int by_number(const void *a, const void *b)
{
	const struct version *x = ((const struct member_of *)a)->version, *y = ((const struct member_of *)b)->version;
	if (x->major != y->major)
		return x->major < y->major ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return x->patch < y->patch ? -1 : x->patch > y->patch;
}

/* The contract as it is written: closed objects are this configuration's wish, not the contract's word. */
static const struct contract *as_written(struct filter_setup *setup, const struct member_of *m, struct contract **own)
{
	const struct contract_options options = {.assert_formats = true};
	struct diag unheard;
	*own = NULL;
	for (unsigned k = 0; k < VALIDATE_VARIANTS; k++)
		if (m->guarded->variants[k] == m->guarded->base.contract && !(k & 1))
			return m->guarded->base.contract;
	/* It was read a moment ago: there is nothing new to complain of. */
	diag_init(&unheard);
	*own = contract_load(keys_path(m->version->contract, setup->file, setup->arena), &options, &unheard);
	diag_free(&unheard);
	return *own;
}

static void complain(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		     const struct change *one, bool error)
{
	struct place place = key_place(new->version->conf, "contract");
	struct str text = arena_printf(
	    setup->arena, "version %.*s cannot follow %.*s of the same major: %.*s %.*s%s%.*s: %s: %.*s",
	    STR_ARG(new->version->name), STR_ARG(old->version->name), STR_ARG(one->operation), STR_ARG(one->where),
	    one->pointer.len ? " at " : "", STR_ARG(one->pointer), one->id, STR_ARG(one->text));
	if (error)
		(void)diag_error(setup->diag, place, "%.*s", STR_ARG(text));
	else
		diag_warn(setup->diag, place, "%.*s", STR_ARG(text));
	if (one->witness.len && one->witness.len <= WITNESS)
		diag_hint(setup->diag, "a message that shows it: %.*s", STR_ARG(one->witness));
}

static bool tell(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		 const struct comparison *c, enum succession mode)
{
	unsigned broken = 0, unknown = 0;
	bool error = mode == SUCCESSION_REFUSE;
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		if (!(one->breaks & PROVIDER_FIRST))
			continue;
		unknown += one->verdict == COMPAT_UNKNOWN;
		if (one->level == CHANGE_ERROR && broken++ < SHOWN)
			complain(setup, old, new, one, error);
	}
	struct place place = key_place(new->version->conf, "contract");
	if (broken > SHOWN)
		diag_warn(setup->diag, place, "%u more places where version %.*s breaks %.*s: vane diff shows them",
			  broken - SHOWN, STR_ARG(new->version->name), STR_ARG(old->version->name));
	if (unknown)
		diag_warn(setup->diag, place,
			  "in %u places it could not be decided whether version %.*s may follow %.*s", unknown,
			  STR_ARG(new->version->name), STR_ARG(old->version->name));
	return !error || !broken;
}

static bool check_pair(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		       enum succession mode)
{
	struct comparison_options options = {.now_ms = clock_wall_ms(), .ms = PAIR_MS};
	struct contract *own_old, *own_new;
	struct comparison c;
	bool good = true;
	const struct contract *a = as_written(setup, old, &own_old), *b = as_written(setup, new, &own_new);
	if (a && b) {
		comparison_make(&c, a, NULL, b, NULL, &options);
		good = tell(setup, old, new, &c, mode);
		comparison_free(&c);
	}
	contract_free(own_old);
	contract_free(own_new);
	return good;
}

bool succession_check(struct filter_setup *setup, const struct guards *g, enum succession mode)
{
	struct member_of *all = must_zalloc(g->version_count + 1, sizeof *all);
	unsigned count = 0;
	bool good = true;
	for (unsigned i = 0; mode != SUCCESSION_OFF && i < g->version_count; i++) {
		const struct version *v = &setup->api->versions[i];
		if (g->versions[i].base.contract && v->semver.len && !v->dated)
			all[count++] = (struct member_of){v, &g->versions[i]};
	}
	if (count)
		qsort(all, count, sizeof *all, by_number);
	for (unsigned i = 1; i < count; i++)
		if (all[i].version->major == all[i - 1].version->major)
			good &= check_pair(setup, &all[i - 1], &all[i], mode);
	free(all);
	return good;
}
