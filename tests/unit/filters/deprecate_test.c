#include "filters/deprecate.h"

#include "filters/consumer.h"
#include "filters/version.h"
#include "tests/unit/filters/stand.h"

static const struct filter *const filters[] = {&version_filter, &deprecate_filter, NULL};

#define API                                                                                                            \
	"versions:\n"                                                                                                  \
	"  v1:\n"                                                                                                      \
	"    deprecated: 2026-06-30\n"                                                                                 \
	"    sunset: 2027-06-30\n"                                                                                     \
	"    successor: v2\n"                                                                                          \
	"    docs: https://example.com/v2\n"                                                                           \
	"    brownouts: [{at: 2027-03-01T14:00Z, for: 1h}]\n"                                                          \
	"    operations: {old: {deprecated: 2026-01-01}}\n"                                                            \
	"  v2: {}\n"

#define GET_V1 "GET /v1/orders HTTP/1.1\nHost: h"
#define OK     "HTTP/1.1 200 OK\nContent-Length: 0"

static void an_active_version_is_left_alone(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2026-06-29T23:59:59Z"), PASS);
	stand_response(&s, OK "\nDeprecation: @1\nSunset: x");
	assert_string_equal(stand_added(&s, "Deprecation"), "");
	assert_string_equal(stand_added(&s, "Sunset"), "");
	assert_string_equal(stand_added(&s, "Link"), "");
	assert_int_equal(s.x.dropped & (KNOWN_BIT(KNOWN_DEPRECATION) | KNOWN_BIT(KNOWN_SUNSET)), 0);
	assert_null(s.x.deprecated);
	stand_end(&s);
}

static void a_deprecated_version_tells_its_clients(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2026-06-30T00:00:00Z"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1782777600");
	assert_string_equal(stand_added(&s, "Sunset"), "Wed, 30 Jun 2027 00:00:00 GMT");
	assert_string_equal(stand_added(&s, "Link"), "<https://example.com/v2>; rel=\"deprecation\", "
						     "<https://example.com/v2>; rel=\"sunset\", "
						     "</v2/orders>; rel=\"successor-version\"");
	assert_true(str_eq(s.x.deprecated->what, STR("version")));
	assert_true(str_eq(s.x.deprecated->name, STR("v1")));
	assert_int_equal(stand_request(&s, "GET /v2/orders HTTP/1.1\nHost: h", "2027-01-01"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "");
	assert_null(s.x.deprecated);
	stand_end(&s);
}

static void the_earlier_date_wins_in_every_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *deprecation, *sunset;
	} rows[] = {
	    {"Deprecation: @1700000000", "@1700000000", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Deprecation: @1900000000", "@1782777600", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Deprecation: Tue, 14 Nov 2023 22:13:20 GMT", "@1700000000", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Deprecation: true", "@1782777600", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Deprecation: nonsense", "@1782777600", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Sunset: Fri, 01 Jan 2027 00:00:00 GMT", "@1782777600", "Fri, 01 Jan 2027 00:00:00 GMT"},
	    {"Sunset: Sat, 01 Jan 2028 00:00:00 GMT", "@1782777600", "Wed, 30 Jun 2027 00:00:00 GMT"},
	    {"Sunset: Sat, 01 Jan 2028 00:00:00 GMT\nSunset: Fri, 01 Jan 2027 00:00:00 GMT", "@1782777600",
	     "Fri, 01 Jan 2027 00:00:00 GMT"},
	};
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char head[256];
		snprintf(head, sizeof head, OK "\n%s", rows[i].fields);
		print_message("%s\n", rows[i].fields);
		assert_int_equal(stand_request(&s, GET_V1, "2026-12-01"), PASS);
		stand_response(&s, head);
		assert_string_equal(stand_added(&s, "Deprecation"), rows[i].deprecation);
		assert_string_equal(stand_added(&s, "Sunset"), rows[i].sunset);
		assert_true(s.x.dropped & KNOWN_BIT(KNOWN_DEPRECATION));
		assert_true(s.x.dropped & KNOWN_BIT(KNOWN_SUNSET));
	}
	stand_end(&s);
}

static void a_brownout_answers_410_with_retry_after(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2027-03-01T13:59:59Z"), PASS);
	assert_int_equal(stand_request(&s, GET_V1, "2027-03-01T14:00:00Z"), ANSWERED);
	assert_int_equal(s.x.answer.status, 410);
	assert_int_equal(s.x.outcome, OUTCOME_VERSION_BROWNOUT);
	stand_response(&s, NULL);
	assert_string_equal(stand_added(&s, "Retry-After"), "3600");
	assert_true(strstr(stand_added(&s, "Link"), "</v2/orders>; rel=\"successor-version\""));
	assert_true(stand_answer_has(&s, "\"successor\":\"v2\""));
	assert_non_null(s.x.deprecated);
	assert_int_equal(stand_request(&s, GET_V1, "2027-03-01T14:59:59.500Z"), ANSWERED);
	assert_string_equal(stand_added(&s, "Retry-After"), "1");
	assert_int_equal(stand_request(&s, GET_V1, "2027-03-01T15:00:00Z"), PASS);
	stand_end(&s);
}

