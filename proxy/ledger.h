/* ledger: the SQLite file (or memory) that keeps usage and events: opening and its schema, one transaction for a batch,
 * queries, pruning. Errors come as text and are never fatal. `vane usage` and `vane can-retire` open a file read-only
 * with it; a running vane has one, owned by keeper.h. One connection, one mutex: any thread may call.
 *
 * usage: a row for each UTC day, version, operation ("GET /orders/{id}"), consumer, item ("" for the operation itself,
 * or "parameter:limit", "property:/total" for what the contract marks deprecated) and source of the version; with the
 * first and last use in milliseconds and how many. event: a row for each event, by its sequence number, which is never
 * reused. */
#ifndef PROXY_LEDGER_H
#define PROXY_LEDGER_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"

#include <pthread.h>
#include <stdatomic.h>

struct usage_row {
	struct str version, operation, consumer, item;
	struct str source; /* in reports several may be joined with a comma */
	int64_t first_ms, last_ms;
	uint64_t count;
	bool deprecated; /* version or operation was deprecated at the last use */
};

/* What of the usage is wanted; empty texts match everything. */
struct usage_query {
	struct str version, operation, consumer;
	int64_t since_ms; /* last used at or after; `count` then counts from the day of it on; 0: everything */
	size_t limit;     /* rows; 0: 100,000 */
};

struct usage_report {
	struct usage_row *rows; /* newest last use first; in the arena */
	size_t count;
	bool cut;                   /* there were more than the limit */
	int64_t recording_since_ms; /* history reaches back to here; 0: it is not known */
	int64_t written_ms;         /* the newest batch in it; 0: none */
};

/* An event to be kept, or one that was kept. */
struct event_row {
	uint64_t seq;
	int64_t wall_ms;
	struct str type, version, consumer, trace_id, digest;
	struct str data; /* a JSON object */
};

struct event_report {
	struct event_row *rows; /* by rising seq; in the arena */
	size_t count;
	uint64_t first_seq, last_seq; /* of what the journal holds; 0: it is empty. A reader that asks for something
				       * before first_seq - 1 has missed what was pruned. */
};

struct field_row; /* ledger_fields.h */

/* What goes into the ledger in one transaction. */
struct ledger_batch {
	const struct usage_row *usage;
	size_t usage_count;
	const struct event_row *events;
	size_t event_count;
	const struct field_row *fields;
	size_t field_count;
	bool sampled; /* field use is being sampled */
	bool lost;    /* some of it found no room */
};

struct sqlite3;
struct sqlite3_stmt;
enum { LEDGER_STATEMENTS = 2, LEDGER_WITH_FIELDS = 2 /* the schema's version that brought field use */ };

struct ledger {
	struct sqlite3 *db;
	int64_t schema_version; /* of the file */
	struct sqlite3_stmt *statements[LEDGER_STATEMENTS];
	pthread_mutex_t lock;
	_Atomic uint64_t last_seq; /* of the newest event that this connection knows of */
};

enum ledger_mode { LEDGER_WRITE, LEDGER_READ };

/* Opens `path` (NULL: memory). False, with a sentence in `error`, when it cannot be read (or, for LEDGER_WRITE,
 * written), is damaged, or was made by a newer vane; the file is left as it was. One of an older vane is read as it is; to
 * write, it is brought to the schema of today first, in one transaction. ledger_close is due only after true. */
bool ledger_open(struct ledger *l, const char *path, enum ledger_mode mode, struct buf *error) WARN_UNUSED;
/* Closes the file; no thread may use the ledger any more. */
void ledger_close(struct ledger *l);
/* Writes a batch in one transaction: all of it or nothing. An empty one still notes that all up to now is written. */
bool ledger_write(struct ledger *l, const struct ledger_batch *b, int64_t now_ms, struct buf *error) WARN_UNUSED;
/* Removes what is older than `before_ms`, and all but the newest `events_max` events; the history reaches back no further
 * than that from then on. */
bool ledger_prune(struct ledger *l, int64_t before_ms, uint64_t events_max, struct buf *error) WARN_UNUSED;
/* Fills *r, with rows in the arena, added up over days and sources. False with a sentence in `error`. */
bool ledger_usage(struct ledger *l, const struct usage_query *q, struct arena *a, struct usage_report *r,
		  struct buf *error) WARN_UNUSED;
/* Events behind `after`, at most `limit`. */
bool ledger_events(struct ledger *l, uint64_t after, unsigned limit, struct arena *a, struct event_report *r,
		   struct buf *error) WARN_UNUSED;

#endif
