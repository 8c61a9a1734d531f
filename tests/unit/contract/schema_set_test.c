/* Several documents: loaded when they are named, registered in any order, OpenAPI documents that hold schemas. */
#include "tests/unit/contract/judge.h"

#include <stdio.h>

struct files {
	struct arena arena;
	unsigned asked;
	struct str last;
};

static const struct node *load(void *context, struct str uri, struct diag *d)
{
	struct files *f = context;
	f->asked++;
	f->last = arena_dup(&f->arena, uri);
	if (str_eq(uri, STR("file:///api/pet.json")))
		return json_tree_read(
		    &f->arena,
		    STR("{\"Pet\":{\"type\":\"object\",\"properties\":{\"owner\":{\"$ref\":\"owner.json\"}}}}"),
		    "pet.json", d);
	if (str_eq(uri, STR("file:///api/owner.json")))
		return json_tree_read(&f->arena,
				      STR("{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\n"
					  "\"type\":\"integer\"}"),
				      "owner.json", d);
	diag_error(d, (struct place){NULL, 0, 0}, "no such file");
	return NULL;
}

/* The schema of an OpenAPI document that stands at `pointer`, compiled. */
static bool compile_at(struct bench *b, struct files *f, const char *document, const char *pointer,
		       enum dialect dialect)
{
	struct judge_limits limits = {0, 0, 0};
	struct schema_options options = {.assert_formats = true, .load = load, .context = f};
	arena_init(&f->arena, 4096);
	arena_init(&b->arena, 4096);
	diag_init(&b->diag);
	f->asked = 0;
	b->judge = judge_new(&limits);
	const struct node *root = json_tree_read(&f->arena, str_from(document), "openapi.json", &b->diag);
	assert_non_null(root);
	const struct node *schema = tree_at(root, str_from(pointer + 1));
	assert_non_null(schema);
	struct schema_set *set = schema_set_new(&options);
	struct str base = STR("file:///api/openapi.json");
	bool ok = schema_set_add(set, base, root, dialect, false, &b->diag) &&
		  schema_compile(set, schema, base, str_from(pointer), dialect, &b->entry, &b->diag);
	b->program = schema_set_end(set, &b->diag);
	assert_true(ok || !b->program);
	return b->program != NULL;
}

static void close_both(struct bench *b, struct files *f)
{
	bench_close(b);
	arena_free(&f->arena);
}

static void files_are_loaded_when_they_are_named(void **state)
{
	struct bench b;
	struct files f;
	(void)state;
	assert_true(compile_at(&b, &f,
			       "{\"paths\":{\"/a\":{\"schema\":{\"allOf\":[{\"$ref\":\"pet.json#/Pet\"},{\"$ref\":\"./"
			       "pet.json#/Pet\"}]}}}}",
			       "#/paths/~1a/schema", DIALECT_OPENAPI_31));
	assert_int_equal(f.asked, 2); /* each once */
	assert_int_equal(bench_ask(&b, "{\"owner\":1}", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "{\"owner\":1.0}", REQUEST), INVALID); /* draft 4 by its own word */
	assert_string_equal(b.findings.at[0].place.file, "owner.json");
	assert_int_equal(b.findings.at[0].place.line, 2);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/type");
	close_both(&b, &f);
}

static void what_cannot_be_loaded_is_told(void **state)
{
	struct bench b;
	struct files f;
	(void)state;
	assert_false(compile_at(&b, &f, "{\"x\":{\"$ref\":\"sub/none.json\"}}", "#/x", DIALECT_OPENAPI_30));
	assert_true(str_eq(f.last, STR("file:///api/sub/none.json")));
	assert_int_equal(b.diag.errors, 2); /* what is wrong with it, and where it was asked for */
	close_both(&b, &f);
}

/* A component is found by its own name wherever it stands, before anything compiles it. */
static void components_may_name_themselves(void **state)
{
	static const char document[] =
	    "{\"components\":{\"schemas\":{\"A\":{\"$id\":\"https://x.org/"
	    "a\",\"$anchor\":\"here\",\"type\":\"integer\"},"
	    "\"B\":{\"$ref\":\"https://x.org/a#here\"},\"C\":{\"items\":{\"$ref\":\"#/components/schemas/B\"}},"
	    "\"D\":{\"$ref\":\"#/components/schemas/A\",\"minimum\":3}}}}";
	struct bench b;
	struct files f;
	(void)state;
	assert_true(compile_at(&b, &f, document, "#/components/schemas/C", DIALECT_OPENAPI_31));
	assert_int_equal(bench_ask(&b, "[1]", REQUEST), VALID);
	assert_int_equal(bench_ask(&b, "[\"1\"]", REQUEST), INVALID);
	assert_string_equal(b.findings.at[0].keyword_pointer.at, "#/components/schemas/A/type");
	close_both(&b, &f);
	assert_true(compile_at(&b, &f, document, "#/components/schemas/D", DIALECT_OPENAPI_31));
	assert_int_equal(bench_ask(&b, "2", REQUEST), INVALID);
	close_both(&b, &f);
	/* In 3.0 what stands beside a $ref is not looked at, and $id is no keyword. */
	assert_true(compile_at(&b, &f, document, "#/components/schemas/D", DIALECT_OPENAPI_30));
	assert_int_equal(bench_ask(&b, "2", REQUEST), VALID);
	close_both(&b, &f);
}

