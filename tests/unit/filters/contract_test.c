#include "filters/contract.h"

#include "filters/builtin.h"
#include "filters/validate.h"
#include "tests/unit/filters/stand.h"

#define DATA "/tests/unit/filters/data/"

/* The contract lies beside the configuration's file. */
static void begin(struct stand *s, const char *yaml)
{
	stand_begin(s, yaml);
	s->setup.file = SOURCE_DIR DATA "vane.yaml";
	stand_load(s, builtin_filters);
}

#define V1 "versions: {v1: {contract: orders.yaml}}\n"

#define GET(path)  "GET " path " HTTP/1.1\nHost: h"
#define POST(size) "POST /v1/orders HTTP/1.1\nHost: h\nContent-Type: application/json\nContent-Length: " size
#define OK(size)   "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: " size

static const char *const good_order = "{\"item\":\"pen\",\"qty\":2}";
static const char *const bad_order = "{\"item\":\"pen\",\"qty\":0}";

static const char *first_violation(struct stand *s)
{
	const struct violation *v = s->x.violations;
	if (!v)
		return "";
	return arena_printf(&s->x.arena, "%.*s %.*s %.*s %.*s", STR_ARG(v->location), STR_ARG(v->code),
			    STR_ARG(v->pointer), STR_ARG(v->keyword))
	    .at;
}

static void the_contract_tells_the_versions_number(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_string_equal(stand_text(&s, s.api.versions[0].semver), "1.4.2");
	assert_int_equal(s.api.versions[0].minor, 4);
	assert_string_equal(stand_text(&s, s.api.versions[0].contract), "orders.yaml");
	stand_end(&s);
	begin(&s, "versions: {v1: {contract: orders.yaml, semver: 1.9.0}}");
	assert_string_equal(stand_text(&s, s.api.versions[0].semver), "1.9.0");
	stand_end(&s);
	begin(&s, "versions: {v7: {contract: orders.yaml}}");
	assert_string_equal(stand_text(&s, s.api.versions[0].semver), "7.0.0");
	assert_int_equal(s.diag.warnings, 1);
	assert_true(stand_complains(&s, "info.version is 1.4.2", 1));
	stand_end(&s);
}

static void operations_are_found_with_and_without_the_version_in_the_path(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.route), "/orders/{id}");
	assert_string_equal(stand_text(&s, s.x.operation_id), "getOrder");
	assert_true(s.x.has_operation);
	assert_int_equal(stand_request(&s, GET("/orders"), NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.operation_id), "listOrders");
	assert_true(s.x.checked[SIDE_REQUEST]);
	assert_null(s.x.violations);
	assert_int_equal(stand_request(&s, "HEAD /orders HTTP/1.1\nHost: h", NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.operation_id), "listOrders");
	assert_int_equal(stand_request(&s, GET("/v1/none"), NULL), PASS); /* report */
	assert_int_equal(s.x.route.len, 0);
	assert_string_equal(first_violation(&s), "operation operation.path  ");
	stand_end(&s);
}

static void enforce_answers_what_is_wrong(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: enforce}");
	assert_int_equal(stand_request(&s, GET("/v1/none"), NULL), ANSWERED);
	assert_int_equal(s.x.answer.status, 404);
	assert_int_equal(s.x.outcome, OUTCOME_OPERATION_UNKNOWN);
	assert_true(s.x.violations->enforced);

	assert_int_equal(stand_request(&s, "DELETE /v1/orders HTTP/1.1\nHost: h", NULL), ANSWERED);
	assert_int_equal(s.x.answer.status, 405);
	assert_true(strstr(stand_added(&s, "Allow"), "GET"));
	assert_true(strstr(stand_added(&s, "Allow"), "POST"));

	assert_int_equal(stand_request(&s, GET("/v1/orders?limit=sekret"), NULL), ANSWERED);
	assert_int_equal(s.x.answer.status, 400);
	assert_int_equal(s.x.outcome, OUTCOME_REQUEST_INVALID);
	assert_true(stand_answer_has(&s, "\"violations\":[{"));
	assert_true(stand_answer_has(&s, "\"limit\""));
	struct str body = buf_str(&s.x.answer.body);
	assert_int_equal(str_search(body, STR("sekret")), body.len);
	assert_int_equal(str_search(body, STR("orders.yaml")), body.len);

	assert_int_equal(
	    stand_request(&s, "POST /v1/orders HTTP/1.1\nHost: h\nContent-Type: text/csv\nContent-Length: 3", NULL),
	    ANSWERED);
	assert_int_equal(s.x.answer.status, 415);
	assert_int_equal(s.x.outcome, OUTCOME_MEDIA_TYPE_UNSUPPORTED);

	assert_int_equal(stand_request(&s, "POST /v1/orders HTTP/1.1\nHost: h", NULL),
			 ANSWERED); /* a body is required */
	assert_int_equal(s.x.answer.status, 400);
	stand_end(&s);
}

