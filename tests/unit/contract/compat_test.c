/* Inclusion of schemas: what must be proved, what must be refuted, over pairs of small schemas; then properties over
 * every schema of the public suite and every pair of neighbours in it: reflexive, witnesses hold, what is proved
 * survives the suite's own instances. */
#include "filters/contract/compat.h"
#include "filters/contract/json_tree.h"
#include "filters/contract/schema.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "tests/unit/contract/data.h"

#include <dirent.h>
#include <stdio.h>

struct compiled {
	struct program *program;
	uint32_t entry;
};

static struct compiled compile(struct arena *arena, const char *text, enum dialect dialect)
{
	struct diag d;
	struct compiled out = {0};
	struct schema_options options = {.assert_formats = true};
	diag_init(&d);
	const struct node *root = json_tree_read(arena, str_from(text), "schema.json", &d);
	assert_non_null(root);
	struct schema_set *set = schema_set_new(&options);
	bool ok = schema_set_add(set, STR("http://example.com/s"), root, dialect, true, &d) &&
		  schema_compile(set, root, STR("http://example.com/s"), STR("#"), dialect, &out.entry, &d);
	out.program = schema_set_end(set, &d);
	if (!ok || !out.program) {
		struct buf b = {0};
		diag_print(&d, &b, false);
		print_error("%.*s\n", STR_ARG(buf_str(&b)));
		buf_free(&b);
		fail();
	}
	diag_free(&d);
	return out;
}

#define Y COMPAT_PROVED
#define N COMPAT_REFUTED

static const struct pair {
	const char *a, *b;
	enum compat_verdict forth, back;
} pairs[] = {
#include "tests/unit/contract/compat_pairs.h"
};

static const char *const words[] = {"proved", "refuted", "unknown"};

static unsigned check(const char *a, const char *b, enum compat_verdict want, enum dialect dialect)
{
	struct arena arena;
	unsigned wrong = 0;
	arena_init(&arena, 4096);
	struct compiled x = compile(&arena, a, dialect), y = compile(&arena, b, dialect);
	struct compat *c = compat_new(x.program, y.program, REQUEST, NULL);
	struct compat_answer got = compat_within(c, x.entry, y.entry);
	if (got.verdict != want) {
		print_error("%s in %s: %s (%s%.*s), want %s\n", a, b, words[got.verdict], got.why ? got.why : "",
			    STR_ARG(got.witness), words[want]);
		wrong = 1;
	}
	compat_free(c);
	program_free(x.program);
	program_free(y.program);
	arena_free(&arena);
	return wrong;
}

static void pairs_are_told(void **state)
{
	unsigned wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		wrong += check(pairs[i].a, pairs[i].b, pairs[i].forth, DIALECT_2020_12);
		wrong += check(pairs[i].b, pairs[i].a, pairs[i].back, DIALECT_2020_12);
		wrong += check(pairs[i].a, pairs[i].a, Y, DIALECT_2020_12);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pairs_are_told)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