static void after_the_sunset_it_is_gone_but_counted(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2027-06-29T23:59:59Z"), PASS);
	assert_int_equal(stand_request(&s, GET_V1, "2027-06-30"), ANSWERED);
	assert_int_equal(s.x.answer.status, 410);
	assert_int_equal(s.x.outcome, OUTCOME_VERSION_SUNSET);
	assert_true(stand_answer_has(&s, "version v1 ended on 2027-06-30"));
	assert_true(stand_answer_has(&s, "\"successor\":\"v2\""));
	assert_true(str_eq(s.x.deprecated->what, STR("version")));
	stand_response(&s, NULL);
	assert_string_equal(stand_added(&s, "Sunset"), "Wed, 30 Jun 2027 00:00:00 GMT");
	assert_string_equal(stand_added(&s, "API-Version"), "1.0.0");
	assert_true(strstr(stand_added(&s, "Link"), "successor-version"));
	stand_end(&s);
}

static void or_served_when_so_configured(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s,
		    "versions: {v1: {sunset: 2027-06-30, after_sunset: serve}, v2: {}}\nunversioned: {/healthz: v1}");
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2030-01-01"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Sunset"), "Wed, 30 Jun 2027 00:00:00 GMT");
	assert_string_equal(stand_added(&s, "Deprecation"), ""); /* no date of it is known */
	assert_non_null(s.x.deprecated);
	assert_int_equal(stand_request(&s, "GET /healthz HTTP/1.1\nHost: h", "2030-01-01"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Sunset"), "");
	assert_null(s.x.deprecated);
	stand_end(&s);
}

static void links_hold_nothing_harmful(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	stand_request(&s, "GET /v1/a>b,\"c%3E HTTP/1.1\nHost: h", "2026-12-01");
	stand_response(&s, OK);
	assert_true(strstr(stand_added(&s, "Link"), "</v2/a%3Eb,%22c%3E>; rel=\"successor-version\""));
	stand_request(&s, "GET /orders HTTP/1.1\nHost: h\nAPI-Version: 1", "2026-12-01");
	stand_response(&s, OK);
	assert_true(strstr(stand_added(&s, "Link"), "</orders>; rel=\"successor-version\""));
	stand_end(&s);
}

static void an_operation_may_be_deprecated_alone(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2026-02-01"), PASS);
	s.x.has_operation = true; /* what the contract filter tells */
	s.x.operation_id = STR("old");
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1767225600");
	assert_string_equal(stand_added(&s, "Sunset"), "");
	assert_true(str_eq(s.x.deprecated->what, STR("operation")));
	assert_null(s.x.deprecated->next);
	assert_int_equal(stand_request(&s, GET_V1, "2026-02-01"), PASS);
	s.x.has_operation = true;
	s.x.operation_id = STR("other");
	stand_response(&s, OK);
	assert_null(s.x.deprecated);
	/* both: the earlier date */
	assert_int_equal(stand_request(&s, GET_V1, "2026-12-01"), PASS);
	s.x.has_operation = true;
	s.x.operation_id = STR("old");
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1767225600");
	assert_string_equal(stand_added(&s, "Sunset"), "Wed, 30 Jun 2027 00:00:00 GMT");
	stand_end(&s);
}

static void a_consumer_may_stay_longer(void **state)
{
	(void)state;
	static const struct {
		const char *consumer, *now, *sunset;
		enum verdict verdict;
	} rows[] = {
	    {"erp", "2027-06-29T23:59:59Z", "Thu, 30 Sep 2027 00:00:00 GMT", PASS},
	    {"erp", "2027-06-30", "Thu, 30 Sep 2027 00:00:00 GMT", PASS},
	    {"erp", "2027-09-29T23:59:59Z", "Thu, 30 Sep 2027 00:00:00 GMT", PASS},
	    {"erp", "2027-09-30", "Thu, 30 Sep 2027 00:00:00 GMT", ANSWERED},
	    {"app", "2027-06-29T23:59:59Z", "Wed, 30 Jun 2027 00:00:00 GMT", PASS},
	    {"app", "2027-06-30", "Wed, 30 Jun 2027 00:00:00 GMT", ANSWERED},
	    {"erpx", "2027-06-30", "Wed, 30 Jun 2027 00:00:00 GMT", ANSWERED},
	};
	static const struct filter *const chain[] = {&consumer_filter, &version_filter, &deprecate_filter, NULL};
	struct stand s;
	stand_begin(&s, "consumers: {from: [{header: X-Consumer}]}\n"
			"versions: {v1: {sunset: 2027-06-30, grace: {erp: 2027-09-30}}, v2: {}}");
	stand_load(&s, chain);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char head[128];
		print_message("%s %s\n", rows[i].consumer, rows[i].now);
		snprintf(head, sizeof head, GET_V1 "\nX-Consumer: %s", rows[i].consumer);
		assert_int_equal(stand_request(&s, head, rows[i].now), rows[i].verdict);
		stand_response(&s, rows[i].verdict == PASS ? OK : NULL);
		assert_string_equal(stand_added(&s, "Sunset"), rows[i].sunset);
	}
	stand_end(&s);
}

