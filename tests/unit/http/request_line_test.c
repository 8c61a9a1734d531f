/* The request line and the request target. */
#include "parse_case.h"

static void parts_of_the_request_line_9112_3(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "GET /v1/orders/%2F7?a=1&b HTTP/1.1\r\n" H "\r\nbody");
	assert_int_equal(p.m.method, METHOD_GET);
	assert_str(p.m.method_name, "GET");
	assert_str(p.m.target, "/v1/orders/%2F7?a=1&b");
	assert_str(p.m.path, "/v1/orders/%2F7");
	assert_str(p.m.query, "a=1&b");
	assert_true(p.m.has_query);
	assert_str(p.m.authority, "a");
	assert_int_equal(p.m.minor, 1);
	assert_int_equal(p.m.status, 0);
	assert_int_equal(p.parser.head, strlen(p.bytes ? "GET /v1/orders/%2F7?a=1&b HTTP/1.1\r\n" H "\r\n" : ""));
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.0\r\n\r\n");
	assert_int_equal(p.m.minor, 0);
	assert_false(p.m.has_query);
	parsed_free(&p);
	request_ok(&p, "GET /? HTTP/1.1\r\n" H "\r\n");
	assert_true(p.m.has_query);
	assert_int_equal(p.m.query.len, 0);
	parsed_free(&p);
}

