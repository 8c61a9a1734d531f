#include "landscapes.h"
#include "proxy/plan/fit.h"

enum { ROUNDS = 12000, WORK = 5000000 };

/* ---- every set, one after the other ---- */

static bool meets(const struct landscape *l, uint32_t service, const struct demand *d, uint64_t set)
{
	return (set >> l->services[service].first & d->met) != 0;
}

static unsigned count(const struct landscape *l, uint32_t service, uint64_t set)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < l->services[service].count; i++)
		n += (set & bit(l->services[service].first + i)) != 0;
	return n;
}

/* Whether the set keeps to one reason. */
static bool keeps(const struct landscape *l, const struct reason *r, uint64_t set)
{
	const struct need *need = &l->needs[r->kind == REASON_NEED ? r->index : 0];
	switch (r->kind) {
	case REASON_WISH:
		return meets(l, r->index, &l->services[r->index].wishes[r->wish], set);
	case REASON_GOES:
	case REASON_AWAY:
		return count(l, r->index, set) == 0;
	case REASON_STAYS:
		return count(l, r->index, set) > 0;
	case REASON_TAKEN:
		return set & bit(r->index);
	case REASON_NEED:
		return !(set & bit(need->release)) || meets(l, need->service, &need->demand, set);
	default:
		return count(l, r->index, set) <= 1;
	}
}

/* All that a set has to keep to. */
static size_t all_reasons(const struct landscape *l, struct reason *reasons)
{
	size_t n = 0;
	for (uint32_t i = 0; i < l->service_count; i++) {
		const struct service *s = &l->services[i];
		for (uint32_t w = 0; w < s->wish_count; w++)
			reasons[n++] = (struct reason){REASON_WISH, i, w};
		if (s->retired)
			reasons[n++] = (struct reason){REASON_GOES, i, 0};
		else if (s->runs && !s->wish_count)
			reasons[n++] = (struct reason){REASON_STAYS, i, 0};
		if (s->beside != BESIDE_ON)
			reasons[n++] = (struct reason){REASON_ALONE, i, 0};
	}
	for (uint32_t i = 0; i < l->need_count; i++)
		reasons[n++] = (struct reason){REASON_NEED, i, 0};
	return n;
}

static bool keeps_all(const struct landscape *l, const struct reason *reasons, size_t n, size_t but, uint64_t set)
{
	for (size_t i = 0; i < n; i++)
		if (i != but && !keeps(l, &reasons[i], set))
			return false;
	return true;
}

static bool can_keep(const struct landscape *l, const struct reason *reasons, size_t n, size_t but)
{
	for (uint64_t set = 0; set < bit(l->release_count); set++)
		if (keeps_all(l, reasons, n, but, set))
			return true;
	return false;
}

static unsigned extra(const struct landscape *l, uint64_t set)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < l->service_count; i++)
		n += count(l, i, set) > 1 ? count(l, i, set) - 1 : 0;
	return n;
}

/* Where the service's newest version in the set stands, from 1; 0: it is away, and need not be there. */
static unsigned rank(const struct landscape *l, uint32_t service, uint64_t set)
{
	const struct service *s = &l->services[service];
	for (uint32_t i = 0; i < s->count; i++)
		if (set & bit(s->first + i))
			return i + 1;
	return 0;
}

static bool is_better(const struct landscape *l, uint64_t a, uint64_t b)
{
	if (extra(l, a) != extra(l, b))
		return extra(l, a) < extra(l, b);
	for (uint32_t i = 0; i < l->service_count; i++)
		if (rank(l, l->order[i], a) != rank(l, l->order[i], b))
			return rank(l, l->order[i], a) < rank(l, l->order[i], b);
	for (uint32_t i = 0; i < l->service_count; i++) {
		const struct service *s = &l->services[l->order[i]];
		for (uint32_t j = s->first; j < s->first + s->count; j++)
			if ((a ^ b) & bit(j))
				return a & bit(j);
	}
	return false;
}

/* No set that fits, with as few side by side, has one service newer and none older. */
static void check_pareto(const struct landscape *l, const struct reason *reasons, size_t n, uint64_t found)
{
	for (uint64_t set = 0; set < bit(l->release_count); set++) {
		bool older = false, newer = false;
		if (extra(l, set) > extra(l, found) || !keeps_all(l, reasons, n, SIZE_MAX, set))
			continue;
		for (uint32_t i = 0; i < l->service_count; i++) {
			newer |= rank(l, i, set) < rank(l, i, found);
			older |= rank(l, i, set) > rank(l, i, found);
		}
		assert_false(newer && !older);
	}
}

