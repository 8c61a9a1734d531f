/* Bodies by rules of their own: each matcher, combinations, which rule speaks, and that work is bounded. */
#include "filters/contract/json_tree.h"
#include "filters/pact/match.h"
#include "proxy/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum told { SAME, OTHER, UNSAID };

static const struct node *read(struct arena *arena, const char *text, struct diag *d)
{
	const struct node *n = json_tree_read(arena, str_from(text), "test.json", d);
	if (!n)
		fail_msg("%s", text);
	return n;
}

/* `rules`: the member "body" of version 3's matchingRules. */
static enum told ask(const char *rules, const char *expected, const char *actual, bool request, struct buf *said)
{
	struct arena arena;
	struct diag d;
	struct rules r;
	struct mismatches out;
	struct buf text = {0};
	arena_init(&arena, 4096);
	diag_init(&d);
	buf_addf(&text, "{\"body\":%s}", rules);
	buf_addc(&text, '\0');
	bool read_them = rules_read(&r, &arena, read(&arena, text.at, &d), &d);
	assert_true(read_them);
	mismatches_begin(&out, &arena, 4);
	match_json(&r, read(&arena, expected, &d), read(&arena, actual, &d), &(struct match_options){request}, &out);
	for (unsigned i = 0; said && i < out.count; i++)
		mismatch_to_text(&out.at[i], said);
	enum told told = out.total ? OTHER : out.untold.len ? UNSAID : SAME;
	rules_free(&r);
	buf_free(&text);
	diag_free(&d);
	arena_free(&arena);
	return told;
}

#define ONE(path, matcher)  "{\"" path "\":{\"matchers\":[" matcher "]}}"
#define TWO(a, b)           "{" a "," b "}"
#define RULE(path, matcher) "\"" path "\":{\"matchers\":[" matcher "]}"
#define T                   "{\"match\":\"type\"}"

