/* Canaries and revisions: the decision from configuration and request, and what is refused. */
#include "tests/unit/filters/stand.h"

#include "filters/builtin.h"
#include "filters/canary.h"
#include "filters/consumer.h"
#include "filters/revision.h"
#include "filters/version.h"

static const struct filter *const filters[] = {&consumer_filter, &version_filter, &revision_filter, &canary_filter, NULL};

static bool serves(struct stand *s, const char *fields, const char *reason)
{
	char head[512];
	snprintf(head, sizeof head, "GET /v1/x HTTP/1.1\nHost: h%s%s", *fields ? "\n" : "", fields);
	assert_int_equal(stand_request(s, head, "2026-06-01T12:00Z"), PASS);
	assert_string_equal(s->x.canary_reason, reason);
	return s->x.canary;
}

static void who_asks(void **state)
{
	struct stand s;
	(void)state;
	stand_begin(&s, "versions:\n  v1: {canary: {backend: a:1, header: X-Side, cookie: side, version: 1.5-rc}}\n  v2: {}\n");
	stand_load(&s, filters);
	assert_true(serves(&s, "X-Side: always", "header"));
	assert_false(serves(&s, "X-Side: never", "header"));
	assert_false(serves(&s, "X-Canary: always", "weight"));
	assert_true(serves(&s, "Cookie: a=1;side=always ; b=2", "cookie"));
	assert_true(serves(&s, "Cookie: a=1\nCookie: side=always", "cookie"));
	assert_false(serves(&s, "Cookie: side", "weight"));
	assert_false(serves(&s, "Cookie: side=never\nX-Side: ", "cookie"));
	assert_true(serves(&s, "API-Version: 1.5-rc", "version"));
	assert_true(serves(&s, "API-Version: 1.5-rc\nX-Side: never", "version"));
	/* the name of one version's canary does not go with another version's path */
	assert_int_equal(stand_request(&s, "GET /v2/x HTTP/1.1\nHost: h\nAPI-Version: 1.5-rc", NULL), ANSWERED);
	assert_int_equal(s.x.outcome, OUTCOME_VERSION_CONFLICT);
	assert_int_equal(stand_request(&s, "GET /v2/x HTTP/1.1\nHost: h\nX-Side: always", NULL), PASS);
	assert_null(s.x.canary_reason);
	stand_end(&s);
}

static void sticky_keys(void **state)
{
	struct stand s;
	enum sticky_kind by;
	(void)state;
	stand_begin(&s, "versions:\n  v1: {canary: {backend: a:1, weight: 50%, sticky: [consumer, {header: X-Tenant}, "
			"{cookie: sid}, address]}}\n");
	stand_load(&s, filters);
	const struct canary *c = NULL;
	for (unsigned i = 0; i < s.chain.count; i++)
		if (s.chain.filters[i] == &canary_filter)
			c = &((const struct canaries *)s.chain.settings[i])->versions[0];
	static const struct {
		const char *fields, *key;
		enum sticky_kind by;
	} rows[] = {
	    {"X-Consumer: ann\nX-Tenant: t", "ann", STICKY_CONSUMER},
	    {"X-Tenant: t\nCookie: sid=7", "t", STICKY_HEADER},
	    {"X-Tenant: \nCookie: a=b; sid=7", "7", STICKY_COOKIE},
	    {"X-Consumer: _unknown", "id-1", STICKY_NONE}, /* nobody, and without an address */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		serves(&s, rows[i].fields, "weight");
		struct str key = sticky_key(&s.x, c->sticky, c->sticky_count, &by);
		assert_string_equal(stand_text(&s, key), rows[i].key);
		assert_int_equal(by, rows[i].by);
		assert_int_equal(s.x.canary, split_point(key, STR("api/v1")) < 500000);
	}
	stand_end(&s);
}

static void ramp_by_the_clock(void **state)
{
	struct stand s;
	(void)state;
	stand_begin(&s, "versions:\n  v1: {canary: {backend: a:1, ramp: {from: 0%, to: 100%, over: 10h, start: 2026-06-01T12:00Z}}}\n");
	stand_load(&s, filters);
	unsigned in[3] = {0};
	static const char *const times[] = {"2026-06-01T11:59Z", "2026-06-01T17:00Z", "2026-06-01T22:00Z"};
	for (unsigned t = 0; t < 3; t++)
		for (unsigned i = 0; i < 400; i++) {
			char head[128];
			snprintf(head, sizeof head, "GET /v1/x HTTP/1.1\nHost: h\nX-Consumer: c%u", i);
			stand_request(&s, head, times[t]);
			in[t] += s.x.canary;
		}
	assert_int_equal(in[0], 0);
	assert_in_range(in[1], 150, 250);
	assert_int_equal(in[2], 400);
	stand_end(&s);
}