static uint64_t best_of_all(const struct landscape *l, const struct reason *reasons, size_t n, bool *any)
{
	uint64_t best = 0;
	*any = false;
	for (uint64_t set = 0; set < bit(l->release_count); set++)
		if (keeps_all(l, reasons, n, SIZE_MAX, set) && (!*any || is_better(l, set, best))) {
			best = set;
			*any = true;
		}
	return best;
}

static void check_conflict(const struct landscape *l, const struct reasons *r)
{
	assert_true(r->count > 0 && r->minimal);
	assert_false(can_keep(l, r->at, r->count, SIZE_MAX));
	for (size_t i = 0; i < r->count; i++) {
		assert_true(can_keep(l, r->at, r->count, i));
		assert_true(reason_place(l, &r->at[i]).line > 0);
	}
}

/* With what is held back in the set the reasons cannot all hold, and no fewer of them do that. */
static bool can_keep_with(const struct landscape *l, const struct reasons *r, uint32_t release, size_t but)
{
	for (uint64_t set = 0; set < bit(l->release_count); set++)
		if (set & bit(release) && keeps_all(l, r->at, r->count, but, set))
			return true;
	return false;
}

static size_t check_held(const struct landscape *l, const struct fit *fit, struct arena *arena)
{
	const struct held *held;
	size_t count = fit_held(l, WORK, fit, &held, arena), newest = 0;
	for (size_t i = 0; i < count; i++) {
		assert_true(held[i].reasons.minimal && !fit->chosen[held[i].release]);
		assert_false(can_keep_with(l, &held[i].reasons, held[i].release, SIZE_MAX));
		for (size_t j = 0; j < held[i].reasons.count; j++)
			assert_true(can_keep_with(l, &held[i].reasons, held[i].release, j));
	}
	for (uint32_t i = 0; i < l->service_count; i++) {
		const struct service *s = &l->services[i];
		bool some = false;
		for (uint32_t j = s->first; j < s->first + s->count; j++)
			some |= fit->chosen[j];
		newest += some && !fit->chosen[s->first];
	}
	/* With versions side by side there may be more than one way to have as few. */
	assert_true(fit->extra ? count <= newest : count == newest);
	return count;
}

static void agrees_with_all_sets(void **state)
{
	uint64_t seed = 424242;
	unsigned found = 0, conflicts = 0, beside = 0;
	size_t held = 0;
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct ground g;
		struct buf text = {0};
		struct reason reasons[256];
		struct fit fit;
		bool any;
		random_landscape(&text, &seed);
		assert_true(ground_read(&g, text.at));
		size_t n = all_reasons(&g.l, reasons);
		uint64_t best = best_of_all(&g.l, reasons, n, &any), set = 0;
		fit_find(&g.l, WORK, &fit, &g.conf.arena);
		for (uint32_t i = 0; i < g.l.release_count; i++)
			set |= fit.chosen[i] ? bit(i) : 0;
		if (fit.answer != (any ? FIT_FOUND : FIT_CONFLICT) || (any && set != best))
			print_message("%s\nfound %llx, best %llx\n", text.at, (unsigned long long)set,
				      (unsigned long long)best);
		assert_int_equal(fit.answer, any ? FIT_FOUND : FIT_CONFLICT);
		if (any) {
			assert_true(set == best);
			assert_int_equal(fit.extra, extra(&g.l, set));
			check_pareto(&g.l, reasons, n, set);
			held += check_held(&g.l, &fit, &g.conf.arena);
		}
		if (!any || fit.extra)
			check_conflict(&g.l, &fit.reasons);
		found += any;
		conflicts += !any;
		beside += any && fit.extra;
		ground_free(&g);
		buf_free(&text);
	}
	print_message("%u sets, %u of them with versions side by side, %zu versions held back, %u conflicts\n", found, beside,
		      held, conflicts);
	assert_true(held > ROUNDS / 10 && found > ROUNDS / 4 && beside > ROUNDS / 100 && conflicts > ROUNDS / 10);
}

/* ---- what is written down in the README ---- */

