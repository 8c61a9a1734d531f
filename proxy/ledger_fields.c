#include "proxy/ledger_fields.h"

#include "proxy/sql.h"

#include <sqlite3.h>

enum { ROWS_MAX = 100000 };

const char *ledger_fields_schema(void)
{
	return "CREATE TABLE IF NOT EXISTS field(version TEXT NOT NULL, operation TEXT NOT NULL, direction TEXT NOT "
	       "NULL,"
	       " place TEXT NOT NULL, consumer TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	       " count INTEGER NOT NULL, PRIMARY KEY(version, operation, direction, place, consumer)) WITHOUT ROWID;"
	       "CREATE INDEX IF NOT EXISTS field_last ON field(last);"
	       "CREATE TABLE IF NOT EXISTS sample(day INTEGER NOT NULL, version TEXT NOT NULL, operation TEXT NOT NULL,"
	       " direction TEXT NOT NULL, consumer TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	       " heads INTEGER NOT NULL, bodies INTEGER NOT NULL, refused INTEGER NOT NULL,"
	       " PRIMARY KEY(version, operation, direction, consumer, day)) WITHOUT ROWID;"
	       "CREATE INDEX IF NOT EXISTS sample_day ON sample(day);";
}

/* ---- writing ---- */

static const char put_field[] =
    "INSERT INTO field VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT DO UPDATE SET"
    " first=min(first,excluded.first), last=max(last,excluded.last), count=count+excluded.count";
static const char put_sample[] =
    "INSERT INTO sample VALUES(?9,?1,?2,?3,?5,?6,?7,?8,?10,?11) ON CONFLICT DO UPDATE SET"
    " first=min(first,excluded.first), last=max(last,excluded.last), heads=heads+excluded.heads,"
    " bodies=bodies+excluded.bodies, refused=refused+excluded.refused";

static void bind_row(sqlite3_stmt *s, const struct field_row *row)
{
	sql_bind(s, 1, row->version);
	sql_bind(s, 2, row->operation);
	sql_bind(s, 3, row->direction);
	sql_bind(s, 4, row->place);
	sql_bind(s, 5, row->consumer);
	sqlite3_bind_int64(s, 6, row->first_ms);
	sqlite3_bind_int64(s, 7, row->last_ms);
	sqlite3_bind_int64(s, 8, (int64_t)row->count);
}

static bool put_row(struct sqlite3 *db, sqlite3_stmt *field, sqlite3_stmt *sample, const struct field_row *row,
		    struct buf *error)
{
	sqlite3_stmt *s = row->place.len ? field : sample;
	bind_row(s, row);
	if (!row->place.len) {
		sqlite3_bind_int64(s, 9, row->last_ms / 86400000 - (row->last_ms % 86400000 < 0));
		sqlite3_bind_int64(s, 10, (int64_t)row->bodies);
		sqlite3_bind_int64(s, 11, (int64_t)row->refused);
	}
	return sql_step(db, s, error);
}

static bool put_rows(struct sqlite3 *db, const struct ledger_batch *b, struct buf *error)
{
	sqlite3_stmt *field = sql_prepare(db, put_field, error),
		     *sample = field ? sql_prepare(db, put_sample, error) : NULL;
	bool ok = sample;
	for (size_t i = 0; ok && i < b->field_count; i++)
		ok = put_row(db, field, sample, &b->fields[i], error);
	sqlite3_finalize(field);
	sqlite3_finalize(sample);
	return ok;
}

static bool put_state(struct sqlite3 *db, const struct ledger_batch *b, int64_t now_ms, struct buf *error)
{
	char text[256];
	if (b->sampled)
		sqlite3_snprintf(sizeof text, text, "INSERT OR IGNORE INTO meta VALUES('fields_since',%lld);",
				 (long long)now_ms);
	else
		sqlite3_snprintf(sizeof text, text, "DELETE FROM meta WHERE name='fields_since';");
	if (!sql_run(db, text, error))
		return false;
	sqlite3_snprintf(sizeof text, text,
			 "INSERT INTO meta VALUES('fields_lost',%lld) ON CONFLICT DO UPDATE SET value=excluded.value;",
			 (long long)now_ms);
	return !b->lost || sql_run(db, text, error);
}

bool ledger_fields_put(struct sqlite3 *db, const struct ledger_batch *b, int64_t now_ms, struct buf *error)
{
	return (!b->field_count || put_rows(db, b, error)) && put_state(db, b, now_ms, error);
}

