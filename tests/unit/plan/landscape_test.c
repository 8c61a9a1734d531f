#include "landscapes.h"

static void complains(const char *text, const char *expected)
{
	struct ground g;
	struct buf out = {0};
	bool good = ground_read(&g, text);
	for (const struct complaint *c = g.diag.first; c; c = c->next)
		buf_addf(&out, "%u:%u %.*s%s%.*s\n", c->place.line, c->place.column, STR_ARG(c->text),
			 c->hint.len ? " | " : "", STR_ARG(c->hint));
	buf_addc(&out, '\0');
	assert_string_equal(out.at, expected);
	assert_false(good);
	buf_free(&out);
	ground_free(&g);
}

static void names_what_is_wrong(void **state)
{
	(void)state;
	complains("services: {}\n", "1:11 no services\n");
	complains("servces: {a: {versions: {1.0: }}}\n", "1:1 \"servces\" is not a key of a landscape | did you mean "
							 "\"services\"?\n1:1 a landscape needs \"services\"\n");
	complains("services:\n  a: {}\n", "2:6 a service needs \"versions\"\n");
	complains("services:\n  a: {versions: {}}\n", "2:3 a has no versions\n");
	complains("services:\n  a: {versions: {one: }}\n",
		  "2:18 expected a version such as 1.4 or 1.4.2, found \"one\"\n");
	complains("services:\n  a: {versions: {1.4: , v1.4.0: }}\n", "2:25 a: 1.4 and v1.4.0 are the same version\n");
	complains("services:\n  a: {running: 1.5, versions: {1.4: , 1.3: }}\n",
		  "2:16 running: a has no version \"1.5\" | its versions are: 1.4, 1.3\n");
	complains("services:\n  a: {running: [1.4, 1.3], side_by_side: off, versions: {1.4: , 1.3: }}\n",
		  "2:22 running: two versions, and side_by_side is off\n");
	complains("services:\n  a: {wanted: [1, none], versions: {1.4: }}\n", "2:19 wanted: none stands alone\n");
	complains("services:\n  a: {wanted: 1.2.3, versions: {1.4: }}\n",
		  "2:15 expected a version such as 1.2 or =1.2, found \"1.2.3\" | major and least minor; a patch is "
		  "not asked for\n");
	complains(
	    "services:\n  a: {versions: {1.4: {requires: {biling: 1, a: 1, billing: x}}}}\n  billing: {versions: {1.0: "
	    "}}\n",
	    "2:35 there is no service \"biling\" | did you mean \"billing\"?\n2:46 a service cannot require itself\n"
	    "2:61 expected a version such as 1.2 or =1.2, found \"x\" | major and least minor; a patch is not asked "
	    "for\n");
	complains("services:\n  \"a\\e[2J\": {versions: {1.0: }}\n",
		  "2:3 a service's name has 1 to 100 letters, digits and . _ - /\n");
	complains("side_by_side: maybe\nservices:\n  a: {versions: {1.0: {requires: [b]}}}\n",
		  "1:15 side_by_side: \"maybe\" is not one of: on, steps, off\n"
		  "3:34 requires: expected a mapping of names, found a list\n");
}

static void is_bounded(void **state)
{
	struct buf text = {0};
	struct ground g;
	(void)state;
	buf_addf(&text, "services:\n  a:\n    versions:\n");
	for (unsigned i = 0; i <= LANDSCAPE_VERSIONS; i++)
		buf_addf(&text, "      1.%u:\n", i);
	buf_addc(&text, '\0');
	complains(text.at, "2:3 a has more than 64 versions\n");
	text.len = 0;
	buf_addf(&text, "services:\n");
	for (unsigned i = 0; i <= LANDSCAPE_SERVICES; i++)
		buf_addf(&text, "  s%u: {versions: {1.0: }}\n", i);
	buf_addc(&text, '\0');
	complains(text.at, "2:3 more than 256 services\n");
	text.len = 0;
	buf_addf(&text, "services:\n");
	for (unsigned i = 0; i < LANDSCAPE_RELEASES / LANDSCAPE_VERSIONS + 1; i++) {
		buf_addf(&text, "  s%u:\n    versions:\n", i);
		for (unsigned v = 0; v < LANDSCAPE_VERSIONS; v++)
			buf_addf(&text, "      1.%u:\n", v);
	}
	buf_addc(&text, '\0');
	assert_false(ground_read(&g, text.at));
	assert_string_equal(g.diag.first->text.at, "more than 2048 versions in all");
	ground_free(&g);
	buf_free(&text);
}

static void order_and_sides(void **state)
{
	struct ground g;
	(void)state;
	assert_true(
	    ground_read(&g, "side_by_side: steps\nservices:\n"
			    "  a: {running: [1.9, v2], versions: {1.9: , 1.10: , v2: , 10.0.3: }}\n"
			    "  b: {wanted: 1, side_by_side: on, versions: {1.0: {requires: {a: ' 1.10|=2.0 '}}}}\n"));
	const struct landscape *l = &g.l;
	const char *const newest_first[] = {"10.0.3", "v2", "1.10", "1.9", "1.0"};
	for (uint32_t i = 0; i < 5; i++)
		assert_true(str_eq(l->releases[i].name, str_from(newest_first[i])));
	assert_true(!l->releases[0].runs && l->releases[1].runs && !l->releases[2].runs && l->releases[3].runs);
	assert_int_equal(l->services[0].beside, BESIDE_STEPS);
	assert_int_equal(l->services[1].beside, BESIDE_ON);
	assert_int_equal(l->order[0], 1); /* it has a wish */
	assert_int_equal(l->needs[0].demand.met, 1 << 1 | 1 << 2);
	ground_free(&g);
}

static bool keeps_nothing_of_1_1(void *context, uint32_t base, uint32_t later)
{
	const struct landscape *l = context;
	return !(str_eq(l->releases[base].name, STR("1.1")) && str_eq(l->releases[later].name, STR("1.3")));
}

/* What is asked for is what the oldest version in the range promised; a later one is held to that. */
static void promises(void **state)
{
	struct ground g;
	(void)state;
	assert_true(ground_read(
	    &g,
	    "services:\n  a: {versions: {1.0: , 1.1: , 1.2: , 1.3: }}\n"
	    "  b: {versions: {1.0: {requires: {a: 1.0}}, 1.1: {requires: {a: 1.1}}, 1.2: {requires: {a: 1.2}}}}\n"));
	landscape_link(&g.l, &g.conf.arena, keeps_nothing_of_1_1, &g.l);
	/* Newest first: 1.3 is bit 0. */
	for (uint32_t i = 0; i < g.l.need_count; i++) {
		uint64_t met = str_eq(g.l.needs[i].demand.text, STR("1.0"))   ? 0xF
			       : str_eq(g.l.needs[i].demand.text, STR("1.1")) ? 0x6
									      : 0x3;
		assert_int_equal(g.l.needs[i].demand.met, met);
	}
	ground_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names_what_is_wrong), cmocka_unit_test(is_bounded),
					   cmocka_unit_test(order_and_sides), cmocka_unit_test(promises)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
