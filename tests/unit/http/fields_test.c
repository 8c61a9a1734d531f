/* Field lines, their line ends, their limits, and how fields are found. */
#include "parse_case.h"

#include "proxy/base/buf.h"

static void a_request_with_field(struct parsed *p, const char *line)
{
	char text[512];
	snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" H "%s\r\n\r\n", line);
	request_ok(p, text);
	assert_int_equal(p->m.count, 2);
}

static void names_are_tokens_9110_5_1(void **state)
{
	(void)state;
	struct parsed p;
	a_request_with_field(&p, "aZ09!#$%&'*+-.^_`|~: x");
	assert_str(p.m.fields[1].name, "aZ09!#$%&'*+-.^_`|~");
	assert_str(p.m.fields[1].value, "x");
	parsed_free(&p);
	/* every byte that is not a tchar is refused in the middle of a name */
	for (int c = 0; c < 256; c++) {
		if ((c < 0x80 && c > 0x20 &&
		     (strchr("!#$%&'*+-.^_`|~:", c) || ascii_alpha((char)c) || ascii_digit((char)c))))
			continue;
		char text[] = "GET / HTTP/1.1\r\nHost: a\r\nab?cd: x\r\n\r\n";
		*strchr(text, '?') = (char)c;
		request_refused_bytes(str_of(text, sizeof text - 1), 400);
	}
}

static void malformed_lines_are_refused_9112_5(void **state)
{
	(void)state;
	static const char *const bad[] = {": x",  ":",      "A",       "A x",    " A: x", "\tA: x",
					  "A B: x", "A\": x", "=: x", "(A): x", "\xc3: x", "A\r: x", "A;: x"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[128];
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" H "%s\r\n\r\n", bad[i]);
		request_refused(text, 400);
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\n%s\r\n" H "\r\n", bad[i]);
		request_refused(text, 400);
		snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 0\r\n\r\n", bad[i]);
		response_refused(text);
	}
}

/* A request with white space before the colon is refused, in an answer it is taken out. */
static void space_before_the_colon_9112_5_1(void **state)
{
	(void)state;
	static const char *const lines[] = {"A : x", "A\t: x", "A \t : x"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct parsed p;
		char text[128];
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" H "%s\r\n\r\n", lines[i]);
		request_refused(text, 400);
		snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 0\r\n\r\n", lines[i]);
		response_ok(&p, METHOD_GET, text);
		assert_str(p.m.fields[0].name, "A");
		assert_str(p.m.fields[0].value, "x");
		parsed_free(&p);
	}
}

static void obs_fold_is_refused_9112_5_2(void **state)
{
	(void)state;
	request_refused("GET / HTTP/1.1\r\n" H "A: x\r\n y\r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\n" H "A: x\r\n\ty\r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\n" H "A:\r\n x\r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\n" H "A: x\r\n \r\n\r\n", 400);
	request_refused("GET / HTTP/1.1\r\n " H "\r\n", 400);
	response_refused("HTTP/1.1 200 OK\r\nA: x\r\n y\r\nContent-Length: 0\r\n\r\n");
}

static void lines_end_in_crlf_only_9112_2_2(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "GET / HTTP/1.1\n" H "\r\n",
	    "GET / HTTP/1.1\r\nHost: a\n\r\n",
	    "GET / HTTP/1.1\r\n" H "A: x\ry\r\n\r\n",
	    "GET / HTTP/1.1\r\n" H "A: x\r\r\n\r\n",
	    "GET / HTTP/1.1\r\n" H "\n",
	    "GET / HTTP/1.1\r\n" H "\r\r\n",
	    "GET / HTTP/1.1\r" H "\r\n",
	    "GET / HTTP/1.1\r\n" H "A: x\ny: z\r\n\r\n",
	    "GET / HTTP/1.1\r\n" H "A:\n\r\n",
	    "GET / HTTP/1.1\r\n" H "A:\rx\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		request_refused(bad[i], 400);
	response_refused("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n");
	response_refused("HTTP/1.1 200 OK\r\nContent-Length: 0\n\n");
}

static void characters_of_values_9110_5_5(void **state)
{
	(void)state;
	struct parsed p;
	a_request_with_field(&p, "A:\t x\ty \xc3\xa4\xff\x80 \"z\" \t");
	assert_str(p.m.fields[1].value, "x\ty \xc3\xa4\xff\x80 \"z\"");
	parsed_free(&p);
	a_request_with_field(&p, "A:");
	assert_int_equal(p.m.fields[1].value.len, 0);
	assert_non_null(p.m.fields[1].value.at);
	parsed_free(&p);
	a_request_with_field(&p, "A: \t ");
	assert_int_equal(p.m.fields[1].value.len, 0);
	parsed_free(&p);
	a_request_with_field(&p, "A::x:");
	assert_str(p.m.fields[1].value, ":x:");
	parsed_free(&p);
	for (int c = 0; c < 0x20; c++) {
		if (c == '\t')
			continue;
		char text[] = "GET / HTTP/1.1\r\nHost: a\r\nA: x?y, longer than sixteen bytes\r\n\r\n";
		*strchr(text, '?') = (char)c;
		request_refused_bytes(str_of(text, sizeof text - 1), 400);
		char answer[] = "HTTP/1.1 200 OK\r\nA: x?y\r\nContent-Length: 0\r\n\r\n";
		*strchr(answer, '?') = (char)c;
		response_refused_bytes(str_of(answer, sizeof answer - 1));
	}
	request_refused("GET / HTTP/1.1\r\n" H "A: x\x7fy\r\n\r\n", 400);
}

