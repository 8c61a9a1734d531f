#include "filters/succession.h"

#include "conf/conf.h"
#include "filters/contract/compat_contract.h"
#include "filters/contract/json_tree.h"
#include "filters/keys.h"
#include "proxy/base/clock.h"

#include <stdlib.h>

enum { SHOWN = 5, WITNESS = 300, PAIR_MS = 5000, REMEMBERED = 32, DOCUMENT_BYTES = 64 << 20 };

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

static struct place place_of(const struct member_of *m)
{
	return key_place(m->version->conf, "contract");
}

/* ---- what was found before: the same contracts need not be compared at every reload ---- */

/* What a newer contract breaks of an older one. Texts are its own. */
struct found {
	uint64_t mark[5]; /* of both contracts; whether defaults are filled in */
	unsigned broken, unknown, shown;
	struct str text[SHOWN], witness[SHOWN];
	struct arena arena;
	bool used;
};

/* Configurations are loaded by one thread. In memory alone: a file would have to be trusted as much as the contracts
 * are, and reading those costs as much as comparing them. */
static struct found memory[REMEMBERED];
static unsigned next_memory;

static struct found *recall(const uint64_t mark[5])
{
	for (unsigned i = 0; i < REMEMBERED; i++)
		if (memory[i].used && memcmp(memory[i].mark, mark, sizeof memory[i].mark) == 0)
			return &memory[i];
	return NULL;
}

static void note(struct found *f, const struct change *one)
{
	f->unknown += one->verdict == COMPAT_UNKNOWN;
	if (one->level != CHANGE_ERROR || f->broken++ >= SHOWN)
		return;
	f->text[f->shown] =
	    arena_printf(&f->arena, "%.*s %.*s%s%.*s: %s: %.*s", STR_ARG(one->operation), STR_ARG(one->where),
			 one->pointer.len ? " at " : "", STR_ARG(one->pointer), one->id, STR_ARG(one->text));
	if (one->witness.len <= WITNESS)
		f->witness[f->shown] = arena_dup(&f->arena, one->witness);
	f->shown++;
}

static struct found *compare(const struct comparison *c, const uint64_t mark[5])
{
	struct found *f = &memory[next_memory++ % REMEMBERED];
	if (f->used)
		arena_free(&f->arena);
	*f = (struct found){.used = true};
	memcpy(f->mark, mark, sizeof f->mark);
	arena_init(&f->arena, 1024);
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].breaks & PROVIDER_FIRST && c->at[i].kind != CHANGE_ANNOTATION &&
		    c->at[i].kind != CHANGE_PROPERTY)
			note(f, &c->at[i]);
	/* What could not be decided may be decided by a machine that is less busy. */
	if (f->unknown)
		memset(f->mark, 0, sizeof f->mark);
	return f;
}

/* ---- two versions ---- */

static void complain(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		     struct str what, bool error)
{
	struct str text = arena_printf(setup->arena, "version %.*s cannot follow %.*s of the same major: %.*s",
				       STR_ARG(new->version->name), STR_ARG(old->version->name), STR_ARG(what));
	if (error)
		(void)diag_error(setup->diag, place_of(new), "%.*s", STR_ARG(text));
	else
		diag_warn(setup->diag, place_of(new), "%.*s", STR_ARG(text));
}

static bool tell(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		 const struct found *f, enum succession mode)
{
	bool error = mode == SUCCESSION_REFUSE;
	for (unsigned i = 0; i < f->shown; i++) {
		complain(setup, old, new, f->text[i], error);
		if (f->witness[i].len)
			diag_hint(setup->diag, "a message that shows it: %.*s", STR_ARG(f->witness[i]));
	}
	if (f->broken > SHOWN)
		diag_warn(setup->diag, place_of(new),
			  "%u more places where version %.*s breaks %.*s: vane diff shows them", f->broken - SHOWN,
			  STR_ARG(new->version->name), STR_ARG(old->version->name));
	if (f->unknown)
		diag_warn(setup->diag, place_of(new),
			  "in %u places it could not be decided whether version %.*s may follow %.*s", f->unknown,
			  STR_ARG(new->version->name), STR_ARG(old->version->name));
	return !error || !f->broken;
}

/* The tree, for what is not compiled: security, defaults. NULL where it cannot be read again. */
static const struct node *tree_of(struct filter_setup *setup, const struct member_of *m, struct arena *arena)
{
	struct diag unheard;
	diag_init(&unheard);
	const struct node *root =
	    document_read(arena, keys_path(m->version->contract, setup->file, setup->arena), DOCUMENT_BYTES, &unheard);
	diag_free(&unheard);
	return root;
}

static bool check_pair(struct filter_setup *setup, const struct member_of *old, const struct member_of *new,
		       enum succession mode)
{
	struct comparison_options options = {.now_ms = clock_wall_ms(), .ms = PAIR_MS};
	struct contract *own_old, *own_new;
	struct comparison c;
	struct arena trees;
	uint64_t mark[5];
	bool good = true;
	const struct contract *a = as_written(setup, old, &own_old), *b = as_written(setup, new, &own_new);
	arena_init(&trees, 1 << 14);
	options.fills_defaults = new->guarded->base.validate.fill_defaults == FILLS_REQUESTS;
	if (a && b) {
		contract_mark(a, &mark[0]);
		contract_mark(b, &mark[2]);
		mark[4] = options.fills_defaults;
		const struct found *f = recall(mark);
		if (!f) {
			comparison_make(&c, a, tree_of(setup, old, &trees), b, tree_of(setup, new, &trees), &options);
			f = compare(&c, mark);
			comparison_free(&c);
		}
		good = tell(setup, old, new, f, mode);
	}
	arena_free(&trees);
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
