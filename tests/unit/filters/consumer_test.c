#include "filters/consumer.h"

#include "tests/unit/filters/stand.h"

static const struct filter *const filters[] = {&consumer_filter, NULL};

static const char *who(struct stand *s, const char *fields)
{
	char head[512];
	snprintf(head, sizeof head, "GET / HTTP/1.1\nHost: h%s%s", fields[0] ? "\n" : "", fields);
	assert_int_equal(stand_request(s, head, NULL), PASS);
	return stand_text(s, s->x.consumer);
}

static void by_default_a_field_and_then_the_product(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *consumer;
	} rows[] = {
	    {"X-Consumer: erp", "erp"},
	    {"X-Consumer: erp\nUser-Agent: curl/8", "erp"},
	    {"User-Agent: curl/8.0 (linux)", "curl"},
	    {"User-Agent: Mozilla/5.0 (X11) Gecko", "Mozilla"},
	    {"User-Agent: lonely", "lonely"},
	    {"User-Agent: (comment)", "_invalid"},
	    {"X-Consumer:\nUser-Agent: curl/8", "curl"}, /* an empty one says nothing */
	    {"", "_unknown"},
	    {"X-Consumer: two words", "two words"},
	    {"X-Consumer: _other", "_invalid"}, /* our names are ours */
	    {"X-Consumer: _unknown", "_invalid"},
	    {"X-Consumer: na\xc3\xafve", "_invalid"},
	    {"X-Consumer: a\tb", "_invalid"},
	    {"X-Consumer: a\nX-Consumer: a", "a"},
	    {"X-Consumer: a\nX-Consumer: b", "_invalid"},
	    {"X-Consumer: 1234567890123456789012345678901234567890123456789012345678901234",
	     "1234567890123456789012345678901234567890123456789012345678901234"},
	    {"X-Consumer: 12345678901234567890123456789012345678901234567890123456789012345", "_invalid"},
	};
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}");
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].fields);
		assert_string_equal(who(&s, rows[i].fields), rows[i].consumer);
	}
	assert_int_equal(s.api.consumer_max, 1000);
	stand_end(&s);
}

static void by_a_claim_of_a_token(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *consumer;
	} rows[] = {
	    /* {"alg":"none"} . {"sub":"erp","azp":"app"} */
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJlcnAiLCJhenAiOiJhcHAifQ.", "app"},
	    {"Authorization: bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJlcnAiLCJhenAiOiJhcHAifQ.c2ln", "app"},
	    {"Authorization: eyJhbGciOiJub25lIn0.eyJzdWIiOiJlcnAiLCJhenAiOiJhcHAifQ.c2ln", "app"},
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJlcnAifQ.c2ln", "erp"}, /* the next source: sub */
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhenAiOjQyfQ.c2ln", "42"},
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhenAiOiJfb3RoZXIifQ.c2ln", "_invalid"},
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhenAiOnsiYSI6MX19.c2ln", "_unknown"}, /* an object */
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhenAiOiJh", "_unknown"},
	    {"Authorization: Bearer eyJhbGciOiJub25lIn0.!!!!.c2ln", "_unknown"},
	    {"Authorization: Bearer a.b", "_unknown"},
	    {"Authorization: Bearer ...", "_unknown"},
	    {"Authorization: Basic ZXJwOnNlY3JldA==", "_unknown"},
	    {"", "_unknown"},
	};
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}\nconsumers: {from: [{jwt: {claim: azp}}, {jwt: sub}]}");
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].fields);
		assert_string_equal(who(&s, rows[i].fields), rows[i].consumer);
	}
	stand_end(&s);
}

static const char *from_address(struct stand *s, const char *client)
{
	const struct consumers *c = s->chain.settings[0];
	struct str name = consumer_name(c, &s->x.request, str_from(client), (struct str){NULL, 0}, &s->x.arena);
	return stand_text(s, name);
}

static void by_the_prefix_of_the_address(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}\nconsumers: {from: [{address: 24}]}");
	stand_load(&s, filters);
	assert_string_equal(from_address(&s, "192.0.2.77"), "192.0.2.0/24");
	assert_string_equal(from_address(&s, "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
	assert_string_equal(from_address(&s, "::ffff:192.0.2.77"), "192.0.2.0/24");
	assert_string_equal(from_address(&s, "unix"), "unix");
	stand_end(&s);
	stand_begin(&s, "versions: {v1: {}}\nconsumers: {from: [{address: {ipv4: 20, ipv6: 45}}]}");
	stand_load(&s, filters);
	assert_string_equal(from_address(&s, "10.1.255.1"), "10.1.240.0/20");
	assert_string_equal(from_address(&s, "2001:db8:ffff::1"), "2001:db8:fff8::/45");
	stand_end(&s);
	stand_begin(&s, "versions: {v1: {}}\nconsumers: {from: [{address: {ipv4: 0, ipv6: 128}}]}");
	stand_load(&s, filters);
	assert_string_equal(from_address(&s, "10.1.255.1"), "0.0.0.0/0");
	assert_string_equal(from_address(&s, "2001:db8::1"), "2001:db8::1/128");
	stand_end(&s);
}

static void by_the_certificate_first(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s,
		    "versions: {v1: {}}\nconsumers: {from: [{mtls: san}, {header: X-App}], ignore: [probe], max: 7}");
	stand_load(&s, filters);
	const struct consumers *c = s.chain.settings[0];
	assert_string_equal(who(&s, "X-App: app"), "app");
	assert_false(s.x.consumer_ignored);
	struct str name = consumer_name(c, &s.x.request, STR("::1"), STR("erp.example"), &s.x.arena);
	assert_true(str_eq(name, STR("erp.example")));
	assert_string_equal(who(&s, "X-App: probe"), "probe");
	assert_true(s.x.consumer_ignored);
	assert_int_equal(s.api.consumer_max, 7);
	stand_end(&s);
}

static void wrong_settings_are_refused(void **state)
{
	(void)state;
	stand_refuses("versions: {v1: {}}\nconsumers: {from: [{}]}", filters, "one of header", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {from: [{header: A, address: 8}]}", filters, "one of header", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {from: [{address: 33}]}", filters, "at most 32", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {from: [{header: \"A:\"}]}", filters, "no name of a field", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {from: [{user_agent: all}]}", filters, "product", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {max: 0}", filters, "at least 1", 2);
	stand_refuses("versions: {v1: {}}\nconsumers: {maximum: 0}", filters, "not a key", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_default_a_field_and_then_the_product),
	    cmocka_unit_test(by_a_claim_of_a_token),
	    cmocka_unit_test(by_the_prefix_of_the_address),
	    cmocka_unit_test(by_the_certificate_first),
	    cmocka_unit_test(wrong_settings_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