static void a_clock_that_jumps_changes_nothing_but_the_state(void **state)
{
	(void)state;
	static const struct {
		const char *now;
		enum verdict verdict;
		const char *deprecation;
	} rows[] = {
	    {"2027-06-30", ANSWERED, "@1782777600"},          {"2026-01-01", PASS, ""},
	    {"2027-03-01T14:30Z", ANSWERED, "@1782777600"},   {"1970-01-01", PASS, ""},
	    {"9999-12-31T23:59:59Z", ANSWERED, "@1782777600"}, {"2026-06-30", PASS, "@1782777600"},
	    {"2026-06-29T23:59:59.999Z", PASS, ""},           {"2027-06-29T23:59:59.999Z", PASS, "@1782777600"},
	};
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].now);
		assert_int_equal(stand_request(&s, GET_V1, rows[i].now), rows[i].verdict);
		stand_response(&s, rows[i].verdict == PASS ? OK : NULL);
		assert_string_equal(stand_added(&s, "Deprecation"), rows[i].deprecation);
	}
	stand_end(&s);
}

static void older_clients_get_older_fields(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {deprecated: 2026-06-30, sunset: 2027-06-30, style: http_date, warning: on}, v2: {}}");
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2026-07-01"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "Tue, 30 Jun 2026 00:00:00 GMT");
	assert_string_equal(stand_added(&s, "Warning"), "299 - \"version v1 of this API is deprecated and ends on 2027-06-30\"");
	assert_int_equal(stand_request(&s, GET_V1, "2026-07-01"), PASS);
	stand_response(&s, OK "\nDeprecation: @1700000000");
	assert_string_equal(stand_added(&s, "Deprecation"), "Tue, 14 Nov 2023 22:13:20 GMT");
	assert_int_equal(stand_request(&s, GET_V1, "2026-06-29"), PASS);
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Warning"), "");
	stand_end(&s);
}

static void a_part_that_the_contract_marks_has_the_version_s_date(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, API);
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, GET_V1, "2026-02-01"), PASS);
	exchange_deprecated(&s.x, STR("property"), STR("/coupon"));
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), "@1782777600"); /* a date to come is one (RFC 9745, 2.1) */
	assert_string_equal(stand_added(&s, "Sunset"), "");
	assert_int_equal(stand_request(&s, "GET /v2/orders HTTP/1.1\nHost: h", "2027-01-01"), PASS);
	exchange_deprecated(&s.x, STR("property"), STR("/coupon"));
	stand_response(&s, OK);
	assert_string_equal(stand_added(&s, "Deprecation"), ""); /* counted, but there is no date that could be told */
	stand_end(&s);
}

static void which_requests_a_share_hits_no_client_chooses(void **state)
{
	(void)state;
	struct stand s;
	unsigned hit = 0;
	stand_begin(&s, "versions: {v1: {deprecated: 2026-06-30, brownouts: [{at: 2027-03-01T14:00Z, for: 1h, share: 30%}]}, v2: {}}");
	stand_load(&s, filters);
	for (unsigned i = 0; i < 2000; i++)
		hit += stand_request(&s, GET_V1 "\nX-Request-Id: the-same", "2027-03-01T14:30Z") == ANSWERED;
	assert_in_range(hit, 450, 750);
	stand_end(&s);
}

static void without_dates_it_is_not_in_the_chain(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}, v2: {}}");
	stand_load(&s, filters);
	assert_int_equal(s.chain.count, 1);
	stand_end(&s);
}