static void revisions_are_chosen(void **state)
{
	struct stand s;
	(void)state;
	stand_begin(&s, "versions:\n  v1: {revisions: {header: X-Rev, active: green, backends: {blue: a:1, green: a:2}}}\n  v2: {}\n");
	stand_load(&s, filters);
	static const struct {
		const char *fields, *label, *reason;
	} rows[] = {{"X-Rev: blue", "blue", "label"},
		    {"X-Rev: green", "green", "label"},
		    {"A: b", "green", "active"},
		    {"X-Rev: ", "green", "active"},
		    {"X-Rev: red", "green", "unknown"},
		    {"X-Rev: blue, green", "green", "unknown"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char head[128];
		snprintf(head, sizeof head, "GET /v1/x HTTP/1.1\nHost: h\n%s", rows[i].fields);
		assert_int_equal(stand_request(&s, head, NULL), PASS);
		assert_string_equal(stand_text(&s, s.x.stamp.value), rows[i].label);
		assert_string_equal(stand_text(&s, s.x.stamp.name), "X-Rev");
		assert_string_equal(s.x.revision_reason, rows[i].reason);
		assert_int_equal(s.x.revision, strcmp(rows[i].label, "blue") == 0 ? 1 : 2);
	}
	assert_int_equal(stand_request(&s, "GET /v2/x HTTP/1.1\nHost: h\nX-Rev: blue", NULL), PASS);
	assert_int_equal(s.x.revision, 0);
	stand_end(&s);
}

static void refused(void **state)
{
	static const struct {
		const char *version, *complaint;
	} rows[] = {
	    {"canary: {weight: 5%}", "needs \"backend\""},
	    {"canary: {backend: a:1, weight: 100.01%}", "at most 100%"},
	    {"canary: {backend: a:1, weight: 5}", "unit"},
	    {"canary: {backend: a:1, weight: 0.005%}", "steps of 0.01%"},
	    {"canary: [{backend: a:1}, {backend: a:2}]", "one canary"},
	    {"canary: {backend: a:1, ramp: {from: 10%, to: 10%, over: 1h}}", "ends above where it begins"},
	    {"canary: {backend: a:1, ramp: {to: 10%, over: 0s}}", "over"},
	    {"canary: {backend: a:1, ramp: {to: 10%}}", "needs \"over\""},
	    {"canary: {backend: a:1, weight: 1%, ramp: {to: 10%, over: 1h}}", "not both"},
	    {"canary: {backend: a:1, abort: {}}", "without a limit"},
	    {"canary: {backend: a:1, abort: {window: 1m}}", "without a limit"},
	    {"canary: {backend: a:1, abort: {slower: 1x}}", "factor"},
	    {"canary: {backend: a:1, abort: {slower: 1.5}}", "factor"},
	    {"canary: {backend: a:1, abort: {slower: 1.0005x}}", "factor"},
	    {"canary: {backend: a:1, abort: {errors: 1%, window: 10ms}}", "window"},
	    {"canary: {backend: a:1, abort: {errors: 1%, min_requests: 0}}", "min_requests"},
	    {"canary: {backend: a:1, abort: {violations: 1%}}", "no contract"},
	    {"canary: {backend: a:1, sticky: [consumer, header]}", "kept together"},
	    {"canary: {backend: a:1, sticky: {header: \"a b\"}}", "no name of a header"},
	    {"canary: {backend: a:1, header: \"a:b\"}", "no name of a field"},
	    {"canary: {backend: a:1, version: v1}", "asks for a version already"},
	    {"canary: {backend: a:1, version: \"1.2\"}", "asks for a version already"},
	    {"revisions: {backends: {a: x:1}}", "needs \"active\""},
	    {"revisions: {active: a}", "needs \"backends\""},
	    {"revisions: {active: bleu, backends: {blue: x:1}}", "no revision bleu"},
	    {"revisions: {active: blue, backends: {blue: x:1, \"a b\": x:2}}", "cannot stand in a field"},
	    {"revisions: {header: Host, active: blue, backends: {blue: x:1}}", "no name for a field"},
	    {"backend: x:1, revisions: {active: blue, backends: {blue: x:1}}", "has no `backend`"},
	    {"canary: {backend: x:1}, revisions: {active: blue, backends: {blue: x:1}}", "has no `canary`"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char yaml[256];
		snprintf(yaml, sizeof yaml, "versions:\n  v1: {%s}\n", rows[i].version);
		stand_refuses(yaml, filters, rows[i].complaint, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_asks), cmocka_unit_test(sticky_keys), cmocka_unit_test(ramp_by_the_clock),
	    cmocka_unit_test(revisions_are_chosen), cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