static const struct {
	const char *rules, *expected, *actual;
	enum told told;
} rows[] = {
    /* single values */
    {ONE("$.a", "{\"match\":\"integer\"}"), "{\"a\":1}", "{\"a\":20}", SAME},
    {ONE("$.a", "{\"match\":\"integer\"}"), "{\"a\":1}", "{\"a\":2.0}", OTHER},
    {ONE("$.a", "{\"match\":\"integer\"}"), "{\"a\":1}", "{\"a\":\"2\"}", OTHER},
    {ONE("$.a", "{\"match\":\"decimal\"}"), "{\"a\":1.5}", "{\"a\":2.25}", SAME},
    {ONE("$.a", "{\"match\":\"decimal\"}"), "{\"a\":1.5}", "{\"a\":2}", OTHER},
    {ONE("$.a", "{\"match\":\"number\"}"), "{\"a\":1.5}", "{\"a\":-2e3}", SAME},
    {ONE("$.a", "{\"match\":\"number\"}"), "{\"a\":1.5}", "{\"a\":null}", OTHER},
    {ONE("$.a", "{\"match\":\"boolean\"}"), "{\"a\":true}", "{\"a\":false}", SAME},
    {ONE("$.a", "{\"match\":\"boolean\"}"), "{\"a\":true}", "{\"a\":\"true\"}", SAME},
    {ONE("$.a", "{\"match\":\"boolean\"}"), "{\"a\":true}", "{\"a\":1}", OTHER},
    {ONE("$.a", "{\"match\":\"null\"}"), "{\"a\":1}", "{\"a\":null}", SAME},
    {ONE("$.a", "{\"match\":\"null\"}"), "{\"a\":null}", "{\"a\":0}", OTHER},
    {ONE("$.a", "{\"match\":\"include\",\"value\":\"bc\"}"), "{\"a\":\"bc\"}", "{\"a\":\"abcd\"}", SAME},
    {ONE("$.a", "{\"match\":\"include\",\"value\":\"bc\"}"), "{\"a\":\"bc\"}", "{\"a\":\"acbd\"}", OTHER},
    {ONE("$.a", "{\"match\":\"notEmpty\"}"), "{\"a\":\"x\"}", "{\"a\":\"y\"}", SAME},
    {ONE("$.a", "{\"match\":\"notEmpty\"}"), "{\"a\":\"x\"}", "{\"a\":\"\"}", OTHER},
    {ONE("$.a", "{\"match\":\"notEmpty\"}"), "{\"a\":[1]}", "{\"a\":[]}", OTHER},
    {ONE("$.a", "{\"match\":\"semver\"}"), "{\"a\":\"1.0.0\"}", "{\"a\":\"2.10.3-rc.1+build.5\"}", SAME},
    {ONE("$.a", "{\"match\":\"semver\"}"), "{\"a\":\"1.0.0\"}", "{\"a\":\"1.0\"}", OTHER},
    {ONE("$.a", "{\"match\":\"semver\"}"), "{\"a\":\"1.0.0\"}", "{\"a\":\"1.02.0\"}", OTHER},
    {ONE("$.a", "{\"match\":\"semver\"}"), "{\"a\":\"1.0.0\"}", "{\"a\":\"1.0.0-01\"}", OTHER},
    {ONE("$.a", "{\"match\":\"semver\"}"), "{\"a\":\"1.0.0\"}", "{\"a\":\"1.0.0-x-y.z--\"}", SAME},
    {ONE("$.a", "{\"match\":\"date\"}"), "{\"a\":\"2026-01-01\"}", "{\"a\":\"2026-02-28\"}", SAME},
    {ONE("$.a", "{\"match\":\"date\"}"), "{\"a\":\"2026-01-01\"}", "{\"a\":\"2026-02-29\"}", OTHER},
    {ONE("$.a", "{\"match\":\"time\",\"format\":\"HH:mm\"}"), "{\"a\":\"10:00\"}", "{\"a\":\"23:59\"}", SAME},
    {ONE("$.a", "{\"match\":\"timestamp\",\"timestamp\":\"yyyy-MM-dd HH:mm\"}"), "{\"a\":\"\"}",
     "{\"a\":\"2026-01-01 23:59\"}", SAME},
    {ONE("$.a", "{\"match\":\"datetime\"}"), "{\"a\":\"\"}", "{\"a\":\"2026-01-01T23:59:00Z\"}", SAME},
    {ONE("$.a", "{\"match\":\"datetime\"}"), "{\"a\":\"\"}", "{\"a\":\"2026-01-01\"}", OTHER},
    {ONE("$.a", "{\"match\":\"regex\",\"regex\":\"\\\\d+\"}"), "{\"a\":\"1\"}", "{\"a\":12}", SAME},
    {ONE("$.a", "{\"match\":\"regex\",\"regex\":\"\\\\d+\"}"), "{\"a\":\"1\"}", "{\"a\":\"12x\"}", OTHER},
    {ONE("$.a", "{\"match\":\"regex\",\"regex\":\"(?i)[A-Z]++\"}"), "{\"a\":\"x\"}", "{\"a\":\"xY\"}", SAME},
    {ONE("$.a", "{\"regex\":\"x*\"}"), "{\"a\":\"x\"}", "{\"a\":\"xx\"}", SAME},
    {ONE("$.a", "{\"match\":\"of-a-plugin\"}"), "{\"a\":1}", "{\"a\":1}", UNSAID},
    /* a kind that is not the example's */
    {ONE("$.a", T), "{\"a\":1}", "{\"a\":{}}", OTHER},
    {ONE("$.a", T), "{\"a\":{}}", "{\"a\":[]}", OTHER},
    {ONE("$.a", T), "{\"a\":null}", "{\"a\":1}", OTHER},
    {ONE("$.a", "{\"match\":\"number\"}"), "{\"a\":[1]}", "{\"a\":[1]}", OTHER},
    /* no rule: equal, numbers by value */
    {"{}", "{\"a\":1}", "{\"a\":1.0}", SAME},
    {"{}", "{\"a\":1e2}", "{\"a\":100}", SAME},
    {"{}", "{\"a\":\"1\"}", "{\"a\":1}", OTHER},
    /* lengths are for the list itself, types for all below it */
    {ONE("$.a", "{\"match\":\"type\",\"min\":1}"), "{\"a\":[[1]]}", "{\"a\":[[]]}", SAME},
    {ONE("$.a", "{\"match\":\"type\",\"min\":2}"), "{\"a\":[1]}", "{\"a\":[1]}", OTHER},
    {ONE("$.a", "{\"match\":\"type\",\"max\":2}"), "{\"a\":[1]}", "{\"a\":[1,2,3]}", OTHER},
    {ONE("$.a", "{\"match\":\"type\",\"min\":1,\"max\":2}"), "{\"a\":[1]}", "{\"a\":[1,2]}", SAME},
    {ONE("$.a", "{\"match\":\"type\",\"min\":1}"), "{\"a\":[{\"b\":1}]}", "{\"a\":[{\"b\":2},{\"b\":\"2\"}]}", OTHER},
    {ONE("$.a", "{\"match\":\"type\",\"min\":1}"), "{\"a\":[{\"b\":1}]}", "{\"a\":[{\"b\":2},{}]}", OTHER},
    /* equality takes a type back */
    {TWO(RULE("$", T), RULE("$.a.b", "{\"match\":\"equality\"}")), "{\"a\":{\"b\":1,\"c\":1}}",
     "{\"a\":{\"b\":1,\"c\":2}}", SAME},
    {TWO(RULE("$", T), RULE("$.a.b", "{\"match\":\"equality\"}")), "{\"a\":{\"b\":1,\"c\":1}}",
     "{\"a\":{\"b\":2,\"c\":2}}", OTHER},
    {TWO(RULE("$", T), RULE("$.a", "{\"match\":\"equality\"}")), "{\"a\":[1,2]}", "{\"a\":[1,2,2]}", OTHER},
    /* the weightiest rule speaks */
    {TWO(RULE("$.*", "{\"match\":\"number\"}"), RULE("$.a", "{\"match\":\"null\"}")), "{\"a\":null,\"b\":1}",
     "{\"a\":null,\"b\":2}", SAME},
    {TWO(RULE("$.a", "{\"match\":\"null\"}"), RULE("$.*", "{\"match\":\"number\"}")), "{\"a\":null,\"b\":1}",
     "{\"a\":3,\"b\":2}", OTHER},
    {TWO(RULE("$[*].a", T), RULE("$[1].a", "{\"match\":\"equality\"}")), "[{\"a\":1},{\"a\":1}]",
     "[{\"a\":5},{\"a\":1}]", SAME},
    {TWO(RULE("$[*].a", T), RULE("$[1].a", "{\"match\":\"equality\"}")), "[{\"a\":1},{\"a\":1}]",
     "[{\"a\":5},{\"a\":5}]", OTHER},
    {ONE("$['a.b']['c d'][0]", T), "{\"a.b\":{\"c d\":[1]}}", "{\"a.b\":{\"c d\":[2]}}", SAME},
    {ONE("$.*[*].*", T), "{\"x\":[{\"y\":1}]}", "{\"x\":[{\"y\":2}]}", SAME},
    {ONE("$.a[*]", T), "{\"a\":[1,1]}", "{\"a\":[2,3]}", SAME},
    {ONE("$.a[*]", T), "{\"a\":[1,1]}", "{\"a\":[2]}", OTHER},
    /* combine */
    {"{\"$.a\":{\"combine\":\"AND\",\"matchers\":[" T ",{\"match\":\"include\",\"value\":\"x\"}]}}", "{\"a\":\"x\"}",
     "{\"a\":\"y\"}", OTHER},
    {"{\"$.a\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"null\"},{\"match\":\"integer\"}]}}", "{\"a\":1}",
     "{\"a\":null}", SAME},
    {"{\"$.a\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"null\"},{\"match\":\"integer\"}]}}", "{\"a\":1}",
     "{\"a\":\"x\"}", OTHER},
    {"{\"$.a\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"unheard-of\"},{\"match\":\"integer\"}]}}", "{\"a\":1}",
     "{\"a\":2}", SAME},
    {"{\"$.a\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"unheard-of\"},{\"match\":\"integer\"}]}}", "{\"a\":1}",
     "{\"a\":\"\"}", UNSAID},
    {"{\"$.a\":{\"combine\":\"AND\",\"matchers\":[{\"match\":\"unheard-of\"},{\"match\":\"integer\"}]}}", "{\"a\":1}",
     "{\"a\":\"\"}", OTHER},
    /* maps */
    {ONE("$.m", "{\"match\":\"values\"}"), "{\"m\":{\"a\":{\"n\":1}}}", "{\"m\":{\"b\":{\"n\":1},\"c\":{\"n\":1}}}",
     SAME},
    {TWO(RULE("$.m", "{\"match\":\"values\"}"), RULE("$.m.*", T)), "{\"m\":{\"a\":{\"n\":1}}}",
     "{\"m\":{\"b\":{\"n\":2},\"c\":{\"n\":\"x\"}}}", OTHER},
    {ONE("$.m", "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"regex\",\"regex\":\"[a-c]\"}]}"), "{\"m\":{\"a\":1}}",
     "{\"m\":{\"b\":2}}", SAME},
    {ONE("$.m", "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"regex\",\"regex\":\"[a-c]\"}]}"), "{\"m\":{\"a\":1}}",
     "{\"m\":{\"d\":1}}", OTHER},
    {ONE("$.m", "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"regex\",\"regex\":\"[a-c]\"}]}"), "{\"m\":{\"a\":1}}",
     "{\"m\":{\"a\":2}}", OTHER},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"integer\"}]}"), "{\"m\":{\"a\":1}}",
     "{\"m\":{\"b\":2,\"c\":3}}", SAME},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"integer\"}]}"), "{\"m\":{\"a\":1}}",
     "{\"m\":{\"b\":\"2\"}}", OTHER},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"type\"}]}"), "{\"m\":{\"a\":{\"n\":1}}}",
     "{\"m\":{\"b\":{\"n\":2},\"c\":{\"n\":3}}}", SAME},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"type\"}]}"), "{\"m\":{\"a\":{\"n\":1}}}",
     "{\"m\":{\"b\":{\"n\":2},\"c\":{\"n\":\"\"}}}", OTHER},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"type\"}]}"), "{\"m\":[1]}", "{\"m\":[2,3]}", SAME},
    {ONE("$.m", "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"regex\",\"regex\":\"x+\"}]}"), "{\"m\":[\"x\"]}",
     "{\"m\":[\"xx\",\"y\"]}", OTHER},
    /* items in any order */
    {ONE("$", "{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,\"rules\":{\"$.n\":{\"matchers\":[" T
	      "]}}},{\"index\":1}]}"),
     "[{\"r\":\"a\",\"n\":1},{\"r\":\"b\"}]", "[{\"r\":\"b\"},{\"r\":\"c\"},{\"r\":\"a\",\"n\":9}]", SAME},
    {ONE("$", "{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,\"rules\":{\"$.n\":{\"matchers\":[" T
	      "]}}},{\"index\":1}]}"),
     "[{\"r\":\"a\",\"n\":1},{\"r\":\"b\"}]", "[{\"r\":\"c\"},{\"r\":\"a\",\"n\":9}]", OTHER},
    {ONE("$", "{\"match\":\"array-contains\"}"), "[1,2]", "[3,2,1]", SAME},
    {ONE("$", "{\"match\":\"arrayContains\"}"), "[1,2]", "[3,2]", OTHER},
    {ONE("$", "{\"match\":\"arrayContains\"}"), "[1]", "{}", OTHER},
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf said = {0};
		enum told told = ask(rows[i].rules, rows[i].expected, rows[i].actual, false, &said);
		if (told != rows[i].told)
			fail_msg("%s\n%s against %s: %d, %.*s", rows[i].rules, rows[i].expected, rows[i].actual, told,
				 STR_ARG(buf_str(&said)));
		buf_free(&said);
	}
}

