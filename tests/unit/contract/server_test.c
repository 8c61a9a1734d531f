/* Base paths: an operation is found under those of its own servers, else of its path's, else of the document's. */
#include "tests/unit/contract/contract_fixture.h"

static const char document[] =
    "openapi: 3.1.0\n"
    "info: {title: t, version: '1'}\n"
    "servers: [{url: 'https://api.example.com/v1'}, {url: 'https://{region}.example.com/{stage}/v1', variables: "
    "{region: {enum: [eu, us], default: eu}, stage: {enum: [test, beta], default: test}}}]\n"
    "paths:\n"
    "  /orders:\n"
    "    get: {operationId: orders}\n"
    "    post: {operationId: add, servers: [{url: 'https://write.example.com/w'}]}\n"
    "  /files/{name}:\n"
    "    servers: [{url: 'https://files.example.com/up/{tenant}', variables: {tenant: {default: acme}}}]\n"
    "    get: {operationId: file}\n"
    "    put: {operationId: root, servers: [{url: 'https://other.example.com'}]}\n"
    "    delete: {operationId: inherits, servers: []}\n"
    "  /{kind}/{name}:\n"
    "    get: {operationId: any}\n"
    "  /up: {get: {operationId: dots, servers: [{url: ./a/../b/}]}}\n";

static void under_its_own_servers(void **state)
{
	static const struct {
		const char *method, *path, *id, *allow;
	} rows[] = {
	    {"GET", "/v1/orders", "orders", "GET"},
	    {"GET", "/test/v1/orders", "orders", "GET"},
	    {"GET", "/beta/v1/orders", "orders", "GET"},
	    {"GET", "/prod/v1/orders", NULL, ""},
	    {"GET", "/orders", "orders", "GET"}, /* what stands in front may take the document's base path off */
	    {"POST", "/orders", NULL, "GET"},
	    {"POST", "/v1/orders", NULL, "GET"},
	    {"POST", "/w/orders", "add", "POST"},
	    {"PUT", "/w/orders", NULL, "POST"},
	    {"HEAD", "/w/orders", "any", "GET"}, /* not that path under that base, but another one */
	    {"HEAD", "/v1/orders", "orders", "GET"},
	    {"GET", "/up/acme/files/a", "file", "GET, DELETE"},
	    {"GET", "/up/other/files/a", "file", "GET, DELETE"}, /* a variable without an enum is any one segment */
	    {"GET", "/up/files/a", NULL, ""},
	    {"DELETE", "/up/acme/files/a", "inherits", "GET, DELETE"},
	    {"PUT", "/files/a", "root", "PUT"},
	    {"PUT", "/up/acme/files/a", NULL, "GET, DELETE"},
	    /* the literal template is not there under this base path, the other one is */
	    {"GET", "/v1/files/a", "any", "GET"},
	    {"PUT", "/v1/files/a", NULL, "GET"},
	    {"GET", "/b/up", "dots", "GET"},
	    {"GET", "/up", NULL, ""},
	};
	struct fixture f;
	struct path_match m;
	(void)state;
	fixture_begin(&f, document);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		contract_find(f.c, str_from(rows[i].method), str_from(rows[i].path), &m);
		struct str id = m.operation ? m.operation->id : (struct str){NULL, 0};
		struct str wanted = rows[i].id ? str_from(rows[i].id) : (struct str){NULL, 0};
		if (!str_eq(id, wanted) || !str_eq(m.allow, str_from(rows[i].allow)))
			fail_msg("%s %s: \"%.*s\", allow \"%.*s\"", rows[i].method, rows[i].path, STR_ARG(id),
				 STR_ARG(m.allow));
	}
	fixture_end(&f);
}

/* More base paths than there are bits for them: told, and the first ones are known. */
static void too_many(void **state)
{
	struct buf text = {0};
	struct diag d;
	struct path_match m;
	(void)state;
	diag_init(&d);
	buf_addf(&text, "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {}}}\nservers:\n");
	for (unsigned i = 0; i < 70; i++)
		buf_addf(&text, "- {url: /v%u}\n", i);
	struct contract *c = contract_load_text(buf_str(&text), "t.yaml", &(struct contract_options){0}, &d);
	assert_non_null(c);
	assert_true(d.first && str_starts(d.first->text, STR("the servers have more base paths than the 63")));
	contract_find(c, STR("GET"), STR("/v62/a"), &m);
	assert_non_null(m.operation);
	contract_find(c, STR("GET"), STR("/v63/a"), &m);
	assert_null(m.operation);
	contract_free(c);
	diag_free(&d);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(under_its_own_servers), cmocka_unit_test(too_many)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