static void pages_are_told_where_a_version_stands(void **state)
{
	(void)state;
	static const struct {
		const char *now, *state;
	} rows[] = {
	    {"2026-06-29T23:59:59Z", "active"},  {"2026-06-30", "deprecated"}, {"2027-03-01T14:00Z", "brownout"},
	    {"2027-03-01T15:00Z", "deprecated"}, {"2027-06-30", "sunset"},
	};
	struct stand s;
	int64_t now;
	stand_begin(&s, API);
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct version_facts facts = {0};
		assert_true(clock_parse(str_from(rows[i].now), &now));
		deprecate_filter.describe(s.chain.settings[1], &s.api.versions[0], now, &facts);
		assert_string_equal(stand_text(&s, facts.state), rows[i].state);
		assert_int_equal(facts.sunset_ms - facts.deprecation_ms, 365 * INT64_C(86400000));
		assert_true(str_eq(facts.successor, STR("v2")));
		assert_int_equal(facts.brownout_count, 1);
		assert_int_equal(facts.brownouts[0].end_ms - facts.brownouts[0].begin_ms, 3600000);
		deprecate_filter.describe(s.chain.settings[1], &s.api.versions[1], now, &facts);
		assert_string_equal(stand_text(&s, facts.state), "active");
		assert_int_equal(facts.deprecation_ms, 0);
		assert_int_equal(facts.sunset_ms, 0);
	}
	stand_end(&s);
}

static void impossible_lives_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *complaint;
		uint32_t line;
	} rows[] = {
	    {"versions:\n  v1:\n    deprecated: 2027-01-01\n    sunset: 2026-12-31", "sunset before its deprecation",
	     4},
	    {"versions:\n  v1:\n    successor: v3", "there is no version v3", 3},
	    {"versions:\n  v1:\n    successor: v1", "its own successor", 3},
	    {"versions:\n  v1: {successor: v2}\n  v2: {successor: v1}", "lead back to it", 2},
	    {"versions:\n  v1:\n    deprecated: 2026-02-30", "a date or a time", 3},
	    {"versions:\n  v1:\n    docs: a b", "not a URL", 3},
	    {"versions:\n  v1:\n    after_sunset: keep", "not one of", 3},
	    {"versions:\n  v1:\n    brownouts: [{at: 2027-01-01T00:00Z, for: 1h}]", "before the deprecation", 3},
	    {"versions:\n  v1:\n    deprecated: 2027-02-01\n    brownouts:\n      - {at: 2027-01-31T23:59Z, for: 1h}",
	     "before the deprecation", 5},
	    {"versions:\n  v1:\n    deprecated: 2026-02-01\n    sunset: 2027-01-01\n    brownouts:\n"
	     "      - {at: 2026-12-31T23:00Z, for: 61m}",
	     "beyond the sunset", 6},
	    {"versions:\n  v1:\n    deprecated: 2026-02-01\n    brownouts: [{for: 1h}]", "needs \"at\"", 4},
	    {"versions:\n  v1:\n    operations: {a: {deprecated: soon}}", "a date or a time", 3},
	    {"versions:\n  v1:\n    operations:\n      a: {deprecated: 2027-01-01, sunset: 2026-01-01}",
	     "operation a has its sunset before its deprecation", 4},
	    {"versions:\n  v1:\n    operations:\n      a: {brownouts: [{at: 2027-01-01T00:00Z, for: 1h}]}",
	     "before the deprecation", 4},
	    {"versions:\n  v1:\n    grace: {erp: 2027-09-30}", "has no sunset", 3},
	    {"versions:\n  v1:\n    sunset: 2027-06-30\n    grace: {erp: 2027-06-29}", "ends before the version's sunset", 4},
	    {"versions:\n  v1:\n    style: rfc", "rfc9745", 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s\n", rows[i].yaml);
		stand_refuses(rows[i].yaml, filters, rows[i].complaint, rows[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_active_version_is_left_alone),
	    cmocka_unit_test(a_deprecated_version_tells_its_clients),
	    cmocka_unit_test(the_earlier_date_wins_in_every_spelling),
	    cmocka_unit_test(a_brownout_answers_410_with_retry_after),
	    cmocka_unit_test(after_the_sunset_it_is_gone_but_counted),
	    cmocka_unit_test(or_served_when_so_configured),
	    cmocka_unit_test(links_hold_nothing_harmful),
	    cmocka_unit_test(an_operation_may_be_deprecated_alone),
	    cmocka_unit_test(a_consumer_may_stay_longer),
	    cmocka_unit_test(a_clock_that_jumps_changes_nothing_but_the_state),
	    cmocka_unit_test(older_clients_get_older_fields),
	    cmocka_unit_test(a_part_that_the_contract_marks_has_the_version_s_date),
	    cmocka_unit_test(which_requests_a_share_hits_no_client_chooses),
	    cmocka_unit_test(without_dates_it_is_not_in_the_chain),
	    cmocka_unit_test(pages_are_told_where_a_version_stands),
	    cmocka_unit_test(impossible_lives_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
