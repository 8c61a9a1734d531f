#include "filters/contract/path_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MOST = 8 };

struct fixture {
	struct arena arena;
	struct path_index *ix;
	struct str names[MOST], value[MOST];
	unsigned count;
	const char *why;
	uint32_t other;
};

static void begin(struct fixture *f)
{
	arena_init(&f->arena, 4096);
	f->ix = path_index_new(&f->arena);
}

static bool add(struct fixture *f, const char *template, uint32_t id)
{
	return path_index_add(f->ix, str_from(template), id, f->names, MOST, &f->count, &f->why, &f->other);
}

static uint32_t find(struct fixture *f, const char *path)
{
	return path_index_find(f->ix, str_from(path), NULL, 0, f->value, MOST, &f->count);
}

static void assert_value(const struct fixture *f, unsigned index, const char *text)
{
	assert_true(index < f->count);
	assert_int_equal(f->value[index].len, strlen(text));
	assert_memory_equal(f->value[index].at, text, strlen(text));
}

static void concrete_before_templated(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f);
	assert_true(add(&f, "/pets/{id}", 1));
	assert_true(add(&f, "/pets/mine", 2));
	assert_true(add(&f, "/pets/{id}/owner", 3));
	assert_true(add(&f, "/", 4));
	assert_true(add(&f, "/pets/{id}.json", 5));
	assert_int_equal(find(&f, "/pets/mine"), 2);
	assert_int_equal(find(&f, "/pets/7"), 1);
	assert_value(&f, 0, "7");
	assert_int_equal(find(&f, "/pets/7.json"), 5);
	assert_value(&f, 0, "7");
	assert_int_equal(find(&f, "/pets/a.json.json"), 5);
	assert_value(&f, 0, "a.json");
	assert_int_equal(find(&f, "/pets/.json"), 1);      /* a parameter is not empty */
	assert_int_equal(find(&f, "/pets/mine/owner"), 3); /* steps back from the literal */
	assert_value(&f, 0, "mine");
	assert_int_equal(find(&f, "/"), 4);
	assert_int_equal(find(&f, "/pets"), UINT32_MAX);
	assert_int_equal(find(&f, "/pets/"), UINT32_MAX);
	assert_int_equal(find(&f, "/pets/7/"), UINT32_MAX);
	assert_int_equal(find(&f, "pets"), UINT32_MAX);
	assert_int_equal(find(&f, ""), UINT32_MAX);
	arena_free(&f.arena);
}

static void segments_are_compared_decoded(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f);
	assert_true(add(&f, "/files/{name}", 1));
	assert_true(add(&f, "/caf\xc3\xa9", 2));
	assert_true(add(&f, "/a%20b", 3));
	assert_int_equal(find(&f, "/files/a%2Fb"), 1);
	assert_value(&f, 0, "a%2Fb");
	assert_int_equal(find(&f, "/%66iles/x"), 1);
	assert_int_equal(find(&f, "/caf%C3%A9"), 2);
	assert_int_equal(find(&f, "/caf%c3%a9"), 2);
	assert_int_equal(find(&f, "/a%20b"), 3);
	assert_int_equal(find(&f, "/files%2Fx"), UINT32_MAX);
	assert_int_equal(find(&f, "/%zz"), UINT32_MAX);
	arena_free(&f.arena);
}

static void several_parameters_in_a_segment(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f);
	assert_true(add(&f, "/a/{x}:{y}", 1));
	assert_int_equal(f.count, 2);
	assert_true(add(&f, "/a/{x}:cancel", 2));
	assert_true(add(&f, "/b/{x}..{y}.txt", 3));
	assert_int_equal(find(&f, "/a/1:2"), 1);
	assert_value(&f, 0, "1");
	assert_value(&f, 1, "2");
	assert_int_equal(find(&f, "/a/1:cancel"), 2);
	assert_int_equal(find(&f, "/a/1%3A2"), 1); /* an encoded colon is the same colon within its segment */
	assert_value(&f, 1, "2");
	assert_int_equal(find(&f, "/b/1..2.txt"), 3);
	assert_int_equal(find(&f, "/b/1...txt"), UINT32_MAX);
	assert_int_equal(find(&f, "/a/:2"), UINT32_MAX);
	arena_free(&f.arena);
}

static void templates_that_match_the_same_are_refused(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f);
	assert_true(add(&f, "/pets/{id}/x", 1));
	assert_false(add(&f, "/pets/{name}/x", 2));
	assert_int_equal(f.other, 1);
	assert_false(add(&f, "/pets/{id}/x", 2));
	assert_true(add(&f, "/{kind}/7/x", 3));
	assert_int_equal(find(&f, "/pets/7/x"), 1);
	assert_int_equal(find(&f, "/dogs/7/x"), 3);
	arena_free(&f.arena);
}

static void malformed_templates_are_refused(void **state)
{
	static const char *const bad[] = {"pets",   "/{}",  "/{a",      "/a}",  "/{a{b}}", "/{a}{b}",
					  "/a?b=1", "/a#b", "/%zz/{a}", "/a%2", ""};
	struct fixture f;
	(void)state;
	begin(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(add(&f, bad[i], 1));
		assert_non_null(f.why);
		assert_int_equal(f.other, UINT32_MAX);
	}
	arena_free(&f.arena);
}

/* A thousand templates: the tree gives each its own, and what is not there is not found. */
static void many_templates(void **state)
{
	struct fixture f;
	char text[64];
	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "/r%u/{id}/sub%u", i * 7919 % 1000, i % 13);
		assert_true(add(&f, text, i));
	}
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "/r%u/%u/sub%u", i * 7919 % 1000, i, i % 13);
		assert_int_equal(find(&f, text), i);
		snprintf(text, sizeof text, "/r%u/%u/sub%u", i * 7919 % 1000, i, i % 13 + 1);
		assert_int_equal(find(&f, text), UINT32_MAX);
	}
	arena_free(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(concrete_before_templated),
	    cmocka_unit_test(segments_are_compared_decoded),
	    cmocka_unit_test(several_parameters_in_a_segment),
	    cmocka_unit_test(templates_that_match_the_same_are_refused),
	    cmocka_unit_test(malformed_templates_are_refused),
	    cmocka_unit_test(many_templates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
