#include "conf/env.h"
#include "conf/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char *lookup(const char *name)
{
	static char seven[] = "7", tricky[] = "a: [1, ${SEVEN}]\n- x", empty[] = "", bad[] = "\xFF";
	static const struct {
		const char *name;
		char *value;
	} set[] = {{"SEVEN", seven}, {"TRICKY", tricky}, {"EMPTY", empty}, {"BAD", bad}, {"_a9", seven}};
	for (size_t i = 0; i < sizeof set / sizeof *set; i++)
		if (strcmp(set[i].name, name) == 0)
			return set[i].value;
	return NULL;
}

static void gives(const char *text, const char *expected)
{
	struct arena arena;
	struct diag d;
	struct buf out = {0};
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *n = yaml_read(&arena, str_from(text), "e.yaml", &d);
	assert_non_null(n);
	const struct node *replaced = env_replace(n, &arena, lookup, &d);
	assert_non_null(replaced);
	if (!d.errors)
		tree_to_json(replaced, &out);
	else
		diag_print(&d, &out, false);
	buf_addc(&out, '\0');
	assert_string_equal(out.at, expected);
	buf_free(&out);
	diag_free(&d);
	arena_free(&arena);
}

static void variables_are_replaced(void **state)
{
	(void)state;
	gives("a: x${SEVEN}y${SEVEN}", "{\"a\":\"x7y7\"}");
	gives("a: ${_a9}%", "{\"a\":\"7%\"}");
	gives("a: '${NOPE:-fallback: x}'", "{\"a\":\"fallback: x\"}");
	gives("a: ${EMPTY:-none}", "{\"a\":\"none\"}");
	gives("a: x${EMPTY}", "{\"a\":\"x\"}");
	gives("a: ${NOPE:-}", "{\"a\":null}");
	gives("a: ${SEVEN:?needed}", "{\"a\":7}");
	gives("a: {b: ['${SEVEN}', {c: \"${SEVEN}\"}]}", "{\"a\":{\"b\":[\"7\",{\"c\":\"7\"}]}}");
}

static void a_plain_scalar_gets_its_type_anew(void **state)
{
	(void)state;
	gives("a: ${SEVEN}\nb: '${SEVEN}'\nc: ${NOPE:-true}\nd: ${NOPE:-~}",
	      "{\"a\":7,\"b\":\"7\",\"c\":true,\"d\":null}");
}

static void a_value_never_changes_the_structure(void **state)
{
	(void)state;
	gives("a: ${TRICKY}", "{\"a\":\"a: [1, ${SEVEN}]\\n- x\"}");
}

static void dollars_that_are_none_stay(void **state)
{
	(void)state;
	gives("a: $5 $${SEVEN} $$ $HOME a$", "{\"a\":\"$5 ${SEVEN} $$ $HOME a$\"}");
	gives("${SEVEN}: x", "{\"${SEVEN}\":\"x\"}");
}

static void all_errors_are_told(void **state)
{
	(void)state;
	gives("a: ${NOPE}\nb: ${EMPTY:?give it}\nc: ${NOPE:?}\nd: ${\ne: ${9x}\nf: ${A:+b}\ng: ${BAD}\nh: "
	      "${A:-${B}}\ni: ${}\n",
	      "e.yaml:1:4: error: the environment variable NOPE is not set\n"
	      "      hint: ${NOPE:-default} gives a default; write $${ for a plain ${\n"
	      "e.yaml:2:4: error: EMPTY is not set: give it\n"
	      "e.yaml:3:4: error: NOPE is not set: it is required\n"
	      "e.yaml:4:4: error: \"${\" has no \"}\"\n"
	      "e.yaml:5:4: error: \"${9x}\" is not a variable\n"
	      "      hint: ${NAME}, ${NAME:-default} or ${NAME:?message}; write $${ for a plain ${\n"
	      "e.yaml:6:4: error: \"${A:+b}\" is not a variable\n"
	      "      hint: ${NAME}, ${NAME:-default} or ${NAME:?message}; write $${ for a plain ${\n"
	      "e.yaml:7:4: error: the value of BAD is not UTF-8\n"
	      "e.yaml:8:4: error: \"${A:-${B}\" is not a variable\n"
	      "      hint: ${NAME}, ${NAME:-default} or ${NAME:?message}; write $${ for a plain ${\n"
	      "e.yaml:9:4: error: \"${}\" is not a variable\n"
	      "      hint: ${NAME}, ${NAME:-default} or ${NAME:?message}; write $${ for a plain ${\n");
}

static void nothing_to_replace_shares_the_tree(void **state)
{
	(void)state;
	struct arena arena;
	struct diag d;
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *n = yaml_read(&arena, STR("a: [1, $x]"), "e.yaml", &d);
	assert_ptr_equal(env_replace(n, &arena, lookup, &d), n);
	diag_free(&d);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(variables_are_replaced),
	    cmocka_unit_test(a_plain_scalar_gets_its_type_anew),
	    cmocka_unit_test(a_value_never_changes_the_structure),
	    cmocka_unit_test(dollars_that_are_none_stay),
	    cmocka_unit_test(all_errors_are_told),
	    cmocka_unit_test(nothing_to_replace_shares_the_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
