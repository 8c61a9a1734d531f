/* field_use: which parameters and properties each consumer sends and is sent, out of the exchanges in which that was
 * sampled (exchange.h: looked), on their way into the ledger. As in usage.h: workers count in tables of their own, the
 * keeper's thread collects. Bounded: places come out of contracts, consumers out of names.h; what finds no room is
 * told, so that nobody takes it for absent. */
#ifndef PROXY_FIELD_USE_H
#define PROXY_FIELD_USE_H

#include "proxy/exchange.h"
#include "proxy/ledger_fields.h"
#include "proxy/series.h"

#include <pthread.h>

struct double_table;

struct field_use {
	struct double_table *shares; /* one per observer */
	unsigned share_count;
	pthread_mutex_t lock;        /* of the rest */
	struct series_table pending; /* collected, not in the ledger yet */
	struct series_table writing; /* the batch that is being written; stays when that fails. The keeper's thread's */
	uint64_t overflowed;         /* notes that found no room */
	uint64_t telling, told;      /* how many of those the ledger is being told of, and was */
};

/* Empty tables for so many shares. */
void field_use_init(struct field_use *u, unsigned shares);
/* Gives the memory back. */
void field_use_free(struct field_use *u);
/* On the thread of `share`: what was looked at in an exchange; of a version with sampling also that one reached nobody,
 * because it was refused or no backend took it. Costs nothing for others. */
void field_use_note(struct field_use *u, unsigned share, const struct exchange *x, struct str consumer);
/* Brings together what the shares have. Any thread. */
void field_use_collect(struct field_use *u);
/* What is to go into the ledger, with what an earlier attempt could not write; texts borrow from `u` until
 * field_use_written. *lost: something found no room since the last batch that was written. The keeper's thread only. */
struct field_row *field_use_pending(struct field_use *u, struct arena *a, size_t *count, bool *lost);
/* What field_use_pending handed out is in the ledger now. */
void field_use_written(struct field_use *u);
/* Notes that found no room in a table. */
uint64_t field_use_overflowed(struct field_use *u);

#endif
