/* What is refused at load, and what is only warned of: never a check left out in silence. */
#include "tests/unit/contract/judge.h"

static const struct {
	enum dialect dialect;
	const char *schema, *complaint; /* a part of the first complaint */
	unsigned line;
} refused[] = {
    {DIALECT_2020_12, "{\n\"minLength\": \"3\"}", "minLength must be a whole number, not a string", 2},
    {DIALECT_2020_12, "{\"minLength\": -1}", "minLength must be a whole number from 0", 1},
    {DIALECT_2020_12, "{\"maxItems\": 1.5}", "maxItems must be a whole number from 0", 1},
    {DIALECT_2020_12, "{\"type\": \"strng\"}", "\"strng\" is no type of JSON Schema 2020-12", 1},
    {DIALECT_2020_12, "{\"type\": []}", "type must name at least one type", 1},
    {DIALECT_2020_12, "{\"type\": [\"null\", 3]}", "type must be the name of a type, not a number", 1},
    {DIALECT_OPENAPI_30, "{\"type\": \"null\"}", "is no type of OpenAPI 3.0", 1},
    {DIALECT_OPENAPI_30, "{\"type\": [\"string\"]}", "one word in OpenAPI 3.0", 1},
    {DIALECT_2020_12, "{\"multipleOf\": 0}", "multipleOf must be greater than 0", 1},
    {DIALECT_2020_12, "{\"exclusiveMinimum\": true}", "exclusiveMinimum must be a number, not true or false", 1},
    {DIALECT_4, "{\"exclusiveMinimum\": 3}", "exclusiveMinimum must be true or false, not a number", 1},
    {DIALECT_2020_12, "{\"items\": [true]}", "items must be a schema", 1},
    {DIALECT_2020_12, "{\"allOf\": []}", "allOf must not be empty", 1},
    {DIALECT_2020_12, "{\"allOf\": {}}", "allOf must be a list of schemas", 1},
    {DIALECT_2020_12, "{\"allOf\": [1]}", "a schema must be a mapping, not a number", 1},
    {DIALECT_4, "{\"not\": true}", "no schemas in JSON Schema draft 4", 1},
    {DIALECT_2020_12, "{\"properties\": []}", "properties must be a mapping", 1},
    {DIALECT_2020_12, "{\"required\": \"a\"}", "required must be a list of names", 1},
    {DIALECT_OPENAPI_30, "{\"properties\": {\"a\": {\"required\": true}}}", "required must be a list of names", 1},
    {DIALECT_2020_12, "{\"enum\": 1}", "enum must be a list", 1},
    {DIALECT_2020_12, "{\"pattern\": \"(\"}", "the pattern is refused", 1},
    {DIALECT_2020_12, "{\"patternProperties\": {\n\"[\": true}}", "the pattern is refused", 2},
    {DIALECT_2020_12, "{\"$ref\": 3}", "$ref must be a string", 1},
    {DIALECT_2020_12, "{\"$ref\": \"#/$defs/frist\", \"$defs\": {\"first\": true}}", "leads nowhere", 1},
    {DIALECT_2020_12, "{\"$ref\": \"#nowhere\"}", "there is no such anchor", 1},
    {DIALECT_2020_12, "{\"$ref\": \"http://example.org/other\"}", "no such document is registered", 1},
    {DIALECT_2020_12, "{\"$ref\": \"#\"}", "without end", 1},
    {DIALECT_2020_12, "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"allOf\": [{\"$ref\": \"#\"}]}}}", "without end",
     1},
    {DIALECT_2019_09, "{\"$recursiveRef\": \"#/$defs/a\"}", "$recursiveRef must be \"#\"", 1},
    {DIALECT_2020_12, "{\"$id\": \"http://a.org/x#frag\"}", "must not have a fragment", 1},
    {DIALECT_2020_12, "{\"$defs\": {\"a\": {\"$id\": \"y#z\"}}}", "must not have a fragment", 1},
    {DIALECT_2020_12, "{\"$anchor\": \"a b\"}", "cannot be an anchor", 1},
    {DIALECT_2020_12, "{\"$defs\": {\"a\": {\"$anchor\": \"x\"}, \"b\": {\"$anchor\": \"x\"}}}", "stands twice", 1},
    {DIALECT_2020_12, "{\"$defs\": {\"a\": {\"$id\": \"x\"}, \"b\": {\"$id\": \"x\"}}}",
     "two schemas have the identifier", 1},
    {DIALECT_2020_12, "{\"$schema\": \"http://json-schema.org/draft-03/schema#\"}", "is not known", 1},
    {DIALECT_OPENAPI_31, "{\"discriminator\": {}}", "needs a propertyName", 1},
};

