/* Parts of messages: what the rest could mend passes, what it cannot does not. */
#include "tests/unit/contract/judge.h"

static const struct {
	const char *schema, *json;
	enum judgement verdict;
	const char *pointer; /* of the first finding */
} rows[] = {
    /* what is missing may be in the rest */
    {"{\"required\":[\"a\"],\"properties\":{\"a\":{}}}", "{}", VALID, NULL},
    {"{\"minProperties\":2,\"type\":\"object\"}", "{}", VALID, NULL},
    {"{\"maxProperties\":0}", "{\"a\":1}", INVALID, ""},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", VALID, NULL},
    {"{\"items\":{\"required\":[\"a\"]}}", "[{}]", VALID, NULL},
    {"{\"contains\":{\"const\":1}}", "[2]", VALID, NULL},
    {"{\"minItems\":2}", "[1]", INVALID, ""},
    /* wrong kinds stay wrong */
    {"{\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"b\"]}", "{\"a\":1}", INVALID, "/a"},
    /* a choice that more than one branch could still win */
    {"{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"c\":1}", VALID, NULL},
    {"{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}}},{\"properties\":{\"a\":{\"type\":\"null\"}}}]}",
     "{\"a\":1}", INVALID, "/a"},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", "1", VALID, NULL},
    /* a condition that does not hold yet */
    {"{\"if\":{\"required\":[\"k\"]},\"then\":{\"properties\":{\"v\":{\"const\":1}}},\"else\":{\"properties\":{\"v\":{"
     "\"const\":2}}}}",
     "{\"v\":1}", VALID, NULL},
    {"{\"if\":{\"required\":[\"k\"]},\"then\":{\"properties\":{\"v\":{\"const\":1}}},\"else\":{\"properties\":{\"v\":{"
     "\"const\":2}}}}",
     "{\"v\":3}", INVALID, "/v"},
    {"{\"not\":{\"required\":[\"a\"]}}", "{}", VALID, NULL},
    {"{\"not\":{\"required\":[\"a\"]}}", "{\"a\":1}", INVALID, ""},
    /* members of which no schema speaks, where some schema names them */
    {"{\"properties\":{\"a\":{}}}", "{\"a\":1,\"b\":2}", INVALID, "/b"},
    {"{\"type\":\"object\"}", "{\"b\":2}", VALID, NULL},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":true}", "{\"b\":2}", VALID, NULL},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":2}", INVALID, "/b"},
    {"{\"allOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]}", "{\"a\":1,\"b\":2}", VALID, NULL},
    {"{\"allOf\":[{\"properties\":{\"o\":{\"properties\":{\"a\":{}}}}},{\"properties\":{\"o\":{\"properties\":{\"b\":{}"
     "}}}}]}",
     "{\"o\":{\"a\":1,\"b\":2}}", VALID, NULL},
    {"{\"allOf\":[{\"properties\":{\"o\":{\"properties\":{\"a\":{}}}}},{\"properties\":{\"o\":{\"properties\":{\"b\":{}"
     "}}}}]}",
     "{\"o\":{\"a\":1,\"c\":2}}", INVALID, "/o/c"},
    /* what only a branch that is not taken names does not count */
    {"{\"anyOf\":[{\"properties\":{\"t\":{\"const\":1},\"x\":{}}},{\"properties\":{\"t\":{\"const\":2},\"y\":{}}}]}",
     "{\"t\":1,\"y\":1}", INVALID, "/y"},
    {"{\"anyOf\":[{\"properties\":{\"t\":{\"const\":1},\"x\":{}}},{\"properties\":{\"t\":{\"const\":2},\"y\":{}}}]}",
     "{\"t\":2,\"y\":1}", VALID, NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},\"properties\":{\"a\":{}}}", "{\"x-b\":\"\"}", VALID,
     NULL},
    {"{\"unevaluatedProperties\":false,\"properties\":{\"a\":{}},\"required\":[\"a\"]}", "{\"b\":1}", INVALID, "/b"},
};

static void parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		bench_open(&b, rows[i].schema, DIALECT_2020_12, &(struct schema_options){.assert_formats = true});
		judge_partial(b.judge, true);
		enum judgement v = bench_ask(&b, rows[i].json, RESPONSE);
		if (v != rows[i].verdict)
			fail_msg("%s, %s: %d", rows[i].schema, rows[i].json, v);
		if (v == INVALID && (!b.findings.count || !str_eq(b.findings.at[0].pointer, str_from(rows[i].pointer))))
			fail_msg("%s, %s: at %.*s", rows[i].schema, rows[i].json, STR_ARG(b.findings.at[0].pointer));
		/* What is valid as a whole, and holds nothing that is not named, is valid as a part. */
		judge_partial(b.judge, false);
		if (bench_ask(&b, rows[i].json, RESPONSE) == VALID && v == INVALID)
			assert_true(b.findings.count == 0 && strstr(rows[i].schema, "properties"));
		bench_close(&b);
	}
}

/* The discriminator's value tells which branch it is, however little of it there is. */
static void discriminated(void **state)
{
	static const char schema[] =
	    "{\"discriminator\":{\"propertyName\":\"t\"},\"oneOf\":[{\"$ref\":\"#/$defs/Cat\"},"
	    "{\"$ref\":\"#/$defs/Dog\"}],\"$defs\":{"
	    "\"Cat\":{\"required\":[\"m\"],\"properties\":{\"t\":{\"type\":\"string\"},\"m\":{}}},"
	    "\"Dog\":{\"required\":[\"b\"],\"properties\":{\"t\":{\"type\":\"string\"},\"b\":{}}}}}";
	struct bench b;
	(void)state;
	bench_open(&b, schema, DIALECT_OPENAPI_31, &(struct schema_options){.assert_formats = true});
	judge_partial(b.judge, true);
	assert_int_equal(bench_ask(&b, "{\"t\":\"Cat\"}", RESPONSE), VALID);
	assert_int_equal(bench_ask(&b, "{\"t\":\"Dog\",\"b\":1}", RESPONSE), VALID);
	assert_int_equal(bench_ask(&b, "{\"t\":\"Dog\",\"m\":1}", RESPONSE), INVALID);
	assert_int_equal(bench_ask(&b, "{\"t\":\"Fox\"}", RESPONSE), INVALID);
	assert_int_equal(bench_ask(&b, "{}", RESPONSE), VALID);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(parts), cmocka_unit_test(discriminated)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
