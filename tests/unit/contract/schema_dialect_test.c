/* What each dialect means by its words, row by row, from the specifications. */
#include "tests/unit/contract/judge.h"

struct row {
	enum dialect dialect;
	const char *schema, *good, *bad; /* instances, " ~ " between them; NULL: none */
};

static const struct row rows[] = {
    /* Draft 4: integers are written without a fraction; exclusiveMinimum sharpens minimum; no const, no boolean
       schemas. */
    {DIALECT_4, "{\"type\":\"integer\"}", "1 ~ -0", "1.0 ~ 1e2"},
    {DIALECT_4, "{\"minimum\":3,\"exclusiveMinimum\":true}", "3.1", "3 ~ 3.0"},
    {DIALECT_4, "{\"minimum\":3,\"exclusiveMinimum\":false}", "3", "2.9999999999999999999999999"},
    {DIALECT_4, "{\"const\":1,\"contains\":{\"type\":\"null\"},\"if\":{\"type\":\"null\"}}", "2 ~ []", NULL},
    {DIALECT_4,
     "{\"allOf\":[{\"$ref\":\"http://x.org/b\"}],\"definitions\":{\"b\":{\"id\":\"http://x.org/"
     "b\",\"type\":\"null\"}}}",
     "null", "1"},
    {DIALECT_4, "{\"allOf\":[{\"$ref\":\"#name\"}],\"definitions\":{\"b\":{\"id\":\"#name\",\"type\":\"null\"}}}",
     "null", "1"},
    {DIALECT_4, "{\"dependencies\":{\"a\":[\"b\"],\"c\":{\"maxProperties\":1}}}", "{\"a\":1,\"b\":2} ~ {\"c\":1} ~ {}",
     "{\"a\":1} ~ {\"c\":1,\"d\":1}"},
    {DIALECT_4, "{\"$ref\":\"#/definitions/s\",\"type\":\"null\",\"definitions\":{\"s\":{\"type\":\"string\"}}}",
     "\"\"", "null"},
    {DIALECT_4, "{\"items\":[{\"type\":\"null\"}],\"additionalItems\":false}", "[] ~ [null]", "[1] ~ [null,null]"},
    /* Draft 6: const, contains, propertyNames, numeric exclusive bounds, boolean schemas, $id; 1.0 is an integer. */
    {DIALECT_6, "{\"type\":\"integer\"}", "1.0 ~ 1e2 ~ 10e-1", "1.5 ~ 1e-1"},
    {DIALECT_6, "{\"exclusiveMinimum\":3,\"exclusiveMaximum\":5}", "4", "3 ~ 5"},
    {DIALECT_6, "{\"contains\":{\"type\":\"null\"},\"minContains\":0}", "[1,null]", "[] ~ [1]"},
    {DIALECT_6, "{\"propertyNames\":{\"maxLength\":2}}", "{\"ab\":1} ~ 1", "{\"abc\":1}"},
    {DIALECT_6, "{\"const\":{\"a\":[1.0]}}", "{\"a\":[1]}", "{\"a\":[true]} ~ {\"a\":[]}"},
    {DIALECT_6, "{\"if\":false,\"then\":false,\"else\":false}", "1", NULL},
    {DIALECT_6, "{\"allOf\":[{\"$ref\":\"#n\"}],\"definitions\":{\"n\":{\"$id\":\"#n\",\"type\":\"null\"}}}", "null",
     "1"},
    {DIALECT_6, "{\"properties\":{\"a\":false},\"additionalProperties\":true}", "{\"b\":1}", "{\"a\":1}"},
    /* Draft 7: if, then, else; $ref still stands alone. */
    {DIALECT_7, "{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},\"else\":{\"type\":\"null\"}}",
     "\"ab\" ~ null", "\"a\" ~ 1"},
    {DIALECT_7, "{\"then\":false,\"else\":false}", "1", NULL},
    {DIALECT_7,
     "{\"allOf\":[{\"$ref\":\"#/definitions/s\",\"maxLength\":1}],\"definitions\":{\"s\":{\"type\":\"string\"}}}",
     "\"long\"", "1"},
    {DIALECT_7,
     "{\"definitions\":{\"a\":{\"$id\":\"http://y.org/a\",\"definitions\":{\"n\":{\"$id\":\"#n\",\"type\":\"null\"}}}},"
     "\"allOf\":[{\"$ref\":\"http://y.org/a#n\"}]}",
     "null", "1"},
    {DIALECT_7, "{\"dependentRequired\":{\"a\":[\"b\"]},\"unevaluatedProperties\":false,\"minContains\":9}",
     "{\"a\":1}", NULL},
    {DIALECT_7, "{\"items\":[true,{\"type\":\"null\"}],\"additionalItems\":{\"type\":\"string\"}}", "[1,null,\"\"]",
     "[1,null,1] ~ [1,2]"},
    {DIALECT_7, "{\"items\":{\"type\":\"null\"},\"additionalItems\":false}", "[null,null]", "[1]"},
    /* 2019-09: $ref has siblings; $anchor; $recursiveRef; dependent…; unevaluated…; min and maxContains. */
    {DIALECT_2019_09, "{\"$ref\":\"#/$defs/s\",\"maxLength\":1,\"$defs\":{\"s\":{\"type\":\"string\"}}}", "\"a\"",
     "\"ab\" ~ 1"},
    {DIALECT_2019_09, "{\"$ref\":\"#here\",\"$defs\":{\"x\":{\"$anchor\":\"here\",\"type\":\"null\"}}}", "null", "1"},
    {DIALECT_2019_09, "{\"contains\":{\"type\":\"null\"},\"minContains\":0}", "[] ~ [1] ~ [null]", NULL},
    {DIALECT_2019_09, "{\"contains\":{\"type\":\"null\"},\"minContains\":2,\"maxContains\":3}",
     "[null,null] ~ [null,1,null,null]", "[null] ~ [null,null,null,null]"},
    {DIALECT_2019_09, "{\"maxContains\":0,\"minContains\":5}", "[1,2]", NULL},
    {DIALECT_2019_09, "{\"contains\":{\"type\":\"null\"},\"unevaluatedItems\":false}", NULL, "[null]"},
    {DIALECT_2019_09, "{\"items\":[true],\"unevaluatedItems\":{\"type\":\"null\"}}", "[1,null]", "[1,1]"},
    {DIALECT_2019_09,
     "{\"$id\":\"http://z.org/"
     "tree\",\"$recursiveAnchor\":true,\"properties\":{\"k\":{\"items\":{\"$recursiveRef\":\"#\"}}},"
     "\"additionalProperties\":{\"type\":\"integer\"}}",
     "{\"k\":[{\"k\":[],\"x\":1}]}", "{\"k\":[{\"x\":\"\"}]}"},
    {DIALECT_2019_09,
     "{\"$id\":\"http://z.org/strict\",\"$recursiveAnchor\":true,\"$ref\":\"tree\",\"unevaluatedProperties\":false,"
     "\"$defs\":{\"t\":{\"$id\":\"tree\",\"$recursiveAnchor\":true,"
     "\"properties\":{\"d\":true,\"k\":{\"items\":{\"$recursiveRef\":\"#\"}}}}}}",
     "{\"d\":1,\"k\":[{\"d\":2}]}", "{\"k\":[{\"dd\":2}]} ~ {\"dd\":1}"},
    {DIALECT_2019_09,
     "{\"$id\":\"http://z.org/strict\",\"$ref\":\"tree\",\"unevaluatedProperties\":false,"
     "\"$defs\":{\"t\":{\"$id\":\"tree\",\"$recursiveAnchor\":true,"
     "\"properties\":{\"d\":true,\"k\":{\"items\":{\"$recursiveRef\":\"#\"}}}}}}",
     "{\"d\":1,\"k\":[{\"d\":2}]} ~ {\"k\":[{\"dd\":2}]}", "{\"dd\":1}"},
    {DIALECT_2019_09, "{\"prefixItems\":[false],\"$dynamicRef\":\"#nowhere\"}", "[1]", NULL},
    {DIALECT_2019_09,
     "{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":true}}},\"properties\":{\"a\":true},"
     "\"unevaluatedProperties\":false}",
     "{\"a\":1,\"b\":1} ~ {\"a\":1}", "{\"b\":1}"},
    /* 2020-12 beyond its suite. */
    {DIALECT_2020_12, "{\"contains\":{\"type\":\"null\"},\"unevaluatedItems\":false}", "[null]", "[null,1]"},
    {DIALECT_2020_12,
     "{\"anyOf\":[{\"properties\":{\"a\":true}},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
     "{\"a\":1,\"b\":1}", "{\"c\":1}"},
    {DIALECT_2020_12, "{\"not\":{\"not\":{\"properties\":{\"a\":true}}},\"unevaluatedProperties\":false}", "{}",
     "{\"a\":1}"},
    {DIALECT_2020_12, "{\"multipleOf\":0.0001}", "0.0075 ~ 1e308 ~ 123456789012345678901234567890.0001", "0.00751"},
    {DIALECT_2020_12, "{\"maximum\":10}", "10 ~ 9.99 ~ 10.0 ~ 1e1 ~ 1e-5 ~ -11.5 ~ 1.0e1 ~ 0.1e2 ~ -1e9 ~ 100e-1",
     "1e5 ~ 10.01 ~ 11 ~ 1.1e1 ~ 100000000000000000000 ~ 0.1e3 ~ 10.00000000000000000001"},
    {DIALECT_2020_12, "{\"exclusiveMinimum\":-1}", "-0.5 ~ 0 ~ -0.99999999999999999999999 ~ -1e-1",
     "-1 ~ -1.0 ~ -1.5 ~ -1e0 ~ -2"},
    {DIALECT_2020_12, "{\"minimum\":0}", "0 ~ -0 ~ -0.0 ~ 0.1 ~ 1e-400", "-0.1 ~ -1e-400"},
    {DIALECT_2020_12, "{\"maximum\":1e400}", "1e399 ~ 1e400", "1.0000000000000000001e400"},
    {DIALECT_2020_12,
     "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"$ref\":\"#/definitions/n\",\"type\":\"string\","
     "\"definitions\":{\"n\":{\"type\":\"null\"}}}",
     "null", "\"\""},
    {DIALECT_2020_12, "{\"enum\":[\"a\",1,null,{\"k\":[]},\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\"]}",
     "\"a\" ~ \"\\u0061\" ~ \"j\" ~ 1.0 ~ null ~ {\"k\":[]}", "\"\" ~ \"k\" ~ 2 ~ false ~ {} ~ []"},
    {DIALECT_2020_12, "{\"minLength\":2,\"maxLength\":2}", "\"\\ud83d\\ude00x\" ~ \"\xf0\x9f\x98\x80x\"",
     "\"\xf0\x9f\x98\x80\" ~ \"abc\""},
    /* OpenAPI 3.0: nullable only beside a type (3.0.4); an enum must list null itself. */
    {DIALECT_OPENAPI_30, "{\"type\":\"string\",\"nullable\":true,\"minLength\":1}", "null ~ \"a\"", "\"\" ~ 1"},
    {DIALECT_OPENAPI_30, "{\"nullable\":false,\"minLength\":1}", "null ~ \"a\" ~ 1", "\"\""},
    {DIALECT_OPENAPI_30, "{\"nullable\":true,\"enum\":[\"a\"]}", "\"a\"", "null"},
    {DIALECT_OPENAPI_30, "{\"type\":\"string\",\"nullable\":true,\"enum\":[\"a\",null]}", "\"a\" ~ null", "\"b\""},
    {DIALECT_OPENAPI_30, "{\"type\":\"string\",\"nullable\":true,\"enum\":[\"a\"]}", "\"a\"", "null"},
    {DIALECT_OPENAPI_30, "{\"maximum\":3,\"exclusiveMaximum\":true}", "2", "3"},
    {DIALECT_OPENAPI_30,
     "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"a\":{\"type\":\"integer\"}}}",
     "{\"a\":1} ~ {}", "{\"b\":1} ~ {\"a\":\"1\"}"},
    /* OpenAPI 3.1: 2020-12, and nullable is no keyword. */
    {DIALECT_OPENAPI_31, "{\"type\":[\"string\",\"null\"],\"prefixItems\":[false]}", "null ~ \"\"", "1"},
    {DIALECT_OPENAPI_31, "{\"type\":\"string\",\"nullable\":true}", "\"\"", "null"},
    {DIALECT_OPENAPI_31, "{\"type\":\"integer\",\"format\":\"int32\"}", "2147483647 ~ -2147483648 ~ 1.0", "2147483648"},
    {DIALECT_2020_12, "{\"type\":\"integer\",\"format\":\"int32\"}", "2147483648", NULL},
};

