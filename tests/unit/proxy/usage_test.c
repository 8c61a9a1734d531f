/* The usage ledger and the journal: what they keep, and what happens when the file cannot be kept. */
#include "observed.h"

#include "proxy/journal.h"
#include "proxy/ledger.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void use(struct watched *w, unsigned worker, const char *consumer, int64_t when, bool deprecated)
{
	struct exchange x;
	good_exchange(&x, &w->versions[0]);
	x.consumer = str_from(consumer);
	x.wall_ms = when;
	if (deprecated)
		exchange_deprecated(&x, STR("version"), STR("v1"));
	observe_exchange(observe_worker(w->all, worker), &x);
	exchange_free(&x);
}

static struct usage_report usage_of(struct watched *w, const struct usage_query *q, struct arena *a)
{
	struct usage_report r;
	struct buf error = {0};
	if (!observe_usage(w->all, q, a, &r, &error))
		fail_msg("%.*s", STR_ARG(buf_str(&error)));
	return r;
}

static void uses_of_workers_and_days_add_up(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct arena a;
	arena_init(&a, 4096);
	use(w, 0, "shop", noon - 2 * (int64_t)DAY, true);
	use(w, 1, "shop", noon, true);
	use(w, 1, "shop", noon + 5, true);
	use(w, 0, "erp", noon + 9, false);
	struct usage_report r = usage_of(w, &(struct usage_query){0}, &a);
	assert_int_equal(r.count, 2);
	assert_true(str_eq(r.rows[0].consumer, STR("erp")));
	assert_false(r.rows[0].deprecated);
	assert_true(str_eq(r.rows[1].consumer, STR("shop")));
	assert_true(str_eq(r.rows[1].operation, STR("GET /orders/{id}")));
	assert_true(str_eq(r.rows[1].source, STR("path")));
	assert_true(r.rows[1].deprecated);
	assert_int_equal(r.rows[1].count, 3);
	assert_int_equal(r.rows[1].first_ms, noon - 2 * (int64_t)DAY);
	assert_int_equal(r.rows[1].last_ms, noon + 5);
	assert_true(r.recording_since_ms > 0);
	/* Again, with more in the table that was emptied; and only of the last day. */
	use(w, 0, "shop", noon + 20, true);
	r = usage_of(w, &(struct usage_query){.consumer = STR("shop"), .since_ms = noon - DAY}, &a);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.rows[0].count, 3);
	assert_int_equal(r.rows[0].first_ms, noon - 2 * (int64_t)DAY);
	r = usage_of(w, &(struct usage_query){.version = STR("v2")}, &a);
	assert_int_equal(r.count, 0);
	r = usage_of(w, &(struct usage_query){.limit = 1}, &a);
	assert_int_equal(r.count, 1);
	assert_true(r.cut);
	arena_free(&a);
	forget(w);
}

static void what_is_no_usage_is_not_kept(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct arena a;
	arena_init(&a, 4096);
	for (int i = 0; i < 3; i++) {
		struct exchange x;
		good_exchange(&x, i == 0 ? NULL : &w->versions[0]);
		x.unversioned = i == 1;
		x.consumer_ignored = i == 2;
		observe_exchange(observe_worker(w->all, 0), &x);
		exchange_free(&x);
	}
	assert_int_equal(usage_of(w, &(struct usage_query){0}, &a).count, 0);
	arena_free(&a);
	forget(w);
}

static void deprecated_parts_have_rows_of_their_own(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct arena a;
	struct exchange x;
	arena_init(&a, 4096);
	good_exchange(&x, &w->versions[1]);
	exchange_deprecated(&x, STR("operation"), STR("getOrder"));
	exchange_deprecated(&x, STR("parameter"), STR("limit"));
	exchange_deprecated(&x, STR("property"), STR("/total"));
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	struct usage_report r = usage_of(w, &(struct usage_query){0}, &a);
	assert_int_equal(r.count, 3);
	bool limit = false, total = false, whole = false;
	for (size_t i = 0; i < r.count; i++) {
		limit |= str_eq(r.rows[i].item, STR("parameter:limit"));
		total |= str_eq(r.rows[i].item, STR("property:/total"));
		whole |= !r.rows[i].item.len;
	}
	assert_true(limit && total && whole);
	arena_free(&a);
	forget(w);
}

