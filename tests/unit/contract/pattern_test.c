#include "filters/contract/pattern.h"
#include "proxy/base/buf.h"

#include "tests/unit/contract/data.h"

#include <stdio.h>

static struct pattern_scratch *scratch;

static int begin(void **state)
{
	(void)state;
	scratch = pattern_scratch_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	pattern_scratch_free(scratch);
	return 0;
}

static struct pattern *compile(const char *source)
{
	struct pattern_error err;
	struct pattern *p = pattern_compile(str_from(source), &err);
	if (!p)
		print_error("%s: %s at %zu\n", source, err.message, err.offset);
	assert_non_null(p);
	return p;
}

static enum pattern_verdict verdict(const char *source, struct str text)
{
	struct pattern *p = compile(source);
	enum pattern_verdict v = pattern_match(p, scratch, text);
	pattern_free(p);
	return v;
}

#define MATCHES(source, text) assert_int_equal(verdict(source, STR(text)), PATTERN_MATCH)
#define NOT(source, text)     assert_int_equal(verdict(source, STR(text)), PATTERN_NO_MATCH)

static void refuses(const char *source, size_t offset, const char *why)
{
	struct pattern_error err = {"", 0};
	assert_null(pattern_compile(str_from(source), &err));
	if (!strstr(err.message, why) || err.offset != offset)
		print_error("%s: %s at %zu\n", source, err.message, err.offset);
	assert_non_null(strstr(err.message, why));
	assert_int_equal(err.offset, offset);
}

#ifdef HAVE_JANSSON
struct tally {
	unsigned patterns, refused, refused_u, fast, lines, texts, wrong;
};

/* Whether some line of the pattern says that the text, in quotes and with zeros behind it, matches. */
static bool on_a_line(const struct pattern_line *line, uint32_t count, const char *text, size_t length)
{
	char *quoted = calloc(1, length + 40);
	bool found = false;
	memcpy(quoted, text, length);
	quoted[length] = '"';
	for (uint32_t i = 0; i < count && !found; i++) {
		const char *end = line_match(&line[i], quoted);
		found = end && (!line[i].end || end == quoted + length + 1);
	}
	free(quoted);
	return found;
}

/* A line says no more than the pattern does, and all of it where the text is plain. */
static void judge_lines(const struct pattern *p, const json_t *text, bool expected, struct tally *t)
{
	uint32_t count;
	const struct pattern_line *line = pattern_lines(p, &count);
	const char *at = json_string_value(text);
	size_t length = json_string_length(text);
	bool plain = true;
	for (size_t i = 0; i < length; i++)
		plain &= at[i] >= 0x20 && at[i] != '"' && at[i] != '\\';
	bool found = line && on_a_line(line, count, at, length);
	t->lines += line && plain;
	t->wrong += line && plain && found != expected;
	t->wrong += found && plain && !expected;
}

static void judge(const struct pattern *p, const json_t *text, bool expected, const char *source, struct tally *t)
{
	enum pattern_verdict v = pattern_match(p, scratch, str_of(json_string_value(text), json_string_length(text)));
	t->texts++;
	judge_lines(p, text, expected, t);
	if (v == (expected ? PATTERN_MATCH : PATTERN_NO_MATCH))
		return;
	t->wrong++;
	print_error("wrong: %s on \"%s\"\n", source, json_string_value(text));
}

static void texts_of(const struct pattern *p, const json_t *row, const char *source, struct tally *t)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(row, "match"), i, one) judge(p, one, true, source, t);
	json_array_foreach(json_object_get(row, "other"), i, one) judge(p, one, false, source, t);
	json_array_foreach(json_object_get(row, "tests"), i, one)
	    judge(p, json_array_get(one, 0), json_is_true(json_array_get(one, 1)), source, t);
}

