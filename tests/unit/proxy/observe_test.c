/* What an exchange leaves behind: its access line, its events, its counters. */
#include "observed.h"

#include "proxy/tally.h"

#include <pthread.h>

static char *scrape(struct watched *w, bool open_metrics)
{
	struct buf page = {0};
	observe_metrics(w->all, open_metrics, &page);
	buf_addc(&page, '\0');
	return page.at;
}

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("%s is not in\n%s", what, text);
}

static void hasnt(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("%s is in\n%s", what, text);
}

static struct violation wrong_type(void)
{
	return (struct violation){.side = SIDE_RESPONSE,
				  .code = STR("body.type"),
				  .location = STR("body"),
				  .pointer = STR("/total"),
				  .keyword = STR("type"),
				  .keyword_pointer = STR("#/components/schemas/Order/properties/total/type"),
				  .place = STR("v1.yaml:88:17"),
				  .expected = STR("a number"),
				  .found = STR("string")};
}

static void an_access_line_has_the_path_but_not_the_query(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct exchange x;
	good_exchange(&x, &w->versions[0]);
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	unwatch(w);
	char *text = logged(w);
	has(text, "{\"@timestamp\":\"2026-06-30T12:00:00.020Z\",\"log.level\":\"info\",\"event.action\":\"access\","
		  "\"http.request.method\":\"GET\",\"url.path\":\"/v1/orders/17\",\"http.response.status_code\":200,"
		  "\"http.request.body.bytes\":0,\"http.response.body.bytes\":512,\"event.duration\":20000000,"
		  "\"client.address\":\"192.0.2.7\",\"http.request.id\":\"01J0\","
		  "\"trace.id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"vane.outcome\":\"ok\",\"vane.version\":\"v1\","
		  "\"vane.version_source\":\"path\",\"vane.route\":\"/orders/{id}\",\"vane.operation\":\"getOrder\","
		  "\"vane.consumer\":\"shop\",\"vane.backend\":\"127.0.0.1:9001\",\"vane.attempts\":1,"
		  "\"vane.overhead_us\":5000}\n");
	hasnt(text, "secret");
	free(text);
	forget(w);
}

/* An exchange of which nothing is known but that its bytes were no request. */
static void an_empty_exchange_is_observed(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct exchange x;
	memset(&x, 0, sizeof x);
	arena_init(&x.arena, 1024);
	exchange_begin(&x, 0);
	x.outcome = OUTCOME_BAD_REQUEST;
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	char *page = scrape(w, false);
	has(page, "vane_requests_total{version=\"none\",route=\"none\",method=\"_OTHER\",code=\"0\",outcome=\"bad_"
		  "request\"} 1\n");
	hasnt(page, "vane_request_duration_seconds_count{");
	free(page);
	forget(w);
}

static void people_get_short_names(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct exchange x;
	log_set(w->log, LOG_WARN, LOG_TEXT);
	good_exchange(&x, &w->versions[0]);
	struct violation v = wrong_type();
	exchange_violated(&x, &v);
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	unwatch(w);
	char *text = logged(w);
	has(text, "2026-06-30T12:00:00.020Z INFO  access  GET /v1/orders/17 200 ok 20.0ms version=v1 consumer=shop "
		  "client=192.0.2.7 backend=127.0.0.1:9001 id=01J0\n");
	has(text, "2026-06-30T12:00:00.020Z WARN  contract.violated version=v1 method=GET route=/orders/{id} "
		  "direction=response code=body.type ");
	has(text, " expected=\"a number\" ");
	free(text);
	forget(w);
}

static void violations_come_once_and_then_counted(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct observer *o = observe_worker(w->all, 0);
	struct exchange x;
	for (int i = 0; i < 1000; i++) {
		good_exchange(&x, &w->versions[0]);
		x.wall_ms += i;
		struct violation v = wrong_type();
		exchange_violated(&x, &v);
		observe_exchange(o, &x);
		exchange_free(&x);
	}
	observe_tick(o, noon + 50000);
	observe_tick(o, noon + 60020);
	observe_tick(o, noon + 70000);
	unwatch(w);
	char *text = logged(w);
	assert_int_equal(times(text, "\"contract.violated\""), 2);
	has(text,
	    "\"event.action\":\"contract.violated\",\"vane.version\":\"v1\",\"http.request.method\":\"GET\","
	    "\"vane.route\":\"/orders/{id}\",\"vane.direction\":\"response\",\"vane.violation.code\":\"body.type\","
	    "\"vane.violation.keyword_pointer\":\"#/components/schemas/Order/properties/total/type\","
	    "\"vane.violation.keyword\":\"type\",\"vane.violation.location\":\"body\","
	    "\"vane.violation.pointer\":\"/total\",\"vane.violation.place\":\"v1.yaml:88:17\","
	    "\"vane.violation.expected\":\"a number\",\"vane.violation.found\":\"string\","
	    "\"vane.violation.action\":\"reported\",\"vane.count\":1,"
	    "\"trace.id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"vane.contract_digest\":\"d1\"}");
	has(text, "\"vane.count\":999}");
	free(text);
	forget(w);
}