static void order_number_and_case_are_kept_9110_5_3(void **state)
{
	(void)state;
	struct parsed p;
	request_ok(&p, "GET / HTTP/1.1\r\nhOST: a\r\nX-A: 1\r\nset-COOKIE: a\r\nx-a: 2\r\nSet-Cookie: b\r\n\r\n");
	assert_int_equal(p.m.count, 5);
	assert_str(p.m.fields[0].name, "hOST");
	assert_str(p.m.fields[2].name, "set-COOKIE");
	assert_str(message_get(&p.m, STR("X-a")), "1");
	assert_int_equal(message_find(&p.m, STR("X-A"), 2), 3);
	assert_int_equal(message_find(&p.m, STR("X-A"), 4), 5);
	assert_null(message_get(&p.m, STR("absent")).at);
	assert_str(message_known(&p.m, KNOWN_SET_COOKIE), "a");
	assert_null(message_known(&p.m, KNOWN_COOKIE).at);
	assert_true(p.m.repeated == KNOWN_BIT(KNOWN_SET_COOKIE));
	parsed_free(&p);
}

static void every_known_field_is_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KNOWN_COUNT; i++) {
		char upper[64];
		struct str name = known_name((enum known)i);
		assert_true(name.len > 0 && name.len < sizeof upper);
		for (size_t k = 0; k < name.len; k++)
			upper[k] = (char)(ascii_alpha(name.at[k]) ? name.at[k] & ~0x20 : name.at[k]);
		assert_int_equal(known_of(name), i);
		assert_int_equal(known_of(str_of(upper, name.len)), i);
		assert_int_equal(known_of(str_head(name, name.len - 1)), KNOWN_NONE);
	}
	assert_int_equal(known_of(STR("x-unheard-of")), KNOWN_NONE);
	assert_int_equal(known_of(STR("")), KNOWN_NONE);
	assert_int_equal(known_of(STR("x-forwarded-for-a-very-long-time-indeed")), KNOWN_NONE);
}

/* Names of every length, plain and not, as many fields as need more room than a head usually has: in one piece, which is
 * taken in one pass, and in pieces, which are not. */
static void one_pass_and_the_steps_say_the_same(void **state)
{
	(void)state;
	struct buf head = {0};
	struct parsed p;
	buf_add(&head, STR("GET /a?b=%20#"));
	head.len--;
	buf_add(&head, STR(" HTTP/1.1\r\nHost: a.example:80\r\n"));
	for (int i = 1; i <= 30; i++)
		buf_addf(&head, "%.*s%s: \t%.*s\t \r\n", i, "Abcdefgh-0123456.zyxwvutsrqponml", i % 3 ? "" : "_~!", i - 1,
			 "0123456789abcdef\xff\t\"\\ :,;=01234");
	for (unsigned i = KNOWN_COOKIE; i <= KNOWN_TRACESTATE; i++)
		buf_addf(&head, "%.*s:%u\r\n", STR_ARG(known_name((enum known)i)), i);
	buf_add(&head, STR("Cookie: b\r\nx:\r\n\r\n"));
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &roomy, buf_str(&head));
	assert_int_equal(p.result, H1_DONE);
	assert_int_equal(p.m.count, 1 + 30 + KNOWN_TRACESTATE - KNOWN_COOKIE + 1 + 2);
	assert_str(message_known(&p.m, KNOWN_COOKIE), "16");
	assert_true(p.m.repeated == KNOWN_BIT(KNOWN_COOKIE));
	for (uint32_t i = 0; i < p.m.count; i++)
		assert_int_equal(message_id(&p.m, i), known_of(p.m.fields[i].name));
	buf_free(&head);
	parsed_free(&p);
}

static void limits_are_431_6585_5(void **state)
{
	(void)state;
	static const struct h1_limits tight = {60, 30, 3};
	struct parsed p;
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight, STR("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n"));
	assert_int_equal(p.result, H1_DONE);
	parsed_free(&p);
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight,
		       STR("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n"));
	assert_int_equal(p.parser.status, 431);
	parsed_free(&p);
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight,
		       STR("GET / HTTP/1.1\r\nHost: a\r\nA: 2345678901234567890123456789\r\n\r\n"));
	assert_int_equal(p.result, H1_DONE);
	assert_int_equal(p.parser.head, 60);
	parsed_free(&p);
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight,
		       STR("GET / HTTP/1.1\r\nHost: a\r\nA: 23456789012345678901234567890\r\n\r\n"));
	assert_int_equal(p.parser.status, 431);
	parsed_free(&p);
	/* told before the head is complete */
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &tight,
		       STR("GET / HTTP/1.1\r\nHost: a\r\nA: 23456789012345678901234567890123456789"));
	assert_int_equal(p.parser.status, 431);
	parsed_free(&p);
}