/* "u": valid with the flag; "u-error": only without it; "invalid": in neither way. */
static void one_row(const json_t *row, struct tally *t)
{
	const json_t *source = json_object_get(row, "pattern");
	const char *mode = json_string_value(json_object_get(row, "mode"));
	struct pattern_error err;
	struct pattern *p = pattern_compile(str_of(json_string_value(source), json_string_length(source)), &err);
	t->patterns++;
	if (!p) {
		t->refused++;
		t->refused_u += strcmp(mode, "u") == 0;
		assert_true(err.message[0] && err.offset <= json_string_length(source));
		print_message("refused (%s): %s: %s\n", mode, json_string_value(source), err.message);
		return;
	}
	assert_string_not_equal(mode, "invalid");
	t->fast += pattern_is_fast(p);
	texts_of(p, row, json_string_value(source), t);
	pattern_free(p);
}

static struct tally table(const char *path)
{
	struct tally t = {0};
	json_t *rows = json_load_file(path, JSON_ALLOW_NUL, NULL), *row;
	size_t i;
	if (!rows) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	json_array_foreach(rows, i, row) one_row(row, &t);
	json_decref(rows);
	print_message("%u patterns, %u refused, %u by tables, %u texts, %u on lines, %u wrong\n", t.patterns, t.refused,
		      t.fast, t.texts, t.lines, t.wrong);
	assert_true(t.lines > 50);
	assert_int_equal(t.wrong, 0);
	return t;
}

static void shared_table(void **state)
{
	(void)state;
	char path[1100];
	snprintf(path, sizeof path, "%s/ecma262-patterns.json", test_data());
	struct tally t = table(path);
	assert_int_equal(t.patterns, 106);
	assert_int_equal(t.refused, 26); /* 7 are no regular expressions, 19 mean something else to other engines */
	assert_int_equal(t.refused_u, 0);
}

/* Verdicts by a JavaScript engine (V8), on patterns as contracts have them and on generated ones. */
static void own_table(void **state)
{
	(void)state;
	struct tally t = table(SOURCE_DIR "/tests/data/patterns.json");
	assert_int_equal(t.patterns, 397);
	assert_int_equal(t.refused, 19);
	assert_int_equal(t.refused_u, 2);
}
#endif

static void refusals_say_why_and_where(void **state)
{
	(void)state;
	refuses("ab(?i)c", 2, "option settings");
	refuses("a++", 2, "possessive");
	refuses("a(?>b)", 1, "atomic");
	refuses("(?#x)", 0, "comments");
	refuses("(?<n>a)(?P=n)", 7, "Python");
	refuses("(?R)", 0, "recursion");
	refuses("(?1)", 0, "recursion");
	refuses("(?C1)a", 0, "callouts");
	refuses("(*ACCEPT)", 1, "verb");
	refuses("\xc3\xa9\\A", 2, "write `^`");
	refuses("[[:alpha:]]", 10, "classes in classes");
	refuses("a{,3}", 1, "{0,n}");
	refuses("(a", 0, "not closed");
	refuses("a)", 1, "closes nothing");
	refuses("[a", 0, "not closed");
	refuses("[b-a]", 2, "out of order");
	refuses("a{3,2}", 1, "out of order");
	refuses("*", 0, "nothing here to repeat");
	refuses("\\", 0, "backslash at the end");
	refuses("(?<=a)*", 6, "cannot be repeated");
	refuses("\\p{greek}", 0, "no such property");
	refuses("\\p{L}\\_", 5, "without the backslash");
	refuses("\\u{110000}", 0, "10FFFF");
	refuses("(?<a>x)(?<a>y)", 10, "named `a`");
	refuses("\\k<b>(?<a>x)", 0, "no group is named");
	refuses("x(?<=ab*c)", 1, "variable length");
	refuses("(?:(a)|b)+\\1", 10, "loop");
	refuses("(?:ab){70000}", 6, "count");
	refuses("\xff", 0, "UTF-8");
}

