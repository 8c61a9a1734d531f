#include "filters/contract/compat_contract.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/beside.h"
#include "proxy/cli/diff.h"
#include "proxy/cli/plan.h"

/* Milliseconds for one pair, and for all of them: what is not compared by then is not proved. */
enum { PAIR_MS = 20000, ALL_MS = 120000 };

enum verdict_of_pair { NOT_ASKED, KEPT, BROKEN, UNPROVED };

struct judge {
	struct plan *p;
	struct arena *arena;
	struct diff_side *sides; /* by release; opened where there is a contract */
	bool *opened;
	uint8_t *verdicts; /* by release and position of the later one in its service */
	uint64_t until_ns;
	VEC(struct plan_promise) promises;
};

static bool open_side(struct judge *j, uint32_t release, struct diag *d)
{
	const struct release *r = &j->p->l.releases[release];
	struct diff_side *side = &j->sides[release];
	if (j->opened[release] || !r->contract.len)
		return true;
	j->opened[release] = true;
	if (diff_open(side, beside(j->arena, str_from(r->contract_place.file), r->contract).at))
		return true;
	return diag_error(d, r->contract_place, "contract: it cannot be read");
}

/* The first change that breaks those who use the older one: by it the promise is not kept. */
static const struct change *first_break(const struct comparison *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].level == CHANGE_ERROR && c->at[i].breaks & PROVIDER_FIRST)
			return &c->at[i];
	return NULL;
}

static void note(struct judge *j, uint32_t base, uint32_t later, const struct change *c)
{
	struct plan_promise promise = {.base = base, .later = later, .broken = c != NULL};
	promise.text =
	    c ? arena_printf(j->arena, "%.*s%s%.*s%s%.*s: %.*s", STR_ARG(c->operation), c->where.len ? ": " : "",
			     STR_ARG(c->where), c->pointer.len ? " at " : "", STR_ARG(c->pointer), STR_ARG(c->text))
	      : STR("it could not be decided for every schema");
	promise.witness = c ? arena_dup(j->arena, c->witness) : STR("");
	VEC_PUSH(&j->promises, promise);
}

static enum verdict_of_pair compare(struct judge *j, uint32_t base, uint32_t later)
{
	const struct diff_side *old = &j->sides[base], *new = &j->sides[later];
	struct comparison_options options = {.now_ms = clock_wall_ms(), .ms = PAIR_MS};
	struct comparison c;
	if (clock_mono_ns() > j->until_ns) {
		note(j, base, later, NULL);
		return UNPROVED;
	}
	comparison_make(&c, old->contract, old->root, new->contract, new->root, &options);
	const struct change *broken = first_break(&c);
	enum verdict_of_pair verdict = broken ? BROKEN : c.unknown & PROVIDER_FIRST ? UNPROVED : KEPT;
	if (verdict != KEPT)
		note(j, base, later, broken);
	comparison_free(&c);
	return verdict;
}

/* Without two contracts the number is believed; what is not proved too, but it is told. */
static bool keeps(void *context, uint32_t base, uint32_t later)
{
	struct judge *j = context;
	uint32_t first = j->p->l.services[j->p->l.releases[base].service].first;
	uint8_t *verdict = &j->verdicts[(size_t)base * LANDSCAPE_VERSIONS + (later - first)];
	if (!j->sides[base].contract || !j->sides[later].contract)
		return true;
	if (*verdict == NOT_ASKED)
		*verdict = (uint8_t)compare(j, base, later);
	return *verdict != BROKEN;
}

bool plan_contracts(struct plan *p, struct arena *arena, struct diag *d)
{
	struct judge j = {.p = p, .arena = arena, .until_ns = clock_mono_ns() + ALL_MS * 1000000ull};
	bool good = true;
	j.sides = ARENA_ARRAY(arena, struct diff_side, p->l.release_count);
	j.opened = ARENA_ARRAY(arena, bool, p->l.release_count);
	j.verdicts = ARENA_ARRAY(arena, uint8_t, (size_t)p->l.release_count * LANDSCAPE_VERSIONS);
	for (uint32_t i = 0; i < p->l.release_count; i++)
		good = open_side(&j, i, d) && good;
	if (good)
		landscape_link(&p->l, arena, keeps, &j);
	for (uint32_t i = 0; i < p->l.release_count; i++)
		if (j.opened[i])
			diff_close(&j.sides[i]);
	struct plan_promise *promises = ARENA_ARRAY(arena, struct plan_promise, j.promises.len);
	if (j.promises.len)
		memcpy(promises, j.promises.at, j.promises.len * sizeof *promises);
	p->promises = promises;
	p->promise_count = j.promises.len;
	VEC_FREE(&j.promises);
	return good;
}
