#include "tests/unit/contract/contract_fixture.h"

#include "conf/yaml.h"
#include "filters/contract/json_tree.h"

/* A document with one operation that has one parameter. `more`: further lines of the parameter, in flow style. */
static void begin(struct fixture *f, const char *in, const char *more, bool closed)
{
	char text[4096];
	snprintf(text, sizeof text,
		 "openapi: 3.1.0\n"
		 "info: {title: t, version: '1'}\n"
		 "paths:\n"
		 "  /%s:\n"
		 "    get:\n"
		 "      parameters: [{name: color, in: %s, %s%s}]\n"
		 "      responses: {default: {description: d}}\n",
		 strcmp(in, "path") == 0 ? "{color}" : "x", in, strcmp(in, "path") == 0 ? "required: true, " : "",
		 more);
	fixture_begin_with(f, text, closed);
}

static enum judgement send(struct fixture *f, const char *in, const char *wire)
{
	char path[512];
	struct field field = {STR("color"), str_from(wire)};
	bool header = strcmp(in, "header") == 0, cookie = strcmp(in, "cookie") == 0;
	if (cookie)
		field.name = STR("Cookie");
	snprintf(path, sizeof path, "/%s", strcmp(in, "path") == 0 ? wire : "x");
	return fixture_judge(f, "GET", path, strcmp(in, "query") == 0 ? wire : "", &field, header || cookie, false);
}

/* Judges `wire` by a schema that only the expected value keeps. */
static void check_case(const struct node *one, const char *in, unsigned *seen)
{
	struct buf value = {0}, more = {0};
	struct fixture f;
	const struct node *v = tree_get(one, STR("value"));
	const char *types[] = {"{type: [string, 'null'], const: ",
			       "{type: [integer, 'null'], const: ",
			       "{type: [boolean, 'null'], const: ",
			       "{type: number, const: ",
			       "{type: string, const: ",
			       "{type: array, items: {type: string}, const: ",
			       "{type: object, additionalProperties: {type: integer}, const: "};
	tree_to_json(v, &value);
	for (int wrong = 0; wrong < 2; wrong++) {
		more.len = 0;
		buf_addf(&more, "style: %.*s, explode: %s, schema: %s%.*s%s}",
			 STR_ARG(tree_text(tree_get(one, STR("style")))),
			 tree_is_true(tree_get(one, STR("explode"))) ? "true" : "false",
			 v->kind == NODE_NULL ? types[0] : types[v->kind + 1], STR_ARG(buf_str(&value)),
			 wrong ? ", not: {}" : "");
		buf_addc(&more, '\0');
		begin(&f, in, more.at, false);
		struct str wire = tree_text(tree_get(one, STR("wire")));
		char text[256];
		snprintf(text, sizeof text, "%.*s", STR_ARG(wire));
		if (wire.len == 0 && strcmp(in, "path") == 0) {
			/* an empty segment reaches no path with a parameter */
			assert_int_equal(send(&f, in, text), INVALID);
			assert_string_equal(fixture_text(&f), "operation.path");
		} else if (send(&f, in, text) != (wrong ? INVALID : VALID)) {
			fail_msg("%s %s: %s (%s)", in, text, more.at, fixture_text(&f));
		}
		fixture_end(&f);
	}
	++*seen;
	buf_free(&value);
	buf_free(&more);
}

static void style_table(void **state)
{
	struct arena arena;
	struct diag d;
	struct str text;
	unsigned seen = 0;
	char path[512];
	const char *data = getenv("VANE_TEST_DATA");
	(void)state;
	snprintf(path, sizeof path, "%s/openapi-specification/parameter-style-table.json",
		 data ? data : SOURCE_DIR "/../shared/data");
	arena_init(&arena, 4096);
	diag_init(&d);
	if (!yaml_slurp(&arena, path, 1 << 20, &text, &d)) {
		print_message("SKIP: %s is not there\n", path);
		diag_free(&d);
		arena_free(&arena);
		skip();
	}
	const struct node *cases = tree_get(json_tree_read(&arena, text, "table", &d), STR("cases"));
	assert_non_null(cases);
	for (uint32_t i = 0; i < cases->count; i++) {
		struct str in = tree_text(tree_get(&cases->items[i], STR("in")));
		while (in.at) {
			char one[16];
			struct str piece = str_cut(&in, '|');
			snprintf(one, sizeof one, "%.*s", STR_ARG(piece));
			check_case(&cases->items[i], one, &seen);
		}
	}
	assert_int_equal(cases->count, 37);
	print_message("%u cases, %u places\n", cases->count, seen);
	diag_free(&d);
	arena_free(&arena);
}