static void enforce_waits_for_the_whole_body(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: enforce, max_body: 1KiB}");
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(s.x.need[SIDE_REQUEST], NEED_WHOLE);
	assert_int_equal(s.x.keep[SIDE_REQUEST], 1024);
	assert_int_equal(stand_request_body(&s, bad_order), ANSWERED);
	assert_int_equal(s.x.answer.status, 400);
	assert_true(stand_answer_has(&s, "\"/qty\""));
	assert_string_equal(first_violation(&s), "body body.minimum /qty minimum");
	assert_true(strstr(stand_text(&s, s.x.violations->place), "orders.yaml:"));
	assert_true(s.x.violations->enforced);

	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, good_order), PASS);
	assert_true(s.x.checked[SIDE_REQUEST]);
	assert_null(s.x.violations);
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, "{\"item\":"), ANSWERED);
	stand_end(&s);
}

static void report_looks_at_parts_and_lets_them_pass(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(s.x.need[SIDE_REQUEST], NEED_PARTS);
	for (const char *c = bad_order; *c; c++)
		assert_int_equal(chain_request_body(&s.chain, &s.run, &s.x, str_of(c, 1), !c[1]), PASS);
	assert_string_equal(first_violation(&s), "body body.minimum /qty minimum");
	assert_false(s.x.violations->enforced);
	assert_null(s.x.unchecked[SIDE_REQUEST]);

	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, good_order), PASS); /* in one part */
	assert_null(s.x.violations);
	assert_true(s.x.checked[SIDE_REQUEST]);

	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS); /* cut */
	assert_int_equal(chain_request_body(&s.chain, &s.run, &s.x, STR("{"), false), PASS);
	chain_finish(&s.chain, &s.run, &s.x);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "incomplete");
	stand_end(&s);
}

static void what_is_too_large_is_counted_or_refused(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {max_body: 10B}");
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS); /* told by its length: no copy is begun */
	assert_int_equal(s.x.need[SIDE_REQUEST], NEED_NONE);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "too_large");
	assert_int_equal(stand_request(&s,
				       "POST /v1/orders HTTP/1.1\nHost: h\nContent-Type: application/json\n"
				       "Transfer-Encoding: chunked",
				       NULL),
			 PASS);
	assert_int_equal(chain_request_body(&s.chain, &s.run, &s.x, STR("{\"item\":"), false), PASS);
	assert_null(s.x.unchecked[SIDE_REQUEST]);
	assert_int_equal(chain_request_body(&s.chain, &s.run, &s.x, STR("\"a\","), false), PASS);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "too_large");
	assert_int_equal(chain_request_body(&s.chain, &s.run, &s.x, STR("}"), true), PASS);
	assert_false(s.x.checked[SIDE_REQUEST]);
	assert_null(s.x.violations);
	stand_end(&s);
	begin(&s, V1 "validate: {requests: enforce, max_body: 10B, too_large: reject}");
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(s.x.need[SIDE_REQUEST], NEED_WHOLE); /* the session refuses it */
	assert_true(s.x.too_large_rejects[SIDE_REQUEST]);
	stand_end(&s);
}

#define CHUNKED "\nContent-Type: application/json\nTransfer-Encoding: chunked"

static void a_chunked_body_of_no_bytes_is_none(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: enforce}");
	assert_int_equal(stand_request(&s, "PUT /v1/orders HTTP/1.1\nHost: h" CHUNKED, NULL), PASS); /* optional */
	assert_int_equal(stand_request_body(&s, ""), PASS);
	assert_true(s.x.checked[SIDE_REQUEST]);
	assert_int_equal(stand_request(&s, "PUT /v1/orders HTTP/1.1\nHost: h" CHUNKED, NULL), PASS);
	assert_int_equal(stand_request_body(&s, bad_order), ANSWERED);
	assert_int_equal(stand_request(&s, "POST /v1/orders HTTP/1.1\nHost: h" CHUNKED, NULL), PASS); /* required */
	assert_int_equal(stand_request_body(&s, ""), ANSWERED);
	stand_end(&s);
}

