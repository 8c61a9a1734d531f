/* double_table: series that one thread counts in while another collects them: two tables under a lock that nobody holds
 * for longer than a swap. The writer counts in the active one; a collection makes the other active and empties the
 * first at leisure. Rows stay for the next time, so that a writer allocates nothing once warm; unless they have become
 * many. One for each worker, owned by usage.c and field_use.c. */
#ifndef PROXY_DOUBLE_TABLE_H
#define PROXY_DOUBLE_TABLE_H

#include "proxy/series.h"

#include <pthread.h>

struct double_table {
	pthread_mutex_t lock;
	struct series_table tables[2];
	unsigned active;
	char apart[64]; /* no two workers' locks on one cache line */
};

/* As series_init. */
void double_table_init(struct double_table *d, unsigned labels, unsigned keys, unsigned values, unsigned limit);
/* Gives the memory back. */
void double_table_free(struct double_table *d);
/* The table to count in, locked until double_table_end. The writer's thread. */
struct series_table *double_table_begin(struct double_table *d);
/* Unlocks it. */
void double_table_end(struct double_table *d);
/* Calls `row` with what was counted since the last time, rows without a number that is not 0 too, and empties it.
 * Returns how often no row was to be had. One collector at a time. */
uint64_t double_table_collect(struct double_table *d, void (*row)(void *context, const struct series *row),
			      void *context);

#endif
