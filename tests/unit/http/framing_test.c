/* What a head's fields mean together: framing, host, connection, expectations. */
#include "parse_case.h"

static void request_framing_9112_6_3(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "POST / HTTP/1.1\r\n" H "\r\n");
	assert_int_equal(p.m.framing, FRAMING_NONE);
	assert_false(p.m.has_length);
	parsed_free(&p);
	request_ok(&p, "POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n");
	assert_int_equal(p.m.framing, FRAMING_LENGTH);
	assert_true(p.m.has_length && p.m.content_length == 0);
	parsed_free(&p);
	request_ok(&p, "POST / HTTP/1.1\r\n" H "content-LENGTH:9223372036854775807\t\r\n\r\n");
	assert_true(p.m.content_length == INT64_MAX);
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc");
	assert_int_equal(p.m.framing, FRAMING_LENGTH);
	parsed_free(&p);
	request_ok(&p, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n");
	assert_int_equal(p.m.framing, FRAMING_CHUNKED);
	parsed_free(&p);
}

static void content_length_is_digits_9110_8_6(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "+1",
					  "-1",
					  " ",
					  "1 2",
					  "0x1",
					  "1.0",
					  "a",
					  "1a",
					  "9223372036854775808",
					  "1;",
					  "\"1\"",
					  "1,",
					  ",1",
					  "1,,1",
					  "1, 2",
					  "1 ,a",
					  "18446744073709551616",
					  "99999999999999999999999",
					  "1_0",
					  "\xb2",
					  "1e3"};
	char text[160];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" H "Content-Length: %s\r\n\r\n", bad[i]);
		request_refused(text, 400);
		snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", bad[i]);
		response_refused(text);
	}
}