/* {"item":"pen","qty":QTY,"x":[[[...]]]}, nested more deeply than is judged */
static const char *deep_order(struct stand *s, int qty)
{
	struct buf b = {0};
	buf_addf(&b, "{\"item\":\"pen\",\"qty\":%d,\"x\":", qty);
	for (unsigned i = 0; i < 600; i++)
		buf_addc(&b, i < 300 ? '[' : ']');
	buf_addc(&b, '}');
	const char *text = arena_dup(&s->arena, buf_str(&b)).at;
	buf_free(&b);
	return text;
}

static void what_cannot_be_decided_passes_unless_large_is_refused(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: enforce}");
	assert_int_equal(stand_request(&s, POST("700"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, deep_order(&s, 2)), PASS);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "depth");
	assert_false(s.x.checked[SIDE_REQUEST]);
	stand_end(&s);
	begin(&s, V1 "validate: {requests: enforce, too_large: reject}");
	assert_int_equal(stand_request(&s, POST("700"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, deep_order(&s, 2)), ANSWERED);
	assert_int_equal(s.x.answer.status, 413);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "depth");
	stand_end(&s);
	begin(&s, V1 "validate: {too_large: reject}"); /* report refuses nothing */
	assert_int_equal(stand_request(&s, POST("700"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, deep_order(&s, 2)), PASS);
	stand_end(&s);
}

static void responses_are_judged_too(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_int_equal(stand_response(&s, OK("22")), PASS);
	assert_int_equal(s.x.need[SIDE_RESPONSE], NEED_PARTS);
	assert_int_equal(stand_response_body(&s, bad_order), PASS);
	assert_string_equal(first_violation(&s), "body body.minimum /qty minimum");
	assert_int_equal(s.x.violations->side, SIDE_RESPONSE);

	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 418 Teapot\nContent-Length: 0"), PASS);
	assert_int_equal(s.x.violations->side, SIDE_RESPONSE);
	assert_string_equal(stand_text(&s, s.x.violations->location), "status");

	assert_int_equal(stand_request(&s, GET("/v1/none"), NULL), PASS);
	assert_int_equal(stand_response(&s, OK("22")), PASS);
	assert_string_equal(s.x.unchecked[SIDE_RESPONSE], "no_operation");

	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 304 Not Modified\nETag: x"), PASS);
	assert_string_equal(s.x.unchecked[SIDE_RESPONSE], "not_modified");
	assert_null(s.x.violations);

	assert_int_equal(stand_request(&s, "HEAD /v1/orders HTTP/1.1\nHost: h", NULL), PASS);
	assert_int_equal(stand_response(&s, OK("22")), PASS);
	assert_int_equal(s.x.need[SIDE_RESPONSE], NEED_NONE);
	assert_true(s.x.checked[SIDE_RESPONSE]);
	assert_null(s.x.violations);
	stand_end(&s);
}

static void an_enforced_response_is_a_502_that_tells_the_client_nothing(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {responses: enforce}");
	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_int_equal(stand_response(&s, OK("22")), PASS);
	assert_int_equal(s.x.need[SIDE_RESPONSE], NEED_WHOLE);
	assert_int_equal(stand_response_body(&s, bad_order), ANSWERED);
	assert_int_equal(s.x.answer.status, 502);
	assert_int_equal(s.x.outcome, OUTCOME_RESPONSE_INVALID);
	struct str body = buf_str(&s.x.answer.body);
	assert_int_equal(str_search(body, STR("qty")), body.len);
	assert_int_equal(stand_response(&s, NULL), PASS); /* our own answer is not judged */
	assert_int_equal(s.x.violation_count, 1);

	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 500 No\nContent-Length: 0"), ANSWERED);
	assert_int_equal(s.x.answer.status, 502);
	stand_end(&s);
}

static void off_names_the_route_and_judges_nothing(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: off, responses: off}");
	assert_int_equal(stand_request(&s, GET("/v1/orders?limit=x"), NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.route), "/orders");
	assert_int_equal(stand_response(&s, "HTTP/1.1 418 Teapot\nContent-Length: 0"), PASS);
	assert_int_equal(stand_request(&s, GET("/v1/none"), NULL), PASS);
	assert_null(s.x.violations);
	assert_null(s.x.unchecked[SIDE_REQUEST]);
	assert_false(s.x.checked[SIDE_REQUEST]);
	stand_end(&s);
}

