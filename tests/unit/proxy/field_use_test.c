/* Field use on its way into the ledger: added up over workers and days, bounded, kept, pruned; ledgers of before. */
#include "observed.h"

#include "proxy/field_use.h"

#include <sqlite3.h>

/* An exchange whose request was looked at and had `place` (NULL: nothing), and whose response had nothing. */
static void sample(struct watched *w, unsigned worker, const char *consumer, int64_t when, const char *place)
{
	struct exchange x;
	struct looked looked[2];
	struct looked_place places[2] = {{str_from(place), true}, {STR("/named"), false}};
	good_exchange(&x, &w->versions[0]);
	x.has_operation = true;
	x.consumer = str_from(consumer);
	x.wall_ms = when;
	looked[SIDE_REQUEST] = (struct looked){true, true, place ? places : places + 1, place ? 2 : 1};
	looked[SIDE_RESPONSE] = (struct looked){.head = true};
	x.looked[SIDE_REQUEST] = &looked[SIDE_REQUEST];
	x.looked[SIDE_RESPONSE] = &looked[SIDE_RESPONSE];
	observe_exchange(observe_worker(w->all, worker), &x);
	exchange_free(&x);
}

static struct watched *watch_fields(const char *ledger)
{
	struct watched *w = watch(ledger);
	w->versions[0].fields = true;
	observe_set(w->all, false, 0, true);
	return w;
}

static struct field_report fields_of(struct watched *w, const struct field_query *q, struct arena *a)
{
	struct field_report r;
	struct buf error = {0};
	if (!observe_fields(w->all, q, a, &r, &error))
		fail_msg("%.*s", STR_ARG(buf_str(&error)));
	return r;
}

static const struct field_row *row_of(const struct field_row *rows, size_t count, const char *direction,
				      const char *place, const char *consumer)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(rows[i].direction, str_from(direction)) && str_eq(rows[i].place, str_from(place)) &&
		    str_eq(rows[i].consumer, str_from(consumer)))
			return &rows[i];
	return NULL;
}

static void samples_of_workers_and_days_add_up(void **state)
{
	(void)state;
	struct watched *w = watch_fields("file");
	struct arena a;
	arena_init(&a, 4096);
	sample(w, 0, "shop", noon - DAY, "/a");
	sample(w, 1, "shop", noon, "/a");
	sample(w, 1, "shop", noon + 5, NULL);
	sample(w, 0, "erp", noon + 7, "query:limit");
	struct field_report r = fields_of(w, &(struct field_query){0}, &a);
	assert_int_equal(r.count, 3);
	assert_true(r.since_ms > 0);
	assert_int_equal(r.lost_ms, 0);
	const struct field_row *row = row_of(r.rows, r.count, "request", "/a", "shop");
	assert_true(row && str_eq(row->version, STR("v1")) && str_eq(row->operation, STR("GET /orders/{id}")));
	assert_int_equal(row->count, 2);
	assert_int_equal(row->first_ms, noon - DAY);
	assert_int_equal(row->last_ms, noon);
	/* What is only named has no consumer and no count. */
	row = row_of(r.rows, r.count, "request", "/named", "");
	assert_true(row && row->count == 0 && row->first_ms == noon - DAY && row->last_ms == noon + 7);
	assert_int_equal(r.sample_count, 4);
	row = row_of(r.samples, r.sample_count, "request", "", "shop");
	assert_true(row && row->count == 3 && row->bodies == 3 && row->refused == 0);
	row = row_of(r.samples, r.sample_count, "response", "", "shop");
	assert_true(row && row->count == 3 && row->bodies == 0);
	/* Of the last day only; places are told whenever they were used. */
	r = fields_of(w, &(struct field_query){.since_ms = noon}, &a);
	row = row_of(r.samples, r.sample_count, "request", "", "shop");
	assert_true(row && row->count == 2);
	assert_int_equal(r.count, 3);
	r = fields_of(w, &(struct field_query){.limit = 2}, &a);
	assert_true(r.cut && r.count == 2 && r.sample_count == 2);
	r = fields_of(w, &(struct field_query){.operation = STR("GET /other")}, &a);
	assert_true(r.count == 0 && r.sample_count == 0);
	arena_free(&a);
	forget(w);
}

static void what_is_no_sample_is_not_kept(void **state)
{
	(void)state;
	struct watched *w = watch_fields(NULL);
	struct arena a;
	arena_init(&a, 4096);
	for (int i = 0; i < 4; i++) {
		struct exchange x;
		good_exchange(&x, i == 0 ? NULL : &w->versions[i == 1]);
		x.has_operation = i != 2;
		x.consumer_ignored = i == 3;
		x.sent_ns = 0;
		observe_exchange(observe_worker(w->all, 0), &x);
		exchange_free(&x);
	}
	struct field_report r = fields_of(w, &(struct field_query){0}, &a);
	assert_true(r.count == 0 && r.sample_count == 0);
	arena_free(&a);
	forget(w);
}

