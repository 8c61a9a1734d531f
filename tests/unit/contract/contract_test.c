#include "tests/unit/contract/contract_fixture.h"

#include <unistd.h>

static const char orders[] =
    "openapi: 3.0.3\n"
    "info: {title: Orders, version: 1.4.2}\n"
    "servers: [{url: 'https://api.example.com/api/v1'}, {url: '/{tenant}/api', variables: {tenant: {default: acme}}},\n"
    "  {url: '{scheme}://{host}/{base}', variables: {scheme: {default: http}, host: {default: h},\n"
    "    base: {default: old, enum: [old, older/still]}}}]\n"
    "paths:\n"
    "  /orders:\n"
    "    parameters: [{name: trace, in: header, schema: {type: integer}}]\n"
    "    get:\n"
    "      operationId: listOrders\n"
    "      deprecated: true\n"
    "      parameters:\n"
    "        - {name: limit, in: query, schema: {type: integer, maximum: 100}}\n"
    "        - {name: page, in: query, deprecated: true, schema: {type: integer}}\n"
    "        - {name: trace, in: header, deprecated: true, schema: {type: string}}\n"
    "      responses:\n"
    "        '200':\n"
    "          description: d\n"
    "          headers: {X-Total: {required: true, schema: {type: integer}}}\n"
    "          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}\n"
    "        '204': {description: d}\n"
    "        4XX: {description: d, content: {application/problem+json: {schema: {required: [title]}}}}\n"
    "        '404': {description: d}\n"
    "    post:\n"
    "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}\n"
    "      responses: {default: {description: d, content: {text/plain: {}, application/json: {}}}}\n"
    "  /orders/{id}:\n"
    "    get:\n"
    "      operationId: getOrder\n"
    "      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
    "      responses: {'200': {description: d}}\n"
    "components:\n"
    "  securitySchemes: {key: {type: apiKey, in: query, name: api_key}}\n"
    "  schemas:\n"
    "    Order:\n"
    "      type: object\n"
    "      required: [id, qty]\n"
    "      properties:\n"
    "        id: {type: integer, readOnly: true}\n"
    "        qty: {type: integer, minimum: 1}\n"
    "        secret: {type: string, writeOnly: true}\n";

static void what_it_is(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(&f, orders);
	assert_true(str_eq(contract_title(f.c), STR("Orders")));
	assert_true(str_eq(contract_version(f.c), STR("1.4.2")));
	assert_int_equal(contract_operation_count(f.c), 3);
	const struct operation *o = contract_operation_named(f.c, STR("listOrders"));
	assert_non_null(o);
	assert_true(str_eq(o->method, STR("GET")) && str_eq(o->template, STR("/orders")));
	assert_true(o->deprecated);
	assert_false(o->has_request_body);
	assert_ptr_equal(contract_operation_named(f.c, STR("GET /orders")), o);
	assert_ptr_equal(contract_operation(f.c, o->index), o);
	assert_string_equal(o->place.file, "test.yaml");
	assert_int_equal(o->place.line, 10);
	assert_true(contract_operation_named(f.c, STR("POST /orders"))->has_request_body);
	assert_null(contract_operation_named(f.c, STR("DELETE /orders")));
	assert_null(contract_operation_named(f.c, STR("")));
	assert_null(contract_operation(f.c, 3));
	assert_true(contract_size(f.c) > 1000);
	fixture_end(&f);
}

static void finding_the_operation(void **state)
{
	static const struct {
		const char *method, *path, *template, *id;
	} rows[] = {
	    {"GET", "/orders", "/orders", "listOrders"},
	    {"GET", "/api/v1/orders", "/orders", "listOrders"},
	    {"GET", "/any/api/orders", "/orders", "listOrders"},
	    {"GET", "/old/orders", "/orders", "listOrders"},
	    {"GET", "/older/still/orders/7", "/orders/{id}", "getOrder"},
	    {"GET", "/older/orders", "", NULL},
	    {"HEAD", "/orders", "/orders", "listOrders"},
	    {"DELETE", "/orders", "/orders", NULL},
	    {"GET", "/nothing", "", NULL},
	    {"get", "/orders", "/orders", NULL},
	    {"GET", "/api/v1", "", NULL},
	    {"GET", "*", "", NULL},
	};
	struct path_match m;
	struct fixture f;
	(void)state;
	fixture_begin(&f, orders);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		contract_find(f.c, str_from(rows[i].method), str_from(rows[i].path), &m);
		assert_true(str_eq(m.template, str_from(rows[i].template)));
		assert_int_equal(m.operation != NULL, rows[i].id != NULL);
		if (m.operation)
			assert_true(str_eq(m.operation->id, str_from(rows[i].id)));
	}
	contract_find(f.c, STR("PUT"), STR("/orders"), &m);
	assert_true(str_eq(m.allow, STR("GET, POST")));
	assert_int_equal(fixture_judge(&f, "PUT", "/orders", "", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "operation.method");
	fixture_end(&f);
}

