#include "landscapes.h"
#include "proxy/plan/fit.h"
#include "proxy/plan/steps.h"

enum { ROUNDS = 10000, WORK = 5000000, MOST = 12, STATES = 1 << MOST, FAR = 1 << 20 };

/* ---- all states, one after the other ---- */

struct world {
	const struct landscape *l;
	uint64_t runs, goal;
	bool lacks[256]; /* by need: missing from the beginning */
};

static unsigned count(const struct world *w, uint32_t service, uint64_t set)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < w->l->services[service].count; i++)
		n += (set & bit(w->l->services[service].first + i)) != 0;
	return n;
}

static bool is_met(const struct world *w, const struct need *n, uint64_t set)
{
	return (set >> w->l->services[n->service].first & n->demand.met) != 0;
}

/* What has to hold at every moment. */
static bool is_sound(const struct world *w, uint64_t set)
{
	for (uint32_t i = 0; i < w->l->need_count; i++)
		if (set & bit(w->l->needs[i].release) && !w->lacks[i] && !is_met(w, &w->l->needs[i], set))
			return false;
	for (uint32_t i = 0; i < w->l->service_count; i++) {
		if (w->l->services[i].beside == BESIDE_OFF && count(w, i, set) > 1)
			return false;
		if (count(w, i, w->runs) && count(w, i, w->goal) && !count(w, i, set))
			return false;
	}
	return true;
}

static struct world world_of(const struct landscape *l, const bool *chosen)
{
	struct world w = {.l = l};
	for (uint32_t i = 0; i < l->release_count; i++) {
		w.runs |= l->releases[i].runs ? bit(i) : 0;
		w.goal |= chosen[i] ? bit(i) : 0;
	}
	for (uint32_t i = 0; i < l->need_count; i++)
		w.lacks[i] = w.runs & bit(l->needs[i].release) && !is_met(&w, &l->needs[i], w.runs);
	return w;
}

/* The cost of the way between two states that are a step apart: 1, and FAR's root for a start beside; 0: they are not.
 */
static unsigned cost(const struct world *w, uint64_t from, uint64_t to)
{
	uint64_t added = to & ~from, gone = from & ~to;
	if ((added & (added - 1)) || (gone & (gone - 1)) || from == to)
		return 0;
	uint32_t a = added ? (uint32_t)__builtin_ctzll(added) : 0, g = gone ? (uint32_t)__builtin_ctzll(gone) : 0;
	if (added && gone)
		return w->l->releases[a].service == w->l->releases[g].service ? 1024 : 0;
	return added && count(w, w->l->releases[a].service, from) ? 1025 : 1024;
}

/* The least cost of a plan, by relaxing until nothing changes; FAR: there is none. */
static unsigned least(const struct world *w)
{
	static unsigned far[STATES];
	static uint16_t sound[STATES];
	unsigned sounds = 0;
	for (uint64_t set = 0; set < bit(w->l->release_count); set++) {
		far[set] = FAR;
		if (is_sound(w, set))
			sound[sounds++] = (uint16_t)set;
	}
	far[w->runs] = 0;
	for (bool more = true; more;) {
		more = false;
		for (unsigned i = 0; i < sounds; i++)
			for (unsigned j = 0; far[sound[i]] < FAR && j < sounds; j++) {
				unsigned step = cost(w, sound[i], sound[j]);
				if (!step || far[sound[i]] + step >= far[sound[j]])
					continue;
				far[sound[j]] = far[sound[i]] + step;
				more = true;
			}
	}
	return far[w->goal];
}

/* Takes the steps; every moment has to be sound, the one while both versions run too. */
static void check_plan(const struct world *w, const struct steps *steps)
{
	uint64_t set = w->runs;
	unsigned beside = 0;
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *s = &steps->at[i];
		uint32_t service = w->l->releases[s->release].service;
		assert_true(s->kind == STEP_STOP ? set & bit(s->release) : !(set & bit(s->release)));
		assert_int_equal(s->beside, s->kind == STEP_START && count(w, service, set) > 0);
		beside += s->beside;
		if (s->kind == STEP_REPLACE) {
			assert_true(set & bit(s->old) && w->l->releases[s->old].service == service);
			assert_true(w->l->services[service].beside == BESIDE_OFF || is_sound(w, set | bit(s->release)));
			set &= ~bit(s->old);
		}
		set = s->kind == STEP_STOP ? set & ~bit(s->release) : set | bit(s->release);
		assert_true(is_sound(w, set));
	}
	assert_true(set == w->goal);
	assert_int_equal(beside, steps->beside);
}

/* Each of the ring waits for the next, which is not there before it. */
static void check_ring(const struct world *w, const struct steps *steps)
{
	const struct landscape *l = w->l;
	for (size_t i = 0; i < steps->ring_count; i++) {
		const struct need *n = &l->needs[steps->ring[i]],
				  *next = &l->needs[steps->ring[(i + 1) % steps->ring_count]];
		uint64_t of = steps->backwards ? w->runs : w->goal;
		assert_true(of & bit(n->release));
		assert_int_equal(n->service, l->releases[next->release].service);
	}
}

static struct steps steps_of(struct ground *g, const struct fit *fit, uint64_t work)
{
	struct steps steps;
	steps_find(&g->l, fit->chosen, work, &steps, &g->conf.arena);
	return steps;
}

