/* What OpenAPI 3.2 adds: sequences as lists, parts by their position, parts in parts, referred media types, a default
 * for the discriminator, a query that is one value; and what 3.1 makes of the same. */
#include "tests/unit/contract/body_rows.h"

#define ID                      "{type: object, required: [id], properties: {id: {type: integer}}}"
#define ID_LIST                 "schema: {type: array, maxItems: 2, items: " ID "}"
#define OLD_ROWS(content, rows) check_rows("3.1.1", content, rows, sizeof rows / sizeof *rows)

static void a_sequence_is_the_list_of_its_items(void **state)
{
	static const struct row rows[] = {
	    {"application/jsonl", "", "body.required"},
	    {"application/jsonl", "\n", ""},
	    {"application/jsonl", "{\"id\":1}\n{\"id\":2}\n", ""},
	    {"application/x-ndjson", "{\"id\":1}\n{}", "body.required /1"},
	    {"application/jsonl", "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n", "body.max_items"},
	    /* two values in one line, and what would close the list */
	    {"application/jsonl", "{\"id\":1},{\"id\":2}\n", "body.syntax /0"},
	    {"application/jsonl", "{\"id\":1}\n{\"id\":2}],[1\n", "body.syntax /1"},
	    {"application/jsonl", "{\"id\":1,\"id\":1}\n", "body.duplicate_key"},
	    {"application/json-seq", "\x1e{\"id\":\n1}\n\x1e{\"id\":\"2\"}\n", "body.type /1/id"},
	    {"application/geo+json-seq", "\x1e{}\n", "body.required /0"},
	    {"text/event-stream", "id: 1\ndata: a\n\ndata: b\n\n", "body.required /1"},
	};
	static const struct row old[] = {{"application/jsonl", "{\"id\":1}\n", "?media_type"}};
	(void)state;
	CHECK_BODIES("application/jsonl: {" ID_LIST "}, application/x-ndjson: {" ID_LIST
		     "}, application/json-seq: {" ID_LIST "}, application/geo+json-seq: {" ID_LIST
		     "}, text/event-stream: {schema: {items: {required: [id]}}}",
		     rows);
	OLD_ROWS("application/jsonl: {" ID_LIST "}", old);
}

static void both_schemas_of_a_sequence(void **state)
{
	static const struct row rows[] = {
	    {"application/jsonl", "{\"id\":1}\n", ""},
	    {"application/jsonl", "{\"id\":\"1\"}\n", "body.type /0/id"},
	    {"application/jsonl", "{\"id\":1}\n{\"id\":1}\n", "body.max_items"},
	    {"application/jsonl", "{\"id\":1}\n{", "body.syntax /1"},
	};
	(void)state;
	CHECK_BODIES("application/jsonl: {schema: {maxItems: 1}, itemSchema: " ID "}", rows);
}

#define MIXED              "multipart/mixed; boundary=x"
#define PART(fields, text) "--x\r\n" fields "\r\n" text "\r\n"
#define TYPE(type)         "Content-Type: " type "\r\n"
#define END                "--x--\r\n"

