#include "proxy/base/check.h"
#include "proxy/plan/sat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VARIABLES = 9, CLAUSES = 48, ASSUMED = 6, ROUNDS = 4000 };

struct formula {
	int clause[CLAUSES][3];
	size_t length[CLAUSES];
	size_t clauses;
	int assumed[ASSUMED];
	size_t assumed_count;
};

static uint64_t seed = 88172645463325252u;

static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

static int literal(void)
{
	int v = 1 + (int)draw(VARIABLES);
	return draw(2) ? v : -v;
}

static bool holds(unsigned world, int l)
{
	bool is = world >> ((l < 0 ? -l : l) - 1) & 1;
	return l < 0 ? !is : is;
}

static bool all_hold(const struct formula *f, unsigned world, const int *assumed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!holds(world, assumed[i]))
			return false;
	for (size_t i = 0; i < f->clauses; i++) {
		bool some = false;
		for (size_t j = 0; j < f->length[i]; j++)
			some |= holds(world, f->clause[i][j]);
		if (!some)
			return false;
	}
	return true;
}

static bool can_hold(const struct formula *f, const int *assumed, size_t count)
{
	for (unsigned world = 0; world < 1u << VARIABLES; world++)
		if (all_hold(f, world, assumed, count))
			return true;
	return false;
}

static void make(struct formula *f)
{
	f->clauses = 10 + draw(CLAUSES - 10);
	for (size_t i = 0; i < f->clauses; i++) {
		f->length[i] = draw(12) ? 3 : 1 + draw(2);
		for (size_t j = 0; j < f->length[i]; j++)
			f->clause[i][j] = literal();
	}
	f->assumed_count = draw(ASSUMED);
	for (size_t i = 0; i < f->assumed_count; i++)
		f->assumed[i] = literal();
}

static void check_yes(const struct formula *f, const struct sat *s)
{
	unsigned world = 0;
	for (int v = 1; v <= VARIABLES; v++)
		world |= (unsigned)sat_value(s, v) << (v - 1);
	assert_true(all_hold(f, world, f->assumed, f->assumed_count));
}

static void check_no(const struct formula *f, const struct sat *s)
{
	int blamed[ASSUMED];
	size_t count = 0;
	for (size_t i = 0; i < f->assumed_count; i++)
		if (sat_blamed(s, f->assumed[i]))
			blamed[count++] = f->assumed[i];
	assert_false(can_hold(f, blamed, count));
}

/* Beside all worlds, one after the other; asked three times with other assumptions, so that what was learnt counts. */
static void agrees_with_all_worlds(void **state)
{
	unsigned yes = 0, no = 0, by_assumption = 0;
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct formula f;
		struct sat *s = sat_new(1000000);
		make(&f);
		for (int i = 0; i < VARIABLES; i++)
			sat_variable(s);
		for (size_t i = 0; i < f.clauses; i++)
			sat_clause(s, f.clause[i], f.length[i]);
		for (unsigned again = 0; again < 3; again++) {
			enum sat_answer answer = sat_solve(s, f.assumed, f.assumed_count);
			assert_int_equal(answer, can_hold(&f, f.assumed, f.assumed_count) ? SAT_YES : SAT_NO);
			if (answer == SAT_YES)
				check_yes(&f, s);
			else
				check_no(&f, s);
			yes += answer == SAT_YES;
			no += answer == SAT_NO;
			by_assumption += answer == SAT_NO && can_hold(&f, NULL, 0);
			for (size_t i = 0; i < f.assumed_count; i++)
				f.assumed[i] = literal();
		}
		sat_free(s);
	}
	print_message("%u yes, %u no, %u of them by assumptions\n", yes, no, by_assumption);
	assert_true(yes > 1000 && no > 1000 && by_assumption > 300);
}

/* Each of `holes + 1` pigeons in a hole of its own: hard for this kind of search. */
static struct sat *pigeons(int holes, uint64_t work)
{
	struct sat *s = sat_new(work);
	int in[16][16], some[16];
	for (int p = 0; p <= holes; p++) {
		for (int h = 0; h < holes; h++)
			some[h] = in[p][h] = sat_variable(s);
		sat_clause(s, some, (size_t)holes);
	}
	for (int h = 0; h < holes; h++)
		for (int p = 0; p <= holes; p++)
			for (int q = 0; q < p; q++)
				sat_clause(s, (int[]){-in[p][h], -in[q][h]}, 2);
	return s;
}

static void is_bounded(void **state)
{
	struct sat *small = pigeons(5, 10000000), *large = pigeons(12, 2000000);
	(void)state;
	assert_int_equal(sat_solve(small, NULL, 0), SAT_NO);
	assert_int_equal(sat_solve(large, NULL, 0), SAT_SPENT);
	assert_int_equal(sat_solve(large, NULL, 0), SAT_SPENT);
	sat_free(small);
	sat_free(large);
	sat_free(NULL);
}

static void edges(void **state)
{
	struct sat *s = sat_new(1000);
	int a = sat_variable(s), b = sat_variable(s);
	(void)state;
	assert_int_equal(sat_solve(s, NULL, 0), SAT_YES);
	sat_clause(s, (int[]){a, -a}, 2);
	sat_clause(s, (int[]){-a, b, b}, 3);
	assert_int_equal(sat_solve(s, (int[]){a}, 1), SAT_YES);
	assert_true(sat_value(s, a) && sat_value(s, b));
	assert_int_equal(sat_solve(s, (int[]){a, -b}, 2), SAT_NO);
	assert_true(sat_blamed(s, a) && sat_blamed(s, -b));
	assert_int_equal(sat_solve(s, (int[]){b, -b}, 2), SAT_NO);
	sat_clause(s, (int[]){a}, 1);
	assert_int_equal(sat_solve(s, (int[]){-b}, 1), SAT_NO);
	assert_true(sat_blamed(s, -b));
	sat_clause(s, NULL, 0);
	assert_int_equal(sat_solve(s, NULL, 0), SAT_NO);
	sat_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_all_worlds), cmocka_unit_test(is_bounded),
					   cmocka_unit_test(edges)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
