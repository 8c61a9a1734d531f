/* Defaults put into messages: by branch, by reference, in every depth, and no other byte touched. */
#include "judge.h"

#include "filters/contract/program_fill.h"

static const struct schema_options plain = {0};

struct row {
	enum dialect dialect;
	const char *schema, *json;
	enum filling want;
	const char *filled;
};

#define ORDER "{\"required\":[\"b\"],\"properties\":{\"a\":{\"default\":1.50},\"b\":{\"type\":\"string\",\"default\":\"x\"}}}"

static const struct row rows[] = {
    {DIALECT_2020_12, ORDER, "{}", FILL_DONE, "{\"a\":1.50,\"b\":\"x\"}"},
    {DIALECT_2020_12, ORDER, " { } ", FILL_DONE, " {\"a\":1.50,\"b\":\"x\" } "},
    {DIALECT_2020_12, ORDER, "{\"a\":null}", FILL_DONE, "{\"b\":\"x\",\"a\":null}"},
    {DIALECT_2020_12, ORDER, "{\"a\":1,\"b\":\"\"}", FILL_NOTHING, NULL},
    {DIALECT_2020_12, ORDER, "{\"a\":1,\"b\":2}", FILL_NOTHING, NULL},
    {DIALECT_2020_12, ORDER, "[]", FILL_NOTHING, NULL},
    {DIALECT_2020_12, ORDER, "{\"a\":1", FILL_NOTHING, NULL},
    {DIALECT_2020_12, ORDER, "{\"a\":1,\"a\":1}", FILL_NOTHING, NULL},
    /* required in one part, listed in another */
    {DIALECT_2020_12, "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"required\":[\"a\"]}]}", "{}", FILL_DONE,
     "{\"a\":1}"},
    {DIALECT_2020_12, "{\"required\":[\"a\"],\"$ref\":\"#/$defs/p\",\"$defs\":{\"p\":{\"properties\":{\"a\":{\"default\":[]}}}}}",
     "{}", FILL_DONE, "{\"a\":[]}"},
    {DIALECT_2020_12, "{\"required\":[\"a\"],\"properties\":{\"b\":{\"default\":1}}}", "{}", FILL_NOTHING, NULL},
    /* the schema's own default stands above what it refers to, where siblings of $ref count */
    {DIALECT_2020_12, "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\",\"default\":2}},\"$defs\":{\"n\":{\"default\":1}}}", "{}",
     FILL_DONE, "{\"a\":2}"},
    {DIALECT_7, "{\"properties\":{\"a\":{\"$ref\":\"#/definitions/n\",\"default\":2}},\"definitions\":{\"n\":{\"default\":1}}}",
     "{}", FILL_DONE, "{\"a\":1}"},
    {DIALECT_2020_12, "{\"properties\":{\"a\":{\"allOf\":[{\"default\":1},{\"default\":2}]}}}", "{}", FILL_NOTHING, NULL},
    /* branches */
    {DIALECT_2020_12, "{\"anyOf\":[{\"properties\":{\"a\":{\"default\":1}},\"required\":[\"z\"]},{\"properties\":{\"b\":{\"default\":2}}},"
		      "{\"properties\":{\"c\":{\"default\":3}}}]}",
     "{}", FILL_DONE, "{\"b\":2,\"c\":3}"},
    {DIALECT_2020_12, "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"],\"properties\":{\"b\":{\"default\":1}}}],"
		      "\"properties\":{\"c\":{\"default\":0}}}",
     "{\"a\":1}", FILL_DONE, "{\"c\":0,\"a\":1}"},
    {DIALECT_2020_12, "{\"oneOf\":[{\"required\":[\"a\"],\"properties\":{\"a\":{\"default\":1}}},{\"required\":[\"b\"],"
		      "\"properties\":{\"b\":{\"default\":1}}}]}",
     "{}", FILL_NOTHING, NULL},
    {DIALECT_2020_12, "{\"if\":{\"required\":[\"k\"]},\"then\":{\"properties\":{\"a\":{\"default\":1}}},\"else\":{\"properties\":"
		      "{\"b\":{\"default\":2}}}}",
     "{\"k\":1}", FILL_DONE, "{\"a\":1,\"k\":1}"},
    {DIALECT_2020_12, "{\"not\":{\"required\":[\"a\"],\"properties\":{\"a\":{\"default\":1}}}}", "{}", FILL_NOTHING, NULL},
    {DIALECT_2020_12, "{\"dependentSchemas\":{\"k\":{\"properties\":{\"a\":{\"default\":1}}}}}", "{\"k\":0}", FILL_DONE,
     "{\"a\":1,\"k\":0}"},
    /* two that differ, two that do not */
    {DIALECT_2020_12, "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"a\":{\"default\":1.0}}}]}", "{}",
     FILL_REFUSED, NULL},
    {DIALECT_2020_12, "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"a\":{\"default\":1}}}]}", "{}",
     FILL_DONE, "{\"a\":1}"},
    /* what would break the schema */
    {DIALECT_2020_12, "{\"properties\":{\"a\":{\"default\":1}},\"maxProperties\":0}", "{}", FILL_REFUSED, NULL},
    {DIALECT_2020_12, "{\"anyOf\":[{\"properties\":{\"a\":{\"default\":1}}}],\"additionalProperties\":false}", "{}", FILL_REFUSED,
     NULL},
    /* inside */
    {DIALECT_2020_12, "{\"properties\":{\"l\":{\"items\":{\"$ref\":\"#\"}},\"n\":{\"default\":{\"l\":[]}}}}",
     "{\"l\":[{},[],{\"n\":1},{\"l\":[{}]}]}", FILL_DONE,
     "{\"n\":{\"l\":[]},\"l\":[{\"n\":{\"l\":[]}},[],{\"n\":1},{\"n\":{\"l\":[]},\"l\":[{\"n\":{\"l\":[]}}]}]}"},
    {DIALECT_2020_12, "{\"properties\":{\"a\\\"\\n\":{\"default\":\"\\u00e9\\\"\"}}}", "{\"\\\"{}\":\"{\"}", FILL_DONE,
     "{\"a\\\"\\n\":\"\xc3\xa9\\\"\",\"\\\"{}\":\"{\"}"},
    /* what a request may not have */
    {DIALECT_OPENAPI_30, "{\"properties\":{\"a\":{\"type\":\"integer\",\"readOnly\":true,\"default\":1},\"b\":{\"default\":2}}}",
     "{}", FILL_DONE, "{\"b\":2}"},
};

