#include "conf/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct read {
	struct arena arena;
	struct diag diag;
	const struct node *root;
	struct buf out; /* JSON, or the complaints */
};

static struct read *now;

/* Reads `text`; what it is as JSON, or what is wrong with it. Valid until the next call. */
static const char *as_json(struct str text)
{
	struct buf *out = &now->out;
	out->len = 0;
	diag_free(&now->diag);
	diag_init(&now->diag);
	arena_free(&now->arena);
	now->root = yaml_read(&now->arena, text, "t.yaml", &now->diag);
	assert_true((now->root == NULL) == (now->diag.errors > 0));
	if (now->root)
		tree_to_json(now->root, out);
	else
		diag_print(&now->diag, out, false);
	buf_addc(out, '\0');
	return out->at;
}

#define READS(text, json)    assert_string_equal(as_json(STR(text)), json)
#define FAILS(text, message) assert_string_equal(as_json(STR(text)), message)

static int begin(void **state)
{
	(void)state;
	now = calloc(1, sizeof *now);
	arena_init(&now->arena, 4096);
	diag_init(&now->diag);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&now->arena);
	diag_free(&now->diag);
	buf_free(&now->out);
	free(now);
	return 0;
}

static void core_types_are_those_of_yaml_1_2(void **state)
{
	(void)state;
	READS("[yes, no, on, off, y, n, True, FALSE, tRue, null, ~, Null, nULL]",
	      "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",true,false,\"tRue\",null,null,null,\"nULL\"]");
	READS("[1, -1, +1, 007, 0o17, 0x1F, 1_000, 0b1, 190:20:30, 08]",
	      "[1,-1,1,7,15,31,\"1_000\",\"0b1\",\"190:20:30\",8]");
	READS("[1.5, .5, 5., -.5e3, 1e5, +1.0E-2, 1e, .e1, ., -, 1.2.3]",
	      "[1.5,0.5,5,-0.5e3,1e5,1.0e-2,\"1e\",\".e1\",\".\",\"-\",\"1.2.3\"]");
	READS("[.inf, -.INF, .nan, 0xFFFFFFFFFFFFFFFF, 0x1FFFFFFFFFFFFFFFF, 0x, 0o8]",
	      "[\".inf\",\"-.INF\",\".nan\",18446744073709551615,\"0x1FFFFFFFFFFFFFFFF\",\"0x\",\"0o8\"]");
	READS("[\"1\", '2', \"null\", 'true', 2026-06-30, 12e03]",
	      "[\"1\",\"2\",\"null\",\"true\",\"2026-06-30\",12e03]");
	READS("a: |\n  12\nb: >-\n  x\n  y\n", "{\"a\":\"12\\n\",\"b\":\"x y\"}");
}

static void numbers_keep_their_lexeme(void **state)
{
	(void)state;
	READS("[1.10, 100000000000000000000000000000000001, 1E400, -0.0]",
	      "[1.10,100000000000000000000000000000000001,1E400,-0.0]");
	as_json(STR("[1.10, 007]"));
	assert_false(now->root->items[0].rewritten);
	assert_true(now->root->items[1].rewritten);
}

static void empty_documents_are_null(void **state)
{
	(void)state;
	READS("", "null");
	READS("# only a comment\n", "null");
	READS("---\n...\n", "null");
	READS("\xEF\xBB\xBF"
	      "a: 1",
	      "{\"a\":1}");
	READS("{a: , b: []}", "{\"a\":null,\"b\":[]}");
}

static void places_count_code_points(void **state)
{
	(void)state;
	as_json(STR("a: 1\n\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\": {x: [1, two]}\n"));
	const struct member *m = &now->root->members[1];
	assert_int_equal(m->key.line, 2);
	assert_int_equal(m->key.column, 1);
	assert_int_equal(m->value.column, 8);
	const struct node *two = &tree_get(&m->value, STR("x"))->items[1];
	assert_int_equal(two->line, 2);
	assert_int_equal(two->column, 16);
	as_json(STR("\xEF\xBB\xBF"
		    "ab: 1"));
	assert_int_equal(now->root->members[0].key.column, 1);
}

static void keys_keep_their_text(void **state)
{
	(void)state;
	READS("{200: a, 010: b, True: c, null: d, \"\": e, 1.50: f}",
	      "{\"200\":\"a\",\"010\":\"b\",\"True\":\"c\",\"null\":\"d\",\"\":\"e\",\"1.50\":\"f\"}");
	FAILS("{200: a, '200': b}",
	      "t.yaml:1:10: error: the key \"200\" stands here twice; first in line 1, column 2\n");
	FAILS("[a]: b", "t.yaml:1:1: error: a key has to be a plain word, not a list\n");
	FAILS("? {a: 1}\n: b", "t.yaml:1:3: error: a key has to be a plain word, not a mapping\n");
	FAILS("?\n: b", "t.yaml:1:2: error: a key is missing in front of the \":\"\n      hint: write \"\" if the "
			"empty key is meant\n");
}