struct row {
	const char *in, *more, *wire, *finding; /* finding: "" where it is valid */
};

static void check_rows(const struct row *rows, size_t count, bool closed)
{
	struct fixture f;
	for (size_t i = 0; i < count; i++) {
		begin(&f, rows[i].in, rows[i].more, closed);
		enum judgement verdict = send(&f, rows[i].in, rows[i].wire);
		const char *text = fixture_text(&f);
		if (strcmp(text, rows[i].finding) || verdict != (rows[i].finding[0] ? INVALID : VALID))
			fail_msg("%s %s %s: \"%s\", verdict %d", rows[i].in, rows[i].more, rows[i].wire, text, verdict);
		fixture_end(&f);
	}
}

#define CHECK_ROWS(rows, closed) check_rows(rows, sizeof rows / sizeof *rows, closed)

static void types_decide_how_a_text_is_read(void **state)
{
	static const struct row rows[] = {
	    {"query", "schema: {type: integer}", "color=5", ""},
	    {"query", "schema: {type: integer}", "color=-0", ""},
	    {"query", "schema: {type: integer}", "color=1e2", ""},
	    {"query", "schema: {type: integer}", "color=1.5", "query.type color"},
	    {"query", "schema: {type: integer}", "color=x", "query.type color"},
	    {"query", "schema: {type: integer}", "color=", "query.type color"},
	    {"query", "schema: {type: integer}", "color=+5", "query.type color"},
	    {"query", "schema: {type: integer}", "color=%35", ""},
	    {"query", "schema: {type: integer}", "color=05", "query.type color"},
	    {"query", "schema: {type: integer, maximum: 9007199254740992}", "color=9007199254740993",
	     "query.maximum color"},
	    {"query", "schema: {type: boolean}", "color=true", ""},
	    {"query", "schema: {type: boolean}", "color=TRUE", "query.type color"},
	    {"query", "schema: {type: boolean}", "color=1", "query.type color"},
	    {"query", "schema: {type: string}", "color=5", ""},
	    {"query", "schema: {type: string, minLength: 2}", "color=5", "query.min_length color"},
	    {"query", "schema: {type: string, pattern: '^a b$'}", "color=a+b", ""},
	    {"query", "schema: {type: string, pattern: '^a b$'}", "color=a%20b", ""},
	    {"query", "schema: {type: [string, integer], pattern: '^5$'}", "color=5", ""},
	    {"query", "schema: {anyOf: [{type: integer, maximum: 3}, {type: string, pattern: '^5'}]}", "color=5", ""},
	    {"query", "schema: {enum: ['1', '2']}", "color=2", ""},
	    {"query", "schema: {enum: [1, 2]}", "color=2", ""},
	    {"query", "schema: {enum: [1, 2]}", "color=3", "query.enum color"},
	    {"query", "schema: {}", "color=anything&color2=x", ""},
	    {"query", "schema: {type: string, format: date}", "color=2026-02-30", "query.format color"},
	    {"path", "schema: {type: string}", "a+b%2Fc", ""},
	    {"path", "schema: {const: 'a+b/c'}", "a+b%2Fc", ""},
	    {"path", "schema: {type: integer}", "abc", "path.type color"},
	    {"header", "schema: {type: integer}", " 7 ", ""},
	    {"header", "schema: {const: '%41'}", "%41", ""},
	    {"header", "schema: {type: array, items: {type: integer}}", "1, 2 ,3", ""},
	    {"header", "schema: {type: array, items: {type: integer}}", "1, x ,3", "header.type color /1"},
	    {"cookie", "schema: {type: integer}", "a=b; color=5; c=d", ""},
	    {"cookie", "schema: {type: string, const: 'a&b'}", "color=a&b", ""},
	    {"cookie", "schema: {type: integer}", "a=b; color=x", "cookie.type color"},
	};
	(void)state;
	CHECK_ROWS(rows, false);
}

