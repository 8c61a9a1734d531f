/* What a judge says beside the verdict, and that its work is bounded. */
#include "tests/unit/contract/judge.h"

static const struct schema_options plain = {.assert_formats = true},
				   closed = {.assert_formats = true, .closed_objects = true};

#define ORDER                                                                                                          \
	"{\"type\":\"object\",\"required\":[\"id\",\"items\"],\n"                                                      \
	"\"properties\":{\"id\":{\"type\":\"string\",\"pattern\":\"^o-\"},\n"                                          \
	"\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a~1b\"}}},\n"                                     \
	"\"$defs\":{\"a/b\":{\"properties\":{\"qty\":{\"minimum\":1},\n"                                               \
	"\"kind\":{\"enum\":[\"x\",\"y\"]}},\"additionalProperties\":false}}}"

static const struct {
	const char *json, *code, *pointer, *keyword_pointer, *expected, *found;
	unsigned line;
} findings[] = {
    {"[]", "body.type", "", "#/type", "an object", "array", 1},
    {"{\"items\":[]}", "body.required", "", "#/required", "the property \"id\"", "nothing", 1},
    {"{\"id\":1,\"items\":[]}", "body.type", "/id", "#/properties/id/type", "a string", "integer", 2},
    {"{\"id\":\"secret\",\"items\":[]}", "body.pattern", "/id", "#/properties/id/pattern", "text that matches ^o-",
     "string", 2},
    {"{\"id\":\"o-\",\"items\":[{},{\"qty\":0.5}]}", "body.minimum", "/items/1/qty",
     "#/$defs/a~1b/properties/qty/minimum", "at least 1", "number", 4},
    {"{\"id\":\"o-\",\"items\":[{\"kind\":\"z\"}]}", "body.enum", "/items/0/kind", "#/$defs/a~1b/properties/kind/enum",
     "one of \"x\", \"y\"", "string", 5},
    {"{\"id\":\"o-\",\"items\":[{\"a~/\":null}]}", "body.additional_properties", "/items/0/a~0~1",
     "#/$defs/a~1b/additionalProperties", "nothing: the contract allows no value here", "null", 5},
    {"{\"id\":\"o-\",\"items\":[],}", "body.syntax", "", NULL, NULL, NULL, 0},
    {"{\"id\":\"o-\",\"id\":\"o-\",\"items\":[]}", "body.duplicate_key", "", NULL, NULL, NULL, 0},
    {"\"\xff\"", "body.utf8", "", NULL, NULL, NULL, 0},
    {"\xef\xbb\xbf{}", "body.bom", "", NULL, NULL, NULL, 0},
};

static void findings_say_where_and_what(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, ORDER, DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "{\"id\":\"o-1\",\"items\":[{\"qty\":1,\"kind\":\"x\"}],\"more\":1}", REQUEST),
			 VALID);
	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
		assert_int_equal(bench_ask(&b, findings[i].json, REQUEST), INVALID);
		assert_int_equal(b.findings.count, 1);
		const struct finding *f = b.findings.at;
		assert_string_equal(f->code, findings[i].code);
		assert_true(str_eq(f->pointer, str_from(findings[i].pointer)));
		if (!findings[i].keyword_pointer)
			continue;
		assert_string_equal(f->keyword_pointer.at, findings[i].keyword_pointer);
		assert_string_equal(f->expected.at, findings[i].expected);
		assert_string_equal(f->found, findings[i].found);
		assert_string_equal(f->place.file, "schema.json");
		assert_int_equal(f->place.line, findings[i].line);
	}
	bench_close(&b);
}

static void values_never_show(void **state)
{
	struct bench b;
	struct buf text = {0};
	(void)state;
	bench_open(&b, ORDER, DIALECT_2020_12, &plain);
	assert_int_equal(
	    bench_ask(&b, "{\"id\":\"hunter2\",\"items\":[{\"kind\":\"hunter2\",\"qty\":-77123}]}", REQUEST), INVALID);
	assert_int_equal(b.findings.count, 3);
	for (unsigned i = 0; i < b.findings.count; i++) {
		finding_to_text(&b.findings.at[i], &text);
		finding_to_json(&b.findings.at[i], &text);
	}
	assert_true(str_search(buf_str(&text), STR("hunter2")) == text.len);
	assert_true(str_search(buf_str(&text), STR("77123")) == text.len);
	buf_free(&text);
	bench_close(&b);
}