/* What is still pending when vane ends is told at the end. */
static void pending_counts_are_told_at_the_end(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct exchange x;
	for (int i = 0; i < 5; i++) {
		good_exchange(&x, &w->versions[0]);
		x.outcome = OUTCOME_VERSION_SUNSET;
		observe_exchange(observe_worker(w->all, 1), &x);
		exchange_free(&x);
	}
	unwatch(w);
	char *text = logged(w);
	assert_int_equal(times(text, "\"version.refused\""), 2);
	has(text, "\"vane.consumer\":\"shop\",\"vane.outcome\":\"version_sunset\",\"vane.version_source\":\"path\","
		  "\"vane.count\":4}");
	free(text);
	forget(w);
}

static void deprecated_use_is_told_once_a_day(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct exchange x;
	int64_t now = clock_wall_ms();
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 10; i++) {
			good_exchange(&x, &w->versions[0]);
			x.wall_ms = now;
			exchange_deprecated(&x, STR("version"), STR("v1"));
			observe_exchange(observe_worker(w->all, i % 2), &x);
			exchange_free(&x);
		}
		unwatch(w);
		watch_again(w, w->ledger_path);
	}
	good_exchange(&x, &w->versions[0]);
	x.wall_ms = now + DAY;
	exchange_deprecated(&x, STR("version"), STR("v1"));
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	unwatch(w);
	char *text = logged(w);
	assert_int_equal(times(text, "\"version.deprecated_used\""), 2);
	free(text);
	forget(w);
}

static void check_with_promtool(const char *page)
{
	char path[] = "/tmp/vane-metrics-XXXXXX", command[128];
	if (system("command -v promtool >/dev/null 2>&1") != 0) {
		print_message("SKIP: promtool is not installed (apt install prometheus)\n");
		return;
	}
	int fd = mkstemp(path);
	assert_int_equal(write(fd, page, strlen(page)), (ssize_t)strlen(page));
	close(fd);
	snprintf(command, sizeof command, "promtool check metrics < %s", path);
	int status = system(command);
	unlink(path);
	assert_int_equal(status, 0);
}

static void observe_all_kinds(struct watched *w)
{
	struct exchange x;
	for (unsigned i = 0; i < 4; i++) {
		good_exchange(&x, &w->versions[i / 2]);
		if (i == 1)
			exchange_deprecated(&x, STR("operation"), STR("getOrder"));
		if (i == 2)
			exchange_unchecked(&x, SIDE_RESPONSE, "too_large");
		if (i == 3) {
			struct violation v = wrong_type();
			exchange_violated(&x, &v);
			x.canary = true;
			x.canary_reason = "weight";
			x.consumer = STR("say \"hi\"\\\n\t\x01\xff");
			exchange_deprecated(&x, STR("parameter"), STR("limit"));
			x.request.method = METHOD_OTHER;
			x.request.method_name = STR("BREW");
		}
		observe_exchange(observe_worker(w->all, i % 2), &x);
		exchange_free(&x);
	}
}

