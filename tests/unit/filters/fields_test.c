/* Which exchanges the fields filter looks at, what it asks of them, and what it notes. */
#include "filters/fields.h"

#include "filters/builtin.h"
#include "tests/unit/filters/stand.h"

#define V1 "consumers: {from: [{header: X-Consumer}]}\nversions: {v1: {contract: orders.yaml}, v2: {}}\n"

static void begin(struct stand *s, int64_t share)
{
	stand_begin(s, V1);
	s->setup.file = SOURCE_DIR "/tests/unit/filters/data/vane.yaml";
	s->api.fields = share;
	stand_load(s, builtin_filters);
}

static const struct looked *finish(struct stand *s, enum side side)
{
	s->x.sent_ns = s->x.ended_ns = 1;
	chain_finish(&s->chain, &s->run, &s->x);
	return s->x.looked[side];
}

/* Sends one order by that consumer; whether it was looked at. */
static bool looks(struct stand *s, const char *consumer, const char *now)
{
	char head[256];
	snprintf(
	    head, sizeof head,
	    "POST /v1/orders HTTP/1.1\nHost: h\nX-Consumer: %s\nContent-Type: application/json\nContent-Length: 22",
	    consumer);
	assert_int_equal(stand_request(s, head, now), PASS);
	stand_request_body(s, "{\"item\":\"pen\",\"qty\":2}");
	stand_response(s, "HTTP/1.1 201 Created\nContent-Length: 0");
	return finish(s, SIDE_REQUEST) != NULL;
}

static void off_it_is_not_in_the_chain(void **state)
{
	struct stand s;
	(void)state;
	begin(&s, 0);
	for (unsigned i = 0; i < s.chain.count; i++)
		assert_ptr_not_equal(s.chain.filters[i], &fields_filter);
	assert_false(s.api.versions[0].fields);
	assert_false(looks(&s, "erp", NULL));
	stand_end(&s);
}

static void without_a_contract_it_says_so(void **state)
{
	struct stand s;
	(void)state;
	stand_begin(&s, "usage: {fields: 1%}\nversions: {v1: {}}\n");
	s.api.fields = 10000;
	stand_load(&s, builtin_filters);
	assert_int_equal(s.diag.warnings, 1);
	assert_true(stand_complains(&s, "no version has a contract", 1));
	stand_end(&s);
}

static void the_first_of_a_consumer_and_operation_in_an_hour(void **state)
{
	struct stand s;
	(void)state;
	begin(&s, 1); /* one in a million */
	assert_true(s.api.versions[0].fields);
	assert_false(s.api.versions[1].fields);
	assert_true(looks(&s, "erp", "2026-06-01T12:00Z"));
	assert_false(looks(&s, "erp", "2026-06-01T12:59Z"));
	assert_true(looks(&s, "app", "2026-06-01T12:59Z"));
	assert_true(looks(&s, "erp", "2026-06-01T13:00Z"));
	assert_false(looks(&s, "erp", "2026-06-01T13:00Z"));
	assert_int_equal(stand_request(&s, "GET /v1/orders/7 HTTP/1.1\nHost: h\nX-Consumer: erp", "2026-06-01T13:00Z"),
			 PASS);
	assert_non_null(finish(&s, SIDE_REQUEST));
	stand_end(&s);
}

/* Who invents a consumer for each request is looked at a few times in a second, no more. */
static void invented_consumers_cost_little(void **state)
{
	struct stand s;
	unsigned looked = 0;
	(void)state;
	begin(&s, 1);
	for (unsigned i = 0; i < 1000; i++) {
		char name[16];
		snprintf(name, sizeof name, "c%u", i);
		looked += looks(&s, name, "2026-06-01T12:00:00Z");
	}
	assert_int_equal(looked, FIELDS_FIRSTS_A_SECOND);
	assert_true(looks(&s, "c999", "2026-06-01T12:00:01Z"));
	stand_end(&s);
}

static void a_share_is_drawn(void **state)
{
	struct stand s;
	unsigned looked = 0;
	(void)state;
	begin(&s, 250000);
	for (unsigned i = 0; i < 2000; i++) {
		char now[32];
		snprintf(now, sizeof now, "2026-06-01T12:%02u:%02u.%03uZ", i / 60 % 60, i % 60, i % 1000);
		looked += looks(&s, "erp", now);
	}
	assert_true(looked > 400 && looked < 600);
	stand_end(&s);
}

static const struct looked_place *place(const struct looked *l, const char *text, bool there)
{
	for (unsigned i = 0; i < l->count; i++)
		if (str_eq(l->places[i].place, str_from(text)) && l->places[i].there == there)
			return &l->places[i];
	return NULL;
}

static void what_is_noted(void **state)
{
	struct stand s;
	(void)state;
	begin(&s, 1000000);
	assert_true(looks(&s, "erp", "2026-06-01T12:00Z"));
	const struct looked *l = s.x.looked[SIDE_REQUEST];
	assert_true(l->head && l->body);
	assert_non_null(place(l, "/item", true));
	assert_non_null(place(l, "/item", false));
	assert_true(s.x.looked[SIDE_RESPONSE]->head && s.x.looked[SIDE_RESPONSE]->body);
	/* a body of which a part is missing */
	stand_request(&s, "POST /v1/orders HTTP/1.1\nHost: h\nContent-Type: application/json\nContent-Length: 22",
		      NULL);
	assert_int_equal(s.x.need[SIDE_REQUEST], NEED_PARTS);
	chain_request_body(&s.chain, &s.run, &s.x, STR("{\"item\":"), false);
	l = finish(&s, SIDE_REQUEST);
	assert_true(l->head && !l->body);
	assert_null(place(l, "/item", true));
	/* no answer of the backend: nothing was filled */
	assert_true(s.x.looked[SIDE_RESPONSE]->body && !s.x.looked[SIDE_RESPONSE]->count);
	/* one that is too large is not asked for by this filter, but what it says in its head is looked at */
	stand_request(&s, "POST /v1/orders HTTP/1.1\nHost: h\nContent-Type: application/json\nContent-Length: 300000",
		      NULL);
	l = finish(&s, SIDE_REQUEST);
	assert_true(l->head && !l->body);
	/* nothing reached a backend, or nothing happened at all: somebody only asked */
	stand_request(&s, "GET /v1/orders/7 HTTP/1.1\nHost: h", NULL);
	chain_finish(&s.chain, &s.run, &s.x);
	assert_null(s.x.looked[SIDE_REQUEST]);
	stand_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(off_it_is_not_in_the_chain),
	    cmocka_unit_test(without_a_contract_it_says_so),
	    cmocka_unit_test(the_first_of_a_consumer_and_operation_in_an_hour),
	    cmocka_unit_test(invented_consumers_cost_little),
	    cmocka_unit_test(a_share_is_drawn),
	    cmocka_unit_test(what_is_noted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