static void documents_are_registered_in_any_order(void **state)
{
	struct schema_options options = {.assert_formats = true};
	struct arena arena;
	struct diag d;
	uint32_t first, again, other;
	struct str base;
	(void)state;
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *a = json_tree_read(&arena, STR("{\"$ref\":\"b#/$defs/x\"}"), "a", &d);
	const struct node *b = json_tree_read(
	    &arena, STR("{\"$id\":\"http://c.org/real/b\",\"$defs\":{\"x\":{\"$id\":\"in\"}}}"), "b", &d);
	struct schema_set *set = schema_set_new(&options);
	assert_true(schema_set_add(set, STR("http://c.org/a"), a, DIALECT_2020_12, true, &d));
	assert_true(schema_set_add(set, STR("http://c.org/b"), b, DIALECT_2020_12, true, &d));
	assert_true(schema_set_add(set, STR("http://c.org/b"), b, DIALECT_2020_12, true, &d));
	assert_true(schema_compile(set, a, STR("http://c.org/a"), STR("#"), DIALECT_2020_12, &first, &d));
	assert_true(schema_compile(set, a, STR("http://c.org/a"), STR("#"), DIALECT_2020_12, &again, &d));
	assert_true(schema_compile(set, b, STR("http://c.org/b"), STR("#"), DIALECT_2020_12, &other, &d));
	assert_int_equal(first, again);
	assert_true(first != other);
	const struct node *x = schema_set_resolve(set, STR("http://c.org/a"), STR("real/in"), tree_place(a), &base, &d);
	assert_ptr_equal(x, tree_at(b, STR("/$defs/x")));
	assert_true(str_eq(base, STR("http://c.org/real/in")));
	/* The same URI for something else is refused. */
	assert_false(schema_set_add(set, STR("http://c.org/b"), a, DIALECT_2020_12, true, &d));
	struct program *p = schema_set_end(set, &d);
	assert_non_null(p);
	assert_true(program_size(p) > 0);
	program_free(p);
	diag_free(&d);
	arena_free(&arena);
}

/* A document that is wrong hurts only who refers to it. */
static void wrong_documents_wait_until_they_are_asked_for(void **state)
{
	static const char *const references[] = {"http://c.org/good", "http://c.org/bad#/x"};
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct schema_options options = {.assert_formats = true};
		struct arena arena;
		struct diag d;
		uint32_t entry;
		arena_init(&arena, 4096);
		diag_init(&d);
		const struct node *good = json_tree_read(&arena, STR("{\"type\":\"null\"}"), "good", &d);
		const struct node *bad =
		    json_tree_read(&arena, STR("{\"x\":{},\"$defs\":{\"a\":{\"$id\":\"#b\"}}}"), "bad", &d);
		struct str text = arena_printf(&arena, "{\"$ref\":\"%s\"}", references[i]);
		const struct node *main_schema = json_tree_read(&arena, text, "main", &d);
		struct schema_set *set = schema_set_new(&options);
		assert_true(schema_set_add(set, STR("http://c.org/bad"), bad, DIALECT_2020_12, true, &d));
		assert_true(schema_set_add(set, STR("http://c.org/good"), good, DIALECT_2020_12, true, &d));
		assert_true(schema_set_add(set, STR("http://c.org/main"), main_schema, DIALECT_2020_12, true, &d));
		bool ok =
		    schema_compile(set, main_schema, STR("http://c.org/main"), STR("#"), DIALECT_2020_12, &entry, &d);
		struct program *p = schema_set_end(set, &d);
		assert_int_equal(ok, i == 0);
		assert_int_equal(p != NULL, i == 0);
		assert_int_equal(d.errors, i);
		if (i) {
			assert_string_equal(d.first->place.file, "bad");
			assert_non_null(strstr(d.first->text.at, "must not have a fragment"));
		}
		program_free(p);
		diag_free(&d);
		arena_free(&arena);
	}
}

/* The metaschemas are at hand: a schema may be judged as one. */
static void schemas_are_judged_by_their_metaschema(void **state)
{
	static const struct {
		const char *uri, *good, *bad;
	} rows[] = {
	    {"http://json-schema.org/draft-04/schema#", "{\"minimum\":1,\"exclusiveMinimum\":true}",
	     "{\"exclusiveMinimum\":1}"},
	    {"http://json-schema.org/draft-06/schema#", "{\"contains\":true}", "{\"contains\":1}"},
	    {"http://json-schema.org/draft-07/schema#", "{\"if\":{\"type\":\"null\"}}", "{\"if\":{\"type\":\"nil\"}}"},
	    {"https://json-schema.org/draft/2019-09/schema", "{\"items\":[true]}", "{\"items\":{\"allOf\":[]}}"},
	    {"https://json-schema.org/draft/2020-12/schema", "{\"prefixItems\":[true]}",
	     "{\"properties\":{\"a\":{\"not\":{\"type\":[]}}}}"},
	};
	struct schema_options options = {.assert_formats = true};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		char schema[200];
		snprintf(schema, sizeof schema, "{\"$ref\":\"%s\"}", rows[i].uri);
		bench_open(&b, schema, DIALECT_2020_12, &options);
		assert_non_null(b.program);
		if (bench_ask(&b, rows[i].good, REQUEST) != VALID || bench_ask(&b, rows[i].bad, REQUEST) != INVALID)
			fail_msg("%s", rows[i].uri);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_are_loaded_when_they_are_named),
	    cmocka_unit_test(what_cannot_be_loaded_is_told),
	    cmocka_unit_test(components_may_name_themselves),
	    cmocka_unit_test(documents_are_registered_in_any_order),
	    cmocka_unit_test(wrong_documents_wait_until_they_are_asked_for),
	    cmocka_unit_test(schemas_are_judged_by_their_metaschema),
	};
	return cmocka_run_group_tests_name("schema_set", tests, NULL, NULL);
}