static void what_reached_nobody_is_told_apart(void **state)
{
	(void)state;
	struct watched *w = watch_fields(NULL);
	struct arena a;
	struct exchange x;
	arena_init(&a, 4096);
	good_exchange(&x, &w->versions[0]);
	x.has_operation = true;
	observe_exchange(observe_worker(w->all, 0), &x); /* not drawn */
	x.sent_ns = 0;
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	struct field_report r = fields_of(w, &(struct field_query){0}, &a);
	assert_int_equal(r.sample_count, 2);
	assert_true(r.samples[0].refused == 1 && r.samples[0].count == 0);
	arena_free(&a);
	forget(w);
}

/* More places than a worker's table has room for: that is told, so that nobody takes what was seen for absent. */
static void what_finds_no_room_is_told(void **state)
{
	(void)state;
	struct watched *w = watch_fields("file");
	struct arena a;
	arena_init(&a, 4096);
	for (unsigned i = 0; i < 20100; i++) {
		char place[32];
		snprintf(place, sizeof place, "/p%u", i);
		sample(w, 0, "shop", noon, place);
	}
	struct field_report r = fields_of(w, &(struct field_query){0}, &a);
	assert_true(r.count >= 19900 && r.count <= 20000);
	assert_true(r.lost_ms > 0);
	assert_null(row_of(r.rows, r.count, "_other", "_other", "_other"));
	/* Told once: from then on there is room again. */
	int64_t lost = r.lost_ms;
	usleep(5000);
	sample(w, 0, "shop", noon, "/late");
	r = fields_of(w, &(struct field_query){0}, &a);
	assert_int_equal(r.lost_ms, lost);
	assert_non_null(row_of(r.rows, r.count, "request", "/late", "shop"));
	arena_free(&a);
	forget(w);
}

static void a_restart_goes_on(void **state)
{
	(void)state;
	struct watched *w = watch_fields("file");
	struct arena a;
	arena_init(&a, 4096);
	sample(w, 0, "shop", noon, "/a");
	int64_t since = fields_of(w, &(struct field_query){0}, &a).since_ms;
	unwatch(w);
	usleep(5000);
	w->log = log_open(&(struct log_options){.fd = w->fd, .level = LOG_INFO});
	w->all = observe_open(&(struct observe_options){.log = w->log,
							.workers = 2,
							.ledger = w->ledger_path,
							.sampled = true,
							.api = STR("orders"),
							.facts = {fill_facts, w}});
	sample(w, 0, "shop", noon + 1, "/a");
	struct field_report r = fields_of(w, &(struct field_query){0}, &a);
	assert_int_equal(r.since_ms, since);
	assert_int_equal(row_of(r.rows, r.count, "request", "/a", "shop")->count, 2);
	/* One that does not sample ends the history. */
	observe_set(w->all, false, 0, false);
	r = fields_of(w, &(struct field_query){0}, &a);
	assert_int_equal(r.since_ms, 0);
	observe_set(w->all, false, 0, true);
	assert_true(fields_of(w, &(struct field_query){0}, &a).since_ms > since);
	arena_free(&a);
	forget(w);
}

static void write_sql(const char *path, const char *text)
{
	sqlite3 *db;
	char *error = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

/* As the vane wrote it that knew no field use. */
static const char before[] =
    "PRAGMA journal_mode=WAL; PRAGMA application_id=1986096741; PRAGMA user_version=1;"
    "CREATE TABLE usage(day INTEGER NOT NULL, version TEXT NOT NULL, operation TEXT NOT NULL, consumer TEXT NOT NULL,"
    " item TEXT NOT NULL, source TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,"
    " deprecated INTEGER NOT NULL, PRIMARY KEY(version, operation, consumer, item, source, day)) WITHOUT ROWID;"
    "CREATE INDEX usage_day ON usage(day);"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, type TEXT NOT NULL, version TEXT "
    "NOT"
    " NULL, consumer TEXT NOT NULL, trace_id TEXT NOT NULL, digest TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX event_time ON event(time);"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO usage VALUES(20634,'v1','GET /orders','erp','','path',1782820800000,1782820800000,7,0);"
    "INSERT INTO event VALUES(9,1782820800000,'server.stopped','','','','','{}');"
    "INSERT INTO meta VALUES('recording_since',1782820800000); INSERT INTO meta VALUES('written',1782820800000);";

static void a_ledger_of_before(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct ledger l;
	struct buf error = {0};
	struct arena a;
	struct usage_report usage;
	struct field_report r;
	arena_init(&a, 4096);
	write_sql(w->ledger_path, before);
	assert_true(ledger_open(&l, w->ledger_path, LEDGER_READ, &error));
	assert_int_equal(l.schema_version, 1);
	assert_true(ledger_fields(&l, &(struct field_query){0}, &a, &r, &error));
	assert_true(r.count == 0 && r.sample_count == 0 && r.since_ms == 0 && r.written_ms == noon);
	ledger_close(&l);
	/* To write it is brought forward, with all that is in it. */
	assert_true(ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error));
	const struct field_row rows[] = {{.version = STR("v1"),
					  .operation = STR("GET /orders"),
					  .direction = STR("request"),
					  .place = STR("/a"),
					  .consumer = STR("erp"),
					  .first_ms = noon,
					  .last_ms = noon,
					  .count = 2}};
	const struct ledger_batch batch = {.fields = rows, .field_count = 1, .sampled = true};
	assert_true(ledger_write(&l, &batch, noon, &error));
	assert_true(ledger_write(&l, &batch, noon, &error));
	ledger_close(&l);
	assert_true(ledger_open(&l, w->ledger_path, LEDGER_READ, &error));
	assert_int_equal(l.schema_version, LEDGER_WITH_FIELDS);
	assert_int_equal(l.last_seq, 9);
	assert_true(ledger_usage(&l, &(struct usage_query){0}, &a, &usage, &error));
	assert_true(usage.count == 1 && usage.rows[0].count == 7 && usage.recording_since_ms == noon);
	assert_true(ledger_fields(&l, &(struct field_query){0}, &a, &r, &error));
	assert_true(r.count == 1 && r.rows[0].count == 4 && r.since_ms == noon);
	ledger_close(&l);
	arena_free(&a);
	forget(w);
}