static void a_restart_knows_the_last_uses(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	use(w, 0, "nightly", noon - 3 * (int64_t)DAY, false);
	unwatch(w);
	watch_again(w, w->ledger_path);
	struct buf page = {0};
	observe_metrics(w->all, false, &page);
	buf_addc(&page, '\0');
	/* v1 was not deprecated when it was used, but it is now. */
	assert_non_null(strstr(page.at, "vane_deprecated_last_request_timestamp_seconds{version=\"v1\","
					"route=\"/orders/{id}\",method=\"GET\",consumer=\"nightly\"} 1782561600\n"));
	buf_free(&page);
	forget(w);
}

/* The verbs read the file while vane runs, and after. */
static void a_file_is_read_by_others(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct arena a;
	struct ledger l;
	struct usage_report r;
	struct buf error = {0};
	arena_init(&a, 4096);
	use(w, 0, "shop", noon, true);
	usage_of(w, &(struct usage_query){0}, &a);
	for (int round = 0; round < 2; round++) {
		assert_true(ledger_open(&l, w->ledger_path, LEDGER_READ, &error));
		assert_true(ledger_usage(&l, &(struct usage_query){0}, &a, &r, &error));
		assert_int_equal(r.count, 1);
		ledger_close(&l);
		if (w->all)
			unwatch(w);
	}
	assert_false(ledger_open(&l, "/nowhere/usage.db", LEDGER_READ, &error));
	assert_true(error.len > 0);
	buf_free(&error);
	arena_free(&a);
	forget(w);
}