static void a_path_with_two_templates(void **state)
{
	struct path_match m;
	struct fixture f;
	(void)state;
	fixture_begin(
	    &f, "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n"
		"  /a/{x}: {get: {parameters: [{name: x, in: path, required: true, schema: {type: integer}}]}}\n"
		"  /a/{y}: {put: {parameters: [{name: y, in: path, required: true, schema: {type: boolean}}]}}\n");
	contract_find(f.c, STR("PUT"), STR("/a/true"), &m);
	assert_non_null(m.operation);
	assert_true(str_eq(m.template, STR("/a/{y}")));
	assert_true(str_eq(m.allow, STR("GET, PUT")));
	assert_int_equal(fixture_judge(&f, "GET", "/a/true", "", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "path.type x");
	assert_int_equal(fixture_judge(&f, "PUT", "/a/true", "", NULL, 0, false), VALID);
	fixture_end(&f);
}

/* 3.2: QUERY, additional methods, $self as another name of the document, a query that is one form. */
static void version_3_2(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin(
	    &f, "openapi: 3.2.0\n$self: https://example.com/api/openapi.yaml\ninfo: {title: t, version: '1'}\npaths:\n"
		"  /a:\n"
		"    query: {parameters: [{in: querystring, name: q, content: {application/x-www-form-urlencoded: \n"
		"      {schema: {$ref: 'https://example.com/api/openapi.yaml#/components/schemas/Q'}}}}]}\n"
		"    additionalOperations: {COPY: {operationId: copy}}\n"
		"components: {schemas: {Q: {type: object, properties: {n: {type: integer}}}}}\n");
	assert_int_equal(fixture_judge(&f, "QUERY", "/a", "n=1&m=2", NULL, 0, false), VALID);
	assert_int_equal(fixture_judge(&f, "QUERY", "/a", "n=x", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "query.type /n");
	assert_int_equal(fixture_judge(&f, "COPY", "/a", "", NULL, 0, false), VALID);
	assert_true(str_eq(f.match.allow, STR("QUERY, COPY")));
	fixture_end(&f);
}

static void requests(void **state)
{
	static const struct field trace = {STR_INIT("Trace"), STR_INIT("abc")};
	struct fixture f;
	struct str names[4];
	(void)state;
	fixture_begin(&f, orders);
	/* the operation's own parameter stands for that of its path */
	assert_int_equal(fixture_judge(&f, "GET", "/orders", "limit=10", &trace, 1, false), VALID);
	assert_int_equal(fixture_judge(&f, "POST", "/orders", "", &trace, 1, false), INVALID);
	assert_string_equal(fixture_text(&f), "header.type trace");
	assert_int_equal(fixture_judge(&f, "GET", "/orders", "limit=101&page=x", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "query.maximum limit; query.type page");
	assert_true(str_eq(f.found.at[0].keyword, STR("maximum")));
	assert_int_equal(f.found.at[0].place.line, 13);
	assert_true(str_eq(f.found.at[0].keyword_pointer, STR("#/paths/~1orders/get/parameters/0/schema/maximum")));
	struct message_head head = {.query = STR("page=2"), .fields = &trace, .field_count = 1};
	assert_int_equal(contract_deprecated_parameters(f.c, &f.match, &head, names, 4), 2);
	assert_true(str_eq(names[0], STR("page")) && str_eq(names[1], STR("trace")));
	head.query = STR("");
	assert_int_equal(contract_deprecated_parameters(f.c, &f.match, &head, names, 4), 1);
	assert_int_equal(fixture_judge(&f, "GET", "/orders/x", "", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "path.type id");
	/* readOnly: not required of a request, and not allowed in it; writeOnly the other way round */
	assert_int_equal(fixture_post(&f, "/orders", "application/json", STR("{\"qty\":1,\"secret\":\"s\"}")), VALID);
	assert_int_equal(fixture_post(&f, "/orders", "application/json", STR("{\"qty\":0}")), INVALID);
	assert_string_equal(fixture_text(&f), "body.minimum /qty");
	assert_int_equal(fixture_post(&f, "/orders", NULL, STR("")), VALID); /* the body is not required */
	fixture_end(&f);
}

static void closed(void **state)
{
	struct fixture f;
	(void)state;
	fixture_begin_with(&f, orders, true);
	assert_int_equal(fixture_judge(&f, "GET", "/orders", "limit=1&api_key=k", NULL, 0, false), VALID);
	assert_int_equal(fixture_judge(&f, "GET", "/orders/1", "limit=1", NULL, 0, false), INVALID);
	assert_string_equal(fixture_text(&f), "query.unknown limit");
	assert_int_equal(fixture_post(&f, "/orders", "application/json", STR("{\"qty\":1,\"x\":1}")), INVALID);
	fixture_end(&f);
}

struct answer {
	const char *operation, *method;
	unsigned status;
	const char *type, *total, *body; /* body NULL: none */
	const char *said;                /* of head and body; "?why": undecided */
};

static void check_answer(struct fixture *f, const struct answer *a)
{
	struct field fields[2];
	size_t count = 0;
	if (a->type)
		fields[count++] = (struct field){STR("content-type"), str_from(a->type)};
	if (a->total)
		fields[count++] = (struct field){STR("x-total"), str_from(a->total)};
	struct message_head head = {.method = str_from(a->method),
				    .status = a->status,
				    .fields = fields,
				    .field_count = count,
				    .has_body = a->body != NULL};
	arena_reset(&f->arena);
	findings_begin(&f->found, &f->arena, 16);
	const struct operation *o = contract_operation_named(f->c, str_from(a->operation));
	enum judgement verdict = contract_response_head(f->c, o, &head, f->j, &f->found, &f->plan);
	if (a->body && verdict == VALID)
		verdict = contract_body(f->c, &f->plan, RESPONSE, str_from(a->body), f->j, &f->found);
	bool undecided = a->said[0] == '?';
	const char *text = undecided && f->found.unchecked ? f->found.unchecked : fixture_text(f);
	if (strcmp(text, a->said + undecided) || verdict != (undecided ? UNDECIDED : a->said[0] ? INVALID : VALID))
		fail_msg("%s %u: verdict %d, \"%s\", not \"%s\"", a->operation, a->status, verdict, text, a->said);
}

static void responses(void **state)
{
	static const struct answer rows[] = {
	    {"listOrders", "GET", 200, "application/json", "1", "[{\"id\":1,\"qty\":1}]", ""},
	    {"listOrders", "GET", 200, "application/json", "1", "[{\"qty\":1}]", "body.required /0"},
	    {"listOrders", "GET", 200, "application/json", "x", "[]", "header.type X-Total"},
	    {"listOrders", "GET", 200, "application/json", NULL, "[]", "header.required X-Total"},
	    {"listOrders", "GET", 200, "text/html", "1", "[]", "media_type.undocumented"},
	    {"listOrders", "GET", 200, NULL, "1", "[]", "media_type.missing"},
	    {"listOrders", "GET", 200, "application/json", "1", NULL, "body.missing"},
	    {"listOrders", "HEAD", 200, "application/json", "1", NULL, ""},
	    {"listOrders", "GET", 204, NULL, NULL, NULL, ""},
	    {"listOrders", "GET", 400, "application/problem+json", NULL, "{\"title\":\"t\"}", ""},
	    {"listOrders", "GET", 400, "application/problem+json", NULL, "{}", "body.required"},
	    {"listOrders", "GET", 404, NULL, NULL, NULL, ""},
	    {"listOrders", "GET", 404, "text/plain", NULL, "x", "?no_schema"},
	    {"listOrders", "GET", 500, NULL, NULL, NULL, "status.undocumented"},
	    {"listOrders", "GET", 302, NULL, NULL, NULL, "status.undocumented"},
	    {"POST /orders", "POST", 500, "application/json", NULL, "{}", "?no_schema"},
	    {"POST /orders", "POST", 201, NULL, NULL, NULL, ""},
	};
	struct fixture f;
	(void)state;
	fixture_begin(&f, orders);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_answer(&f, &rows[i]);
	fixture_end(&f);
}

/* Every error with its line; what is only a slip loads. */
static void documents(void **state)
{
#define HEAD        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
#define OK_RESPONSE "responses: {default: {description: d}}"
	static const struct {
		const char *text;
		unsigned line;     /* of the first error; 0: it loads */
		unsigned warnings; /* when it loads */
		const char *says;
	} rows[] = {
	    {"{}", 1, 0, "no \"openapi\" field"},
	    {"[]", 1, 0, "is a mapping"},
	    {"swagger: '2.0'", 1, 0, "Swagger 2.0"},
	    {"openapi: 4.0.0", 1, 0, "not known"},
	    {"openapi: 3.0.0\ninfo: {title: t, version: 1.0}\npaths: {}\n", 0, 1, ""},
	    {"openapi: 3.0.0\ninfo: {title: t, version: '1'}\n", 1, 0, "needs \"paths\""},
	    {HEAD "paths: []\n", 3, 0, "is a mapping"},
	    {HEAD "paths:\n  pets: {}\n", 4, 0, "begins with a slash"},
	    {HEAD "paths:\n  /a/{x}: {get: {}}\n  /a/{y}: {get: {}}\n", 5, 0, "matches the same requests"},
	    {HEAD "paths:\n  /a/{x}: {get: {}}\n  /a/{y}: {put: {}}\n", 0, 3, ""},
	    {HEAD "paths:\n  /a:\n    GET: {}\n", 5, 0, "no field"},
	    {HEAD "paths:\n  /a:\n    get: {operationID: x}\n", 0, 1, ""},
	    {HEAD "paths:\n  /a:\n    get: {operationId: x}\n    put: {operationId: x}\n", 6, 0, "stands twice"},
	    {"openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get: {}\n", 5, 0,
	     "needs \"responses\""},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters: [{name: x}]\n", 6, 0, "needs \"in\""},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters: [{name: x, in: body, schema: {}}]\n", 6, 0,
	     "none of path"},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters: [{name: x, in: query}]\n", 6, 0,
	     "\"schema\" or \"content\""},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters: [{name: x, in: query, style: matrix, schema: {}}]\n", 6,
	     0, "no style"},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters:\n        - {name: x, in: query, schema: {}}\n"
		  "        - {name: x, in: query, schema: {}}\n",
	     8, 0, "stands twice"},
	    {HEAD "paths:\n  /a:\n    get:\n      responses: {200 OK: {description: d}}\n", 6, 0, "status code"},
	    {HEAD "paths:\n  /a:\n    get:\n      responses: {'200': {$ref: '#/components/responses/None'}}\n", 6, 0,
	     "leads nowhere"},
	    {HEAD "paths:\n  /a:\n    get:\n      responses: {'200': {$ref: '#/components/responses/A'}}\n"
		  "components:\n  responses: {A: {$ref: '#/components/responses/B'}, B: {$ref: "
		  "'#/components/responses/A'}}\n",
	     8, 0, "circle"},
	    {HEAD "paths:\n  /a:\n    post: {requestBody: {content: {a/b: {schema: 5}}}}\n", 5, 0, "is a schema"},
	    {HEAD "paths:\n  /a:\n    post: {requestBody: {content: {a/b: {schema: {type: strin}}}}}\n", 5, 0, ""},
	    {HEAD "paths:\n  /a:\n    post: {requestBody: {$ref: 'other.yaml#/x'}}\n", 5, 0, "no such document"},
	    {HEAD "paths:\n  /a:\n    post: {requestBody: {$ref: 5}}\n", 5, 0, "a $ref is a string"},
	    {HEAD "components:\n  parameters: {A: {name: x, in: query, schema: 7}}\n", 4, 0, "a schema"},
	    {HEAD "paths:\n  /a:\n    get:\n      callbacks: {c: {$ref: '#/components/callbacks/C'}}\n"
		  "components:\n  callbacks: {C: {x: {post: {callbacks: {c: {$ref: '#/components/callbacks/C'}}}}}}\n",
	     0, 0, ""},
	    /* A header that has itself as a header of its part, and a chain of headers that ends. */
	    {HEAD "components:\n  headers:\n    H: {content: {multipart/form-data: {encoding: {f: {headers: {X: {$ref: "
		  "'#/components/headers/H'}}}}}}}\n",
	     5, 0, "nested more than 32 deep"},
	    {HEAD
	     "components:\n  headers:\n    A: {content: {multipart/form-data: {encoding: {f: {headers: {X: {$ref: "
	     "'#/components/headers/B'}}}}}}}\n    B: {content: {multipart/form-data: {encoding: {f: {headers: {X: "
	     "{$ref: '#/components/headers/C'}}}}}}}\n    C: {content: {multipart/form-data: {encoding: {f: {headers: "
	     "{X: {$ref: '#/components/headers/D'}}}}}}}\n    D: {content: {text/plain: {}}}\n",
	     0, 0, ""},
	    {HEAD "paths:\n  /a:\n    get:\n      parameters: [{$ref: '#/components/responses/R'}]\n"
		  "      responses: {'200': {$ref: '#/components/responses/R'}}\n"
		  "components:\n  responses: {R: {description: d, name: x, in: query, schema: {}}}\n",
	     0, 3, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diag d;
		diag_init(&d);
		struct contract_options options = {0};
		struct contract *c = contract_load_text(str_from(rows[i].text), "d.yaml", &options, &d);
		const struct complaint *first = d.first;
		while (first && first->severity != DIAG_ERROR)
			first = first->next;
		bool said =
		    !first || str_search(first->text, str_from(rows[i].says)) < first->text.len || !rows[i].says[0];
		if ((c != NULL) != (rows[i].line == 0) || (first ? first->place.line : 0) != rows[i].line || !said ||
		    (c && d.warnings != rows[i].warnings)) {
			struct buf out = {0};
			diag_print(&d, &out, false);
			fail_msg("%s\n%.*s", rows[i].text, (int)out.len, out.at);
		}
		contract_free(c);
		diag_free(&d);
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* References to files beside the document, also with names that have to be encoded; and what `vane check` says of
 * examples. */
static void files_and_examples(void **state)
{
	char folder[] = "/tmp/vane contract XXXXXX", main_file[64], other[64];
	struct contract_options options = {.assert_formats = true};
	struct diag d;
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(main_file, sizeof main_file, "%s/a.json", folder);
	snprintf(other, sizeof other, "%s/b%%#.yaml", folder);
	write_file(main_file,
		   "{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"t\", \"version\": \"1\"}, \"paths\": {\"/a\": {\n"
		   "\"post\": {\"requestBody\": {\"$ref\": \"b%25%23.yaml#/bodies/A\"},\n"
		   "\"responses\": {\"200\": {\"description\": \"d\"}}}}}}");
	write_file(other, "bodies:\n  A:\n    content:\n      application/json:\n        schema: {$ref: '#/s/I'}\n"
			  "        example: 5\n        \ns:\n  I: {type: integer, minimum: 6, example: x}\n");
	diag_init(&d);
	struct contract *c = contract_load(main_file, &options, &d);
	assert_non_null(c);
	assert_int_equal(d.warnings, 0);
	assert_int_equal(contract_operation_count(c), 1);
	contract_free(c);
	assert_true(contract_check(main_file, &options, &d));
	assert_int_equal(d.warnings, 2);
	assert_true(str_ends(str_from(d.first->place.file), STR("b%#.yaml")));
	assert_int_equal(unlink(other), 0);
	assert_null(contract_load(main_file, &options, &d));
	assert_true(d.errors > 0);
	assert_int_equal(unlink(main_file), 0);
	assert_null(contract_load(main_file, &options, &d));
	assert_int_equal(rmdir(folder), 0);
	diag_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_is),         cmocka_unit_test(finding_the_operation),
	    cmocka_unit_test(requests),           cmocka_unit_test(closed),
	    cmocka_unit_test(responses),          cmocka_unit_test(documents),
	    cmocka_unit_test(files_and_examples), cmocka_unit_test(a_path_with_two_templates),
	    cmocka_unit_test(version_3_2),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