static void a_ledger_of_later_is_left_alone(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct ledger l;
	struct buf error = {0};
	write_sql(w->ledger_path, before);
	write_sql(w->ledger_path, "PRAGMA user_version=3");
	assert_false(ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error));
	assert_true(str_search(buf_str(&error), STR("newer vane")) < error.len);
	buf_free(&error);
	forget(w);
}

static void old_rows_go(void **state)
{
	(void)state;
	struct ledger l;
	struct buf error = {0};
	struct arena a;
	struct field_report r;
	arena_init(&a, 4096);
	int64_t old = noon - 10 * (int64_t)DAY;
	assert_true(ledger_open(&l, NULL, LEDGER_WRITE, &error));
	const struct field_row rows[] = {
	    {.version = STR("v1"),
	     .place = STR("/old"),
	     .consumer = STR("a"),
	     .first_ms = old,
	     .last_ms = old,
	     .count = 1},
	    {.version = STR("v1"),
	     .place = STR("/new"),
	     .consumer = STR("a"),
	     .first_ms = old,
	     .last_ms = noon,
	     .count = 1},
	    {.version = STR("v1"), .consumer = STR("a"), .first_ms = old, .last_ms = old, .count = 1},
	    {.version = STR("v1"), .consumer = STR("a"), .first_ms = noon, .last_ms = noon, .count = 1},
	};
	assert_true(
	    ledger_write(&l, &(struct ledger_batch){.fields = rows, .field_count = 4, .sampled = true}, old, &error));
	assert_true(ledger_prune(&l, noon - 5 * (int64_t)DAY, 100, &error));
	assert_true(ledger_fields(&l, &(struct field_query){0}, &a, &r, &error));
	assert_true(r.count == 1 && str_eq(r.rows[0].place, STR("/new")));
	assert_true(r.sample_count == 1 && r.samples[0].count == 1 && r.samples[0].first_ms == noon);
	assert_int_equal(r.since_ms, noon - 5 * (int64_t)DAY);
	ledger_close(&l);
	arena_free(&a);
}

/* Of more rows than are kept the oldest go, and the history is so much shorter. */
static void too_many_rows_go(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct ledger l;
	struct buf error = {0};
	struct arena a;
	struct field_report r;
	arena_init(&a, 4096);
	assert_true(ledger_open(&l, w->ledger_path, LEDGER_WRITE, &error));
	assert_true(ledger_write(&l, &(struct ledger_batch){.sampled = true}, noon, &error));
	write_sql(w->ledger_path, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 500100)"
				  " INSERT INTO field SELECT 'v1','GET /a','request','/'||i,'c',1782820800000,"
				  "1782820800000+i,1 FROM n");
	assert_true(ledger_prune(&l, noon - DAY, 100, &error));
	assert_true(ledger_fields(&l, &(struct field_query){.limit = 600000}, &a, &r, &error));
	assert_int_equal(r.count, LEDGER_FIELDS_MOST - 1);
	assert_int_equal(r.rows[r.count - 1].last_ms, noon + 102);
	assert_int_equal(r.since_ms, noon + 102);
	ledger_close(&l);
	arena_free(&a);
	forget(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples_of_workers_and_days_add_up),
	    cmocka_unit_test(what_is_no_sample_is_not_kept),
	    cmocka_unit_test(what_reached_nobody_is_told_apart),
	    cmocka_unit_test(what_finds_no_room_is_told),
	    cmocka_unit_test(a_restart_goes_on),
	    cmocka_unit_test(a_ledger_of_before),
	    cmocka_unit_test(a_ledger_of_later_is_left_alone),
	    cmocka_unit_test(old_rows_go),
	    cmocka_unit_test(too_many_rows_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