static void what_is_sampled_out_is_counted(void **state)
{
	(void)state;
	struct stand s;
	unsigned judged = 0;
	begin(&s, V1 "validate: {requests: enforce, sample: 0%}");
	assert_int_equal(stand_request(&s, GET("/v1/orders?limit=x"), NULL), PASS);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "sampled_out");
	assert_string_equal(s.x.unchecked[SIDE_RESPONSE], "sampled_out");
	assert_string_equal(stand_text(&s, s.x.route), "/orders");
	stand_end(&s);
	begin(&s, V1 "validate: {sample: 25%}");
	for (unsigned i = 0; i < 2000; i++) {
		s.x.began_ns = 0;
		chain_finish(&s.chain, &s.run, &s.x);
		char head[64];
		snprintf(head, sizeof head, "GET /v1/orders HTTP/1.1\nHost: h\nX-Request-Id: r%u", i);
		exchange_reset(&s.x);
		stand_parse(&s, H1_REQUEST, head, &s.x.request);
		s.x.path = s.x.contract_path = s.x.request.path;
		s.x.request_id = message_get(&s.x.request, STR("x-request-id"));
		assert_int_equal(chain_request(&s.chain, &s.run, &s.x), PASS);
		judged += s.x.checked[SIDE_REQUEST];
	}
	assert_in_range(judged, 400, 600);
	stand_end(&s);
}

static void settings_are_inherited_key_by_key(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, "versions:\n"
		  "  v1:\n"
		  "    contract: orders.yaml\n"
		  "    validate: {responses: off, max_body: 2KiB}\n"
		  "    operations:\n"
		  "      createOrder: {validate: {unknown_fields: reject}}\n"
		  "      GET /orders: {validate: {requests: report}}\n"
		  "  v2: {contract: {file: orders.yaml}, semver: 2.0.0}\n"
		  "validate: {requests: enforce, max_body: 1KiB}");
	const struct guards *g = s.chain.settings[s.chain.count - 1];
	const struct guarded *v1 = &g->versions[0];
	const struct rule *create =
	    &v1->operations[contract_operation_named(v1->base.contract, STR("createOrder"))->index];
	const struct rule *list =
	    &v1->operations[contract_operation_named(v1->base.contract, STR("listOrders"))->index];
	assert_int_equal(create->validate.requests, MODE_ENFORCE);
	assert_int_equal(create->validate.responses, MODE_OFF);
	assert_int_equal(create->validate.max_body, 2048);
	assert_int_equal(create->validate.unknown_fields, UNKNOWN_REJECT);
	assert_int_equal(list->validate.requests, MODE_REPORT);
	assert_int_equal(list->validate.max_body, 2048);
	assert_true(list->contract == v1->base.contract);
	assert_true(create->contract != v1->base.contract); /* compiled another way */
	assert_int_equal(g->versions[1].base.validate.responses, MODE_REPORT);
	assert_int_equal(g->versions[1].base.validate.max_body, 1024);

	assert_int_equal(stand_request(&s, POST("30"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, "{\"item\":\"pen\",\"qty\":2,\"x\":1}"), ANSWERED);
	assert_int_equal(
	    stand_request(&s, "POST /v2/orders HTTP/1.1\nHost: h\nContent-Type: application/json\nContent-Length: 30",
			  NULL),
	    PASS);
	assert_int_equal(stand_request_body(&s, "{\"item\":\"pen\",\"qty\":2,\"x\":1}"), PASS);
	stand_end(&s);
}

static const struct deprecated_use *used(const struct stand *s, const char *what)
{
	const struct deprecated_use *u = s->x.deprecated;
	while (u && !str_eq(u->what, str_from(what)))
		u = u->next;
	return u;
}

static void the_use_of_what_the_contract_deprecates_is_noted(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_int_equal(stand_request(&s, GET("/v1/orders/7"), NULL), PASS);
	assert_true(str_eq(used(&s, "operation")->name, STR("getOrder")));
	assert_int_equal(stand_request(&s, GET("/v1/orders?limit=1"), NULL), PASS);
	assert_null(s.x.deprecated);
	assert_int_equal(stand_request(&s, GET("/v1/orders?page=1"), NULL), PASS);
	assert_true(str_eq(used(&s, "parameter")->name, STR("page")));
	assert_int_equal(stand_request(&s, POST("33"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, "{\"item\":\"pen\",\"qty\":2,\"note\":\"x\"}"), PASS);
	assert_non_null(used(&s, "property"));
	assert_true(str_eq(used(&s, "property")->name, STR("/note")));
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, good_order), PASS);
	assert_null(s.x.deprecated);
	stand_end(&s);
}

