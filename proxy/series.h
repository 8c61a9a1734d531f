/* series: counters by labels: a table with one writer that others may read at any time. A row is made when its labels
 * come for the first time and never moves or goes, so a reader only follows a list; its numbers are read and written as
 * relaxed atomics. The number of rows is bounded: beyond the limit one row with all labels "_other" takes the rest, and
 * how often that happened is counted. Each worker has its own tables; a scrape adds them up (series_merge). */
#ifndef PROXY_SERIES_H
#define PROXY_SERIES_H

#include "proxy/base/str.h"

#include <stdatomic.h>

enum { SERIES_LABELS = 16, SERIES_LABEL_MAX = 512 };

struct series {
	struct series *next; /* older one */
	uint64_t hash;
	struct str *labels; /* owned by the row */
	_Atomic uint64_t values[];
};

struct series_table {
	uint64_t number;      /* of this table since it was made empty: no two have the same */
	unsigned label_count; /* texts of a row */
	unsigned key_count;   /* the first of them identify it; the others are those of the first time */
	unsigned value_count;
	unsigned limit;
	_Atomic(struct series *) newest;
	_Atomic uint64_t overflowed;
	_Atomic(struct series *) other;
	/* the writer's */
	struct series **slots;
	struct series *last; /* the row asked for last: mostly the next one too */
	unsigned slot_count, count;
};

/* An empty table with so many labels and values to a row. */
void series_init(struct series_table *t, unsigned labels, unsigned keys, unsigned values, unsigned limit);
/* Gives the memory back. */
void series_free(struct series_table *t);
/* Writer: the row with these labels (label_count of them; cut to SERIES_LABEL_MAX bytes), made where there is none. No
 * allocation for a row that is there. */
struct series *series_row(struct series_table *t, const struct str *labels);
/* The row that stands for all that found no room; NULL while there is none. */
static inline struct series *series_other(struct series_table *t)
{
	return atomic_load_explicit(&t->other, memory_order_acquire);
}

/* Reader: rows from the newest to the oldest; the row of the rest is among them. */
static inline struct series *series_first(struct series_table *t)
{
	return atomic_load_explicit(&t->newest, memory_order_acquire);
}

static inline uint64_t series_get(const struct series *s, unsigned value)
{
	return atomic_load_explicit(&s->values[value], memory_order_relaxed);
}

/* Writer. */
static inline void series_set(struct series *s, unsigned value, uint64_t to)
{
	atomic_store_explicit(&s->values[value], to, memory_order_relaxed);
}

static inline void series_add(struct series *s, unsigned value, uint64_t more)
{
	series_set(s, value, series_get(s, value) + more);
}

/* Adds the numbers of every row of `from` (another thread's) to those of `to` (ours, same shape). */
void series_merge(struct series_table *to, struct series_table *from);

#endif