static void presence(void **state)
{
	static const struct row rows[] = {
	    {"query", "required: true, schema: {type: integer}", "", "query.required color"},
	    {"query", "required: true, schema: {type: integer}", "colors=1", "query.required color"},
	    {"query", "required: true, schema: {type: string}", "color", ""},
	    {"query", "required: true, schema: {type: array, items: {type: integer}}", "", "query.required color"},
	    {"query", "schema: {type: integer}", "", ""},
	    {"query", "schema: {type: integer}", "color=1&color=2", "query.repeated color"},
	    {"query", "schema: {type: array, items: {type: integer}}", "color=1&color=2", ""},
	    {"query", "explode: false, schema: {type: array, items: {type: integer}}", "color=1&color=2",
	     "query.repeated color"},
	    {"query", "explode: false, schema: {type: array, items: {type: integer}}", "color=1,2", ""},
	    {"query", "explode: false, schema: {type: array, items: {type: integer}}", "color=1%2C2",
	     "query.type color /0"},
	    {"query", "explode: false, schema: {type: array, minItems: 1}", "color=", "query.min_items color"},
	    {"query", "allowEmptyValue: true, schema: {type: integer}", "color=", ""},
	    {"query", "allowEmptyValue: true, schema: {type: integer}", "color=x", "query.type color"},
	    {"query", "schema: {type: string}", "color=%zz", "query.encoding color"},
	    {"query", "schema: {type: string}", "other=%zz", ""},
	    {"query", "schema: {type: string}", "color=%ff", "query.utf8 color"},
	    {"header", "required: true, schema: {type: string}", "x", ""},
	    {"cookie", "required: true, schema: {type: string}", "a=b", "cookie.required color"},
	};
	static const struct row closed[] = {
	    {"query", "schema: {type: object}", "any=1&thing=2", ""},
	    {"query", "required: true, schema: {type: object, maxProperties: 1}", "any=1&thing=2",
	     "query.max_properties color"},
	    {"query", "schema: {type: string}", "color=a&colour=b", "query.unknown colour"},
	    {"query", "schema: {type: string}", "x=1&x=2", "query.unknown x"},
	    {"query", "style: deepObject, schema: {type: object, properties: {a: {type: string}}}", "color[a]=b", ""},
	    {"query", "schema: {type: object, properties: {a: {type: string}}}", "a=b&c=d", "query.unknown c"},
	};
	(void)state;
	CHECK_ROWS(rows, false);
	CHECK_ROWS(closed, true);
}

static void objects(void **state)
{
#define RGB                                                                                                            \
	"schema: {type: object, required: [R], properties: {R: {type: integer}, tags: {type: array, items: {type: "    \
	"integer}}}}"
	static const struct row rows[] = {
	    {"query", RGB, "R=1&x=y", ""},
	    {"query", RGB, "R=x", "query.type color /R"},
	    {"query", "required: true, " RGB, "x=1", "query.required color"},
	    {"query", RGB, "R=1&R=2", "query.repeated color"},
	    {"query", RGB, "R=1&tags=1&tags=2", ""},
	    {"query", RGB, "R=1&tags=5", ""},
	    {"query", RGB, "R=1&tags=a", "query.type color /tags/0"},
	    {"query", "explode: false, " RGB, "color=R,1", ""},
	    {"query", "explode: false, " RGB, "color=R", "query.syntax color"},
	    {"query", "explode: false, " RGB, "color=G,1", "query.required color"},
	    {"query", "style: deepObject, " RGB, "color[R]=1", ""},
	    {"query", "style: deepObject, " RGB, "color[R]=a", "query.type color /R"},
	    {"query", "style: deepObject, " RGB, "color[R]=1&color[tags][]=1&color[tags][]=2", ""},
	    {"query", "style: deepObject, " RGB, "color[R]=1&color[tags][0]=1&color[tags][1]=b",
	     "query.type color /tags/1"},
	    {"query", "style: deepObject, " RGB, "color[R=1", "query.syntax color"},
	    {"query", "style: deepObject, " RGB, "color[R]=1&color[R]=2", "query.repeated color"},
	    {"query", "style: deepObject, required: true, " RGB, "colors[R]=1", "query.required color"},
	    {"path", "style: matrix, " RGB, ";color=R,1", ""},
	    {"path", "style: matrix, explode: true, " RGB, ";R=1", ""},
	    {"path", "style: matrix, " RGB, "color=R,1", "path.syntax color"},
	    {"path", "style: label, explode: true, " RGB, ".R=1", ""},
	    {"path", "style: label, explode: true, " RGB, "R=1", "path.syntax color"},
	    {"query", "content: {application/json: {" RGB "}}", "color=%7B%22R%22%3A1%7D", ""},
	    {"query", "content: {application/json: {" RGB "}}", "color=%7B%22R%22%3A%221%22%7D", "query.type color /R"},
	    {"query", "content: {application/json: {" RGB "}}", "color=%7B", "query.syntax color"},
	    {"query", "required: true, content: {application/json: {" RGB "}}", "", "query.required color"},
	    {"header", "content: {application/json: {" RGB "}}", "{\"R\": 1}", ""},
	    {"header", "content: {text/plain: {schema: {type: integer}}}", "12", ""},
	};
	(void)state;
	CHECK_ROWS(rows, false);
}

