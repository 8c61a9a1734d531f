#include "proxy/sql.h"

#include <sqlite3.h>

bool sql_failed(struct sqlite3 *db, struct buf *error)
{
	buf_addf(error, "%s", sqlite3_errmsg(db));
	return false;
}

bool sql_run(struct sqlite3 *db, const char *text, struct buf *error)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK || sql_failed(db, error);
}

int64_t sql_number(struct sqlite3 *db, const char *text)
{
	sqlite3_stmt *s = NULL;
	int64_t value = 0;
	if (sqlite3_prepare_v2(db, text, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

struct sqlite3_stmt *sql_prepare(struct sqlite3 *db, const char *text, struct buf *error)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, text, -1, &s, NULL) != SQLITE_OK)
		(void)sql_failed(db, error);
	return s;
}

void sql_bind(struct sqlite3_stmt *s, int at, struct str text)
{
	sqlite3_bind_text(s, at, text.len ? text.at : "", (int)text.len, SQLITE_STATIC);
}

bool sql_step(struct sqlite3 *db, struct sqlite3_stmt *s, struct buf *error)
{
	int result = sqlite3_step(s);
	bool ok = result == SQLITE_DONE || sql_failed(db, error);
	sqlite3_reset(s);
	return ok;
}

struct str sql_column(struct sqlite3_stmt *s, int at, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	return text ? arena_dup(a, str_of(text, (size_t)sqlite3_column_bytes(s, at))) : STR("");
}

void *sql_room(struct arena *a, void *rows, size_t count, size_t size)
{
	if (count && (count < 16 || (count & (count - 1)) != 0))
		return rows;
	void *more = arena_zalloc(a, count < 16 ? 16 : count * 2, size);
	if (count)
		memcpy(more, rows, count * size);
	return more;
}