static void a_scrape_adds_up_the_workers(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	observe_all_kinds(w);
	char *page = scrape(w, false);
	has(page, "# TYPE vane_requests_total counter\n");
	has(page, "vane_requests_total{version=\"v1\",route=\"/orders/"
		  "{id}\",method=\"GET\",code=\"200\",outcome=\"ok\"} 2\n");
	has(page, "vane_requests_total{version=\"v2\",route=\"/orders/"
		  "{id}\",method=\"_OTHER\",code=\"200\",outcome=\"ok\"} 1\n");
	has(page, "vane_request_duration_seconds_bucket{version=\"v1\",class=\"2xx\",le=\"0.01\"} 0\n");
	has(page, "vane_request_duration_seconds_bucket{version=\"v1\",class=\"2xx\",le=\"0.025\"} 2\n");
	has(page, "vane_request_duration_seconds_sum{version=\"v1\",class=\"2xx\"} 0.04\n");
	has(page, "vane_request_duration_seconds_count{version=\"v1\",class=\"2xx\"} 2\n");
	has(page, "vane_overhead_seconds_bucket{le=\"0.005\"} 4\n");
	has(page, "vane_version_selected_total{source=\"path\",result=\"ok\"} 4\n");
	has(page, "vane_contract_violations_total{version=\"v2\",route=\"/orders/"
		  "{id}\",method=\"_OTHER\",direction=\"response\","
		  "keyword=\"type\",action=\"reported\"} 1\n");
	has(page, "vane_contract_unchecked_total{version=\"v2\",direction=\"response\",reason=\"too_large\"} 1\n");
	has(page, "vane_deprecated_requests_total{version=\"v1\",route=\"/orders/"
		  "{id}\",method=\"GET\",consumer=\"shop\"} 1\n");
	has(page, "consumer=\"say \\\"hi\\\"\\\\\\n\\\\t\\\\u0001\xEF\xBF\xBD\"} 1\n");
	has(page, "vane_deprecated_last_request_timestamp_seconds{version=\"v1\",route=\"/orders/{id}\",method=\"GET\","
		  "consumer=\"shop\"} 1782820800\n");
	has(page, "vane_version_info{version=\"v1\",semver=\"1.4.2\",contract=\"v1.yaml\",digest=\"d1\",state="
		  "\"deprecated\"} 1\n");
	has(page, "vane_version_sunset_timestamp_seconds{version=\"v1\"} 1814356800\n");
	has(page, "vane_canary_requests_total{version=\"v2\",target=\"canary\",reason=\"weight\"} 1\n");
	has(page, "vane_canary_weight_ratio{version=\"v2\"} 0.05\n");
	has(page, "vane_backend_up{version=\"v1\",backend=\"127.0.0.1:9001\",role=\"stable\"} 1\n");
	has(page, "vane_connections{state=\"active\"} 7\n");
	has(page, "vane_build_info{version=\"0.1.0\",commit=\"c0ffee\"} 1\n");
	has(page, "vane_config_last_reload_successful 1\n");
	has(page, "process_resident_memory_bytes ");
	check_with_promtool(page);
	free(page);
	forget(w);
}

static void open_metrics_has_exemplars(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	observe_all_kinds(w);
	char *page = scrape(w, true);
	has(page, "# TYPE vane_requests counter\n");
	has(page, "\nvane_requests_total{version=\"v1\"");
	has(page, "# TYPE vane_version info\n");
	has(page, "vane_request_duration_seconds_bucket{version=\"v1\",class=\"2xx\",le=\"0.025\"} 2 # "
		  "{trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 0.02 1782820800.020\n");
	assert_string_equal(page + strlen(page) - 6, "# EOF\n");
	free(page);
	forget(w);
}

/* Nothing that a client sends makes series, log kinds or names without bound. */
static void clients_cannot_make_series(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct observer *o = observe_worker(w->all, 0);
	observe_set(w->all, false, 0, false);
	for (unsigned i = 0; i < 100000; i++) {
		struct exchange x;
		char consumer[32], path[32], method[32];
		good_exchange(&x, &w->versions[0]);
		x.consumer = str_of(consumer, (size_t)snprintf(consumer, sizeof consumer, "consumer-%u", i));
		x.request.path = str_of(path, (size_t)snprintf(path, sizeof path, "/v1/orders/%u", i));
		x.request.method = METHOD_OTHER;
		x.request.method_name = str_of(method, (size_t)snprintf(method, sizeof method, "M%u", i));
		x.outcome = i % 2 ? OUTCOME_OK : OUTCOME_VERSION_SUNSET;
		exchange_deprecated(&x, STR("version"), STR("v1"));
		observe_exchange(o, &x);
		exchange_free(&x);
	}
	char *page = scrape(w, false);
	assert_int_equal(times(page, "\nvane_deprecated_requests_total{"), 101);
	assert_int_equal(times(page, "\nvane_deprecated_last_request_timestamp_seconds{"), 101);
	assert_int_equal(times(page, "\nvane_requests_total{"), 2);
	has(page, "consumer=\"_other\"} 99900\n");
	has(page, "vane_label_overflow_total{label=\"consumer\"} 99900\n");
	free(page);
	unwatch(w);
	char *text = logged(w);
	/* One for each of the hundred consumers and one for all others, first and at the end. */
	assert_true(times(text, "\"version.refused\"") <= 2 * 101);
	assert_int_equal(times(text, "\"version.deprecated_used\""), 101);
	free(text);
	forget(w);
}

enum { BUSY_EXCHANGES = 20000 };

struct busy_worker {
	struct watched *w;
	unsigned index;
};

static void *be_busy(void *argument)
{
	struct busy_worker *b = argument;
	for (unsigned i = 0; i < BUSY_EXCHANGES; i++) {
		struct exchange x;
		char route[32], consumer[32];
		good_exchange(&x, &b->w->versions[i % 2]);
		x.route = str_of(route, (size_t)snprintf(route, sizeof route, "/route/%u", i % 50));
		x.consumer = str_of(consumer, (size_t)snprintf(consumer, sizeof consumer, "c%u", i % 150));
		x.wall_ms = noon + i;
		struct violation v = wrong_type();
		exchange_violated(&x, &v);
		exchange_deprecated(&x, STR("version"), STR("v1"));
		observe_exchange(observe_worker(b->w->all, b->index), &x);
		exchange_free(&x);
	}
	return NULL;
}