static void ask_all(struct bench *b, const struct row *row, const char *list, enum judgement want)
{
	struct str rest = str_from(list);
	while (rest.len) {
		size_t end = str_search(rest, STR(" ~ "));
		struct str one = str_head(rest, end);
		rest = str_skip(rest, end == rest.len ? end : end + 3);
		const char *json = arena_dup(&b->arena, one).at;
		if (bench_ask(b, json, REQUEST) != want)
			fail_msg("%s: %s should be %s", row->schema, json, want == VALID ? "valid" : "invalid");
	}
}

static void words_mean_what_the_dialect_says(void **state)
{
	struct schema_options options = {.assert_formats = true};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		bench_open(&b, rows[i].schema, rows[i].dialect, &options);
		if (!b.program)
			fail_msg("%s: %s", rows[i].schema, bench_complaint(&b));
		ask_all(&b, &rows[i], rows[i].good, VALID);
		ask_all(&b, &rows[i], rows[i].bad, INVALID);
		bench_close(&b);
	}
}

/* A schema of another dialect is judged by its own words, in both directions. */
static void dialects_may_refer_to_each_other(void **state)
{
	struct schema_options options = {.assert_formats = true};
	struct bench b;
	(void)state;
	bench_open(
	    &b,
	    "{\"properties\":{\"old\":{\"$ref\":\"#/$defs/four\"},\"new\":{\"$ref\":\"http://a.org/new\"}},\"$defs\":{"
	    "\"four\":{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"id\":\"http://a.org/four\","
	    "\"minimum\":1,\"exclusiveMinimum\":true},"
	    "\"new\":{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",\"$id\":\"http://a.org/new\","
	    "\"items\":[{\"type\":\"null\"}]}}}",
	    DIALECT_2020_12, &options);
	assert_non_null(b.program);
	assert_int_equal(bench_ask(&b, "{\"old\":2,\"new\":[null,1]}", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "{\"old\":1}", REQUEST), INVALID);
	assert_int_equal(bench_ask(&b, "{\"new\":[1]}", REQUEST), INVALID);
	bench_close(&b);
}

static void dialects_have_names(void **state)
{
	enum dialect d;
	(void)state;
	assert_true(dialect_from_word(STR("2020-12"), &d) && d == DIALECT_2020_12);
	assert_true(dialect_from_word(STR("openapi-3.1"), &d) && d == DIALECT_OPENAPI_31);
	assert_false(dialect_from_word(STR("5"), &d));
	assert_true(dialect_from_uri(STR("http://json-schema.org/draft-06/schema#"), &d) && d == DIALECT_6);
	assert_true(dialect_from_uri(STR("https://spec.openapis.org/oas/3.1/dialect/2024-11-10"), &d) &&
		    d == DIALECT_OPENAPI_31);
	assert_false(dialect_from_uri(STR("http://json-schema.org/draft-03/schema#"), &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_mean_what_the_dialect_says),
	    cmocka_unit_test(dialects_may_refer_to_each_other),
	    cmocka_unit_test(dialects_have_names),
	};
	return cmocka_run_group_tests_name("schema_dialect", tests, NULL, NULL);
}