static void messages_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench b;
		struct buf out = {0};
		bench_open(&b, rows[i].schema, rows[i].dialect, &plain);
		assert_non_null(b.program);
		enum filling got = program_fill(b.program, b.entry, b.judge, str_from(rows[i].json), 4096, &out);
		buf_addc(&out, '\0');
		if (got != rows[i].want || (rows[i].filled && strcmp(out.at, rows[i].filled) != 0))
			fail_msg("%s\n%s: %d %s", rows[i].schema, rows[i].json, (int)got, out.at);
		buf_free(&out);
		bench_close(&b);
	}
}

static void the_result_is_bounded(void **state)
{
	struct bench b;
	struct buf out = {0}, json = {0};
	(void)state;
	bench_open(&b, "{\"properties\":{\"l\":{\"items\":{\"properties\":{\"a\":{\"default\":\"a long text, a long text\"}}}}}}",
		   DIALECT_2020_12, &plain);
	buf_add(&json, STR("{\"l\":[{}"));
	for (int i = 0; i < 1000; i++)
		buf_add(&json, STR(",{}"));
	buf_add(&json, STR("]}"));
	assert_int_equal(program_fill(b.program, b.entry, b.judge, buf_str(&json), 1 << 20, &out), FILL_DONE);
	assert_int_equal(out.len, json.len + 1001 * strlen("\"a\":\"a long text, a long text\""));
	assert_int_equal(program_fill(b.program, b.entry, b.judge, buf_str(&json), out.len - 1, &out), FILL_REFUSED);
	json.len -= 2;
	for (int i = 0; i < 100000; i++)
		buf_add(&json, STR(",{}"));
	buf_add(&json, STR("]}"));
	assert_int_equal(program_fill(b.program, b.entry, b.judge, buf_str(&json), 1 << 30, &out), FILL_REFUSED);
	buf_free(&json);
	buf_free(&out);
	bench_close(&b);
}

static void defaults_are_checked(void **state)
{
	static const struct {
		const char *schema;
		unsigned errors, warnings;
	} checks[] = {
	    {ORDER, 0, 0},
	    {"{\"properties\":{\"a\":{\"type\":\"string\",\"default\":1}}}", 1, 0},
	    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\",\"default\":0}},\"$defs\":{\"n\":{\"minimum\":1}}}", 1, 0},
	    {"{\"items\":{\"properties\":{\"a\":{\"enum\":[1],\"default\":2},\"b\":{\"maxLength\":1,\"default\":\"ab\"}}}}", 2, 0},
	    {"{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"a\":{\"default\":2}}}]}", 0, 1},
	    {"{\"$ref\":\"#/$defs/p\",\"properties\":{\"a\":{\"default\":1}},\"anyOf\":[{\"properties\":{\"a\":{\"default\":2}}}],"
	     "\"$defs\":{\"p\":{\"properties\":{\"a\":{\"default\":1}}}}}",
	     0, 1},
	    {"{\"oneOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"a\":{\"default\":2}}}]}", 0, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		struct bench b;
		bench_open(&b, checks[i].schema, DIALECT_2020_12, &plain);
		bool good = program_check_defaults(b.program, &b.diag);
		print_message("%s\n", checks[i].schema);
		assert_int_equal(good, checks[i].errors == 0);
		assert_int_equal(b.diag.errors, checks[i].errors);
		assert_int_equal(b.diag.warnings, checks[i].warnings);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_are_filled),
	    cmocka_unit_test(the_result_is_bounded),
	    cmocka_unit_test(defaults_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