static void agrees_with_all_states(void **state)
{
	uint64_t seed = 777;
	unsigned plans = 0, nothing = 0, none = 0, long_ones = 0, rough = 0, longer = 0;
	(void)state;
	for (unsigned round = 0; plans < ROUNDS; round++) {
		struct ground g;
		struct buf text = {0};
		struct fit fit;
		random_landscape(&text, &seed);
		assert_true(ground_read(&g, text.at));
		fit_find(&g.l, WORK, &fit, &g.conf.arena);
		if (fit.answer == FIT_FOUND && g.l.release_count <= MOST) {
			struct world w = world_of(&g.l, fit.chosen);
			struct steps steps = steps_of(&g, &fit, WORK), quick = steps_of(&g, &fit, 1);
			unsigned best = least(&w);
			unsigned found =
			    steps.answer == STEPS_FOUND ? (unsigned)steps.count * 1024 + steps.beside : FAR;
			if (found != best)
				print_message("%s\nfound %u, best %u\n", text.at, found, best);
			assert_int_equal(found, best);
			assert_true(steps.answer != STEPS_SPENT && steps.shortest == (best < FAR));
			if (best < FAR)
				check_plan(&w, &steps);
			else
				check_ring(&w, &steps);
			/* Hardly a look: made by construction, or said to be not known. */
			if (quick.answer == STEPS_FOUND)
				check_plan(&w, &quick);
			rough += quick.answer == STEPS_FOUND && !quick.shortest;
			longer += quick.answer == STEPS_FOUND && quick.count > steps.count;
			assert_true(quick.answer != STEPS_NONE || steps.answer == STEPS_NONE);
			plans++;
			nothing += best == 0;
			none += best == FAR;
			long_ones += best < FAR && best >= 4 * 1024;
		}
		ground_free(&g);
		buf_free(&text);
	}
	print_message("%u plans: %u empty, %u of four steps and more, %u impossible; %u made without a search, %u of "
		      "them longer\n",
		      plans, nothing, long_ones, none, rough, longer);
	assert_true(nothing < ROUNDS / 2 && none > 10 && long_ones > ROUNDS / 100 && rough > ROUNDS / 20);
}

/* ---- what can be said of large ones ---- */

/* `services` in a row, each using the one before, all to go from major 1 to 2, which is a break for each. */
static void write_chain(struct buf *text, unsigned services, bool bridge)
{
	buf_addf(text, "services:\n");
	for (unsigned i = 0; i < services; i++) {
		buf_addf(text, "  s%u:\n    running: 1.0\n    wanted: 2\n    versions:\n", i);
		for (unsigned major = 1; major <= 2; major++) {
			buf_addf(text, "      %u.0: ", major);
			if (i)
				buf_addf(text, "{requires: {s%u: %u}}\n", i - 1, major);
			else
				buf_addf(text, "{}\n");
		}
		if (bridge && i)
			buf_addf(text, "      1.5: {requires: {s%u: 1 | 2}}\n", i - 1);
	}
	buf_addc(text, '\0');
}

static struct steps plan_chain(struct ground *g, unsigned services, bool bridge, uint64_t work)
{
	struct buf text = {0};
	struct fit fit;
	write_chain(&text, services, bridge);
	assert_true(ground_read(g, text.at));
	fit_find(&g->l, WORK, &fit, &g->conf.arena);
	assert_int_equal(fit.answer, FIT_FOUND);
	struct steps steps = steps_of(g, &fit, work);
	buf_free(&text);
	return steps;
}

/* From the bottom: each but the last has to stand beside its old version until its user has moved. */
static void chains(void **state)
{
	(void)state;
	for (unsigned services = 1; services <= 8; services++) {
		struct ground g;
		struct steps steps = plan_chain(&g, services, false, WORK);
		assert_int_equal(steps.answer, STEPS_FOUND);
		assert_true(steps.shortest);
		assert_int_equal(steps.count, 2 * services - 1);
		ground_free(&g);
	}
	struct ground g;
	struct steps steps = plan_chain(&g, 60, true, 200000);
	assert_int_equal(steps.answer, STEPS_FOUND);
	print_message("60 in a row: %zu steps, %u states, %s\n", steps.count, steps.states,
		      steps.shortest ? "shortest" : "perhaps not the shortest");
	ground_free(&g);
}

/* What starts needs what is not there before it, on both sides. */
static void rings(void **state)
{
	struct ground g;
	struct fit fit;
	(void)state;
	assert_true(ground_read(&g, "services:\n"
				    "  a: {running: 1.0, wanted: 2, versions: {1.0: {}, 2.0: {requires: {b: 2}}}}\n"
				    "  b: {running: 1.0, versions: {1.0: {}, 2.0: {requires: {a: 2}}}}\n"));
	fit_find(&g.l, WORK, &fit, &g.conf.arena);
	struct steps steps = steps_of(&g, &fit, WORK);
	assert_int_equal(steps.answer, STEPS_NONE);
	assert_int_equal(steps.ring_count, 2);
	assert_false(steps.backwards);
	ground_free(&g);
	assert_true(ground_read(&g, "services:\n"
				    "  a: {running: 1.0, wanted: none, versions: {1.0: {requires: {b: 1}}}}\n"
				    "  b: {running: 1.0, wanted: none, versions: {1.0: {requires: {a: 1}}}}\n"));
	fit_find(&g.l, WORK, &fit, &g.conf.arena);
	steps = steps_of(&g, &fit, WORK);
	assert_int_equal(steps.answer, STEPS_NONE);
	assert_true(steps.backwards);
	ground_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_all_states), cmocka_unit_test(chains),
					   cmocka_unit_test(rings)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
