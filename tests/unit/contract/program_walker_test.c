/* The compiled program and the plain walker over thousands of schemas and values made at random, the same ones each
 * run. */
#include "tests/fused_schemas.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/program.h"
#include "proxy/base/buf.h"
#include "tests/unit/contract/walker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t seed;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static const char *const names[] = {"\"a\"", "\"b\"", "\"c\"", "\"ab\"", "\"x~/\""};
static const char *const scalars[] = {
    "null", "true", "false", "0",     "1",     "1.0",    "-1",          "1.5",         "2",       "3",  "1e1",
    "10",   "0.3",  "\"\"",  "\"a\"", "\"b\"", "\"ab\"", "\"\\u00e9\"", "\"\\u0061\"", "\"xyz\"", "[]", "{}"};
static const char *const types[] = {"\"null\"",   "\"boolean\"", "\"number\"", "\"integer\"",
				    "\"string\"", "\"array\"",   "\"object\""};
static const char *const patterns[] = {"\"^a\"", "\"b$\"", "\"^.$\"", "\"[xy]\""};

#define ANY_OF(list) list[pick(sizeof list / sizeof *list)]

static void add_value(struct buf *out, unsigned depth)
{
	unsigned kind = depth ? pick(3) : 0, count = pick(4);
	if (!kind) {
		buf_add(out, str_from(ANY_OF(scalars)));
		return;
	}
	buf_addc(out, kind == 1 ? '[' : '{');
	for (unsigned i = 0; i < count; i++) {
		if (i)
			buf_addc(out, ',');
		if (kind == 2)
			buf_addf(out, "%s:", names[(i + count) % 5]);
		add_value(out, depth - 1);
	}
	buf_addc(out, kind == 1 ? ']' : '}');
}

/* %s schema, %l list of schemas, %n list of names, %v value, %m map of schemas, %p pattern map, %t type, %c small
 * count, %d number, %r pattern, %b true, %e list of values, %x map to names, %q definition */
static const struct {
	const char *text;
	unsigned since; /* bit: 1 draft 4, 2 draft 6 and 7, 4 2019-09, 8 2020-12 */
} keywords[] = {
    {"\"type\":%t", 15},
    {"\"type\":[%t,\"null\"]", 15},
    {"\"enum\":%e", 15},
    {"\"const\":%v", 14},
    {"\"minimum\":%d", 15},
    {"\"maximum\":%d", 15},
    {"\"exclusiveMinimum\":%d", 14},
    {"\"multipleOf\":0.5", 15},
    {"\"minLength\":%c", 15},
    {"\"maxLength\":%c", 15},
    {"\"pattern\":%r", 15},
    {"\"minItems\":%c", 15},
    {"\"maxItems\":%c", 15},
    {"\"uniqueItems\":true", 15},
    {"\"prefixItems\":%l", 8},
    {"\"items\":%s", 15},
    {"\"items\":%l", 7},
    {"\"additionalItems\":%s", 7},
    {"\"contains\":%s", 14},
    {"\"minContains\":%c", 12},
    {"\"maxContains\":%c", 12},
    {"\"unevaluatedItems\":%s", 12},
    {"\"minProperties\":%c", 15},
    {"\"maxProperties\":%c", 15},
    {"\"required\":%n", 15},
    {"\"properties\":%m", 15},
    {"\"properties\":%m", 15},
    {"\"patternProperties\":%p", 15},
    {"\"additionalProperties\":%s", 15},
    {"\"propertyNames\":%s", 14},
    {"\"dependencies\":%x", 15},
    {"\"dependentRequired\":%x", 12},
    {"\"dependentSchemas\":%m", 12},
    {"\"unevaluatedProperties\":%s", 12},
    {"\"unevaluatedProperties\":false", 12},
    {"\"unevaluatedItems\":false", 12},
    {"\"allOf\":%l", 15},
    {"\"anyOf\":%l", 15},
    {"\"oneOf\":%l", 15},
    {"\"not\":%s", 15},
    {"\"if\":%s", 14},
    {"\"then\":%s", 14},
    {"\"else\":%s", 14},
    {"\"$ref\":\"#/definitions/%q\"", 15},
};