static void counts_beyond_pcre2(void **state)
{
	(void)state;
	size_t len = 200000;
	char *text = malloc(len);
	assert_non_null(text);
	memset(text, 'a', len);
	/* The lookahead keeps the tables out of it. */
	static const char *const patterns[] = {"^a{65536,70000}$", "^(?!b)a{65536,70000}$",
					       "^(?!b)(?:a{65536,70000})$"};
	for (size_t i = 0; i < 3; i++) {
		struct pattern *p = compile(patterns[i]);
		assert_int_equal(pattern_is_fast(p), i == 0);
		assert_int_equal(pattern_match(p, scratch, str_of(text, 65535)), PATTERN_NO_MATCH);
		assert_int_equal(pattern_match(p, scratch, str_of(text, 65536)), PATTERN_MATCH);
		assert_int_equal(pattern_match(p, scratch, str_of(text, 70000)), PATTERN_MATCH);
		assert_int_equal(pattern_match(p, scratch, str_of(text, 70001)), PATTERN_NO_MATCH);
		pattern_free(p);
	}
	struct pattern *p = compile("^(?!b)a{0,196605}$");
	for (size_t n = 0; n <= len; n += 65535) {
		assert_int_equal(pattern_match(p, scratch, str_of(text, n)), PATTERN_MATCH);
		assert_int_equal(pattern_match(p, scratch, str_of(text, n + 1)),
				 n < 196605 ? PATTERN_MATCH : PATTERN_NO_MATCH);
	}
	pattern_free(p);
	free(text);
}

static void repeated(const char *source, const char *text, unsigned times, const char *end, enum pattern_verdict wanted)
{
	struct buf b = {0};
	for (unsigned i = 0; i < times; i++)
		buf_addf(&b, "%s", text);
	buf_addf(&b, "%s", end);
	assert_int_equal(verdict(source, buf_str(&b)), wanted);
	buf_free(&b);
}

/* Groups that are counted high: too large for PCRE2 as they are, so what is counted is called. */
static void groups_counted_high(void **state)
{
	static const struct {
		const char *source, *text, *end;
		unsigned low, high; /* how often the text may come */
	} rows[] = {
	    {"^(ab|cd){1,5000}$", "cd", "", 1, 5000},
	    {"^(ab|cd){5000}$", "ab", "", 5000, 5000},
	    {"^(ab|cd){63,5064}x$", "ab", "x", 63, 5064},
	    {"^(?:ab|c){3,3000}(x|y)\\1$", "ab", "yy", 3, 3000},
	    {"^((a|bc){1,100}d){1,100}$", "bcad", "", 1, 100},
	    {"^([a-z_=/]|\\{year\\}|\\{month\\}|\\{config\\-name\\}|\\{satellite_id\\}|\\{day\\}){1,900}$", "{month}",
	     "", 1, 900},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		repeated(rows[i].source, rows[i].text, rows[i].low - 1, rows[i].end, PATTERN_NO_MATCH);
		repeated(rows[i].source, rows[i].text, rows[i].low, rows[i].end, PATTERN_MATCH);
		repeated(rows[i].source, rows[i].text, rows[i].high, rows[i].end, PATTERN_MATCH);
		repeated(rows[i].source, rows[i].text, rows[i].high + 1, rows[i].end, PATTERN_NO_MATCH);
	}
}

static void work_is_bounded(void **state)
{
	(void)state;
	char text[4001];
	memset(text, 'a', sizeof text);
	text[4000] = '!';
	assert_int_equal(verdict("^(a+)+$", str_of(text, sizeof text)), PATTERN_NO_MATCH);
	assert_int_equal(verdict("^(a|aa)+$", str_of(text, sizeof text)), PATTERN_UNDECIDED);
	assert_int_equal(verdict("(?=(a+)+$)(?:a|aa)+b", str_of(text, sizeof text)), PATTERN_NO_MATCH);
	struct pattern_error err;
	char deep[4000];
	memset(deep, '(', sizeof deep);
	assert_null(pattern_compile(str_of(deep, sizeof deep), &err));
	/* Small by calls, and bounded when it is run; where a reference is repeated nothing can be called. */
	const char *nested = "((((a{1,1000}){1,1000}b){1,1000}c){1,1000}d){1,1000}";
	MATCHES("((((a{1,1000}){1,1000}b){1,1000}c){1,1000}d){1,1000}", "aabcd");
	text[4000] = 'b';
	assert_int_equal(verdict(nested, str_of(text, sizeof text)), PATTERN_NO_MATCH);
	repeated(nested, "a", 5000, "bcd", PATTERN_UNDECIDED);
	assert_null(pattern_compile(STR("(x)((((a\\1{1,1000}){1,1000}b){1,1000}c){1,1000}d){1,1000}"), &err));
}

