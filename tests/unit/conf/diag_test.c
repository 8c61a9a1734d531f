#include "conf/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/vane-diag-XXXXXX";
static struct diag diag;
static struct buf out;

static int begin(void **state)
{
	(void)state;
	strcpy(path, "/tmp/vane-diag-XXXXXX");
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return -1;
	fputs("first: 1\n\tsecond: \xC3\xA4 x\r\nthird: \x1B[31m \xFF\n", f);
	for (int i = 0; i < 300; i++)
		fputs(i == 250 ? "!" : "\xC3\xA4", f);
	fclose(f);
	diag_init(&diag);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	diag_free(&diag);
	buf_free(&out);
	return 0;
}

static const char *printed(bool color)
{
	out.len = 0;
	diag_print(&diag, &out, color);
	buf_addc(&out, '\0');
	const char *name = strstr(out.at, path);
	while (name) { /* the name differs from run to run: show F */
		size_t at = (size_t)(name - out.at), rest = at + strlen(path);
		out.at[at] = 'F';
		memmove(out.at + at + 1, out.at + rest, out.len - rest);
		out.len -= rest - at - 1;
		name = strstr(out.at, path);
	}
	return out.at;
}

static void complaints_are_in_order_of_place(void **state)
{
	(void)state;
	diag_warn(&diag, (struct place){path, 2, 12}, "late %d", 1);
	assert_false(diag_error(&diag, (struct place){"/nonexistent", 7, 1}, "elsewhere"));
	assert_false(diag_error(&diag, (struct place){path, 1, 8}, "early"));
	diag_hint(&diag, "do %s", "this");
	assert_false(diag_error(&diag, (struct place){path, 1, 1}, "earliest"));
	assert_false(diag_error(&diag, (struct place){NULL, 0, 0}, "command line"));
	assert_int_equal(diag.errors, 4);
	assert_int_equal(diag.warnings, 1);
	assert_string_equal(printed(false), "F:1:1: error: earliest\n"
					    "    1 | first: 1\n"
					    "      | ^\n"
					    "F:1:8: error: early\n"
					    "    1 | first: 1\n"
					    "      |        ^\n"
					    "      hint: do this\n"
					    "F:2:12: warning: late 1\n"
					    "    2 | \tsecond: \xC3\xA4 x\n"
					    "      | \t          ^\n"
					    "/nonexistent:7:1: error: elsewhere\n"
					    "error: command line\n");
}

static void control_characters_never_reach_the_terminal(void **state)
{
	(void)state;
	diag_error(&diag, (struct place){path, 3, 1}, "key \"\x1B]0;x\x07\xC2\x9B\"");
	assert_string_equal(printed(false), "F:3:1: error: key \"?]0;x??\"\n"
					    "    3 | third: ?[31m ?\n"
					    "      | ^\n");
}

static void long_lines_are_cut_around_the_caret(void **state)
{
	(void)state;
	diag_error(&diag, (struct place){path, 4, 251}, "far");
	const char *text = printed(false);
	const char *line = strstr(text, "    4 | "), *mark = strchr(line, '!'), *caret = strchr(line, '^');
	assert_non_null(mark);
	assert_non_null(caret);
	size_t before = (size_t)(mark - line - 8) / 2; /* ä has two bytes */
	assert_int_equal(caret - strstr(line, "\n      | ") - 9, before);
	assert_true(before < 110);
}

static void lines_beyond_the_end_are_not_shown(void **state)
{
	(void)state;
	diag_error(&diag, (struct place){path, 99, 3}, "gone");
	diag_error(&diag, (struct place){path, 0, 0}, "whole");
	assert_string_equal(printed(false), "F: error: whole\nF:99:3: error: gone\n");
}

static void colors_are_only_there_when_asked_for(void **state)
{
	(void)state;
	diag_error(&diag, (struct place){path, 1, 1}, "x");
	assert_null(strchr(printed(false), '\033'));
	assert_non_null(strstr(printed(true), "\033[1;31merror:\033[0m x"));
}

static void beyond_the_limit_they_are_counted(void **state)
{
	(void)state;
	diag.limit = 2;
	for (int i = 0; i < 5; i++) {
		diag_error(&diag, (struct place){NULL, 0, 0}, "e%d", i);
		diag_hint(&diag, "h%d", i);
	}
	assert_int_equal(diag.errors, 5);
	assert_string_equal(printed(false),
			    "error: e0\n      hint: h0\nerror: e1\n      hint: h1\nand 3 more that are not shown\n");
}

static void messages_are_cut_between_code_points(void **state)
{
	(void)state;
	char *much = malloc(20001);
	for (int i = 0; i < 10000; i++)
		memcpy(much + 2 * i, "\xC3\xA4", 2);
	much[20000] = '\0';
	for (int shift = 0; shift < 2; shift++) {
		diag_error(&diag, (struct place){NULL, 0, 0}, "%s%s", shift ? "x" : "", much);
		struct str text = diag.last->text;
		assert_true(text.len <= 1003);
		assert_true(str_ends(text, STR("\xC3\xA4...")));
	}
	free(much);
}

static void json_has_every_field(void **state)
{
	(void)state;
	diag_warn(&diag, (struct place){"a\"b", 1, 2}, "w");
	diag_error(&diag, (struct place){NULL, 0, 0}, "e");
	diag_hint(&diag, "h");
	diag_print_json(&diag, &out);
	assert_true(str_eq(
	    buf_str(&out),
	    STR("[{\"severity\":\"warning\",\"file\":\"a\\\"b\",\"line\":1,\"column\":2,\"message\":\"w\",\"hint\":"
		"null},"
		"{\"severity\":\"error\",\"file\":null,\"line\":0,\"column\":0,\"message\":\"e\",\"hint\":\"h\"}]")));
}

static void nearest_is_near(void **state)
{
	(void)state;
	const struct str words[] = {STR("backend"), STR("contract"), STR("v1"), STR("v2")};
	assert_true(str_eq(diag_nearest(STR("contrat"), words, 4), STR("contract")));
	assert_true(str_eq(diag_nearest(STR("Backend"), words, 4), STR("backend")));
	assert_true(str_eq(diag_nearest(STR("v3"), words, 4), STR("v1")));
	assert_int_equal(diag_nearest(STR("zzz"), words, 4).len, 0);
	assert_int_equal(diag_nearest(STR("x"), words, 0).len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(complaints_are_in_order_of_place),
	    TEST(control_characters_never_reach_the_terminal),
	    TEST(long_lines_are_cut_around_the_caret),
	    TEST(lines_beyond_the_end_are_not_shown),
	    TEST(colors_are_only_there_when_asked_for),
	    TEST(beyond_the_limit_they_are_counted),
	    TEST(messages_are_cut_between_code_points),
	    TEST(json_has_every_field),
	    TEST(nearest_is_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