enum { KEYWORDS_KNOWN = sizeof keywords / sizeof *keywords };

static void add_schema(struct buf *out, unsigned era, unsigned depth);

static void add_schema_map(struct buf *out, unsigned era, unsigned depth, bool pattern, bool lists)
{
	buf_addc(out, '{');
	for (unsigned i = 0, count = 1 + pick(3); i < count; i++) {
		buf_addf(out, "%s%s:", i ? "," : "", pattern ? patterns[i] : names[i]);
		if (lists)
			buf_addf(out, "[%s]", ANY_OF(names));
		else
			add_schema(out, era, depth);
	}
	buf_addc(out, '}');
}

static void add_list(struct buf *out, char what, unsigned era, unsigned depth)
{
	unsigned start = pick(5);
	buf_addc(out, '[');
	for (unsigned i = 0, count = 1 + pick(3); i < count; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		if (what == 'l')
			add_schema(out, era, depth);
		else if (what == 'e')
			add_value(out, 1);
		else
			buf_add(out, str_from(names[(start + i) % 5]));
	}
	buf_addc(out, ']');
}

static void add_operand(struct buf *out, char what, unsigned era, unsigned depth)
{
	switch (what) {
	case 's':
		add_schema(out, era, depth);
		return;
	case 'm':
	case 'p':
	case 'x':
		add_schema_map(out, era, depth, what == 'p', what == 'x');
		return;
	case 'v':
		add_value(out, 2);
		return;
	case 't':
		buf_add(out, str_from(ANY_OF(types)));
		return;
	case 'r':
		buf_add(out, str_from(ANY_OF(patterns)));
		return;
	case 'c':
		buf_addf(out, "%u", pick(4));
		return;
	case 'd':
		buf_addf(out, "%d", (int)pick(4) - 1);
		buf_add(out, pick(2) ? STR(".5") : STR(".0"));
		return;
	case 'q':
		buf_addf(out, "d%u", pick(3));
		return;
	default:
		add_list(out, what, era, depth);
	}
}

static void add_keyword(struct buf *out, const char *text, unsigned era, unsigned depth)
{
	for (; *text; text++)
		if (*text == '%')
			add_operand(out, *++text, era, depth);
		else
			buf_addc(out, *text);
}

/* Keys of one schema differ, or it would be no JSON. */
static void add_keywords(struct buf *out, unsigned era, unsigned depth)
{
	struct str used[8];
	unsigned count = 0;
	for (unsigned i = 0, tries = 1 + pick(4); i < tries; i++) {
		unsigned k = pick(KEYWORDS_KNOWN);
		struct str key = str_head(str_from(keywords[k].text), str_find(str_from(keywords[k].text), ':'));
		bool twice = !(keywords[k].since & era);
		for (unsigned u = 0; u < count; u++)
			twice |= str_eq(used[u], key);
		if (twice)
			continue;
		buf_add(out, count ? STR(",") : STR(""));
		used[count++] = key;
		add_keyword(out, keywords[k].text, era, depth);
	}
}

static void add_schema(struct buf *out, unsigned era, unsigned depth)
{
	if (!depth || !pick(8)) {
		buf_add(out, era == 1 ? STR("{}") : pick(3) ? STR("true") : STR("false"));
		return;
	}
	buf_addc(out, '{');
	add_keywords(out, era, depth - 1);
	buf_addc(out, '}');
}

static void add_document(struct buf *out, unsigned era)
{
	buf_add(out, STR("{\"definitions\":{"));
	for (unsigned i = 0; i < 3; i++) {
		buf_addf(out, "%s\"d%u\":", i ? "," : "", i);
		add_schema(out, era, 2);
	}
	buf_add(out, STR("},\"allOf\":["));
	add_schema(out, era, 4);
	buf_add(out, STR("]}"));
}