static void parts_by_position(void **state)
{
	static const struct row rows[] = {
	    {MIXED, PART(TYPE("application/json"), "{\"id\":1}") PART(TYPE("image/png"), "\xff\xfe") END, ""},
	    {MIXED, PART("", "{\"id\":1}") PART(TYPE("image/png"), "\xff") END, ""}, /* an object is JSON */
	    {MIXED, PART("", "{\"id\":\"a\"}") PART(TYPE("image/png"), "\xff") END, "body.type /0/id"},
	    {MIXED, PART("", "{\"id\":1}") PART(TYPE("text/plain"), "a") END, "body.unsupported 1"},
	    {MIXED, PART("", "{\"id\":1}") END, "body.min_items"},
	    {MIXED, PART("", "{\"id\":1}") PART(TYPE("image/png"), "a") PART(TYPE("text/css"), "b") END,
	     "header.required X-N"},
	    {MIXED, PART("", "{\"id\":1}") PART(TYPE("image/png"), "a") PART(TYPE("text/css") "X-N: 5\r\n", "b") END,
	     ""},
	    {MIXED, PART("", "{\"id\":1}") PART(TYPE("image/png"), "a") PART("X-N: 5\r\n" TYPE("text/html"), "b") END,
	     "body.unsupported 2"},
	    {MIXED,
	     PART("Content-Disposition: attachment; filename=a\r\n", "{\"id\":1}") PART(TYPE("image/png"), "a") END,
	     ""},
	    {MIXED,
	     PART(TYPE("application/json") "Content-Transfer-Encoding: base64\r\n", "e30=") PART(TYPE("image/png"), "a")
		 END,
	     "?coding"},
	    {MIXED, PART(TYPE("application/xml"), "<a/>") PART(TYPE("image/png"), "a") END, "?media_type"},
	    {MIXED, PART("", "{\"id\":1}"), "body.syntax"},
	    {"multipart/mixed", PART("", "{\"id\":1}") END, "body.syntax"},
	};
	static const struct row old[] = {{MIXED, PART("", "{\"id\":1}") END, "?media_type"}};
	(void)state;
	CHECK_BODIES(
	    "multipart/mixed: {schema: {type: array, minItems: 2, prefixItems: [" ID ", {}]}, "
	    "prefixEncoding: [{}, {contentType: image/*}], itemEncoding: {contentType: 'text/css, text/javascript', "
	    "headers: {X-N: {required: true, schema: {type: integer}}}}}",
	    rows);
	OLD_ROWS("multipart/mixed: {schema: {type: array}}", old);
}

static void parts_as_items(void **state)
{
	static const struct row rows[] = {
	    {"multipart/related; boundary=x", END, ""},
	    {"multipart/related; boundary=x", PART("", "{\"id\":1}") PART("", "{\"id\":2}") END, ""},
	    {"multipart/related; boundary=x", PART("", "{\"id\":1}") PART("", "{}") END, "body.required /1"},
	    {"multipart/related; boundary=x", PART("", "{\"id\":1}") PART("", "{") END, "body.type /1"},
	};
	/* A part is a number where the schema wants one, and a text where it wants that. */
	static const struct row ambiguous[] = {
	    {MIXED, PART(TYPE("text/plain"), "5") PART(TYPE("text/plain"), "a") END, ""},
	    {MIXED, PART(TYPE("text/plain"), "5") PART(TYPE("text/plain"), "abc") END, "body.max_length /1"},
	};
	(void)state;
	CHECK_BODIES("multipart/related: {itemSchema: " ID "}", rows);
	CHECK_BODIES("multipart/mixed: {itemSchema: {type: [integer, string], maxLength: 2}}", ambiguous);
}

/* A form whose parts are told by their position: their names are what their headers say. */
static void an_ordered_form(void **state)
{
	static const struct row rows[] = {
	    {"multipart/form-data; boundary=x",
	     PART("Content-Disposition: form-data; name=a\r\n", "{\"id\":1}")
		 PART("Content-Disposition: form-data; name=b\r\n", "5") END,
	     ""},
	    {"multipart/form-data; boundary=x",
	     PART("Content-Disposition: form-data; name=b\r\n", "5")
		 PART("Content-Disposition: form-data; name=a\r\n", "{\"id\":1}") END,
	     "body.type /0; body.type /1"},
	};
	(void)state;
	CHECK_BODIES("multipart/form-data: {schema: {type: array, prefixItems: [" ID
		     ", {type: integer}]}, prefixEncoding: [{}]}",
		     rows);
}

#define INNER(text) "--y\r\n\r\n" text "\r\n"

