#include "proxy/double_table.h"

#include "proxy/base/check.h"

enum { KEPT = 2048 };

void double_table_init(struct double_table *d, unsigned labels, unsigned keys, unsigned values, unsigned limit)
{
	CHECK(pthread_mutex_init(&d->lock, NULL) == 0);
	d->active = 0;
	for (unsigned i = 0; i < 2; i++)
		series_init(&d->tables[i], labels, keys, values, limit);
}

void double_table_free(struct double_table *d)
{
	for (unsigned i = 0; i < 2; i++)
		series_free(&d->tables[i]);
	pthread_mutex_destroy(&d->lock);
}

struct series_table *double_table_begin(struct double_table *d)
{
	pthread_mutex_lock(&d->lock);
	return &d->tables[d->active];
}

void double_table_end(struct double_table *d)
{
	pthread_mutex_unlock(&d->lock);
}

static void empty(struct series_table *t)
{
	if (t->count > KEPT) {
		struct series_table old = *t;
		series_free(t);
		series_init(t, old.label_count, old.key_count, old.value_count, old.limit);
		return;
	}
	for (struct series *row = series_first(t); row; row = row->next)
		for (unsigned i = 0; i < t->value_count; i++)
			series_set(row, i, 0);
}

uint64_t double_table_collect(struct double_table *d, void (*row)(void *context, const struct series *row),
			      void *context)
{
	struct series_table *t = double_table_begin(d);
	d->active ^= 1;
	double_table_end(d);
	for (struct series *s = series_first(t); s; s = s->next)
		row(context, s);
	uint64_t overflowed = atomic_exchange(&t->overflowed, 0);
	empty(t);
	return overflowed;
}