struct tally {
	unsigned compared[2], skipped;
};

static void compare(const struct program *p, uint32_t entry, struct judge *judge, struct judge *tape,
		    const struct node *schema, enum dialect dialect, struct arena *arena, struct tally *tally)
{
	struct buf json = {0};
	struct findings out;
	struct diag d;
	bool gave_up;
	diag_init(&d);
	add_value(&json, 3);
	buf_addc(&json, '\0');
	json.len--;
	findings_begin(&out, arena, 4);
	enum judgement got = program_judge(p, entry, judge, buf_str(&json), REQUEST, IN_BODY, STR(""), &out), again;
	assert_true(fused_agree(p, entry, judge, tape, buf_str(&json), REQUEST, 4, &again) && got == again);
	const struct node *value = json_tree_read(arena, buf_str(&json), "value", &d);
	assert_non_null(value);
	bool want = walker_verdict(schema, dialect, value, &gave_up);
	if (gave_up || got == UNDECIDED) {
		tally->skipped++;
	} else {
		tally->compared[want]++;
		if ((got == VALID) != want) {
			struct buf text = {0};
			tree_to_json(schema, &text);
			fail_msg("dialect %d: %.*s: %s should be %s", dialect, STR_ARG(buf_str(&text)), json.at,
				 want ? "valid" : "invalid");
		}
		assert_true((got == INVALID) == (out.count > 0));
	}
	buf_free(&json);
	diag_free(&d);
}

static void run_era(enum dialect dialect, unsigned era, unsigned schemas)
{
	struct schema_options options = {.assert_formats = false};
	struct judge_limits limits = {0, 0, 20000};
	struct judge *judge = judge_new(&limits), *tape = judge_new(&limits); /* the second never goes without a tape */
	struct tally tally = {{0, 0}, 0};
	judge_tape_only(tape, true);
	seed = 20260000 + era;
	for (unsigned n = 0; n < schemas; n++) {
		struct arena arena;
		struct diag d;
		struct buf text = {0};
		uint32_t entry;
		arena_init(&arena, 1 << 14);
		diag_init(&d);
		add_document(&text, era);
		const struct node *schema = json_tree_read(&arena, buf_str(&text), "schema", &d);
		assert_non_null(schema);
		struct schema_set *set = schema_set_new(&options);
		bool ok = schema_set_add(set, STR(""), schema, dialect, true, &d) &&
			  schema_compile(set, schema, STR(""), STR("#"), dialect, &entry, &d);
		struct program *p = schema_set_end(set, &d);
		if (!p && !strstr(d.first->text.at, "without end"))
			fail_msg("%.*s: %s", STR_ARG(buf_str(&text)), d.first->text.at);
		for (unsigned i = 0; ok && p && i < 12; i++)
			compare(p, entry, judge, tape, schema, dialect, &arena, &tally);
		program_free(p);
		buf_free(&text);
		diag_free(&d);
		arena_free(&arena);
	}
	judge_free(judge);
	judge_free(tape);
	print_message("dialect %d: %u valid, %u invalid, %u without a verdict\n", dialect, tally.compared[1],
		      tally.compared[0], tally.skipped);
	assert_true(tally.compared[0] > schemas && tally.compared[1] > schemas);
	assert_true(tally.skipped < schemas);
}

static void draft_4(void **state)
{
	(void)state;
	run_era(DIALECT_4, 1, 3000);
}

static void draft_7(void **state)
{
	(void)state;
	run_era(DIALECT_7, 2, 3000);
}

static void draft_2019_09(void **state)
{
	(void)state;
	run_era(DIALECT_2019_09, 4, 4000);
}

static void draft_2020_12(void **state)
{
	(void)state;
	run_era(DIALECT_2020_12, 8, 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(draft_4), cmocka_unit_test(draft_7),
					   cmocka_unit_test(draft_2019_09), cmocka_unit_test(draft_2020_12)};
	return cmocka_run_group_tests_name("program_walker", tests, NULL, NULL);
}