/* Its worker judged somebody else's message before, which used something: a request's body, or a response's. */
static void a_body_that_cannot_be_read_uses_nothing_deprecated(void **state)
{
	static const char *const noted = "{\"item\":\"pen\",\"qty\":2,\"note\":\"x\"}";
	(void)state;
	struct stand s;
	begin(&s, V1);
	assert_int_equal(stand_request(&s, POST("33"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, noted), PASS);
	assert_non_null(used(&s, "property"));
	assert_int_equal(stand_request(&s, POST("4") "\nContent-Encoding: none-such", NULL), PASS);
	assert_int_equal(stand_request_body(&s, "what"), PASS);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "coding");
	assert_null(s.x.deprecated);
	assert_int_equal(stand_request(&s, POST("22"), NULL), PASS);
	assert_int_equal(stand_request_body(&s, good_order), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 201 Created\nContent-Type: application/json\nContent-Length: 33"), PASS);
	assert_int_equal(stand_response_body(&s, noted), PASS);
	assert_true(s.x.checked[SIDE_RESPONSE]);
	assert_int_equal(stand_request(&s, POST("4") "\nContent-Encoding: gzip", NULL), PASS);
	assert_int_equal(stand_request_body(&s, "what"), PASS);
	assert_string_equal(first_violation(&s), "body body.coding  ");
	assert_null(s.x.deprecated);
	stand_end(&s);
}

static void an_operation_is_deprecated_by_either_name(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, "versions:\n"
		  "  v1:\n"
		  "    contract: orders.yaml\n"
		  "    operations:\n"
		  "      listOrders: {deprecated: 2026-01-01}\n"
		  "      POST /orders: {deprecated: 2026-02-01, validate: {requests: off}}\n");
	assert_int_equal(stand_request(&s, GET("/v1/orders"), "2026-01-01"), PASS);
	assert_int_equal(stand_response(&s, OK("2")), PASS);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1767225600");
	assert_true(str_eq(used(&s, "operation")->name, STR("listOrders")));
	assert_int_equal(stand_request(&s, GET("/v1/orders"), "2025-12-31T23:59:59Z"), PASS);
	assert_int_equal(stand_response(&s, OK("2")), PASS);
	assert_string_equal(stand_added(&s, "Deprecation"), "");
	assert_int_equal(stand_request(&s, POST("22"), "2026-02-01"), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 204 No Content"), PASS);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1769904000");
	assert_int_equal(stand_request(&s, "PUT /v1/orders HTTP/1.1\nHost: h", "2026-02-01"), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 204 No Content"), PASS);
	assert_string_equal(stand_added(&s, "Deprecation"), "");
	stand_end(&s);
}

static void a_preflight_passes_unjudged(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "validate: {requests: enforce}");
	assert_int_equal(stand_request(&s,
				       "OPTIONS /v1/orders HTTP/1.1\nHost: h\nOrigin: http://o\n"
				       "Access-Control-Request-Method: POST",
				       NULL),
			 PASS);
	assert_string_equal(s.x.unchecked[SIDE_REQUEST], "preflight");
	assert_int_equal(stand_request(&s, "OPTIONS /v1/orders HTTP/1.1\nHost: h\nOrigin: http://o", NULL), ANSWERED);
	assert_int_equal(s.x.answer.status, 405);
	stand_end(&s);
}

static void at_most_eight_findings_are_kept(void **state)
{
	(void)state;
	struct stand s;
	struct buf body = {0};
	begin(&s, V1);
	assert_int_equal(stand_request(&s, GET("/v1/orders"), NULL), PASS);
	assert_int_equal(
	    stand_response(&s, "HTTP/1.1 200 OK\nContent-Type: application/json\nTransfer-Encoding: chunked"), PASS);
	for (unsigned i = 0; i < 50; i++)
		buf_addf(&body, "%s{\"item\":\"pen\",\"qty\":0}", i ? "," : "[");
	buf_addf(&body, "]%c", '\0');
	assert_int_equal(stand_response_body(&s, body.at), PASS);
	assert_int_equal(s.x.violation_count, 8);
	buf_free(&body);
	stand_end(&s);
}

