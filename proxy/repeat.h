/* repeat: events that one noisy client could make thousands of (violations, refusals) are told apart by a fingerprint:
 * the first of a kind becomes an event at once, the others are counted and become one event per minute. A table per
 * worker (series.h), so that the page of violations can read them while they are counted; bounded, and bounded by the
 * contract in any case, because nothing of a fingerprint is the client's but a consumer out of names.h. Owned by the
 * observer. */
#ifndef PROXY_REPEAT_H
#define PROXY_REPEAT_H

#include "proxy/event.h"
#include "proxy/exchange.h"
#include "proxy/series.h"

/* Labels of a row: the first REPEAT_KEYS are the fingerprint, the rest is what the first of the kind brought. */
enum repeat_label {
	REPEAT_TYPE,
	REPEAT_VERSION,
	REPEAT_METHOD,
	REPEAT_ROUTE,
	REPEAT_CONSUMER,
	REPEAT_DETAILS, /* violation: direction, code, keyword pointer … */
	REPEAT_KEYS = REPEAT_DETAILS + 3,
	REPEAT_LABELS = SERIES_LABELS
};
enum repeat_value { REPEAT_TOTAL, REPEAT_PENDING, REPEAT_FIRST_MS, REPEAT_LAST_MS, REPEAT_TOLD_MS, REPEAT_VALUES };

struct repeats {
	struct series_table table;
	int64_t due_ms; /* when a pending count has to be told; 0: none is pending */
	void (*tell)(void *context, const struct event *e);
	void *context;
};

/* An empty table. */
void repeats_init(struct repeats *r, unsigned limit, void (*tell)(void *context, const struct event *e), void *context);
/* Gives the memory back. */
void repeats_free(struct repeats *r);
/* The violations of an exchange, and its refusal where its version was refused. */
void repeats_exchange(struct repeats *r, const struct exchange *x, struct str consumer, int64_t now_ms);
/* Tells what has been pending for a minute. */
void repeats_tick(struct repeats *r, int64_t now_ms);
/* Tells everything that is pending: at the end. */
void repeats_end(struct repeats *r, int64_t now_ms);
/* The event that a row stands for, with `count`; it borrows from the row, which stays. */
struct event repeats_event(const struct series *row, uint64_t count);

#endif