/* A header field that comes twice is a list; where none is allowed it is a finding. */
static void repeated_headers(void **state)
{
	static const struct field twice[] = {{STR_INIT("Color"), STR_INIT("1")}, {STR_INIT("COLOR"), STR_INIT("2")}};
	struct fixture f;
	(void)state;
	begin(&f, "header", "schema: {type: integer}", false);
	assert_int_equal(fixture_judge(&f, "GET", "/x", "", twice, 2, false), INVALID);
	assert_string_equal(fixture_text(&f), "header.repeated color");
	fixture_end(&f);
	begin(&f, "header", "schema: {type: array, items: {type: integer}, maxItems: 2}", false);
	assert_int_equal(fixture_judge(&f, "GET", "/x", "", twice, 2, false), VALID);
	fixture_end(&f);
}

/* Set-Cookie is a line of its own each time (RFC 9110, 5.3): every one of them is judged. */
static void set_cookie(void **state)
{
	static const struct field fields[] = {{STR_INIT("Set-Cookie"), STR_INIT("id=1")},
					      {STR_INIT("Set-Cookie"), STR_INIT("x")}};
	struct fixture f;
	struct body_plan plan;
	(void)state;
	fixture_begin(
	    &f,
	    "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/x: {get: {responses: {'200': {description: d,\n"
	    "  headers: {Set-Cookie: {schema: {type: string, pattern: '^[a-z]+='}}}}}}}}\n");
	struct message_head head = {.status = 200, .fields = fields, .field_count = 1};
	findings_begin(&f.found, &f.arena, 4);
	const struct operation *o = contract_operation(f.c, 0);
	assert_int_equal(contract_response_head(f.c, o, &head, f.j, &f.found, &plan), VALID);
	head.field_count = 2;
	assert_int_equal(contract_response_head(f.c, o, &head, f.j, &f.found, &plan), INVALID);
	assert_string_equal(fixture_text(&f), "header.pattern Set-Cookie");
	fixture_end(&f);
}

/* Numbers in paths are taken as they stand; whatever is not quite one is read in the ordinary way. */
static void numbers_in_paths(void **state)
{
	static const char *const rows[][3] = {
	    {"{type: integer, minimum: 1, maximum: 8731}", "8731", ""},
	    {"{type: integer, minimum: 1, maximum: 8731}", "8732", "path.maximum color"},
	    {"{type: integer, minimum: 1}", "0", "path.minimum color"},
	    {"{type: integer}", "007", "path.type color"},
	    {"{type: integer}", "1e2", ""},
	    {"{type: integer}", "1.0", ""},
	    {"{type: integer}", "1.5", "path.type color"},
	    {"{type: integer}", "%31", ""},
	    {"{type: integer}", "1,2", "path.type color"},
	    {"{type: integer}", "123456789012345678901234567890", ""},
	    {"{type: integer, format: int32}", "2147483648", "path.format color"},
	    {"{type: number, maximum: 2}", "1.999", ""},
	    {"{type: number, maximum: 2}", "2.001", "path.maximum color"},
	    {"{type: [integer, string], minimum: 5}", "3", ""},
	    {"{type: string, maxLength: 3}", "1234", "path.max_length color"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture f;
		char more[256];
		snprintf(more, sizeof more, "schema: %s", rows[i][0]);
		begin(&f, "path", more, false);
		enum judgement verdict = send(&f, "path", rows[i][1]);
		if (verdict != (*rows[i][2] ? INVALID : VALID) || strcmp(fixture_text(&f), rows[i][2]) != 0)
			fail_msg("%s %s: %s", rows[i][0], rows[i][1], fixture_text(&f));
		fixture_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(style_table),      cmocka_unit_test(types_decide_how_a_text_is_read),
	    cmocka_unit_test(presence),         cmocka_unit_test(objects),
	    cmocka_unit_test(repeated_headers), cmocka_unit_test(set_cookie),
	    cmocka_unit_test(numbers_in_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