/* Pages are read while workers count; in the end nothing is missing and nothing was counted twice. */
static void scrapes_run_beside_workers(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct busy_worker workers[2] = {{w, 0}, {w, 1}};
	pthread_t threads[2];
	struct arena a;
	struct usage_report r;
	struct buf error = {0};
	size_t count;
	arena_init(&a, 4096);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, be_busy, &workers[i]);
	for (int i = 0; i < 20; i++) {
		free(scrape(w, i % 2));
		observe_repeated(w->all, EVENT_CONTRACT_VIOLATED, &a, 100, &count);
		assert_true(observe_usage(w->all, &(struct usage_query){0}, &a, &r, &error));
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	char *page = scrape(w, false);
	has(page,
	    "vane_requests_total{version=\"v1\",route=\"/route/0\",method=\"GET\",code=\"200\",outcome=\"ok\"} 800\n");
	has(page, "vane_overhead_seconds_count 40000\n");
	assert_int_equal(times(page, "\nvane_requests_total{"), 50);
	free(page);
	assert_true(observe_usage(w->all, &(struct usage_query){0}, &a, &r, &error));
	uint64_t uses = 0;
	for (size_t i = 0; i < r.count; i++)
		uses += r.rows[i].count;
	assert_int_equal(uses, 2 * BUSY_EXCHANGES);
	struct repeated *kinds = observe_repeated(w->all, EVENT_CONTRACT_VIOLATED, &a, 1000, &count);
	uint64_t violations = 0;
	for (size_t i = 0; i < count; i++)
		violations += kinds[i].event.count;
	assert_int_equal(violations, 2 * BUSY_EXCHANGES);
	arena_free(&a);
	forget(w);
}

static void collect_one(void *context, struct page *p)
{
	page_family(p, "vane_extra", PAGE_GAUGE, "A gauge of another room.");
	page_sample(p, (struct label[]){{"a", STR("b")}}, 1, *(double *)context);
}

static void other_rooms_add_families(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	double value = 0.25;
	observe_collector(w->all, collect_one, &value);
	char *page = scrape(w, false);
	has(page, "# HELP vane_extra A gauge of another room.\n# TYPE vane_extra gauge\nvane_extra{a=\"b\"} 0.25\n");
	free(page);
	forget(w);
}

/* Not asserted, because machines are loaded: the figure is shown. */
static void a_large_scrape_is_quick(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	observe_set(w->all, false, 0, false);
	for (unsigned i = 0; i < 2000; i++) {
		struct exchange x;
		char route[32];
		good_exchange(&x, &w->versions[0]);
		x.route = str_of(route, (size_t)snprintf(route, sizeof route, "/route/%u/{id}", i));
		observe_exchange(observe_worker(w->all, i % 2), &x);
		exchange_free(&x);
	}
	free(scrape(w, false));
	uint64_t began = clock_mono_ns();
	char *page = scrape(w, false);
	print_message("a scrape of %zu lines took %.2f ms\n", times(page, "\n"),
		      (double)(clock_mono_ns() - began) / 1e6);
	assert_int_equal(times(page, "\nvane_requests_total{"), 2000);
	free(page);
	struct exchange x;
	good_exchange(&x, &w->versions[0]);
	began = clock_mono_ns();
	for (unsigned i = 0; i < 100000; i++)
		observe_exchange(observe_worker(w->all, 0), &x);
	print_message("observing an exchange took %.0f ns without its access line\n",
		      (double)(clock_mono_ns() - began) / 1e5);
	observe_set(w->all, true, 0, false);
	began = clock_mono_ns();
	for (unsigned i = 0; i < 1000; i++)
		observe_exchange(observe_worker(w->all, 0), &x);
	print_message("and %.0f ns with it\n", (double)(clock_mono_ns() - began) / 1e3);
	exchange_free(&x);
	forget(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_access_line_has_the_path_but_not_the_query),
	    cmocka_unit_test(an_empty_exchange_is_observed),
	    cmocka_unit_test(people_get_short_names),
	    cmocka_unit_test(violations_come_once_and_then_counted),
	    cmocka_unit_test(pending_counts_are_told_at_the_end),
	    cmocka_unit_test(deprecated_use_is_told_once_a_day),
	    cmocka_unit_test(a_scrape_adds_up_the_workers),
	    cmocka_unit_test(open_metrics_has_exemplars),
	    cmocka_unit_test(clients_cannot_make_series),
	    cmocka_unit_test(scrapes_run_beside_workers),
	    cmocka_unit_test(other_rooms_add_families),
	    cmocka_unit_test(a_large_scrape_is_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