static void parts_in_parts(void **state)
{
	static const struct row rows[] = {
	    {MIXED,
	     PART("", "[1]") PART(TYPE("multipart/mixed; boundary=y"), INNER("{\"id\":1}") INNER("a") "--y--") END, ""},
	    {MIXED,
	     PART("", "[1]") PART(TYPE("multipart/mixed; boundary=y"), INNER("{\"id\":1}") INNER("abc") "--y--") END,
	     "body.max_length /1/1"},
	    {MIXED, PART("", "[1]") PART(TYPE("multipart/mixed; boundary=y"), INNER("{}") "--y--") END,
	     "body.required /1/0"},
	    {MIXED, PART("", "[1]") PART(TYPE("multipart/mixed; boundary=y"), INNER("{}")) END,
	     "body.syntax"},
	    {MIXED,
	     PART("", "[1]") PART(TYPE("multipart/mixed; boundary=y"), "--y\r\n" TYPE("image/png") "\r\n{}\r\n--y--")
		 END,
	     "body.unsupported 0; body.type /1/0"},
	};
	static const struct row named[] = {
	    {"multipart/form-data; boundary=x",
	     PART("Content-Disposition: form-data; name=a\r\n" TYPE("multipart/mixed; boundary=y"),
		  INNER("1") INNER("2") "--y--") END,
	     ""},
	    {"multipart/form-data; boundary=x",
	     PART("Content-Disposition: form-data; name=a\r\n" TYPE("multipart/mixed; boundary=y"),
		  INNER("1") INNER("b") "--y--") END,
	     "body.type /a/0/1"},
	};
	(void)state;
	CHECK_BODIES(
	    "multipart/mixed: {schema: {type: array, prefixItems: [{type: array}, {type: array, prefixItems: [" ID
	    ", {type: string, maxLength: 2}]}]}, prefixEncoding: [{}, {contentType: multipart/mixed, "
	    "prefixEncoding: [{contentType: application/json}, {}]}]}",
	    rows);
	CHECK_BODIES(
	    "multipart/form-data: {schema: {type: object, properties: {a: {type: array, items: {type: array, items: "
	    "{type: integer}}}}}, encoding: {a: {contentType: multipart/mixed, itemEncoding: {}}}}",
	    named);
}

/* Where the property is missing, or says what nothing is mapped to, the default branch is told about. */
static void a_default_for_the_discriminator(void **state)
{
	static const struct {
		const char *body, *said;
	} rows[] = {
	    {"{\"kind\":\"cat\",\"claws\":true}", ""},
	    {"{\"kind\":\"cat\"}", "body.required"},
	    {"{\"bark\":1}", "body.type /bark"},
	    {"{\"kind\":\"bird\",\"bark\":1}", "body.type /bark"},
	    {"{\"kind\":7,\"bark\":1}", "body.type /bark"},
	};
	struct fixture f;
	(void)state;
	fixture_begin(
	    &f, "openapi: 3.2.0\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    post:\n      requestBody:\n"
		"        content:\n          application/json: {$ref: '#/components/mediaTypes/Pet'}\ncomponents:\n  "
		"mediaTypes:\n"
		"    Pet:\n      schema:\n        oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: "
		"'#/components/schemas/Dog'}]\n"
		"        discriminator: {propertyName: kind, mapping: {cat: Cat}, defaultMapping: Dog}\n  schemas:\n"
		"    Cat: {type: object, required: [kind, claws, a, b, c], properties: {kind: {const: cat}}}\n"
		"    Dog: {type: object, properties: {kind: {not: {const: cat}}, bark: {type: string}}}\n");
	for (size_t i = 1; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(fixture_post(&f, "/x", "application/json", str_from(rows[i].body)), INVALID);
		assert_true(str_starts(str_from(fixture_text(&f)), str_from(rows[i].said)));
	}
	fixture_end(&f);
}

