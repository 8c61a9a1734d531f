/* The tables that counting rests on: rows by labels, names that clients choose, states that change by date. */
#include "proxy/names.h"
#include "proxy/page.h"
#include "proxy/series.h"
#include "proxy/states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_row_is_its_labels(void **state)
{
	(void)state;
	struct series_table t;
	series_init(&t, 3, 2, 1, 100);
	struct series *row = series_row(&t, (struct str[]){STR("ab"), STR("c"), STR("first")});
	assert_ptr_equal(row, series_row(&t, (struct str[]){STR("ab"), STR("c"), STR("second")}));
	assert_true(str_eq(row->labels[2], STR("first")));
	/* Where one label ends and the next begins matters. */
	assert_ptr_not_equal(row, series_row(&t, (struct str[]){STR("a"), STR("bc"), STR("")}));
	assert_ptr_not_equal(row, series_row(&t, (struct str[]){STR("ab"), STR(""), STR("")}));
	assert_int_equal(t.count, 3);
	series_free(&t);
}

static void rows_stay_while_the_table_grows(void **state)
{
	(void)state;
	struct series_table t, sum;
	struct series *rows[1000];
	char text[16];
	series_init(&t, 1, 1, 2, 1000);
	series_init(&sum, 1, 1, 2, 2000);
	for (int i = 0; i < 1000; i++) {
		struct str label = str_of(text, (size_t)snprintf(text, sizeof text, "%d", i));
		rows[i] = series_row(&t, &label);
		series_add(rows[i], 1, (uint64_t)i);
	}
	for (int i = 0; i < 1000; i++) {
		struct str label = str_of(text, (size_t)snprintf(text, sizeof text, "%d", i));
		assert_ptr_equal(series_row(&t, &label), rows[i]);
		assert_int_equal(series_get(rows[i], 1), i);
	}
	series_merge(&sum, &t);
	series_merge(&sum, &t);
	assert_int_equal(sum.count, 1000);
	assert_int_equal(series_get(series_row(&sum, (struct str[]){STR("999")}), 1), 1998);
	series_free(&t);
	series_free(&sum);
}

static void what_finds_no_room_is_other(void **state)
{
	(void)state;
	struct series_table t;
	series_init(&t, 1, 1, 1, 2);
	series_row(&t, (struct str[]){STR("a")});
	struct series *b = series_row(&t, (struct str[]){STR("b")});
	struct series *c = series_row(&t, (struct str[]){STR("c")});
	assert_true(str_eq(c->labels[0], STR("_other")));
	assert_ptr_equal(c, series_row(&t, (struct str[]){STR("d")}));
	assert_ptr_equal(b, series_row(&t, (struct str[]){STR("b")}));
	assert_int_equal(atomic_load(&t.overflowed), 2);
	assert_int_equal(t.count, 3);
	series_free(&t);
}

static void long_labels_are_cut(void **state)
{
	(void)state;
	static char text[2000];
	struct series_table t;
	memset(text, 'x', sizeof text);
	series_init(&t, 1, 1, 1, 10);
	struct series *row = series_row(&t, (struct str[]){str_of(text, 2000)});
	assert_int_equal(row->labels[0].len, SERIES_LABEL_MAX);
	assert_ptr_equal(row, series_row(&t, (struct str[]){str_of(text, 1000)}));
	series_free(&t);
}

static void names_are_few(void **state)
{
	(void)state;
	struct names n;
	char text[16];
	names_init(&n, 10);
	struct str first = names_of(&n, STR("first"));
	for (int i = 0; i < 1000; i++)
		names_of(&n, str_of(text, (size_t)snprintf(text, sizeof text, "n%d", i)));
	assert_ptr_equal(names_of(&n, STR("first")).at, first.at);
	assert_true(str_eq(names_of(&n, STR("n8")), STR("n8")));
	assert_true(str_eq(names_of(&n, STR("n9")), STR("_other")));
	assert_int_equal(atomic_load(&n.count), 10);
	assert_int_equal(atomic_load(&n.overflowed), 992);
	names_free(&n);
}

static void labels_are_escaped(void **state)
{
	(void)state;
	struct buf out = {0};
	struct page p = {.out = &out};
	page_family(&p, "a", PAGE_COUNTER, "Help.");
	page_sample(&p, (struct label[]){{"l", STR("\"\\\n\r\x7f/\xc3\xa4\xff")}}, 1, 1795221171.146);
	assert_true(str_eq(buf_str(&out),
			   STR("# HELP a_total Help.\n# TYPE a_total counter\n"
			       "a_total{l=\"\\\"\\\\\\n\\\\r\\\\u007f/\xc3\xa4\xEF\xBF\xBD\"} 1795221171.146\n")));
	buf_free(&out);
}

static unsigned changes;
static char last_change[64];

static void note_change(void *context, const struct event *e)
{
	(void)context;
	changes++;
	snprintf(last_change, sizeof last_change, "%.*s %.*s>%.*s", STR_ARG(e->version), STR_ARG(e->details[0].value),
		 STR_ARG(e->details[1].value));
}

static void changes_of_state_are_told_once(void **state)
{
	(void)state;
	struct states s = {0};
	struct version_facts v[2] = {{.name = STR("v1"), .state = STR("active")},
				     {.name = STR("v2"), .state = STR("active")}};
	struct facts f = {.versions = v, .version_count = 2};
	states_compare(&s, &f, 1, note_change, NULL);
	assert_int_equal(changes, 0);
	v[0].state = STR("deprecated");
	states_compare(&s, &f, 2, note_change, NULL);
	states_compare(&s, &f, 3, note_change, NULL);
	assert_int_equal(changes, 1);
	assert_string_equal(last_change, "v1 active>deprecated");
	/* Gone and back: a new version. */
	f.version_count = 1;
	states_compare(&s, &f, 4, note_change, NULL);
	f.version_count = 2;
	v[1].state = STR("sunset");
	states_compare(&s, &f, 5, note_change, NULL);
	assert_int_equal(changes, 1);
	states_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_is_its_labels),
	    cmocka_unit_test(rows_stay_while_the_table_grows),
	    cmocka_unit_test(what_finds_no_room_is_other),
	    cmocka_unit_test(long_labels_are_cut),
	    cmocka_unit_test(names_are_few),
	    cmocka_unit_test(labels_are_escaped),
	    cmocka_unit_test(changes_of_state_are_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
