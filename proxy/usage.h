/* usage: who calls which operation of which version. Workers count in tables of their own under a lock that nobody else
 * holds for longer than a swap; the keeper's thread collects them into what is pending for the ledger and into what is
 * known of last uses, which the gauges show. Bounded: consumers come out of names.h, operations out of contracts. */
#ifndef PROXY_USAGE_H
#define PROXY_USAGE_H

#include "proxy/exchange.h"
#include "proxy/ledger.h"
#include "proxy/series.h"

struct usage_share;

struct usage {
	struct usage_share *shares; /* one per observer */
	unsigned share_count;
	pthread_mutex_t lock;        /* of the rest */
	struct series_table pending; /* collected, not in the ledger yet */
	struct series_table writing; /* the batch that is being written; stays when that fails. The keeper's thread's */
	struct series_table known;   /* last uses, also those that the ledger told at start */
	uint64_t overflowed;         /* uses that found no room in any of them */
};

/* Empty tables for so many shares. */
void usage_init(struct usage *u, unsigned shares);
/* Gives the memory back. */
void usage_free(struct usage *u);
/* On the thread of `share`: an exchange of a version by a consumer. Nothing is noted for requests without a version,
 * for unversioned paths and for ignored consumers. */
void usage_note(struct usage *u, unsigned share, const struct exchange *x, struct str consumer);
/* Brings together what the shares have. Any thread. */
void usage_collect(struct usage *u);
/* What is to go into the ledger, with what an earlier attempt could not write; texts borrow from `u` until
 * usage_written, which says that it is in the ledger now. The keeper's thread only. */
struct usage_row *usage_pending(struct usage *u, struct arena *a, size_t *count);
/* What usage_pending handed out is in the ledger now. */
void usage_written(struct usage *u);
/* Last uses that the ledger tells, at start. */
void usage_restore(struct usage *u, const struct usage_row *rows, size_t count);

/* A last use for the gauges and the page. Texts are in the arena. */
struct known_use {
	struct str version, method, route, consumer, source;
	int64_t first_ms, last_ms;
	uint64_t count;  /* as far as this process and the ledger's rows at start know */
	bool deprecated; /* the last use was of something deprecated */
};
/* All of them, copied into the arena, in no order; *count of them. Any thread. */
struct known_use *usage_known(struct usage *u, struct arena *a, size_t *count);
/* Uses that found no room in a table. */
uint64_t usage_overflowed(struct usage *u);

#endif