static void chosen_is(const char *text, const char *expected)
{
	struct ground g;
	struct fit fit;
	struct buf out = {0};
	assert_true(ground_read(&g, text));
	fit_find(&g.l, WORK, &fit, &g.conf.arena);
	assert_int_equal(fit.answer, FIT_FOUND);
	for (uint32_t i = 0; i < g.l.release_count; i++)
		if (fit.chosen[i])
			buf_addf(&out, "%s%.*s", out.len ? " " : "", STR_ARG(name_of(&g.l, i, &g.conf.arena)));
	buf_addc(&out, '\0');
	assert_string_equal(out.at, expected);
	buf_free(&out);
	ground_free(&g);
}

#define COMPETING                                                                                                      \
	"    running: 1.0\n    versions: {1.0: {}, 2.0: {requires: {store: 1}}}\n"                                     \
	"  billing:\n    running: 1.0\n"
#define COMPETING_END                                                                                                  \
	"    versions: {1.0: {}, 2.0: {requires: {store: 2}}}\n"                                                       \
	"  store:\n    side_by_side: off\n    running: 1.0\n    versions: {1.0: {}, 2.0: {}}\n"

/* Both could have 2.0, but not at once. */
static void order_decides(void **state)
{
	(void)state;
	chosen_is("services:\n  shop:\n" COMPETING COMPETING_END, "shop.2.0 billing.1.0 store.1.0");
	chosen_is("services:\n  billing:\n    running: 1.0\n    versions: {1.0: {}, 2.0: {requires: {store: 2}}}\n"
		  "  shop:\n    running: 1.0\n    versions: {1.0: {}, 2.0: {requires: {store: 1}}}\n"
		  "  store:\n    side_by_side: off\n    running: 1.0\n    versions: {1.0: {}, 2.0: {}}\n",
		  "billing.2.0 shop.1.0 store.2.0");
	/* A wish goes before the file's order. */
	chosen_is("services:\n  shop:\n" COMPETING "    wanted: 2\n" COMPETING_END, "shop.1.0 billing.2.0 store.2.0");
}

static void stays_away(void **state)
{
	(void)state;
	chosen_is("services:\n  a: {running: 1.0, versions: {1.0: {}}}\n  b: {versions: {1.0: {}}}\n", "a.1.0");
	chosen_is("services:\n  a: {running: 1.0, versions: {1.0: {}, 1.1: {requires: {b: 1}}}}\n"
		  "  b: {versions: {1.0: {}, 1.3: {}}}\n",
		  "a.1.1 b.1.3");
	chosen_is("services:\n  a: {running: 1.0, wanted: none, versions: {1.0: {}}}\n  b: {running: 1.0, versions: "
		  "{1.0: {}}}\n",
		  "b.1.0");
	chosen_is("services:\n  a: {running: 1.0, wanted: [1, 2], versions: {1.0: {}, 1.10: {}, 2.0: {}, 2.1: {}}}\n",
		  "a.2.1 a.1.10");
}

static void is_bounded(void **state)
{
	struct buf text = {0};
	struct ground g;
	struct fit fit;
	(void)state;
	/* Thirteen versions that may not share any of twelve places: pigeons again. */
	buf_addf(&text, "services:\n");
	for (unsigned p = 0; p < 13; p++) {
		buf_addf(&text, "  p%u:\n    side_by_side: off\n    running: 1.0\n    versions:\n", p);
		for (unsigned h = 0; h < 12; h++) {
			buf_addf(&text, "      %u.0: {requires: {", h + 1);
			for (unsigned q = 0, others = 0; q < 13; q++) {
				if (q == p)
					continue;
				buf_addf(&text, "%sp%u: ", others++ ? ", " : "", q);
				for (unsigned k = 0, first = 1; k < 12; k++)
					if (k != h) {
						buf_addf(&text, "%s%u", first ? "" : " | ", k + 1);
						first = 0;
					}
			}
			buf_addf(&text, "}}\n");
		}
	}
	buf_addc(&text, '\0');
	assert_true(ground_read(&g, text.at));
	fit_find(&g.l, 1000000, &fit, &g.conf.arena);
	assert_int_equal(fit.answer, FIT_SPENT);
	ground_free(&g);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_all_sets), cmocka_unit_test(order_decides),
					   cmocka_unit_test(stays_away), cmocka_unit_test(is_bounded)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