static void the_nearest_branch_speaks(void **state)
{
	struct bench b;
	(void)state;
	bench_open(
	    &b,
	    "{\"oneOf\":[{\"type\":\"string\"},"
	    "{\"type\":\"object\",\"required\":[\"kind\",\"r\"],\"properties\":{\"kind\":{\"const\":\"circle\"},\"r\":{"
	    "\"minimum\":0}}},"
	    "{\"type\":\"object\",\"required\":[\"kind\",\"w\",\"h\"],\"properties\":{\"kind\":{\"const\":\"box\"}}}]}",
	    DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "{\"kind\":\"circle\",\"r\":-1}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/oneOf/1/properties/r/minimum");
	assert_int_equal(bench_ask(&b, "{\"kind\":\"box\",\"w\":1}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/oneOf/2/required");
	assert_string_equal(b.findings.at[0].expected.at, "the property \"h\"");
	assert_int_equal(bench_ask(&b, "7", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/oneOf");
	bench_close(&b);
}

#define PETS                                                                                                           \
	"{\"oneOf\":[{\"$ref\":\"#/$defs/Cat\"},{\"$ref\":\"#/$defs/Dog\"}],"                                          \
	"\"discriminator\":{\"propertyName\":\"type\",\"mapping\":{\"hound\":\"#/$defs/Dog\"}},"                       \
	"\"$defs\":{\"Cat\":{\"required\":[\"a\",\"b\",\"c\"]},\"Dog\":{\"required\":[\"bark\",\"d\",\"e\",\"f\"]}}}"

static void a_discriminator_chooses_who_speaks_and_decides_nothing(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, PETS, DIALECT_OPENAPI_31, &plain);
	assert_int_equal(bench_ask(&b, "{\"type\":\"hound\"}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/$defs/Dog/required");
	assert_int_equal(b.findings.count, 4);
	assert_int_equal(bench_ask(&b, "{\"type\":\"Dog\"}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/$defs/Dog/required");
	assert_int_equal(bench_ask(&b, "{\"type\":\"?\"}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/$defs/Cat/required");
	assert_int_equal(bench_ask(&b, "{\"type\":\"Dog\",\"a\":1,\"b\":1,\"c\":1}", REQUEST), VALID);
	bench_close(&b);
}

static void directions_matter(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b,
		   "{\"type\":\"object\",\"required\":[\"id\",\"password\",\"name\"],\"properties\":{"
		   "\"id\":{\"type\":\"integer\",\"readOnly\":true},\"password\":{\"allOf\":[{\"type\":\"string\"}],"
		   "\"writeOnly\":true},"
		   "\"name\":{\"type\":\"string\"}}}",
		   DIALECT_OPENAPI_30, &plain);
	assert_int_equal(bench_ask(&b, "{\"password\":\"x\",\"name\":\"y\"}", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "{\"id\":1,\"name\":\"y\"}", RESPONSE), VALID);
	assert_int_equal(bench_ask(&b, "{\"name\":\"y\"}", RESPONSE), INVALID);
	assert_int_equal(bench_ask(&b, "{\"id\":1,\"password\":\"x\",\"name\":\"y\"}", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].code, "body.read_only");
	assert_string_equal(b.findings.at[0].pointer.at, "/id");
	assert_int_equal(bench_ask(&b, "{\"id\":1,\"password\":\"x\",\"name\":\"y\"}", RESPONSE), INVALID);
	assert_string_equal(b.findings.at[0].code, "body.write_only");
	bench_close(&b);
	/* Required in one branch of an allOf, read-only in another. */
	bench_open(&b,
		   "{\"allOf\":[{\"$ref\":\"#/definitions/Base\"},{\"required\":[\"id\",\"name\"]}],"
		   "\"definitions\":{\"Base\":{\"properties\":{\"id\":{\"$ref\":\"#/definitions/Id\"}}},"
		   "\"Id\":{\"type\":\"integer\",\"readOnly\":true}}}",
		   DIALECT_OPENAPI_30, &plain);
	assert_int_equal(bench_ask(&b, "{\"name\":1}", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "{\"name\":1}", RESPONSE), INVALID);
	assert_int_equal(bench_ask(&b, "{}", REQUEST), INVALID);
	bench_close(&b);
	/* In plain JSON Schema they are annotations. */
	bench_open(&b, "{\"required\":[\"id\"],\"properties\":{\"id\":{\"readOnly\":true}}}", DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "{\"id\":1}", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "{}", REQUEST), INVALID);
	bench_close(&b);
}

static const struct {
	const char *schema, *good, *bad;
} shut[] = {
    {"{\"properties\":{\"a\":true}}", "{\"a\":1}", "{\"b\":1}"},
    {"{\"type\":\"object\"}", "{\"b\":1}", NULL},
    {"{\"properties\":{\"a\":true},\"additionalProperties\":true}", "{\"b\":1}", NULL},
    {"{\"properties\":{\"a\":true},\"patternProperties\":{\"^x\":true}}", "{\"b\":1}", NULL},
    {"{\"allOf\":[{\"properties\":{\"a\":true}},{\"properties\":{\"b\":true}}]}", "{\"a\":1,\"b\":1}",
     "{\"a\":1,\"c\":1}"},
    {"{\"properties\":{\"a\":{\"properties\":{\"b\":true}}}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"c\":1}}"},
    {"{\"items\":{\"properties\":{\"b\":true}}}", "[{\"b\":1}]", "[{\"c\":1}]"},
    {"{\"anyOf\":[{\"required\":[\"a\"],\"properties\":{\"a\":true}},{\"required\":[\"b\"],\"properties\":{\"b\":true}}"
     "]}",
     "{\"a\":1,\"b\":1}", "{\"a\":1,\"c\":1}"},
    /* Below `not` and `if` nothing is shut: it would turn verdicts around. */
    {"{\"not\":{\"properties\":{\"a\":{\"properties\":{\"b\":true}}},\"required\":[\"a\"]}}", "{}",
     "{\"a\":{\"c\":1}}"},
};

static void closed_objects_admit_what_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shut / sizeof *shut; i++) {
		struct bench b;
		bench_open(&b, shut[i].schema, DIALECT_OPENAPI_31, &closed);
		if (bench_ask(&b, shut[i].good, REQUEST) != VALID)
			fail_msg("%s: %s should be valid", shut[i].schema, shut[i].good);
		if (shut[i].bad && bench_ask(&b, shut[i].bad, REQUEST) != INVALID)
			fail_msg("%s: %s should be invalid", shut[i].schema, shut[i].bad);
		if (shut[i].bad)
			assert_true(b.findings.count > 0);
		bench_close(&b);
	}
	struct bench b;
	bench_open(&b, shut[0].schema, DIALECT_OPENAPI_31, &closed);
	bench_ask(&b, "{\"a\":1,\"b\":1}", REQUEST);
	assert_string_equal(b.findings.at[0].code, "body.unknown_property");
	assert_string_equal(b.findings.at[0].pointer.at, "/b");
	bench_close(&b);
}

static void deprecated_properties_are_told_when_used(void **state)
{
	struct bench b;
	struct str pointers[4];
	(void)state;
	bench_open(&b,
		   "{\"properties\":{\"old\":{\"deprecated\":true},\"list\":{\"items\":{\"anyOf\":["
		   "{\"type\":\"string\",\"deprecated\":true,\"minLength\":9},{\"type\":\"string\"}]}}}}",
		   DIALECT_OPENAPI_31, &plain);
	assert_int_equal(bench_ask(&b, "{\"new\":1,\"list\":[\"a\"]}", REQUEST), VALID);
	assert_int_equal(judge_deprecated(b.judge, pointers, 4), 0);
	assert_int_equal(bench_ask(&b, "{\"list\":[\"a\",\"123456789\"],\"old\":1}", REQUEST), VALID);
	assert_int_equal(judge_deprecated(b.judge, pointers, 4), 2);
	assert_true(str_eq(pointers[0], STR("/list/1")));
	assert_true(str_eq(pointers[1], STR("/old")));
	assert_int_equal(judge_deprecated(b.judge, pointers, 1), 1);
	bench_close(&b);
}

static void types_can_be_asked_of_a_schema(void **state)
{
	struct bench b;
	uint32_t entry;
	(void)state;
	bench_open(&b,
		   "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"s\":{\"enum\":[\"a\",null]},"
		   "\"any\":true,"
		   "\"r\":{\"$ref\":\"#/properties/"
		   "n\"},\"x\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"boolean\"}},"
		   "{\"type\":\"string\"}]}},\"additionalProperties\":{\"type\":\"null\"}}",
		   DIALECT_2020_12, &plain);
	assert_int_equal(program_types(b.program, b.entry), 1 << JSON_OBJECT);
	assert_true(program_property(b.program, b.entry, STR("n"), &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_NUMBER);
	assert_true(program_property(b.program, b.entry, STR("r"), &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_NUMBER);
	assert_true(program_property(b.program, b.entry, STR("s"), &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_STRING | 1 << JSON_NULL);
	assert_true(program_property(b.program, b.entry, STR("any"), &entry));
	assert_int_equal(program_types(b.program, entry), (1 << JSON_KINDS) - 1);
	assert_true(program_property(b.program, b.entry, STR("other"), &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_NULL);
	assert_true(program_property(b.program, b.entry, STR("x"), &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_STRING | 1 << JSON_ARRAY);
	assert_true(program_item(b.program, entry, 3, &entry));
	assert_int_equal(program_types(b.program, entry), 1 << JSON_TRUE | 1 << JSON_FALSE);
	assert_false(program_item(b.program, entry, 0, &entry));
	bench_close(&b);
}

static void ask_repeated(struct bench *b, const char *head, const char *piece, size_t times, const char *tail,
			 enum judgement want, const char *unchecked)
{
	struct buf json = {0};
	buf_add(&json, str_from(head));
	for (size_t i = 0; i < times; i++)
		buf_add(&json, str_from(piece));
	buf_add(&json, str_from(tail));
	buf_addc(&json, '\0');
	assert_int_equal(bench_ask(b, json.at, REQUEST), want);
	if (unchecked)
		assert_string_equal(b->findings.unchecked, unchecked);
	buf_free(&json);
}

static void work_is_bounded(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, "{\"uniqueItems\":true,\"items\":{\"multipleOf\":0.01}}", DIALECT_2020_12, &plain);
	ask_repeated(&b, "", "[", 100000, "", UNDECIDED, "depth");
	ask_repeated(&b, "[", "1,", 100000, "1]", INVALID, NULL);
	ask_repeated(&b, "[1", "0", 1000000, "]", VALID, NULL);
	bench_close(&b);
	bench_open(&b, "{\"pattern\":\"^(a+)+$\"}", DIALECT_2020_12, &plain);
	ask_repeated(&b, "\"", "a", 5000, "\"", VALID, NULL);
	enum judgement got = bench_ask(&b, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", REQUEST);
	assert_true(got == INVALID || got == UNDECIDED);
	bench_close(&b);
	/* A branch that leads back to the same value runs into the bound on depth. */
	bench_open(&b, "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}", DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "null", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "1", REQUEST), UNDECIDED);
	assert_string_equal(b.findings.unchecked, "depth");
	bench_close(&b);
	/* Branches that double at each level of the message run into the bound on steps. */
	bench_open(&b, "{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"not\":{}},{\"items\":{\"$ref\":\"#\"},\"not\":{}}]}",
		   DIALECT_2020_12, &plain);
	struct buf nested = {0};
	for (int i = 0; i < 200; i++)
		buf_addc(&nested, '[');
	for (int i = 0; i < 200; i++)
		buf_addc(&nested, ']');
	buf_addc(&nested, '\0');
	assert_int_equal(bench_ask(&b, nested.at, REQUEST), UNDECIDED);
	assert_string_equal(b.findings.unchecked, "steps");
	buf_free(&nested);
	bench_close(&b);
}

/* An array of `count` different objects: as far as a look at the first members goes, they are all the same. */
static void ask_different(struct bench *b, int count, enum judgement want)
{
	struct buf json = {0};
	for (int i = 0; i < count; i++)
		buf_addf(&json, "%c{\"kind\":\"thing\",\"at\":[1,2,{\"n\":%d}]}", i ? ',' : '[', i);
	buf_add(&json, STR("]"));
	buf_addc(&json, '\0');
	assert_int_equal(bench_ask(b, json.at, REQUEST), want);
	buf_free(&json);
}

static void nested_branches(struct buf *schema, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_add(schema, STR("{\"anyOf\":[{\"type\":\"null\"},"));
	buf_add(schema, STR("{\"type\":\"integer\"}"));
	for (int i = 0; i < depth; i++)
		buf_add(schema, STR("]}"));
	buf_addc(schema, '\0');
}

/* Much is not too much: what takes time in proportion to the message ends with a verdict. */
static void large_messages_are_judged(void **state)
{
	struct bench b;
	struct buf schema = {0};
	(void)state;
	bench_open(&b, "{\"uniqueItems\":true}", DIALECT_2020_12, &plain);
	ask_different(&b, 100000, VALID);
	ask_repeated(&b, "[", "{\"a\":1},", 100000, "{\"a\":1e0}]", INVALID, NULL);
	bench_close(&b);
	bench_open(&b, "{\"maximum\":1e999999,\"multipleOf\":0.5}", DIALECT_2020_12, &plain);
	ask_repeated(&b, "", "9", 999999, "", VALID, NULL);
	ask_repeated(&b, "0.", "3", 1000000, "", INVALID, NULL);
	ask_repeated(&b, "1e", "9", 1000000, "", INVALID, NULL);
	bench_close(&b);
	bench_open(&b, "{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"type\":\"array\"},{\"type\":\"null\"}]}",
		   DIALECT_2020_12, &plain);
	ask_repeated(&b, "[null", ",[[],[[null]]]", 100000, "]", VALID, NULL);
	ask_repeated(&b, "[null", ",[[],[[null]]]", 100000, ",[[[1]]]]", INVALID, NULL);
	bench_close(&b);
	nested_branches(&schema, 60);
	bench_open(&b, schema.at, DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "1", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "\"\"", REQUEST), INVALID);
	bench_close(&b);
	buf_free(&schema);
}

/* A circle of references that no step into the value breaks is no schema at all. */
static void circles_are_refused(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
		   DIALECT_2020_12, &plain);
	assert_null(b.program);
	assert_non_null(strstr(bench_complaint(&b), "without end"));
	bench_close(&b);
	bench_open(&b, "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"$defs\":{\"a\":{\"$ref\":\"#\",\"minProperties\":0}}}",
		   DIALECT_2020_12, &plain);
	assert_int_equal(bench_ask(&b, "{\"a\":{\"a\":{\"a\":{}}}}", REQUEST), VALID);
	bench_close(&b);
}

static void the_limit_of_findings_is_kept(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, "{\"items\":{\"type\":\"null\"}}", DIALECT_2020_12, &plain);
	ask_repeated(&b, "[", "1,", 99, "1]", INVALID, NULL);
	assert_int_equal(b.findings.count, 16);
	assert_int_equal(b.findings.total, 100);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(findings_say_where_and_what),
	    cmocka_unit_test(values_never_show),
	    cmocka_unit_test(the_nearest_branch_speaks),
	    cmocka_unit_test(a_discriminator_chooses_who_speaks_and_decides_nothing),
	    cmocka_unit_test(directions_matter),
	    cmocka_unit_test(closed_objects_admit_what_is_named),
	    cmocka_unit_test(deprecated_properties_are_told_when_used),
	    cmocka_unit_test(types_can_be_asked_of_a_schema),
	    cmocka_unit_test(work_is_bounded),
	    cmocka_unit_test(large_messages_are_judged),
	    cmocka_unit_test(circles_are_refused),
	    cmocka_unit_test(the_limit_of_findings_is_kept),
	};
	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