static void lists_9110_5_6_1(void **state)
{
	(void)state;
	struct str rest = STR(" , a,\tb ,,\"c,\\\"d\" ;x=\",\" ,e , "), element;
	static const char *const expected[] = {"a", "b", "\"c,\\\"d\" ;x=\",\"", "e"};
	for (size_t i = 0; i < 4; i++) {
		assert_true(list_next(&rest, &element));
		assert_str(element, expected[i]);
	}
	assert_false(list_next(&rest, &element));
	rest = STR("a, \"b, c");
	assert_true(list_next(&rest, &element));
	assert_true(list_next(&rest, &element));
	assert_str(element, "\"b, c");
	assert_false(list_next(&rest, &element));
	struct parsed p;
	request_ok(&p, "GET / HTTP/1.1\r\n" H "Accept: a/b, c/d\r\nX: y\r\naccept:\r\nACCEPT: e/f\r\n\r\n");
	struct message_list list = {.m = &p.m, .id = KNOWN_ACCEPT};
	static const char *const ranges[] = {"a/b", "c/d", "e/f"};
	for (size_t i = 0; i < 3; i++) {
		assert_true(message_list_next(&list, &element));
		assert_str(element, ranges[i]);
	}
	assert_false(message_list_next(&list, &element));
	assert_false(message_list_next(&list, &element));
	assert_true(message_list_has(&p.m, KNOWN_ACCEPT, STR("E/F")));
	assert_false(message_list_has(&p.m, KNOWN_ACCEPT, STR("e/")));
	struct message_list none = {.m = &p.m, .id = KNOWN_VIA};
	assert_false(message_list_next(&none, &element));
	parsed_free(&p);
}

static void a_message_moves_with_its_bytes(void **state)
{
	(void)state;
	struct parsed p;
	const char *text = "GET /p?q HTTP/1.1\r\n" H "A: x\r\nB:\r\n\r\n";
	request_ok(&p, text);
	size_t len = strlen(text);
	char *copy = must_alloc(len);
	memcpy(copy, p.bytes, len);
	message_rebase(&p.m, p.bytes, len, copy);
	memset(p.bytes, 'z', len);
	assert_str(p.m.path, "/p");
	assert_str(p.m.query, "q");
	assert_str(p.m.authority, "a");
	assert_str(message_get(&p.m, STR("a")), "x");
	assert_true(p.m.fields[2].value.at >= copy && p.m.fields[2].value.at <= copy + len);
	assert_null(p.m.reason.at);
	free(copy);
	parsed_free(&p);
}

static void fields_of_our_own_are_found(void **state)
{
	(void)state;
	struct arena arena;
	struct message m = {0};
	arena_init(&arena, 256);
	for (int i = 0; i < 100; i++)
		message_add(&m, &arena, i == 50 ? STR("Via") : STR("X-A"), STR("v"));
	message_add(&m, &arena, STR("via"), STR("w"));
	assert_int_equal(m.count, 101);
	assert_str(message_known(&m, KNOWN_VIA), "v");
	assert_true(m.repeated == KNOWN_BIT(KNOWN_VIA));
	assert_int_equal(message_find(&m, STR("VIA"), 51), 100);
	arena_free(&arena);
}

static void a_warm_arena_does_not_grow(void **state)
{
	(void)state;
	struct arena arena;
	struct message m;
	struct h1_parser p;
	size_t held = 0;
	arena_init(&arena, 4096);
	for (int i = 0; i < 100; i++) {
		arena_reset(&arena);
		h1_parser_reset(&p, H1_REQUEST, METHOD_OTHER, &roomy);
		assert_int_equal(h1_parse(&p, STR("GET / HTTP/1.1\r\n" H "A: b\r\nC: d\r\n\r\n"), &arena, &m), H1_DONE);
		held = held ? held : arena_held(&arena);
		assert_int_equal(arena_held(&arena), held);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_tokens_9110_5_1),
	    cmocka_unit_test(malformed_lines_are_refused_9112_5),
	    cmocka_unit_test(space_before_the_colon_9112_5_1),
	    cmocka_unit_test(obs_fold_is_refused_9112_5_2),
	    cmocka_unit_test(lines_end_in_crlf_only_9112_2_2),
	    cmocka_unit_test(characters_of_values_9110_5_5),
	    cmocka_unit_test(order_number_and_case_are_kept_9110_5_3),
	    cmocka_unit_test(every_known_field_is_found),
	    cmocka_unit_test(one_pass_and_the_steps_say_the_same),
	    cmocka_unit_test(limits_are_431_6585_5),
	    cmocka_unit_test(lists_9110_5_6_1),
	    cmocka_unit_test(a_message_moves_with_its_bytes),
	    cmocka_unit_test(fields_of_our_own_are_found),
	    cmocka_unit_test(a_warm_arena_does_not_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
