/* What is counted of exchanges, however those of different kinds come one after another. */
#include "proxy/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t count_of(struct tally *t, const struct str labels[5])
{
	for (struct series *s = series_first(&t->tables[TALLY_REQUESTS]); s; s = s->next) {
		bool same = true;
		for (unsigned i = 0; i < 5; i++)
			same &= str_eq(s->labels[i], labels[i]);
		if (same)
			return series_get(s, 0);
	}
	return 0;
}

static uint64_t sum_of(struct tally *t, enum tally_table table, unsigned values)
{
	uint64_t sum = 0;
	for (struct series *s = series_first(&t->tables[table]); s; s = s->next)
		for (unsigned i = 0; i < values; i++)
			sum += series_get(s, i);
	return sum;
}

/* Of four versions (one of them none), two routes, two methods, three ends: each combination as often as its number says,
 * in rounds, so that each comes behind each other. Names lie in memory that is used again for others. */
static void kinds_are_told_apart(void **state)
{
	(void)state;
	enum { VERSIONS = 4, KINDS = VERSIONS * 2 * 2 * 3 };
	static const char *const names[] = {"v1", "v2", "none", NULL}, *const routes[] = {"/a/{id}", "/b/{id}"};
	static const struct {
		unsigned status;
		enum outcome outcome;
		enum version_source source;
	} ends[] = {{200, OUTCOME_OK, SOURCE_PATH}, {502, OUTCOME_BACKEND_CLOSED, SOURCE_PATH}, {200, OUTCOME_OK, SOURCE_HEADER}};
	struct tally t;
	uint64_t total = 0, selected = 0;
	char name[8], route[16];
	tally_init(&t);
	for (unsigned round = 1; round <= KINDS; round++)
		for (unsigned kind = round - 1; kind < KINDS; kind++) {
			const char *text = names[kind % VERSIONS];
			struct version v = {.name = str_of(name, text ? strlen(text) : 0)};
			struct exchange x = {.began_ns = 1, .ended_ns = 1000, .wall_ms = 1000};
			unsigned rest = kind / VERSIONS, end = rest / 4;
			if (text)
				memcpy(name, text, strlen(text));
			memcpy(route, routes[rest % 2], strlen(routes[rest % 2]));
			x.version = text ? &v : NULL;
			x.route = str_of(route, strlen(routes[rest % 2]));
			x.request.method = rest / 2 % 2 ? METHOD_GET : METHOD_PUT;
			x.status = ends[end].status;
			x.outcome = ends[end].outcome;
			x.source = ends[end].source;
			tally_exchange(&t, &x, STR("_unknown"));
			total++;
			selected += text != NULL;
		}
	assert_int_equal(sum_of(&t, TALLY_REQUESTS, 1), total);
	assert_int_equal(sum_of(&t, TALLY_DURATION, DURATION_BUCKETS), total);
	assert_int_equal(sum_of(&t, TALLY_SELECTED, 1), selected);
	/* The kinds 4, 5 and 6 of the list: v1 /b/{id} and so on, PUT, 200; those of SOURCE_HEADER have the same labels. */
	for (unsigned i = 0; i < 2; i++) {
		struct str labels[5] = {str_from(names[i]), STR("/b/{id}"), STR("PUT"), STR("200"), outcome_word(OUTCOME_OK)};
		assert_int_equal(count_of(&t, labels), (VERSIONS + i + 1) + (2 * 4 * VERSIONS + VERSIONS + i + 1));
	}
	/* No version and one of that name are the same label. */
	struct str none[5] = {STR("none"), STR("/a/{id}"), STR("GET"), STR("502"), outcome_word(OUTCOME_BACKEND_CLOSED)};
	assert_int_equal(count_of(&t, none), (4 + 2) * VERSIONS + 2 + 1 + (4 + 2) * VERSIONS + 3 + 1);
	tally_free(&t);
}

/* What found no room is told as often as it happens. */
static void the_rest_is_counted_each_time(void **state)
{
	(void)state;
	struct tally t;
	tally_init(&t);
	t.tables[TALLY_REQUESTS].limit = 1;
	for (unsigned i = 0; i < 10; i++) {
		struct exchange x = {.began_ns = 1, .ended_ns = 2, .wall_ms = 1000, .status = i ? 404 : 200};
		tally_exchange(&t, &x, STR("_unknown"));
	}
	assert_int_equal(atomic_load(&t.tables[TALLY_REQUESTS].overflowed), 9);
	assert_int_equal(series_get(series_other(&t.tables[TALLY_REQUESTS]), 0), 9);
	tally_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kinds_are_told_apart),
	    cmocka_unit_test(the_rest_is_counted_each_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
