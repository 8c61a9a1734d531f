#include "proxy/ledger_fields.h"
#include "proxy/sql.h"

#include <sqlite3.h>
#include <string.h>

enum { SCHEMA_VERSION = 2, APPLICATION_ID = 0x76616e65 /* "vane" */, BUSY_MS = 500, ROWS_MAX = 100000 };
enum statement { PUT_USAGE, PUT_EVENT };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS usage(day INTEGER NOT NULL, version TEXT NOT NULL, operation TEXT NOT NULL,"
    " consumer TEXT NOT NULL, item TEXT NOT NULL, source TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " count INTEGER NOT NULL, deprecated INTEGER NOT NULL,"
    " PRIMARY KEY(version, operation, consumer, item, source, day)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS usage_day ON usage(day);"
    "CREATE TABLE IF NOT EXISTS event(seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, type TEXT NOT NULL,"
    " version TEXT NOT NULL, consumer TEXT NOT NULL, trace_id TEXT NOT NULL, digest TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS event_time ON event(time);"
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

static const char *const statement_texts[LEDGER_STATEMENTS] = {
    [PUT_USAGE] = "INSERT INTO usage VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT DO UPDATE SET"
		  " first=min(first,excluded.first), last=max(last,excluded.last), count=count+excluded.count,"
		  " deprecated=CASE WHEN excluded.last>=last THEN excluded.deprecated ELSE deprecated END",
    [PUT_EVENT] = "INSERT INTO event(time,type,version,consumer,trace_id,digest,data) VALUES(?1,?2,?3,?4,?5,?6,?7)",
};

/* Reads something from the file before anything is written to it, so that a file that is damaged or not ours stays. */
static bool check_file(struct ledger *l, struct buf *error)
{
	if (!sql_run(l->db, "SELECT count(*) FROM sqlite_schema", error))
		return false;
	int64_t tables = sql_number(l->db, "SELECT count(*) FROM sqlite_schema WHERE type='table'");
	int64_t version = l->schema_version = sql_number(l->db, "PRAGMA user_version"), owner = sql_number(l->db, "PRAGMA application_id");
	if (tables && owner != APPLICATION_ID) {
		buf_add(error, STR("it is a database of another program"));
		return false;
	}
	if (version > SCHEMA_VERSION) {
		buf_addf(error, "it was written by a newer vane (schema %lld, this one knows %d)", (long long)version,
			 SCHEMA_VERSION);
		return false;
	}
	return true;
}

static bool prepare_writing(struct ledger *l, bool file, struct buf *error)
{
	char text[128];
	sqlite3_snprintf(sizeof text, text, "PRAGMA application_id=%d; PRAGMA user_version=%d;", APPLICATION_ID,
			 SCHEMA_VERSION);
	if (file && !sql_run(l->db, "PRAGMA journal_mode=WAL", error))
		return false;
	if (!sql_run(l->db, "PRAGMA synchronous=NORMAL", error) || !sql_run(l->db, "BEGIN IMMEDIATE", error))
		return false;
	if (!sql_run(l->db, schema, error) || !sql_run(l->db, ledger_fields_schema(), error) ||
	    !sql_run(l->db, text, error) || !sql_run(l->db, "COMMIT", error))
		return false;
	l->schema_version = SCHEMA_VERSION;
	for (int i = 0; i < LEDGER_STATEMENTS; i++)
		if (sqlite3_prepare_v2(l->db, statement_texts[i], -1, &l->statements[i], NULL) != SQLITE_OK)
			return sql_failed(l->db, error);
	return true;
}

/* Not of the newest row, which may have been pruned: the newest number that was ever given. */
static void note_last_seq(struct ledger *l)
{
	atomic_store(&l->last_seq, (uint64_t)sql_number(l->db, "SELECT seq FROM sqlite_sequence WHERE name='event'"));
}

bool ledger_open(struct ledger *l, const char *path, enum ledger_mode mode, struct buf *error)
{
	memset(l, 0, sizeof *l);
	int flags = mode == LEDGER_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	pthread_mutex_init(&l->lock, NULL);
	bool ok = sqlite3_open_v2(path ? path : ":memory:", &l->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ||
		  sql_failed(l->db, error);
	if (ok) {
		sqlite3_busy_timeout(l->db, BUSY_MS);
		ok = check_file(l, error) && (mode == LEDGER_READ || prepare_writing(l, path, error));
	}
	if (ok)
		note_last_seq(l);
	else
		ledger_close(l);
	return ok;
}

void ledger_close(struct ledger *l)
{
	for (int i = 0; i < LEDGER_STATEMENTS; i++)
		sqlite3_finalize(l->statements[i]);
	sqlite3_close(l->db);
	pthread_mutex_destroy(&l->lock);
	memset(l, 0, sizeof *l);
}

static bool put_usage(struct ledger *l, const struct usage_row *row, struct buf *error)
{
	sqlite3_stmt *s = l->statements[PUT_USAGE];
	int64_t day = row->last_ms / 86400000 - (row->last_ms % 86400000 < 0);
	sqlite3_bind_int64(s, 1, day);
	sql_bind(s, 2, row->version);
	sql_bind(s, 3, row->operation);
	sql_bind(s, 4, row->consumer);
	sql_bind(s, 5, row->item);
	sql_bind(s, 6, row->source);
	sqlite3_bind_int64(s, 7, row->first_ms);
	sqlite3_bind_int64(s, 8, row->last_ms);
	sqlite3_bind_int64(s, 9, (int64_t)row->count);
	sqlite3_bind_int(s, 10, row->deprecated);
	return sql_step(l->db, s, error);
}

static bool put_event(struct ledger *l, const struct event_row *row, struct buf *error)
{
	sqlite3_stmt *s = l->statements[PUT_EVENT];
	sqlite3_bind_int64(s, 1, row->wall_ms);
	sql_bind(s, 2, row->type);
	sql_bind(s, 3, row->version);
	sql_bind(s, 4, row->consumer);
	sql_bind(s, 5, row->trace_id);
	sql_bind(s, 6, row->digest);
	sql_bind(s, 7, row->data);
	return sql_step(l->db, s, error);
}

static bool put_meta(struct ledger *l, int64_t now_ms, struct buf *error)
{
	char text[256];
	sqlite3_snprintf(sizeof text, text,
			 "INSERT OR IGNORE INTO meta VALUES('recording_since',%lld);"
			 "INSERT INTO meta VALUES('written',%lld) ON CONFLICT DO UPDATE SET value=excluded.value;",
			 (long long)now_ms, (long long)now_ms);
	return sql_run(l->db, text, error);
}

static bool write_batch(struct ledger *l, const struct ledger_batch *b, int64_t now_ms, struct buf *error)
{
	for (size_t i = 0; i < b->usage_count; i++)
		if (!put_usage(l, &b->usage[i], error))
			return false;
	for (size_t i = 0; i < b->event_count; i++)
		if (!put_event(l, &b->events[i], error))
			return false;
	return ledger_fields_put(l->db, b, now_ms, error) && put_meta(l, now_ms, error) &&
	       sql_run(l->db, "COMMIT", error);
}

bool ledger_write(struct ledger *l, const struct ledger_batch *b, int64_t now_ms, struct buf *error)
{
	pthread_mutex_lock(&l->lock);
	bool ok = sql_run(l->db, "BEGIN IMMEDIATE", error);
	if (ok && !write_batch(l, b, now_ms, error)) {
		ok = false;
		/* Some errors have rolled it back already. */
		if (!sqlite3_get_autocommit(l->db))
			sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	}
	if (ok && b->event_count)
		note_last_seq(l);
	pthread_mutex_unlock(&l->lock);
	return ok;
}

bool ledger_prune(struct ledger *l, int64_t before_ms, uint64_t events_max, struct buf *error)
{
	char text[512];
	sqlite3_snprintf(sizeof text, text,
			 "DELETE FROM usage WHERE day < %lld;"
			 "DELETE FROM event WHERE time < %lld;"
			 "DELETE FROM event WHERE seq <= (SELECT max(seq) FROM event) - %lld;"
			 "UPDATE meta SET value=%lld WHERE name='recording_since' AND value < %lld;",
			 (long long)(before_ms / 86400000), (long long)before_ms, (long long)events_max,
			 (long long)before_ms, (long long)before_ms);
	pthread_mutex_lock(&l->lock);
	bool ok = sql_run(l->db, text, error) && ledger_fields_prune(l->db, before_ms, error);
	pthread_mutex_unlock(&l->lock);
	return ok;
}

static struct usage_row usage_of(sqlite3_stmt *s, struct arena *a)
{
	return (struct usage_row){.version = sql_column(s, 0, a),
				  .operation = sql_column(s, 1, a),
				  .consumer = sql_column(s, 2, a),
				  .item = sql_column(s, 3, a),
				  .source = sql_column(s, 4, a),
				  .first_ms = sqlite3_column_int64(s, 5),
				  .last_ms = sqlite3_column_int64(s, 6),
				  .count = (uint64_t)sqlite3_column_int64(s, 7),
				  .deprecated = sqlite3_column_int(s, 8) != 0};
}

static bool read_usage(struct ledger *l, sqlite3_stmt *s, size_t limit, struct arena *a, struct usage_report *r,
		       struct buf *error)
{
	int result;
	while ((result = sqlite3_step(s)) == SQLITE_ROW) {
		if (r->count == limit) {
			r->cut = true;
			return true;
		}
		r->rows = sql_room(a, r->rows, r->count, sizeof *r->rows);
		r->rows[r->count++] = usage_of(s, a);
	}
	return result == SQLITE_DONE || sql_failed(l->db, error);
}

bool ledger_usage(struct ledger *l, const struct usage_query *q, struct arena *a, struct usage_report *r,
		  struct buf *error)
{
	memset(r, 0, sizeof *r);
	pthread_mutex_lock(&l->lock);
	sqlite3_stmt *s =
	    sql_prepare(l->db,
		    "SELECT version, operation, consumer, item, group_concat(DISTINCT source), min(first),"
		    " max(last), sum(CASE WHEN last >= ?4 THEN count ELSE 0 END), max(deprecated) FROM usage"
		    " WHERE (?1 = '' OR version = ?1) AND (?2 = '' OR operation = ?2)"
		    " AND (?3 = '' OR consumer = ?3) GROUP BY version, operation, consumer, item"
		    " HAVING max(last) >= ?4 ORDER BY max(last) DESC, version, operation, consumer",
		    error);
	bool ok = s;
	if (ok) {
		sql_bind(s, 1, q->version);
		sql_bind(s, 2, q->operation);
		sql_bind(s, 3, q->consumer);
		sqlite3_bind_int64(s, 4, q->since_ms ? q->since_ms : INT64_MIN);
		ok = read_usage(l, s, q->limit ? q->limit : ROWS_MAX, a, r, error);
	}
	sqlite3_finalize(s);
	r->recording_since_ms = sql_number(l->db, "SELECT value FROM meta WHERE name='recording_since'");
	r->written_ms = sql_number(l->db, "SELECT value FROM meta WHERE name='written'");
	pthread_mutex_unlock(&l->lock);
	return ok;
}

static struct event_row event_of(sqlite3_stmt *s, struct arena *a)
{
	return (struct event_row){.seq = (uint64_t)sqlite3_column_int64(s, 0),
				  .wall_ms = sqlite3_column_int64(s, 1),
				  .type = sql_column(s, 2, a),
				  .version = sql_column(s, 3, a),
				  .consumer = sql_column(s, 4, a),
				  .trace_id = sql_column(s, 5, a),
				  .digest = sql_column(s, 6, a),
				  .data = sql_column(s, 7, a)};
}

bool ledger_events(struct ledger *l, uint64_t after, unsigned limit, struct arena *a, struct event_report *r,
		   struct buf *error)
{
	memset(r, 0, sizeof *r);
	pthread_mutex_lock(&l->lock);
	sqlite3_stmt *s = sql_prepare(l->db,
				  "SELECT seq, time, type, version, consumer, trace_id, digest, data FROM event"
				  " WHERE seq > ?1 ORDER BY seq LIMIT ?2",
				  error);
	int result = SQLITE_DONE;
	if (s) {
		sqlite3_bind_int64(s, 1, after > INT64_MAX ? INT64_MAX : (int64_t)after);
		sqlite3_bind_int64(s, 2, (int64_t)limit);
		r->rows = arena_zalloc(a, limit ? limit : 1, sizeof *r->rows);
		while ((result = sqlite3_step(s)) == SQLITE_ROW)
			r->rows[r->count++] = event_of(s, a);
	}
	bool ok = s && (result == SQLITE_DONE || sql_failed(l->db, error));
	sqlite3_finalize(s);
	r->first_seq = (uint64_t)sql_number(l->db, "SELECT min(seq) FROM event");
	note_last_seq(l);
	r->last_seq = atomic_load(&l->last_seq);
	pthread_mutex_unlock(&l->lock);
	return ok;
}
