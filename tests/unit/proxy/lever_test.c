/* Levers: who shares one, how long it lives, what it remembers. */
#include "proxy/lever.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void sharing(void **state)
{
	struct levers all;
	(void)state;
	levers_init(&all);
	struct lever *a = lever_take(&all, LEVER_CANARY, STR("v1"), STR("{}"));
	assert_ptr_equal(lever_take(&all, LEVER_CANARY, STR("v1"), STR("{}")), a);
	struct lever *others[] = {lever_take(&all, LEVER_CANARY, STR("v2"), STR("{}")),
				  lever_take(&all, LEVER_CANARY, STR("v1"), STR("{ }")),
				  lever_take(&all, LEVER_REVISION, STR("v1"), STR("{}")),
				  lever_take(NULL, LEVER_CANARY, STR("v1"), STR("{}"))};
	for (unsigned i = 0; i < 4; i++) {
		assert_ptr_not_equal(others[i], a);
		lever_drop(others[i]);
	}
	lever_move(a, 5, false, 1, "set");
	lever_drop(a);
	assert_int_equal(lever_get(a, 9), 5); /* somebody holds it still */
	lever_drop(a);
	a = lever_take(&all, LEVER_CANARY, STR("v1"), STR("{}"));
	assert_int_equal(lever_get(a, 9), 9); /* another one */
	lever_drop(a);
	levers_free(&all);
}

static void moving(void **state)
{
	struct lever *l = lever_take(NULL, LEVER_CANARY, STR("v1"), STR(""));
	(void)state;
	assert_int_equal(lever_get(NULL, 7), 7);
	assert_int_equal(lever_get(l, 7), 7);
	lever_begin(l, 1000);
	lever_begin(l, 2000);
	assert_int_equal(atomic_load(&l->since_ms), 1000);
	lever_move(l, 0, true, 3000, "errors: too many");
	assert_int_equal(lever_get(l, 7), 0);
	assert_true(l->aborted);
	assert_string_equal(l->why, "errors: too many");
	lever_move(l, 20, false, 4000, "set by an operator");
	assert_false(l->aborted);
	assert_int_equal(lever_get(l, 7), 20);
	lever_forget(l);
	assert_int_equal(lever_get(l, 7), 7);
	assert_int_equal(atomic_load(&l->since_ms), 0);
	assert_string_equal(l->why, "");
	lever_drop(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sharing), cmocka_unit_test(moving)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