static void write_text(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

/* A file that is none of ours stays as it is; usage goes on in memory, and somebody is told. */
static void a_damaged_file_is_left_alone(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct arena a;
	char text[8192], back[8192];
	arena_init(&a, 4096);
	unwatch(w);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	write_text(w->ledger_path, text, sizeof text);
	watch_again(w, w->ledger_path);
	use(w, 0, "shop", noon, true);
	assert_int_equal(usage_of(w, &(struct usage_query){0}, &a).count, 1);
	struct buf page = {0};
	observe_metrics(w->all, false, &page);
	buf_addc(&page, '\0');
	assert_non_null(strstr(page.at, "vane_ledger_healthy 0\n"));
	assert_non_null(strstr(page.at, "vane_ledger_failures_total 1\n"));
	buf_free(&page);
	unwatch(w);
	int fd = open(w->ledger_path, O_RDONLY);
	assert_int_equal(read(fd, back, sizeof back), (ssize_t)sizeof back);
	close(fd);
	assert_memory_equal(text, back, sizeof text);
	char *log = logged(w);
	assert_non_null(strstr(log, "\"event.action\":\"ledger.failed\""));
	free(log);
	arena_free(&a);
	forget(w);
}

static void another_programs_database_is_left_alone(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct ledger l;
	struct buf error = {0};
	sqlite3 *db;
	assert_int_equal(sqlite3_open(w->ledger_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE usage(a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_false(ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error));
	assert_true(str_eq(buf_str(&error), STR("it is a database of another program")));
	buf_free(&error);
	forget(w);
}

/* While somebody else holds the file nothing can be written; what was counted meanwhile comes when it can. */
static void what_could_not_be_written_is_kept(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct arena a;
	sqlite3 *db;
	arena_init(&a, 4096);
	assert_int_equal(sqlite3_open(w->ledger_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	use(w, 0, "shop", noon, true);
	assert_int_equal(usage_of(w, &(struct usage_query){0}, &a).count, 0);
	use(w, 0, "shop", noon + 1, true);
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	struct usage_report r = usage_of(w, &(struct usage_query){0}, &a);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.rows[0].count, 2);
	struct event_report events;
	struct buf error = {0};
	assert_true(observe_journal(w->all, 0, 100, &a, &events, &error));
	assert_int_equal(events.count, 1);
	assert_true(str_eq(events.rows[0].type, STR("version.deprecated_used")));
	unwatch(w);
	char *log = logged(w);
	assert_int_equal(times(log, "ledger.failed"), 1);
	assert_int_equal(times(log, "ledger.recovered"), 1);
	free(log);
	arena_free(&a);
	forget(w);
}

/* No file may grow any more: counting goes on, and nothing is lost once there is room again. */
static void a_full_disk_is_survived(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct arena a;
	struct rlimit before;
	arena_init(&a, 4096);
	/* The log is to stay below the limit. */
	observe_set(w->all, false, 0, false);
	use(w, 0, "shop", noon, false);
	assert_int_equal(usage_of(w, &(struct usage_query){0}, &a).count, 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){40000, before.rlim_max}), 0);
	for (unsigned i = 0; i < 90; i++) {
		char name[100];
		memset(name, 'x', sizeof name);
		snprintf(name, sizeof name, "consumer-%02u", i);
		name[11] = 'x';
		name[sizeof name - 1] = '\0';
		use(w, 0, name, noon + i, false);
	}
	usage_of(w, &(struct usage_query){0}, &a);
	struct buf page = {0};
	observe_metrics(w->all, false, &page);
	buf_addc(&page, '\0');
	bool noticed = strstr(page.at, "vane_ledger_healthy 0\n");
	buf_free(&page);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(noticed);
	assert_int_equal(usage_of(w, &(struct usage_query){0}, &a).count, 91);
	unwatch(w);
	char *log = logged(w);
	assert_int_equal(times(log, "ledger.failed"), 1);
	assert_int_equal(times(log, "ledger.recovered"), 1);
	free(log);
	arena_free(&a);
	forget(w);
}

static void old_rows_go(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct ledger l;
	struct buf error = {0};
	struct arena a;
	struct usage_report r;
	struct event_report events;
	arena_init(&a, 4096);
	assert_true(ledger_open(&l, NULL, LEDGER_WRITE, &error));
	struct usage_row rows[2] = {{.version = STR("v1"),
				     .first_ms = noon - 10 * (int64_t)DAY,
				     .last_ms = noon - 10 * (int64_t)DAY,
				     .count = 1},
				    {.version = STR("v1"), .first_ms = noon, .last_ms = noon, .count = 2}};
	struct event_row kept[5];
	for (int i = 0; i < 5; i++)
		kept[i] = (struct event_row){
		    .wall_ms = i ? noon : noon - 10 * (int64_t)DAY, .type = STR("t"), .data = STR("{}")};
	assert_true(ledger_write(&l, &(struct ledger_batch){rows, 2, kept, 5, NULL, 0, false, false}, noon, &error));
	assert_true(ledger_prune(&l, noon - 5 * (int64_t)DAY, 3, &error));
	assert_true(ledger_usage(&l, &(struct usage_query){0}, &a, &r, &error));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.rows[0].count, 2);
	assert_true(ledger_events(&l, 0, 100, &a, &events, &error));
	assert_int_equal(events.count, 3);
	assert_int_equal(events.first_seq, 3);
	assert_int_equal(events.last_seq, 5);
	/* Numbers are never used again, even when all events are gone. */
	assert_true(ledger_prune(&l, noon + DAY, 3, &error));
	assert_true(ledger_write(&l, &(struct ledger_batch){.events = kept, .event_count = 1}, noon, &error));
	assert_true(ledger_events(&l, 0, 100, &a, &events, &error));
	assert_int_equal(events.rows[0].seq, 6);
	ledger_close(&l);
	arena_free(&a);
	forget(w);
}

/* A process that is killed in the middle of its work leaves a ledger that opens and has every batch that was written.
 */
static void the_ledger_survives_being_killed(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct arena a;
	struct buf error = {0};
	uint64_t before = 0;
	/* A child of a process with threads might find a lock taken for ever. */
	unwatch(w);
	arena_init(&a, 4096);
	for (unsigned round = 0; round < 20; round++) {
		int ready[2];
		assert_int_equal(pipe(ready), 0);
		pid_t child = fork();
		if (child == 0) {
			struct ledger l;
			struct usage_row row = {.version = STR("v1"), .first_ms = noon, .last_ms = noon, .count = 1};
			if (!ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error))
				_exit(1);
			for (;;)
				if (!ledger_write(&l, &(struct ledger_batch){.usage = &row, .usage_count = 1}, noon, &error) || write(ready[1], "x", 1) != 1)
					_exit(1);
		}
		close(ready[1]);
		char batches[10];
		for (size_t i = 0; i < sizeof batches; i++)
			assert_int_equal(read(ready[0], &batches[i], 1), 1);
		usleep(round * 300);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(ready[0]);
		struct ledger l;
		struct usage_report r;
		assert_true(ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error));
		assert_true(ledger_usage(&l, &(struct usage_query){0}, &a, &r, &error));
		assert_true(r.rows[0].count >= before + sizeof batches);
		before = r.rows[0].count;
		ledger_close(&l);
	}
	arena_free(&a);
	forget(w);
}