bool ledger_fields_prune(struct sqlite3 *db, int64_t before_ms, struct buf *error)
{
	char text[512];
	int64_t rows = sql_number(db, "SELECT count(*) FROM field"), oldest = before_ms;
	if (rows > LEDGER_FIELDS_MOST) {
		sqlite3_snprintf(sizeof text, text, "SELECT last + 1 FROM field ORDER BY last LIMIT 1 OFFSET %lld",
				 (long long)(rows - LEDGER_FIELDS_MOST));
		int64_t kept = sql_number(db, text);
		oldest = kept > before_ms ? kept : before_ms;
	}
	sqlite3_snprintf(sizeof text, text,
			 "DELETE FROM field WHERE last < %lld; DELETE FROM sample WHERE day < %lld;"
			 "UPDATE meta SET value=%lld WHERE name='fields_since' AND value < %lld;",
			 (long long)oldest, (long long)(before_ms / 86400000), (long long)oldest, (long long)oldest);
	return sql_run(db, text, error);
}

/* ---- reading ---- */

static const char ask_fields[] = "SELECT version, operation, direction, place, consumer, first, last, count FROM field"
				 " WHERE (?1 = '' OR version = ?1) AND (?2 = '' OR operation IN (?2, ?3))"
				 " ORDER BY last DESC, version, operation, direction, place, consumer";
static const char ask_samples[] =
    "SELECT version, operation, direction, '', consumer, min(first), max(last), sum(heads), sum(bodies), sum(refused)"
    " FROM sample WHERE (?1 = '' OR version = ?1) AND (?2 = '' OR operation IN (?2, ?3)) AND day >= ?4"
    " GROUP BY version, operation, direction, consumer ORDER BY 1, 2, 3, 5";

static struct field_row row_of(sqlite3_stmt *s, struct arena *a)
{
	struct field_row row = {.version = sql_column(s, 0, a),
				.operation = sql_column(s, 1, a),
				.direction = sql_column(s, 2, a),
				.place = sql_column(s, 3, a),
				.consumer = sql_column(s, 4, a),
				.first_ms = sqlite3_column_int64(s, 5),
				.last_ms = sqlite3_column_int64(s, 6),
				.count = (uint64_t)sqlite3_column_int64(s, 7)};
	if (sqlite3_column_count(s) > 8) {
		row.bodies = (uint64_t)sqlite3_column_int64(s, 8);
		row.refused = (uint64_t)sqlite3_column_int64(s, 9);
	}
	return row;
}

static bool ask(struct sqlite3 *db, const char *text, const struct field_query *q, struct arena *a,
		struct field_row **rows, size_t *count, bool *cut, struct buf *error)
{
	sqlite3_stmt *s = sql_prepare(db, text, error);
	size_t limit = q->limit ? q->limit : ROWS_MAX;
	int result = SQLITE_DONE;
	if (!s)
		return false;
	sql_bind(s, 1, q->version);
	sql_bind(s, 2, q->operation);
	sql_bind(s, 3,
		 str_starts(q->operation, STR("GET "))
		     ? arena_printf(a, "HEAD %.*s", STR_ARG(str_skip(q->operation, 4)))
		     : q->operation);
	if (sqlite3_bind_parameter_count(s) > 3)
		sqlite3_bind_int64(s, 4, q->since_ms / 86400000);
	while (*count < limit && (result = sqlite3_step(s)) == SQLITE_ROW) {
		*rows = sql_room(a, *rows, *count, sizeof **rows);
		(*rows)[(*count)++] = row_of(s, a);
	}
	*cut |= *count == limit && sqlite3_step(s) == SQLITE_ROW;
	bool ok = *count == limit || result == SQLITE_DONE || sql_failed(db, error);
	sqlite3_finalize(s);
	return ok;
}

bool ledger_fields(struct ledger *l, const struct field_query *q, struct arena *a, struct field_report *r,
		   struct buf *error)
{
	bool ok = true;
	*r = (struct field_report){0};
	pthread_mutex_lock(&l->lock);
	if (l->schema_version >= LEDGER_WITH_FIELDS) {
		ok = ask(l->db, ask_fields, q, a, &r->rows, &r->count, &r->cut, error) &&
		     ask(l->db, ask_samples, q, a, &r->samples, &r->sample_count, &r->cut, error);
		r->since_ms = sql_number(l->db, "SELECT value FROM meta WHERE name='fields_since'");
		r->lost_ms = sql_number(l->db, "SELECT value FROM meta WHERE name='fields_lost'");
	}
	r->written_ms = sql_number(l->db, "SELECT value FROM meta WHERE name='written'");
	pthread_mutex_unlock(&l->lock);
	return ok;
}
