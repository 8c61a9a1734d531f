/* journal: events that are kept: an append-only list with sequence numbers, in the ledger's file. Any thread adds to a
 * bounded queue; the keeper's thread writes it out once a second. Readers ask for what came after a number and keep
 * their own checkpoint; asking again after any absence gives every event once, or tells that some have been pruned. */
#ifndef PROXY_JOURNAL_H
#define PROXY_JOURNAL_H

#include "proxy/event.h"
#include "proxy/ledger.h"

enum { JOURNAL_KEEPS = 100000 }; /* events in the file */

struct journal_entry;

struct journal {
	pthread_mutex_t lock;
	struct journal_entry *first, **end; /* not written yet */
	unsigned count;
	uint64_t dropped; /* found the queue full */
};

/* An empty queue. */
void journal_init(struct journal *j);
/* Drops what still waits. */
void journal_free(struct journal *j);
/* Copies the event into the queue; counts it as dropped when 10,000 wait already. Any thread. */
void journal_add(struct journal *j, const struct event *e, int64_t wall_ms);
/* Takes all that wait, as rows in `a`. */
struct event_row *journal_take(struct journal *j, struct arena *a, size_t *count);
/* Puts rows back that could not be written, in front. As many as there is room for. */
void journal_untake(struct journal *j, const struct event_row *rows, size_t count);
/* How many events found no room, since the start. */
uint64_t journal_dropped(struct journal *j);

/* A kept event as a CloudEvents 1.0 object in JSON; `api` names its source. */
void journal_json(const struct event_row *e, struct str api, struct buf *out);

#endif
