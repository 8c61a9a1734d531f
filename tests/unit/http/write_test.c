/* Heads written anew (RFC 9110, 7.6; RFC 9112, 3 and 4). */
#include "parse_case.h"

#include "proxy/http/h1_write.h"

static void request_becomes(const char *text, const struct h1_out *how, const char *expected)
{
	struct parsed p;
	struct buf out = {0};
	request_ok(&p, text);
	h1_write_request(&out, &p.m, how);
	assert_str(buf_str(&out), expected);
	buf_free(&out);
	parsed_free(&p);
}

static void response_becomes(enum method request, const char *text, const struct h1_out *how, const char *expected)
{
	struct parsed p;
	struct buf out = {0};
	response_ok(&p, request, text);
	h1_write_response(&out, &p.m, how);
	assert_str(buf_str(&out), expected);
	buf_free(&out);
	parsed_free(&p);
}

static void host_first_then_the_order_that_came_9110_7_2(void **state)
{
	(void)state;
	struct h1_out how = {0};
	request_becomes("GET /a//%2F?b HTTP/1.1\r\nX-A:  1 \r\nHOST: h\r\nx-a: 2\r\nE:\r\n\r\n", &how,
			"GET /a//%2F?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nE: \r\n\r\n");
	request_becomes("BREW /pot HTTP/1.0\r\nHost: h\r\n\r\n", &how, "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n");
}

static void targets_in_origin_form_9112_3_2(void **state)
{
	(void)state;
	struct h1_out how = {0};
	request_becomes("GET http://b:81/p?q HTTP/1.1\r\nHost: h\r\n\r\n", &how,
			"GET /p?q HTTP/1.1\r\nHost: b:81\r\n\r\n");
	request_becomes("GET http://b HTTP/1.1\r\nHost: h\r\n\r\n", &how, "GET / HTTP/1.1\r\nHost: b\r\n\r\n");
	request_becomes("GET http://b?q HTTP/1.1\r\nHost: h\r\n\r\n", &how, "GET /?q HTTP/1.1\r\nHost: b\r\n\r\n");
	request_becomes("OPTIONS http://b HTTP/1.1\r\nHost: h\r\n\r\n", &how, "OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n");
	request_becomes("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", &how, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
	struct h1_out other = {.target = STR("/x"), .authority = STR("backend:1")};
	request_becomes("GET /v1/x HTTP/1.1\r\nHost: h\r\n\r\n", &other, "GET /x HTTP/1.1\r\nHost: backend:1\r\n\r\n");
}

static void framing_is_the_callers_9112_6(void **state)
{
	(void)state;
	struct h1_out length = {.framing = FRAMING_LENGTH, .length = 18446744073709551615u},
		      chunked = {.framing = FRAMING_CHUNKED};
	request_becomes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5,5\r\n\r\n", &length,
			"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n");
	request_becomes("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n", &chunked,
			"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	struct h1_out none = {0};
	request_becomes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", &none,
			"POST / HTTP/1.1\r\nHost: h\r\n\r\n");
}

static void what_concerns_a_hop_stays_9110_7_6_1(void **state)
{
	(void)state;
	struct h1_out how = {.close = true, .trailers = true};
	request_becomes(
	    "GET / HTTP/1.1\r\nHost: h\r\nConnection: x-mine, keep-alive, host\r\nKeep-Alive: 5\r\nX-Mine: 1\r\n"
	    "TE: gzip, trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: a\r\nProxy-Connection: b\r\nA: c\r\n\r\n",
	    &how, "GET / HTTP/1.1\r\nHost: h\r\nA: c\r\nConnection: close, TE\r\nTE: trailers\r\n\r\n");
	struct h1_out upgrade = {.upgrade = STR("websocket")};
	request_becomes("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c, websocket\r\n\r\n", &upgrade,
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
}

static void fields_are_added_and_dropped(void **state)
{
	(void)state;
	static const struct field add[] = {{STR_INIT("Via"), STR_INIT("1.1 a, 1.1 vane")},
					   {STR_INIT("X-B"), STR_INIT("")}};
	struct h1_out how = {.drop = KNOWN_BIT(KNOWN_VIA), .add = add, .add_count = 2};
	request_becomes("GET / HTTP/1.1\r\nHost: h\r\nVIA: 1.1 a\r\nA: b\r\n\r\n", &how,
			"GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nVia: 1.1 a, 1.1 vane\r\nX-B: \r\n\r\n");
}

static void responses_9112_4(void **state)
{
	(void)state;
	struct h1_out length = {.framing = FRAMING_LENGTH, .length = 5},
		      keep = {.framing = FRAMING_LENGTH, .keep_alive = true};
	response_becomes(METHOD_GET, "HTTP/1.0 404 Nope\r\nContent-Length: 5\r\nSet-Cookie: a\r\nset-cookie: b\r\n\r\n",
			 &length, "HTTP/1.1 404 Nope\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 5\r\n\r\n");
	response_becomes(METHOD_GET, "HTTP/1.1 204\r\nConnection: close\r\n\r\n", &keep,
			 "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

static void the_length_of_a_body_that_is_not_there_9110_8_6(void **state)
{
	(void)state;
	struct h1_out none = {0};
	response_becomes(METHOD_HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", &none,
			 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
	response_becomes(METHOD_GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", &none,
			 "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
	response_becomes(METHOD_GET, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", &none,
			 "HTTP/1.1 204 No Content\r\n\r\n");
	response_becomes(METHOD_GET, "HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n", &none,
			 "HTTP/1.1 103 Early Hints\r\n\r\n");
}

static void parts(void **state)
{
	(void)state;
	struct buf out = {0};
	h1_write_status(&out, 418, STR(""));
	h1_write_status(&out, 431, STR(""));
	h1_write_field(&out, STR("A"), STR("b"));
	h1_write_framing(&out, FRAMING_NONE, 7);
	h1_write_framing(&out, FRAMING_UNTIL_CLOSE, 7);
	h1_write_framing(&out, FRAMING_LENGTH, 0);
	h1_write_end(&out);
	assert_str(buf_str(&out), "HTTP/1.1 418 Unknown\r\nHTTP/1.1 431 Request Header Fields Too Large\r\nA: "
				  "b\r\nContent-Length: 0\r\n\r\n");
	buf_free(&out);
	assert_true(h1_clean_value(STR("a\tb \xff")));
	assert_false(h1_clean_value(STR("a\r\nb")));
	assert_false(h1_clean_value(STR("sixteen bytes and then\x7f")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(host_first_then_the_order_that_came_9110_7_2),
	    cmocka_unit_test(targets_in_origin_form_9112_3_2),
	    cmocka_unit_test(framing_is_the_callers_9112_6),
	    cmocka_unit_test(what_concerns_a_hop_stays_9110_7_6_1),
	    cmocka_unit_test(fields_are_added_and_dropped),
	    cmocka_unit_test(responses_9112_4),
	    cmocka_unit_test(the_length_of_a_body_that_is_not_there_9110_8_6),
	    cmocka_unit_test(parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