/* A search costs at most the square of the text's length: that is cut short too. */
static void searches_are_bounded(void **state)
{
	(void)state;
	size_t len = (size_t)1 << 20;
	char *text = malloc(len);
	assert_non_null(text);
	memset(text, ' ', len);
	text[len - 1] = 'x';
	assert_int_equal(verdict("\\s+$", str_of(text, len)), PATTERN_NO_MATCH);
	assert_int_equal(verdict("(?! {5}x) {4}x", str_of(text, len)),
			 PATTERN_MATCH); /* at the very end, found in slices */
	assert_int_equal(verdict("(?! {5}x) {4}y", str_of(text, len)), PATTERN_NO_MATCH);
	memset(text, 'a', len);
	assert_int_equal(verdict("a[^b]*[cd]", str_of(text, len)), PATTERN_UNDECIDED);
	free(text);
}

static void loops_at_the_ends(void **state)
{
	(void)state;
	MATCHES("a+b*$", "xaab");
	NOT("a{2,3}b*c{0}x", "ax");
	MATCHES("a{2,3}x", "aaaax");
	MATCHES("(?:^a)*b", "xb");
	NOT("(?:^a)+b", "xab");
	MATCHES("b(?:a$)+", "xba");
	MATCHES("x*|y", "");
	MATCHES("(a*)b\\1$", "aaabaa");
}

static void captures_as_in_ecma(void **state)
{
	(void)state;
	MATCHES("^\\1(a)$", "a");     /* forward: empty */
	MATCHES("^(a\\1)$", "a");     /* within itself: empty */
	MATCHES("^(a\\1){2}$", "aa"); /* also in the second round */
	NOT("^(a\\1){2}$", "aaa");
	MATCHES("^(?:(a)|b)\\1$", "b");
	MATCHES("^(?:(\\w)\\1)+$", "aabb");
	NOT("^(?:(\\w)\\1)+$", "aabc");
	MATCHES("^(x)?(y)\\2\\1$", "yy");
}

static void units_without_the_flag(void **state)
{
	(void)state;
	MATCHES("^[^\\_]{2}$", "\xf0\x9f\x98\x80"); /* only without `u`: two UTF-16 code units */
	NOT("^[^\\_]$", "\xf0\x9f\x98\x80");
	MATCHES("^[^_]$", "\xf0\x9f\x98\x80");
	MATCHES("^\xf0\x9f\x98\x80\\_$", "\xf0\x9f\x98\x80_");
	MATCHES("^a\\_[\\s\\S]{3}$", "a_\xf0\x9f\x98\x80z");
}

static void common_kinds_need_no_pcre2(void **state)
{
	(void)state;
	static const char *const fast[] = {"^[a-z0-9_-]{1,64}$",
					   "^\\d{4}-\\d{2}-\\d{2}$",
					   "^(GET|PUT)$",
					   "abc$",
					   "^x-",
					   "\\S",
					   "[0-9]{3}",
					   "^.*$",
					   "^(.|\\n)*$",
					   "^-?\\d+(\\.\\d+)?$",
					   ""};
	for (size_t i = 0; i < sizeof fast / sizeof fast[0]; i++) {
		struct pattern *p = compile(fast[i]);
		assert_true(pattern_is_fast(p));
		assert_true(pattern_size(p) < 16384);
		pattern_free(p);
	}
	struct pattern *p = compile("^[a-z]*[a-c]$"); /* the loop has to give back */
	assert_false(pattern_is_fast(p));
	assert_int_equal(pattern_match(p, scratch, STR("za")), PATTERN_MATCH);
	pattern_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_JANSSON
	    cmocka_unit_test(shared_table),
	    cmocka_unit_test(own_table),
#endif
	    cmocka_unit_test(refusals_say_why_and_where),
	    cmocka_unit_test(counts_beyond_pcre2),
	    cmocka_unit_test(groups_counted_high),
	    cmocka_unit_test(searches_are_bounded),
	    cmocka_unit_test(loops_at_the_ends),
	    cmocka_unit_test(work_is_bounded),
	    cmocka_unit_test(captures_as_in_ecma),
	    cmocka_unit_test(units_without_the_flag),
	    cmocka_unit_test(common_kinds_need_no_pcre2)};
	return cmocka_run_group_tests(tests, begin, end);
}