/* What a request must not hold, a response may. */
static void strictness(void **state)
{
	(void)state;
	assert_int_equal(ask("{}", "{\"a\":1}", "{\"a\":1,\"b\":2}", true, NULL), OTHER);
	assert_int_equal(ask("{}", "{\"a\":1}", "{\"a\":1,\"b\":2}", false, NULL), SAME);
	assert_int_equal(ask(ONE("$", T), "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", true, NULL), OTHER);
	assert_int_equal(
	    ask(ONE("$.a", "{\"match\":\"values\"}"), "{\"a\":{\"b\":1}}", "{\"a\":{\"x\":1,\"c\":1}}", true, NULL),
	    SAME);
	assert_int_equal(
	    ask(ONE("$", "{\"match\":\"arrayContains\"}"), "[{\"a\":1}]", "[{\"a\":1,\"b\":2}]", true, NULL), OTHER);
}

/* Values of the message do not show; those of the pact do. */
static void words(void **state)
{
	struct buf said = {0};
	(void)state;
	assert_int_equal(ask("{}", "{\"a\":[{\"b c\":\"mine\"}]}", "{\"a\":[{\"b c\":\"theirs\"}]}", false, &said),
			 OTHER);
	buf_addc(&said, '\0');
	assert_string_equal(said.at, "body $.a[0]['b c']: expected \"mine\", got another string [test.json:1:14]");
	buf_free(&said);
}

