/* sql: what ledger.c and ledger_fields.c say to SQLite in one line: a statement run, a number asked for, texts bound
 * and read. Errors come as SQLite's own sentences. Each takes the connection; who calls holds the ledger's lock. */
#ifndef PROXY_SQL_H
#define PROXY_SQL_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"

struct sqlite3;
struct sqlite3_stmt;

/* Adds SQLite's last sentence to `error`; always false. */
bool sql_failed(struct sqlite3 *db, struct buf *error);
/* Runs statements that answer nothing. */
bool sql_run(struct sqlite3 *db, const char *text, struct buf *error) WARN_UNUSED;
/* The first column of the first row; 0 where there is none, and where the statement does not work. */
int64_t sql_number(struct sqlite3 *db, const char *text);
/* A statement, to be finalized; NULL with a sentence in `error`. */
struct sqlite3_stmt *sql_prepare(struct sqlite3 *db, const char *text, struct buf *error);
/* Binds a text that stays until the statement has run. */
void sql_bind(struct sqlite3_stmt *s, int at, struct str text);
/* Runs a statement that answers nothing, and makes it ready for the next time. */
bool sql_step(struct sqlite3 *db, struct sqlite3_stmt *s, struct buf *error) WARN_UNUSED;
/* A column's text in the arena; empty for NULL. */
struct str sql_column(struct sqlite3_stmt *s, int at, struct arena *a);
/* Room for one more in an array of unknown length in the arena: the array doubles, its predecessors stay until the
 * arena goes. `count` are in it, of `size` bytes each. */
void *sql_room(struct arena *a, void *rows, size_t count, size_t size);

#endif