static void every_repeated_key_is_told(void **state)
{
	(void)state;
	FAILS("a: 1\nb: {c: 1, c: 2}\na: 3\n",
	      "t.yaml:2:11: error: the key \"c\" stands here twice; first in line 2, column 5\n"
	      "t.yaml:3:1: error: the key \"a\" stands here twice; first in line 1, column 1\n");
	struct buf many = {0}; /* enough for the hashed way */
	for (int i = 0; i < 500; i++)
		buf_addf(&many, "k%d: 1\n", i);
	buf_add(&many, STR("k250: 2\n"));
	assert_string_equal(as_json(buf_str(&many)),
			    "t.yaml:501:1: error: the key \"k250\" stands here twice; first in line 251, column 1\n");
	buf_free(&many);
}

static void aliases_and_merge_keys(void **state)
{
	(void)state;
	READS("a: &x [1, 2]\nb: *x\nc: {d: *x}\n", "{\"a\":[1,2],\"b\":[1,2],\"c\":{\"d\":[1,2]}}");
	READS("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
	READS("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}");
	READS("- &x {p: 1}\n- &y {p: 2, q: 2}\n- {<<: [*x, *y]}\n", "[{\"p\":1},{\"p\":2,\"q\":2},{\"p\":1,\"q\":2}]");
	READS("{\"<<\": 1}", "{\"<<\":1}");
	FAILS("a: *nope", "t.yaml:1:4: error: *nope has no anchor &nope in front of it\n");
	FAILS("a: &x [*x]", "t.yaml:1:8: error: *x stands inside of what it names\n");
	FAILS("a: {<<: 1}", "t.yaml:1:9: error: \"<<\" merges mappings; this is a number\n");
	FAILS("- &x {p: 1}\n- {<<: *x, <<: *x}",
	      "t.yaml:2:12: error: \"<<\" stands here twice; list what is to be merged\n");
}

static void growth_by_aliases_is_capped(void **state)
{
	(void)state;
	struct buf bomb = {0};
	buf_add(&bomb, STR("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"));
	for (int i = 1; i < 9; i++) {
		buf_addf(&bomb, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_addf(&bomb, "%s*a%d", j ? "," : "", i - 1);
		buf_add(&bomb, STR("]\n"));
	}
	assert_non_null(strstr(as_json(buf_str(&bomb)), "error: aliases grow this file by more than 1000000 values"));
	bomb.len = 0; /* few values, but long ones */
	buf_add(&bomb, STR("- &a "));
	for (int i = 0; i < 1000000; i++)
		buf_addc(&bomb, 'x');
	for (int i = 0; i < 100; i++)
		buf_add(&bomb, STR("\n- *a"));
	assert_non_null(strstr(as_json(buf_str(&bomb)), "error: aliases grow this file by more than 1000000 values"));
	bomb.len = 0;
	buf_add(&bomb, STR("- &a {k: v}\n"));
	for (int i = 0; i < 100; i++)
		buf_add(&bomb, STR("- *a\n"));
	as_json(buf_str(&bomb));
	assert_non_null(now->root);
	assert_int_equal(now->root->count, 101);
	buf_free(&bomb);
}

static void depth_is_capped_with_aliases_too(void **state)
{
	(void)state;
	struct buf deep = {0};
	for (int i = 0; i < TREE_DEPTH; i++)
		buf_addc(&deep, '[');
	for (int i = 0; i < TREE_DEPTH; i++)
		buf_addc(&deep, ']');
	as_json(buf_str(&deep));
	assert_non_null(now->root);
	deep.len = 0;
	for (int i = 0; i <= TREE_DEPTH; i++)
		buf_addc(&deep, '[');
	assert_string_equal(as_json(buf_str(&deep)), "t.yaml:1:129: error: nested deeper than 128 levels\n");
	deep.len = 0;
	for (int i = 0; i < 100000; i++)
		buf_addc(&deep, '[');
	assert_string_equal(as_json(buf_str(&deep)), "t.yaml:1:129: error: nested deeper than 128 levels\n");
	deep.len = 0; /* each line is two levels deeper than the one before */
	buf_add(&deep, STR("a0: &a0 [[x]]\n"));
	for (int i = 1; i < 100; i++)
		buf_addf(&deep, "a%d: &a%d [[*a%d]]\n", i, i, i - 1);
	assert_non_null(strstr(as_json(buf_str(&deep)), "nested deeper than 128 levels"));
	buf_free(&deep);
}

static void tags_beyond_the_core_are_refused(void **state)
{
	(void)state;
	READS("[!!str 1, ! 2, !!int 3, !!float 1.5, !!null '', !!bool 'true', !!map {}, !!seq []]",
	      "[\"1\",\"2\",3,1.5,null,true,{},[]]");
	assert_non_null(
	    strstr(as_json(STR("a: !!python/object:os.system x")),
		   "t.yaml:1:4: error: the tag tag:yaml.org,2002:python/object:os.system does not fit here"));
	assert_non_null(strstr(as_json(STR("!local {}")), "the tag !local does not fit here"));
	struct buf many = {0};
	for (int i = 0; i < 200; i++)
		buf_addf(&many, "%%TAG !e%d! tag:x\n", i);
	assert_string_equal(as_json(buf_str(&many)), "t.yaml: error: more than 100 %TAG lines\n");
	buf_free(&many);
	assert_non_null(strstr(as_json(STR("!!int x")), "does not fit here"));
	assert_non_null(strstr(as_json(STR("!!int 1.5")), "does not fit here"));
	assert_non_null(strstr(as_json(STR("!!map []")), "does not fit here"));
}

static void one_document_only(void **state)
{
	(void)state;
	FAILS("a: 1\n---\nb: 2\n",
	      "t.yaml:2:1: error: a second document begins here; only one can be read from a file\n");
	READS("%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}");
}

static void errors_are_in_plain_words(void **state)
{
	(void)state;
	FAILS("a:\n\tb: 1\n",
	      "t.yaml:2:1: error: this character cannot begin a value\n"
	      "      hint: indent with spaces, not with tabs; put values that begin with @, `, % or a tab in quotes\n");
	FAILS("a: b: c\n",
	      "t.yaml:1:5: error: a \":\" does not belong here\n      hint: put values that contain \": \" in "
	      "quotes, and check the indentation of this line and the one before\n");
	FAILS("a: [1, 2\nb: 3\n", "t.yaml:2:2: error: a \",\" or \"]\" is missing\n");
	FAILS("a: \"x\n",
	      "t.yaml:2:1: error: the file ends inside of a value\n      hint: a closing quote is missing\n");
	FAILS("a: \xFFz", "t.yaml:1:4: error: this is not UTF-8\n      hint: save the file as UTF-8\n");
	FAILS("a: 1\nb: \x01", "t.yaml:2:4: error: the control character U+0001 is not allowed\n");
}

static void files_are_read_up_to_a_limit(void **state)
{
	(void)state;
	struct str text;
	struct arena arena;
	struct diag d;
	arena_init(&arena, 1024);
	diag_init(&d);
	assert_true(yaml_slurp(&arena, SOURCE_DIR "/tests/unit/conf/yaml_test.c", 1 << 20, &text, &d));
	assert_true(str_starts(text, STR("#include \"conf/yaml.h\"\n")));
	assert_false(yaml_slurp(&arena, SOURCE_DIR "/tests/unit/conf/yaml_test.c", 100, &text, &d));
	assert_false(yaml_slurp(&arena, SOURCE_DIR "/tests", 1 << 20, &text, &d));
	assert_false(yaml_slurp(&arena, "/nonexistent/x", 1 << 20, &text, &d));
	struct buf out = {0};
	diag_print(&d, &out, false);
	buf_addc(&out, '\0');
	assert_string_equal(out.at, SOURCE_DIR "/tests/unit/conf/yaml_test.c: error: larger than 100 bytes\n" SOURCE_DIR
					       "/tests: error: cannot be read: it is a folder\n"
					       "/nonexistent/x: error: cannot be read: No such file or directory\n");
	buf_free(&out);
	diag_free(&d);
	arena_free(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(core_types_are_those_of_yaml_1_2),
	    TEST(numbers_keep_their_lexeme),
	    TEST(empty_documents_are_null),
	    TEST(places_count_code_points),
	    TEST(keys_keep_their_text),
	    TEST(every_repeated_key_is_told),
	    TEST(aliases_and_merge_keys),
	    TEST(growth_by_aliases_is_capped),
	    TEST(depth_is_capped_with_aliases_too),
	    TEST(tags_beyond_the_core_are_refused),
	    TEST(one_document_only),
	    TEST(errors_are_in_plain_words),
	    TEST(files_are_read_up_to_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