static void repeated_lengths_must_be_equal_9110_8_6(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nX: y\r\nContent-Length: 5 ,5\r\n\r\n");
	assert_int_equal(p.m.content_length, 5);
	parsed_free(&p);
	response_ok(&p, METHOD_GET, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n");
	assert_int_equal(p.m.content_length, 5);
	parsed_free(&p);
	request_refused("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400);
	request_refused("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: \r\n\r\n", 400);
	response_refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n");
	response_refused("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n");
}

static void length_with_transfer_encoding_is_refused_9112_6_1(void **state)
{
	(void)state;
	request_refused("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
	request_refused("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400);
	request_refused("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", 400);
	response_refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static void transfer_encoding_is_one_chunked_9112_6_1(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		unsigned status;
	} bad[] = {
	    {"Transfer-Encoding: gzip, chunked", 501},
	    {"Transfer-Encoding: identity, chunked", 501},
	    {"Transfer-Encoding: xchunked", 400},
	    {"Transfer-Encoding: identity", 400},
	    {"Transfer-Encoding: chunked, gzip", 400},
	    {"Transfer-Encoding: chunked, identity", 400},
	    {"Transfer-Encoding: chunked, chunked", 400},
	    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400},
	    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400},
	    {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", 400},
	    {"Transfer-Encoding: \"chunked\"", 400},
	    {"Transfer-Encoding: chunked;a=b", 400},
	    {"Transfer-Encoding: chunked;", 400},
	    {"Transfer-Encoding: , chunked", 400},
	    {"Transfer-Encoding: chunked,", 400},
	    {"Transfer-Encoding: chun ked", 400},
	    {"Transfer-Encoding: 'chunked'", 400},
	    {"Transfer-Encoding:", 400},
	    {"Transfer-Encoding: \x0b"
	     "chunked",
	     400},
	    {"Transfer-Encoding: chunked\x0c", 400},
	    {"Transfer-Encoding: \xa0"
	     "chunked",
	     400},
	    {"Transfer-Encoding\r\n : chunked", 400},
	};
	char text[160];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" H "%s\r\n\r\n", bad[i].lines);
		request_refused(text, bad[i].status);
		snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", bad[i].lines);
		response_refused(text);
	}
	request_refused("POST / HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n", 400);
	request_refused("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 400);
	response_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static void host_is_one_and_valid_9112_3_2(void **state)
{
	(void)state;
	static const char *const good[] = {"a",
					   "a.example",
					   "a:80",
					   "a:",
					   "[::1]",
					   "[::1]:8080",
					   "127.0.0.1:65535",
					   "a_b-c~d",
					   "%41",
					   "xn--4ca.example",
					   "[2001:db8::1.2.3.4]:0"};
	static const char *const bad[] = {"",
					  "a b",
					  "a,b",
					  "a, b",
					  "a/b",
					  "u@a",
					  "u:p@a",
					  "a:x",
					  "a:65536",
					  "a:-1",
					  "a:80:80",
					  "::1",
					  "[::1",
					  "[::1]x",
					  "[::1]80",
					  "[]",
					  "[1]",
					  "[::1%25eth0]",
					  "[v1.a]",
					  "a?b",
					  "a#b",
					  "a\\b",
					  "\xc3\xa4",
					  "%4",
					  "%zz",
					  ":80",
					  "a;\"b\"",
					  "<a>",
					  "[::ffff:1.2.3.4:5]",
					  "http://a"};
	struct parsed p;
	char text[128];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\nhost: %s \r\n\r\n", good[i]);
		request_ok(&p, text);
		assert_str(p.m.authority, good[i]);
		parsed_free(&p);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
		request_refused(text, 400);
	}
	request_refused("GET / HTTP/1.1\r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 400);
	request_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
	request_refused("GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400);
	request_ok(&p, "GET / HTTP/1.0\r\n\r\n");
	assert_int_equal(p.m.authority.len, 0);
	parsed_free(&p);
}

static void connections_go_on_9112_9_3(void **state)
{
	(void)state;
	static const struct {
		const char *version, *line;
		bool keep_alive;
	} cases[] = {
	    {"1.1", "", true},
	    {"1.1", "Connection: close\r\n", false},
	    {"1.1", "Connection: CLOSE\r\n", false},
	    {"1.1", "Connection: x, close\r\n", false},
	    {"1.1", "Connection: keep-alive, close\r\n", false},
	    {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
	    {"1.1", "Connection: closed\r\n", true},
	    {"1.0", "", false},
	    {"1.0", "Connection: keep-alive\r\n", true},
	    {"1.0", "Connection: Keep-Alive, x\r\n", true},
	    {"1.0", "Connection: keep-alive, close\r\n", false},
	    {"1.0", "Proxy-Connection: keep-alive\r\n", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct parsed p;
		char text[128];
		snprintf(text, sizeof text, "GET / HTTP/%s\r\n" H "%s\r\n", cases[i].version, cases[i].line);
		request_ok(&p, text);
		assert_int_equal(p.m.keep_alive, cases[i].keep_alive);
		parsed_free(&p);
		snprintf(text, sizeof text, "HTTP/%s 200 OK\r\nContent-Length: 0\r\n%s\r\n", cases[i].version,
			 cases[i].line);
		response_ok(&p, METHOD_GET, text);
		assert_int_equal(p.m.keep_alive, cases[i].keep_alive);
		parsed_free(&p);
	}
}

static void hop_by_hop_fields_9110_7_6_1(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(
	    &p, "GET / HTTP/1.1\r\n" H
		"Connection: X-Mine, host, content-length, Authorization, keep-alive, Cookie, via, x-forwarded-for\r\n"
		"Keep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
		"x-mine: 1\r\nX-MINE: 2\r\nContent-Length: 0\r\nAuthorization: a\r\nCookie: c\r\nVia: v\r\n"
		"X-Forwarded-For: f\r\nTrailer: t\r\nX-Other: o\r\n\r\n");
	for (uint32_t i = 0; i < p.m.count; i++) {
		static const struct str hop[] = {
		    STR_INIT("connection"), STR_INIT("keep-alive"), STR_INIT("proxy-connection"),
		    STR_INIT("te"),         STR_INIT("upgrade"),    STR_INIT("http2-settings"),
		    STR_INIT("x-mine")};
		bool expected = false;
		for (size_t k = 0; k < sizeof hop / sizeof *hop; k++)
			expected |= str_eq_nocase(hop[k], p.m.fields[i].name);
		if (message_is_hop_by_hop(&p.m, i) != expected)
			fail_msg("%.*s", STR_ARG(p.m.fields[i].name));
	}
	assert_true(p.m.te_trailers);
	assert_false(p.m.upgrade); /* Connection does not name it */
	assert_int_equal(message_id(&p.m, 3), KNOWN_PROXY_CONNECTION);
	parsed_free(&p);
	char text[1024] = "GET / HTTP/1.1\r\n" H "Connection: ";
	for (int i = 0; i < 65; i++)
		strcat(text, "ab,");
	strcat(text, "c\r\n\r\n");
	request_refused(text, 400);
}

static void upgrades_9110_7_8(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "GET / HTTP/1.1\r\n" H "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n");
	assert_true(p.m.upgrade);
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: H2C, WebSocket\r\nUpgrade: x\r\n\r\n");
	assert_str(message_upgrade(&p.m), "WebSocket");
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
	assert_null(message_upgrade(&p.m).at);
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\n\r\n");
	assert_false(p.m.upgrade);
	parsed_free(&p);
	request_ok(&p, "GET / HTTP/1.0\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
	assert_false(p.m.upgrade);
	parsed_free(&p);
	response_ok(&p, METHOD_GET,
		    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
	assert_true(p.m.upgrade);
	assert_int_equal(p.m.framing, FRAMING_NONE);
	parsed_free(&p);
}

static void expectations_9110_10_1_1(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n");
	assert_true(p.m.expect_continue && !p.m.expect_other);
	parsed_free(&p);
	request_ok(&p, "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nExpect: 100-continued\r\n\r\n");
	assert_true(!p.m.expect_continue && p.m.expect_other);
	parsed_free(&p);
	request_ok(&p, "POST / HTTP/1.0\r\n" H "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n");
	assert_true(!p.m.expect_continue && !p.m.expect_other);
	parsed_free(&p);
}

static void status_lines_9112_4(void **state)
{
	(void)state;
	struct parsed p;
	response_ok(&p, METHOD_GET, "HTTP/1.1 200 Fine\t\xc3\xa4 (indeed)\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(p.m.status, 200);
	assert_str(p.m.reason, "Fine\t\xc3\xa4 (indeed)");
	parsed_free(&p);
	response_ok(&p, METHOD_GET, "HTTP/1.0 599 \r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(p.m.status, 599);
	assert_int_equal(p.m.minor, 0);
	assert_int_equal(p.m.reason.len, 0);
	parsed_free(&p);
	response_ok(&p, METHOD_GET, "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(p.m.status, 404);
	parsed_free(&p);
	static const char *const bad[] = {"HTTP/1.1 20 OK",
					  "HTTP/1.1 2000 OK",
					  "HTTP/1.1 099 X",
					  "HTTP/1.1 600 X",
					  "HTTP/1.1 2x0 X",
					  "HTTP/1.1  200 OK",
					  "HTTP/1.1\t200 OK",
					  "HTTP/1.2 200 OK",
					  "HTTP/2.0 200 OK",
					  "HTTP/1.1200 OK",
					  "HTTP/1.1 -20 OK",
					  "HTTP/1.1 200OK",
					  " HTTP/1.1 200 OK",
					  "http/1.1 200 OK",
					  "HTTP/1.1",
					  "",
					  "ICY 200 OK",
					  "HTTP/1.1 200\tOK",
					  "HTTP/1.1 OK",
					  "HTTP/1.1 200 \x01",
					  "<html>"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[96];
		snprintf(text, sizeof text, "%s\r\nContent-Length: 0\r\n\r\n", bad[i]);
		response_refused(text);
	}
	response_refused_bytes(STR("HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n"));
}

static void response_framing_9112_6_3(void **state)
{
	(void)state;
	static const struct {
		enum method request;
		const char *text;
		enum framing framing;
		bool keep_alive;
	} cases[] = {
	    {METHOD_GET, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", FRAMING_LENGTH, true},
	    {METHOD_GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", FRAMING_CHUNKED, true},
	    {METHOD_GET, "HTTP/1.1 200 OK\r\n\r\n", FRAMING_UNTIL_CLOSE, false},
	    {METHOD_GET, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n", FRAMING_UNTIL_CLOSE, false},
	    {METHOD_HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_HEAD, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_HEAD, "HTTP/1.1 200 OK\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 204 No Content\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", FRAMING_NONE, false},
	    {METHOD_GET, "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", FRAMING_NONE, false},
	    {METHOD_GET, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 100 Continue\r\n\r\n", FRAMING_NONE, true},
	    {METHOD_GET, "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", FRAMING_LENGTH, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct parsed p;
		response_ok(&p, cases[i].request, cases[i].text);
		if (p.m.framing != cases[i].framing || p.m.keep_alive != cases[i].keep_alive)
			fail_msg("framing %d, keep_alive %d: %s", p.m.framing, p.m.keep_alive, cases[i].text);
		parsed_free(&p);
	}
}

static void an_empty_line_before_a_status_line_is_wrong_9112_4(void **state)
{
	(void)state;
	response_refused("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_framing_9112_6_3),
	    cmocka_unit_test(content_length_is_digits_9110_8_6),
	    cmocka_unit_test(repeated_lengths_must_be_equal_9110_8_6),
	    cmocka_unit_test(length_with_transfer_encoding_is_refused_9112_6_1),
	    cmocka_unit_test(transfer_encoding_is_one_chunked_9112_6_1),
	    cmocka_unit_test(host_is_one_and_valid_9112_3_2),
	    cmocka_unit_test(connections_go_on_9112_9_3),
	    cmocka_unit_test(hop_by_hop_fields_9110_7_6_1),
	    cmocka_unit_test(upgrades_9110_7_8),
	    cmocka_unit_test(expectations_9110_10_1_1),
	    cmocka_unit_test(status_lines_9112_4),
	    cmocka_unit_test(response_framing_9112_6_3),
	    cmocka_unit_test(an_empty_line_before_a_status_line_is_wrong_9112_4),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
