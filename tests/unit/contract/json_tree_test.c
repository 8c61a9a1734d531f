#include "filters/contract/json_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
	struct arena arena;
	struct diag diag;
};

static int set_up(void **state)
{
	struct scene *s = malloc(sizeof *s);
	assert_non_null(s);
	arena_init(&s->arena, 4096);
	diag_init(&s->diag);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	arena_free(&s->arena);
	diag_free(&s->diag);
	free(s);
	return 0;
}

static void a_tree_has_values_and_places(void **state)
{
	struct scene *s = *state;
	struct str text = STR("{\n  \"a\": [1.50, \"x\\ny\", {}],\n  \"\xC3\xA9\": {\"b\\/c\": null}, \"t\": true\n}");
	const struct node *root = json_tree_read(&s->arena, text, "x.json", &s->diag);
	assert_non_null(root);
	assert_int_equal(root->kind, NODE_MAPPING);
	assert_int_equal(root->count, 3);
	assert_int_equal(root->line, 1);
	assert_int_equal(root->column, 1);
	const struct node *list = &root->members[0].value;
	assert_int_equal(root->members[0].key.line, 2);
	assert_int_equal(root->members[0].key.column, 3);
	assert_int_equal(list->kind, NODE_SEQUENCE);
	assert_int_equal(list->count, 3);
	assert_int_equal(list->column, 8);
	assert_true(str_eq(list->items[0].text, STR("1.50")));
	assert_int_equal(list->items[0].kind, NODE_NUMBER);
	assert_true(str_eq(list->items[1].text, STR("x\ny")));
	assert_true(list->items[1].quoted);
	assert_int_equal(list->items[2].kind, NODE_MAPPING);
	assert_int_equal(list->items[2].count, 0);
	const struct node *inner = &root->members[1].value;
	assert_int_equal(inner->line, 3);
	assert_int_equal(inner->column, 8); /* code points, not bytes */
	assert_true(str_eq(inner->members[0].key.text, STR("b/c")));
	assert_int_equal(inner->members[0].value.kind, NODE_NULL);
	assert_true(str_eq(root->members[2].value.text, STR("true")));
	assert_string_equal(inner->file, "x.json");
	assert_int_equal(s->diag.errors, 0);
}

static void scalars_are_documents_too(void **state)
{
	struct scene *s = *state;
	const struct node *root = json_tree_read(&s->arena, STR(" \"\" "), "x.json", &s->diag);
	assert_non_null(root);
	assert_int_equal(root->kind, NODE_STRING);
	assert_int_equal(root->text.len, 0);
	assert_int_equal(root->column, 2);
}

static void errors_have_places(void **state)
{
	struct scene *s = *state;
	assert_null(json_tree_read(&s->arena, STR("{\n  \"\xC3\xA9\": tru}"), "x.json", &s->diag));
	assert_int_equal(s->diag.errors, 1);
	assert_int_equal(s->diag.first->place.line, 2);
	assert_int_equal(s->diag.first->place.column, 8);
	assert_null(json_tree_read(&s->arena, STR(""), "x.json", &s->diag));
	assert_int_equal(s->diag.errors, 2);
}

static void a_duplicate_names_both_places(void **state)
{
	struct scene *s = *state;
	struct str text = STR("{\"o\": {\"k\": 1,\n \"j\": {\"k\": 3},\n  \"k\": 2}}");
	assert_null(json_tree_read(&s->arena, text, "x.json", &s->diag));
	assert_int_equal(s->diag.errors, 1);
	assert_int_equal(s->diag.first->place.line, 3);
	assert_int_equal(s->diag.first->place.column, 3);
	assert_true(str_eq(s->diag.first->text, STR("\"k\" occurs twice: first on line 1, column 8")));
}

static const struct node *read_file_named(struct scene *s, const char *ending, const char *text)
{
	char path[] = "/tmp/json_tree_XXXXXX.json.x";
	snprintf(path, sizeof path, "/tmp/json_tree_XXXXXX%s", ending);
	int fd = mkstemps(path, (int)strlen(ending));
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	const struct node *n = document_read(&s->arena, path, 1 << 20, &s->diag);
	unlink(path);
	return n;
}

static void documents_are_told_by_their_first_byte(void **state)
{
	struct scene *s = *state;
	const struct node *n = read_file_named(s, ".yaml", " \n{\"a\": [1, 2]}");
	assert_non_null(n);
	assert_int_equal(n->line, 2);
	n = read_file_named(s, ".json", "a: 1\nb: [x]\n");
	assert_non_null(n);
	assert_int_equal(n->kind, NODE_MAPPING);
	n = read_file_named(s, ".yml", "{a: 1}");
	assert_non_null(n);
	assert_true(str_eq(n->members[0].key.text, STR("a")));
	assert_int_equal(s->diag.errors, 0);
	assert_null(read_file_named(s, ".json", "{a: 1}"));
	assert_int_equal(s->diag.errors, 1);
	assert_null(document_read(&s->arena, "/nonexistent/x.json", 1 << 20, &s->diag));
	assert_int_equal(s->diag.errors, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_tree_has_values_and_places, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(scalars_are_documents_too, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(errors_have_places, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_duplicate_names_both_places, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(documents_are_told_by_their_first_byte, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