static void unversioned_paths_are_not_judged(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, V1 "unversioned: {/healthz: v1}\nvalidate: {requests: enforce, responses: enforce}");
	assert_int_equal(stand_request(&s, GET("/healthz"), NULL), PASS);
	assert_int_equal(stand_response(&s, "HTTP/1.1 418 Teapot\nContent-Length: 0"), PASS);
	assert_null(s.x.violations);
	stand_end(&s);
}

static void without_a_contract_it_is_not_in_the_chain(void **state)
{
	(void)state;
	struct stand s;
	begin(&s, "versions: {v1: {}, v2: {}}\nvalidate: {requests: enforce}");
	for (unsigned i = 0; i < s.chain.count; i++)
		assert_true(s.chain.filters[i] != &contract_filter);
	stand_end(&s);
}

static void wrong_settings_are_refused_with_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *complaint;
		uint32_t line;
	} rows[] = {
	    {"versions: {v1: {}}\nvalidate: {requests: block}", "not one of", 2},
	    {"versions: {v1: {}}\nvalidate: {fill_defaults: responses}", "not one of", 2},
	    {"versions:\n  v1:\n    contract: orders.yaml\nvalidate: {requests: off, fill_defaults: requests}",
	     "fill_defaults needs requests", 3},
	    {"versions: {v1: {}}\nvalidate: {max_body: 100}", "unit", 2},
	    {"versions: {v1: {}}\nvalidate: {sample: 200%}", "", 2},
	    {"versions:\n  v1:\n    contract: nowhere.yaml", "nowhere.yaml cannot be read: No such file", 3},
	    {"versions:\n  v1:\n    contract: {file: orders.yaml, dialect: 12}", "dialect", 3},
	    {"versions:\n  v1:\n    operations: {a: {}}", "no contract", 3},
	    {"versions:\n  v1:\n    contract: orders.yaml\n    operations: {createOrders: {}}",
	     "no operation \"createOrders\"", 4},
	    {"versions:\n  v1:\n    contract: orders.yaml\n    operations: {createOrder: {validat: {}}}", "not a key",
	     4},
	    {"versions:\n  v1:\n    contract: orders.yaml\n    operations: {createOrder: {validate: {requests: 1}}}",
	     "not one of", 4},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stand s;
		print_message("%s\n", rows[i].yaml);
		stand_begin(&s, rows[i].yaml);
		s.setup.file = SOURCE_DIR DATA "vane.yaml";
		assert_false(chain_build(&s.chain, builtin_filters, &s.setup));
		assert_true(stand_complains(&s, rows[i].complaint, rows[i].line));
		stand_end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_contract_tells_the_versions_number),
	    cmocka_unit_test(operations_are_found_with_and_without_the_version_in_the_path),
	    cmocka_unit_test(enforce_answers_what_is_wrong),
	    cmocka_unit_test(enforce_waits_for_the_whole_body),
	    cmocka_unit_test(report_looks_at_parts_and_lets_them_pass),
	    cmocka_unit_test(what_is_too_large_is_counted_or_refused),
	    cmocka_unit_test(a_chunked_body_of_no_bytes_is_none),
	    cmocka_unit_test(what_cannot_be_decided_passes_unless_large_is_refused),
	    cmocka_unit_test(responses_are_judged_too),
	    cmocka_unit_test(an_enforced_response_is_a_502_that_tells_the_client_nothing),
	    cmocka_unit_test(off_names_the_route_and_judges_nothing),
	    cmocka_unit_test(what_is_sampled_out_is_counted),
	    cmocka_unit_test(settings_are_inherited_key_by_key),
	    cmocka_unit_test(the_use_of_what_the_contract_deprecates_is_noted),
	    cmocka_unit_test(a_body_that_cannot_be_read_uses_nothing_deprecated),
	    cmocka_unit_test(an_operation_is_deprecated_by_either_name),
	    cmocka_unit_test(a_preflight_passes_unjudged),
	    cmocka_unit_test(at_most_eight_findings_are_kept),
	    cmocka_unit_test(unversioned_paths_are_not_judged),
	    cmocka_unit_test(without_a_contract_it_is_not_in_the_chain),
	    cmocka_unit_test(wrong_settings_are_refused_with_their_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