static void an_empty_line_before_it_is_ignored_9112_2_2(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "\r\nGET / HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.parser.head, 2 + strlen("GET / HTTP/1.1\r\n" H "\r\n"));
	parsed_free(&p);
	request_ok(&p, "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n");
	parsed_free(&p);
	request_refused("\r\n\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("\nGET / HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("\rGET / HTTP/1.1\r\n" H "\r\n", 400);
}

static void methods_are_tokens_in_exact_case_9110_9_1(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "get / HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.method, METHOD_OTHER);
	assert_str(p.m.method_name, "get");
	parsed_free(&p);
	request_ok(&p, "X!#$%&'*+-.^_`|~9 / HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.method, METHOD_OTHER);
	parsed_free(&p);
	static const struct {
		const char *text;
		enum method method;
	} known[] = {{"GET", METHOD_GET},     {"HEAD", METHOD_HEAD},       {"POST", METHOD_POST},
		     {"PUT", METHOD_PUT},     {"DELETE", METHOD_DELETE},   {"PATCH", METHOD_PATCH},
		     {"TRACE", METHOD_TRACE}, {"OPTIONS", METHOD_OPTIONS}, {"GETX", METHOD_OTHER}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char text[64];
		snprintf(text, sizeof text, "%s / HTTP/1.1\r\n" H "\r\n", known[i].text);
		request_ok(&p, text);
		assert_int_equal(p.m.method, known[i].method);
		parsed_free(&p);
	}
	static const char *const bad[] = {"G(T / HTTP/1.1\r\n\r\n",        " GET / HTTP/1.1\r\n\r\n",
					  "G\xc3\xa4T / HTTP/1.1\r\n\r\n", "GET: / HTTP/1.1\r\n\r\n",
					  "G\"T / HTTP/1.1\r\n\r\n",       "/ HTTP/1.1\r\n\r\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		request_refused(bad[i], 400);
	char text[200];
	snprintf(text, sizeof text, "%065d / HTTP/1.1\r\n" H "\r\n", 0);
	request_refused(text, 501);
	snprintf(text, sizeof text, "%064d / HTTP/1.1\r\n" H "\r\n", 0);
	request_ok(&p, text);
	parsed_free(&p);
}

static void exactly_one_space_9112_3(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "GET  / HTTP/1.1\r\n" H "\r\n",  "GET /  HTTP/1.1\r\n" H "\r\n", "GET / HTTP/1.1 \r\n" H "\r\n",
	    "GET\t/ HTTP/1.1\r\n" H "\r\n",  "GET /\tHTTP/1.1\r\n" H "\r\n", "GET /a b HTTP/1.1\r\n" H "\r\n",
	    "GET / HTTP/1.1\t\r\n" H "\r\n", "GET /\r\n" H "\r\n",           "GET\r\n" H "\r\n",
	    "GET / \r\n" H "\r\n",           "GET HTTP/1.1\r\n" H "\r\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		request_refused(bad[i], 400);
}

static void versions_9112_2_3(void **state)
{
	(void)state;
	static const char *const other[] = {"2.0", "1.2", "0.9", "3.0", "1.9"};
	static const char *const garbage[] = {"HTTP/1.1x", "HTTP/11",   "HTTP/1",   "http/1.1",  "HTTP/1.10",
					      "HTTP/01.1", "HTTP /1.1", "HTTP/1,1", "HTTPS/1.1", "HTTP/a.b",
					      "ICE/1.0",   "HTTP/1. 1", "HTTP/+1.1"};
	char text[64];
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		snprintf(text, sizeof text, "GET / HTTP/%s\r\n" H "\r\n", other[i]);
		request_refused(text, 505);
	}
	for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
		snprintf(text, sizeof text, "GET / %s\r\n" H "\r\n", garbage[i]);
		request_refused(text, 400);
	}
	request_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

static void absolute_form_9112_3_2_2(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "GET http://b:81/p?q HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.form, TARGET_ABSOLUTE);
	assert_str(p.m.authority, "b:81");
	assert_str(p.m.path, "/p");
	assert_str(p.m.query, "q");
	assert_str(message_origin_target(&p.m), "/p?q");
	parsed_free(&p);
	request_ok(&p, "GET HTTPS://[::1]?q HTTP/1.1\r\n" H "\r\n");
	assert_str(p.m.authority, "[::1]");
	assert_int_equal(p.m.path.len, 0);
	assert_str(message_origin_target(&p.m), "?q");
	parsed_free(&p);
	static const char *const bad[] = {"http:///p", "http://u@b/", "http://u:p@b/",   "ftp://b/",
					  "http:/b/",  "b/p",         "http://b:x/",     "http://a,b/",
					  "://b/",     "urn:a",       "http://b:65536/", "http://?q"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[96];
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" H "\r\n", bad[i]);
		request_refused(text, 400);
	}
	/* Host is still required and checked (RFC 9112, 3.2) */
	request_refused("GET http://b/ HTTP/1.1\r\n\r\n", 400);
	request_refused("GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
}

static void asterisk_form_9112_3_2_4(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "OPTIONS * HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.form, TARGET_ASTERISK);
	assert_str(p.m.path, "*");
	parsed_free(&p);
	request_refused("GET * HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("OPTIONS *a HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("OPTIONS *?q HTTP/1.1\r\n" H "\r\n", 400);
}

static void authority_form_is_for_connect_9112_3_2_3(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "CONNECT b:443 HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.method, METHOD_CONNECT);
	assert_int_equal(p.m.form, TARGET_AUTHORITY);
	assert_str(p.m.authority, "b:443");
	parsed_free(&p);
	request_refused("CONNECT b HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("CONNECT / HTTP/1.1\r\n" H "\r\n", 400);
	request_refused("GET b:443 HTTP/1.1\r\n" H "\r\n", 400);
}

static void characters_of_the_target_3986(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "GET /a//%2F%c3%a4/;p=1/[x]?f[a]=1|2&g={}\"<>^`\\ HTTP/1.1\r\n" H "\r\n");
	assert_str(p.m.target, "/a//%2F%c3%a4/;p=1/[x]?f[a]=1|2&g={}\"<>^`\\");
	parsed_free(&p);
	static const char *const bad[] = {"/a#b",  "/#",        "/%zz",   "/%",     "/%4",   "/a%2",
					  "/?%g0", "/\xc3\xa4", "/?\x80", "/a\x7f", "/\x01", "/a\tb"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[96];
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" H "\r\n", bad[i]);
		request_refused(text, 400);
	}
	request_refused_bytes(STR("GET /\0 HTTP/1.1\r\n" H "\r\n"), 400);
}

static void a_target_over_its_limit_is_414_9112_3(void **state)
{
	(void)state;
	static const struct h1_limits tight = {1000, 10, 5};
	struct parsed p;
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight, STR("GET /123456789 HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(p.result, H1_DONE);
	parsed_free(&p);
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight, STR("GET /123456789a HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(p.parser.status, 414);
	parsed_free(&p);
	/* without waiting for its end, and before what comes later is looked at */
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight, STR("GET /123456789ab\x01"));
	assert_int_equal(p.parser.status, 414);
	parsed_free(&p);
}

static void a_target_without_a_connection(void **state)
{
	(void)state;
	struct message m;
	assert_null(h1_parse_target(&m, METHOD_GET, STR("/v1/x?y=1")));
	assert_str(m.path, "/v1/x");
	assert_non_null(h1_parse_target(&m, METHOD_GET, STR("/v1 x")));
	assert_non_null(h1_parse_target(&m, METHOD_GET, STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_of_the_request_line_9112_3),
	    cmocka_unit_test(an_empty_line_before_it_is_ignored_9112_2_2),
	    cmocka_unit_test(methods_are_tokens_in_exact_case_9110_9_1),
	    cmocka_unit_test(exactly_one_space_9112_3),
	    cmocka_unit_test(versions_9112_2_3),
	    cmocka_unit_test(absolute_form_9112_3_2_2),
	    cmocka_unit_test(asterisk_form_9112_3_2_4),
	    cmocka_unit_test(authority_form_is_for_connect_9112_3_2_3),
	    cmocka_unit_test(characters_of_the_target_3986),
	    cmocka_unit_test(a_target_over_its_limit_is_414_9112_3),
	    cmocka_unit_test(a_target_without_a_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