/* A document, and what is said of it: the first error or warning that begins like `said`. */
static void refused_and_warned(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
	    {"paths: {/x: {get: {parameters: [{in: querystring, name: q, content: {text/plain: {}}}, {in: query, name: "
	     "a, schema: {}}]}}}",
	     "a querystring parameter excludes all other parameters in the query"},
	    {"paths: {/x: {parameters: [{in: query, name: a, schema: {}}], get: {parameters: [{in: querystring, name: "
	     "q, content: "
	     "{text/plain: {}}}]}}}",
	     "a querystring parameter excludes"},
	    {"paths: {/x: {get: {parameters: [{in: querystring, name: q, schema: {}}]}}}",
	     "a querystring parameter needs \"content\""},
	    {"components: {mediaTypes: {A: {schema: {type: array}, encoding: {}, prefixEncoding: []}}}",
	     "\"encoding\" excludes \"prefixEncoding\" and \"itemEncoding\""},
	    {"components: {examples: {A: {value: 1, dataValue: 1}}}", "\"value\" and \"dataValue\" exclude each other"},
	    {"components: {examples: {A: {serializedValue: a, externalValue: b}}}",
	     "\"serializedValue\" and \"externalValue\" exclude each other"},
	    {"components: {schemas: {A: {oneOf: [{}], discriminator: {propertyName: a, defaultMapping: 5}}}}, paths: "
	     "{/x: {post: "
	     "{requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}",
	     "the defaultMapping of a discriminator must be a string"},
	    {"paths: {/x: {post: {requestBody: {content: {application/jsonl: {schema: {type: object}}}}}}}",
	     "the schema of a sequence is that of the list of its items: this one is of type object"},
	    {"paths: {/x: {additionalOperations: {GET: {}}}}", "GET has a field of its own in the path item"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[2048];
		struct diag d;
		bool said = false;
		snprintf(text, sizeof text, "{openapi: 3.2.0, info: {title: t, version: '1'}, %s}\n", rows[i].text);
		diag_init(&d);
		contract_free(contract_load_text(str_from(text), "t.yaml", &(struct contract_options){0}, &d));
		for (const struct complaint *c = d.first; c; c = c->next)
			said |=
			    str_starts(c->text, str_from(rows[i].said)) && c->place.line == 1 && c->place.column > 1;
		if (!said)
			fail_msg("\"%s\" is not said", rows[i].said);
		diag_free(&d);
	}
}

/* Nothing in it is new to the reader of 3.2: no complaint at all. */
static void all_fields(void **state)
{
	static const char text[] =
	    "openapi: 3.2.0\n$self: /openapi\njsonSchemaDialect: https://spec.openapis.org/oas/3.2/dialect/2025-09-17\n"
	    "info: {title: t, version: '1'}\nservers: [{url: /, name: here}]\n"
	    "tags: [{name: a, kind: nav, summary: s}, {name: b, parent: a}]\n"
	    "paths:\n  /x/{p}:\n    query:\n      parameters:\n"
	    "      - {in: path, name: p, required: true, allowReserved: true, schema: {type: string}}\n"
	    "      - {in: cookie, name: c, style: cookie, schema: {type: array}}\n"
	    "      - {in: header, name: h, allowReserved: true, schema: {}, examples: {a: {dataValue: [a, b], "
	    "serializedValue: 'a,b'}}}\n"
	    "      responses: {'200': {summary: s}}\n"
	    "    additionalOperations: {LINK: {parameters: [{in: path, name: p, required: true, schema: {}}]}}\n"
	    "components:\n  mediaTypes: {Seq: {itemSchema: {}}}\n"
	    "  securitySchemes: {o: {type: oauth2, deprecated: true, oauth2MetadataUrl: 'https://a', flows: "
	    "{deviceAuthorization: "
	    "{deviceAuthorizationUrl: 'https://a', tokenUrl: 'https://b', scopes: {}}}}}\n"
	    "  schemas: {X: {type: string, xml: {nodeType: attribute}}}\n";
	struct diag d;
	(void)state;
	diag_init(&d);
	struct contract *c = contract_load_text(STR(text), "t.yaml", &(struct contract_options){0}, &d);
	if (!c || d.first)
		fail_msg("%.*s", STR_ARG(d.first->text));
	contract_free(c);
	diag_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sequence_is_the_list_of_its_items),
	    cmocka_unit_test(both_schemas_of_a_sequence),
	    cmocka_unit_test(parts_by_position),
	    cmocka_unit_test(parts_as_items),
	    cmocka_unit_test(an_ordered_form),
	    cmocka_unit_test(parts_in_parts),
	    cmocka_unit_test(a_default_for_the_discriminator),
	    cmocka_unit_test(refused_and_warned),
	    cmocka_unit_test(all_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
