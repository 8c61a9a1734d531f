/* keeper: the thread that brings usage and events into the ledger: usage every ten seconds, events every second, and
 * both at the end, each batch in one transaction. It reports what goes wrong (at most once a minute), keeps what could
 * not be written for the next attempt, and goes on: a full disk or a read-only file costs history, never a request. A
 * file that cannot be used at all at start is left alone and replaced by memory. Owned by the observatory. */
#ifndef PROXY_KEEPER_H
#define PROXY_KEEPER_H

#include "proxy/field_use.h"
#include "proxy/journal.h"
#include "proxy/usage.h"

struct keeper;

struct keeper_options {
	const char *path; /* NULL: memory */
	int64_t keep_ms;  /* of usage and events */
	struct log *log;
	struct usage *usage;
	struct field_use *fields;
	bool sampled; /* field use is */
	struct journal *journal;
};

/* Opens the ledger, tells the usage what it knows, starts the thread. */
struct keeper *keeper_open(const struct keeper_options *o);
/* Writes the last batch and ends the thread. */
void keeper_close(struct keeper *k);
/* How long rows are kept from the next pruning on, in milliseconds (0: the default), and whether field use is sampled. Any
 * thread. */
void keeper_set(struct keeper *k, int64_t keep_ms, bool sampled);
/* Writes what is pending now: for whoever wants to read the newest. Any thread. */
void keeper_flush(struct keeper *k);
/* The ledger, for reading; its functions may be called from any thread. */
struct ledger *keeper_ledger(struct keeper *k);
/* Batches that could not be written since the start. Any thread. */
uint64_t keeper_failures(struct keeper *k);
/* Usage is kept in a file, and the last write succeeded. */
bool keeper_healthy(struct keeper *k);

#endif