static void mistakes_are_refused_with_their_place(void **state)
{
	struct schema_options options = {.assert_formats = true};
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct bench b;
		bench_open(&b, refused[i].schema, refused[i].dialect, &options);
		if (b.program || !strstr(bench_complaint(&b), refused[i].complaint))
			fail_msg("%s: \"%s\"", refused[i].schema, bench_complaint(&b));
		assert_int_equal(b.diag.first->severity, DIAG_ERROR);
		assert_int_equal(b.diag.first->place.line, refused[i].line);
		assert_string_equal(b.diag.first->place.file, "schema.json");
		bench_close(&b);
	}
}

static const struct {
	enum dialect dialect;
	const char *schema, *complaint, *hint;
} warned[] = {
    {DIALECT_OPENAPI_30, "{\"minLenght\": 3}", "\"minLenght\" is no keyword of OpenAPI 3.0",
     "did you mean \"minLength\"?"},
    {DIALECT_OPENAPI_30, "{\"const\": 3}", "\"const\" is no keyword of OpenAPI 3.0", ""},
    {DIALECT_OPENAPI_31, "{\"nullable\": true}", "\"nullable\" is no keyword of OpenAPI 3.1", ""},
    {DIALECT_OPENAPI_31, "{\"oneOf\": []}", "oneOf is empty", ""},
    {DIALECT_2020_12, "{\"anyOf\": [{\"type\":\"null\"}, {\"$ref\": \"#\"}]}", "cannot be judged", ""},
    {DIALECT_OPENAPI_31, "{\"x-note\": 1, \"$comment\": \"a\"}", "", ""},
    {DIALECT_2020_12, "{\"minLenght\": 3}", "", ""}, /* an annotation: Core 2020-12, 4.3.1 */
};

static void doubts_are_warned_of(void **state)
{
	struct schema_options options = {.assert_formats = true};
	(void)state;
	for (size_t i = 0; i < sizeof warned / sizeof *warned; i++) {
		struct bench b;
		bench_open(&b, warned[i].schema, warned[i].dialect, &options);
		if (!b.program ||
		    (*warned[i].complaint ? !strstr(bench_complaint(&b), warned[i].complaint) : b.diag.first != NULL))
			fail_msg("%s: \"%s\"", warned[i].schema, bench_complaint(&b));
		if (*warned[i].hint)
			assert_string_equal(b.diag.first->hint.at, warned[i].hint);
		bench_close(&b);
	}
}

static void all_mistakes_are_told_in_one_run(void **state)
{
	struct schema_options options = {.assert_formats = true};
	struct bench b;
	(void)state;
	bench_open(&b, "{\"properties\":{\"a\":{\"type\":\"x\"},\"b\":{\"minimum\":\"1\"},\"c\":{\"$ref\":\"#q\"}}}",
		   DIALECT_2020_12, &options);
	assert_null(b.program);
	assert_int_equal(b.diag.errors, 3);
	bench_close(&b);
}

/* A required vocabulary that vane does not have refuses the schema (Core 2020-12, 8.1.2). */
static void unknown_vocabularies_are_refused(void **state)
{
	struct schema_options options = {.assert_formats = true};
	static const char meta[] =
	    "{\"$id\":\"http://m.org/meta\",\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
	    "\"$vocabulary\":{\"http://m.org/units\":true}}";
	struct arena arena;
	struct diag d;
	uint32_t entry;
	(void)state;
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *m = json_tree_read(&arena, str_from(meta), "meta.json", &d);
	const struct node *s = json_tree_read(&arena, STR("{\"$schema\":\"http://m.org/meta\"}"), "schema.json", &d);
	struct schema_set *set = schema_set_new(&options);
	assert_true(schema_set_add(set, STR("http://m.org/schema"), s, DIALECT_2020_12, true, &d));
	assert_true(schema_set_add(set, STR("http://m.org/meta"), m, DIALECT_2020_12, true, &d));
	assert_false(schema_compile(set, s, STR("http://m.org/schema"), STR("#"), DIALECT_2020_12, &entry, &d));
	assert_null(schema_set_end(set, &d));
	assert_non_null(strstr(d.first->text.at, "http://m.org/units is required and not known"));
	diag_free(&d);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mistakes_are_refused_with_their_place),
	    cmocka_unit_test(doubts_are_warned_of),
	    cmocka_unit_test(all_mistakes_are_told_in_one_run),
	    cmocka_unit_test(unknown_vocabularies_are_refused),
	};
	return cmocka_run_group_tests_name("schema_error", tests, NULL, NULL);
}