static void the_journal_is_read_by_sequence(void **state)
{
	(void)state;
	struct watched *w = watch("file");
	struct arena a;
	struct event_report r;
	struct buf error = {0}, json = {0};
	arena_init(&a, 4096);
	for (int i = 0; i < 5; i++)
		observe_say(observe_main(w->all), EVENT_CONFIG_RELOADED, "number %d", i);
	observe_say(observe_main(w->all), EVENT_ADMIN_OPENED, "not kept");
	usage_of(w, &(struct usage_query){0}, &a);
	uint64_t after = 0;
	for (int i = 0; i < 5; i++) {
		char expected[64];
		assert_true(observe_journal(w->all, after, 1, &a, &r, &error));
		assert_int_equal(r.count, 1);
		assert_true(r.rows[0].seq > after);
		after = r.rows[0].seq;
		snprintf(expected, sizeof expected, "{\"message\":\"number %d\"}", i);
		assert_true(str_eq(r.rows[0].data, str_from(expected)));
	}
	assert_true(observe_journal(w->all, after, 1, &a, &r, &error));
	assert_int_equal(r.count, 0);
	assert_int_equal(r.last_seq, after);
	journal_json(&(struct event_row){.seq = 7,
					 .wall_ms = noon,
					 .type = STR("contract.violated"),
					 .version = STR("v1"),
					 .data = STR("{\"a\":1}")},
		     STR("or\"ders"), &json);
	assert_true(str_eq(
	    buf_str(&json),
	    STR("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/vane/or\\\"ders\",\"type\":\"contract.violated\","
		"\"time\":\"2026-06-30T12:00:00.000Z\",\"apiversion\":\"v1\",\"datacontenttype\":"
		"\"application/json\",\"data\":{\"a\":1}}")));
	buf_free(&json);
	arena_free(&a);
	forget(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(uses_of_workers_and_days_add_up),
	    cmocka_unit_test(what_is_no_usage_is_not_kept),
	    cmocka_unit_test(deprecated_parts_have_rows_of_their_own),
	    cmocka_unit_test(a_restart_knows_the_last_uses),
	    cmocka_unit_test(a_file_is_read_by_others),
	    cmocka_unit_test(a_damaged_file_is_left_alone),
	    cmocka_unit_test(another_programs_database_is_left_alone),
	    cmocka_unit_test(what_could_not_be_written_is_kept),
	    cmocka_unit_test(a_full_disk_is_survived),
	    cmocka_unit_test(old_rows_go),
	    cmocka_unit_test(the_ledger_survives_being_killed),
	    cmocka_unit_test(the_journal_is_read_by_sequence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