static void add_items(struct buf *out, unsigned count, const char *item)
{
	buf_addc(out, '[');
	for (unsigned i = 0; i < count; i++)
		buf_addf(out, "%s%s", i ? "," : "", item);
	buf_add(out, STR("]"));
	buf_addc(out, '\0');
}

/* More rules than a body can be held against, lists of lists to search, an expression that backtracks: all end soon,
 * and what was not decided is said. */
static void hostile(void **state)
{
	struct buf rules = {0}, items = {0};
	uint64_t begun = clock_mono_ns();
	(void)state;
	buf_addc(&rules, '{');
	for (unsigned i = 0; i < 20000; i++)
		buf_addf(&rules, "%s\"$[*].x%u.y\":{\"matchers\":[" T "]}", i ? "," : "", i);
	buf_addc(&rules, '}');
	buf_addc(&rules, '\0');
	add_items(&items, 20000, "{\"a\":{\"b\":1}}");
	assert_int_equal(ask(rules.at, items.at, items.at, false, NULL), UNSAID);
	items.len = 0;
	add_items(&items, 5000, "{\"a\":1,\"b\":2}");
	assert_int_equal(ask(ONE("$", "{\"match\":\"arrayContains\"}"), items.at, items.at, false, NULL), SAME);
	items.len = 0;
	add_items(&items, 20000, "1");
	struct buf other = {0};
	add_items(&other, 20000, "2");
	assert_int_not_equal(ask(ONE("$", "{\"match\":\"arrayContains\"}"), items.at, other.at, false, NULL), SAME);
	assert_int_equal(ask("{}", items.at, other.at, false, NULL), OTHER);
	assert_int_equal(ask(ONE("$.a", "{\"match\":\"regex\",\"regex\":\"(a+)+b|(a|aa)*c\"}"), "{\"a\":\"b\"}",
			     "{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad\"}", false,
			     NULL),
			 UNSAID);
	buf_free(&rules);
	buf_free(&items);
	buf_free(&other);
	print_message("%u ms\n", (unsigned)((clock_mono_ns() - begun) / 1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(table), cmocka_unit_test(strictness),
					   cmocka_unit_test(words), cmocka_unit_test(hostile)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
