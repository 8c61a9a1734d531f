/* ledger_fields: the two tables of the ledger that keep field use (usage.fields). `field`: a row for each version,
 * operation, direction ("request", "response"), place (filters/contract/presence.h: "/items", "query:limit") and
 * consumer, with the first and last sample that had it and how many did; the row with no consumer says that the
 * contract names the place, and when that was seen last. `sample`: a row for each UTC day, version, operation,
 * direction and consumer: how many exchanges were looked at. Never a value of a message. Called by ledger.c, which owns
 * file and lock, except ledger_fields. */
#ifndef PROXY_LEDGER_FIELDS_H
#define PROXY_LEDGER_FIELDS_H

#include "proxy/ledger.h"

/* A row to be written, of `field` where it has a place, else of `sample`; or one that was read. */
struct field_row {
	struct str version, operation, direction, place, consumer;
	int64_t first_ms, last_ms;
	uint64_t count;   /* samples that had the place; of a sample: whose heads were looked at */
	uint64_t bodies;  /* of a sample: whose bodies were looked at as well, as a whole */
	uint64_t refused; /* of a sample: that reached nobody, because vane refused them or no backend took them */
};

/* Empty texts match everything. */
struct field_query {
	struct str version, operation; /* asked for a GET, HEAD is told too: it is the same without a body */
	int64_t since_ms; /* samples from the day of it on; places are told whenever they were used; 0: everything */
	size_t limit;     /* rows of each kind; 0: 100,000 */
};

struct field_report {
	struct field_row *rows; /* in the arena: places, newest last use first */
	size_t count;
	struct field_row *samples; /* in the arena: added up over days */
	size_t sample_count;
	bool cut;           /* there were more than the limit */
	int64_t since_ms;   /* sampled without a break since then; 0: it is not sampled */
	int64_t lost_ms;    /* when something was seen that found no room, the last time; 0: never */
	int64_t written_ms; /* the newest batch in it; 0: none */
};

enum { LEDGER_FIELDS_MOST = 500000 /* rows of `field` that a pruning leaves */ };

/* The statements that make the tables. */
const char *ledger_fields_schema(void);
/* Writes rows and whether fields are sampled at this moment: within the transaction of a batch. */
bool ledger_fields_put(struct sqlite3 *db, const struct ledger_batch *b, int64_t now_ms, struct buf *error) WARN_UNUSED;
/* Removes what was not seen since `before_ms`, and the oldest of what is too much; the history is then as much shorter.
 */
bool ledger_fields_prune(struct sqlite3 *db, int64_t before_ms, struct buf *error) WARN_UNUSED;
/* Fills *r, with rows in the arena. A file of a vane that knew no field use is one where it is not sampled. False with
 * a sentence in `error`. Any thread. */
bool ledger_fields(struct ledger *l, const struct field_query *q, struct arena *a, struct field_report *r,
		   struct buf *error) WARN_UNUSED;

#endif
