#include "proxy/field_use.h"

#include "proxy/double_table.h"
#include "proxy/tally.h"

#include <stdlib.h>

/* A row without a place counts the samples of a day, whose number stands in eight bytes; others have no day. */
enum row_label { ROW_DAY, ROW_VERSION, ROW_METHOD, ROW_ROUTE, ROW_DIRECTION, ROW_PLACE, ROW_CONSUMER, ROW_LABELS };
enum row_value { ROW_COUNT, ROW_BODIES, ROW_REFUSED, ROW_FIRST, ROW_LAST, ROW_VALUES };
enum { PENDING_MAX = 100000, SHARE_MAX = 20000 };

static const struct str directions[] = {STR_INIT("request"), STR_INIT("response")};

static void row_table(struct series_table *t)
{
	series_init(t, ROW_LABELS, ROW_LABELS, ROW_VALUES, PENDING_MAX);
}

void field_use_init(struct field_use *u, unsigned shares)
{
	memset(u, 0, sizeof *u);
	u->shares = must_zalloc(shares, sizeof *u->shares);
	u->share_count = shares;
	for (unsigned i = 0; i < shares; i++)
		double_table_init(&u->shares[i], ROW_LABELS, ROW_LABELS, ROW_VALUES, SHARE_MAX);
	CHECK(pthread_mutex_init(&u->lock, NULL) == 0);
	row_table(&u->pending);
	row_table(&u->writing);
}

void field_use_free(struct field_use *u)
{
	for (unsigned i = 0; i < u->share_count; i++)
		double_table_free(&u->shares[i]);
	free(u->shares);
	series_free(&u->pending);
	series_free(&u->writing);
	pthread_mutex_destroy(&u->lock);
}

/* --- noting --- */

struct counts {
	uint64_t count, bodies, refused;
	int64_t first, last;
};

static void add(struct series *row, const struct counts *c)
{
	if (!series_get(row, ROW_LAST) || c->first < (int64_t)series_get(row, ROW_FIRST))
		series_set(row, ROW_FIRST, (uint64_t)c->first);
	if (c->last > (int64_t)series_get(row, ROW_LAST))
		series_set(row, ROW_LAST, (uint64_t)c->last);
	series_add(row, ROW_COUNT, c->count);
	series_add(row, ROW_BODIES, c->bodies);
	series_add(row, ROW_REFUSED, c->refused);
}

static void note_places(struct series_table *t, struct str *labels, const struct looked *l, struct str consumer,
			int64_t now)
{
	labels[ROW_DAY] = STR("");
	for (unsigned i = 0; i < l->count; i++) {
		const struct looked_place *p = &l->places[i];
		labels[ROW_PLACE] = p->place;
		labels[ROW_CONSUMER] = p->there ? consumer : STR("");
		add(series_row(t, labels), &(struct counts){.count = p->there, .first = now, .last = now});
	}
}

static void note_side(struct series_table *t, const struct exchange *x, unsigned side, struct str consumer)
{
	int64_t now = x->wall_ms, day = now / 86400000;
	const struct looked *l = x->looked[side];
	struct str labels[ROW_LABELS] = {str_of((const char *)&day, sizeof day),
					 tally_version(x),
					 tally_method(x),
					 tally_route(x),
					 directions[side],
					 STR(""),
					 consumer};
	add(series_row(t, labels),
	    &(struct counts){.count = l && l->head, .bodies = l && l->body, .refused = !l, .first = now, .last = now});
	if (l)
		note_places(t, labels, l, consumer, now);
}

void field_use_note(struct field_use *u, unsigned share, const struct exchange *x, struct str consumer)
{
	if (!x->version || !x->version->fields || !x->has_operation || x->consumer_ignored)
		return;
	bool looked = x->looked[SIDE_REQUEST] && x->looked[SIDE_RESPONSE];
	if (!looked && x->sent_ns)
		return;
	struct series_table *t = double_table_begin(&u->shares[share]);
	for (unsigned side = 0; side < 2; side++)
		note_side(t, x, side, consumer);
	double_table_end(&u->shares[share]);
}

/* --- collecting --- */

static void add_row(struct series *to, const struct series *from)
{
	add(to,
	    &(struct counts){series_get(from, ROW_COUNT), series_get(from, ROW_BODIES), series_get(from, ROW_REFUSED),
			     (int64_t)series_get(from, ROW_FIRST), (int64_t)series_get(from, ROW_LAST)});
}

/* The row of the rest tells nothing but that there was one, and that is told by the count. */
static bool is_rest(const struct series *row)
{
	return str_eq(row->labels[ROW_METHOD], STR("_other")) && str_eq(row->labels[ROW_PLACE], STR("_other"));
}

static void collect_row(void *context, const struct series *row)
{
	struct field_use *u = context;
	if (series_get(row, ROW_LAST) && !is_rest(row))
		add_row(series_row(&u->pending, row->labels), row);
}

void field_use_collect(struct field_use *u)
{
	pthread_mutex_lock(&u->lock);
	for (unsigned i = 0; i < u->share_count; i++)
		u->overflowed += double_table_collect(&u->shares[i], collect_row, u);
	u->overflowed += atomic_exchange(&u->pending.overflowed, 0);
	pthread_mutex_unlock(&u->lock);
}

static void take_pending(struct field_use *u)
{
	pthread_mutex_lock(&u->lock);
	for (struct series *row = series_first(&u->pending); row; row = row->next)
		if (!is_rest(row))
			add_row(series_row(&u->writing, row->labels), row);
	u->overflowed += atomic_exchange(&u->writing.overflowed, 0);
	series_free(&u->pending);
	row_table(&u->pending);
	pthread_mutex_unlock(&u->lock);
}

struct field_row *field_use_pending(struct field_use *u, struct arena *a, size_t *count, bool *lost)
{
	take_pending(u);
	struct field_row *rows = arena_zalloc(a, u->writing.count + 1, sizeof *rows);
	*count = 0;
	*lost = u->overflowed > u->told;
	for (struct series *row = series_first(&u->writing); row; row = row->next)
		if (!is_rest(row))
			rows[(*count)++] = (struct field_row){
			    .version = row->labels[ROW_VERSION],
			    .operation = arena_printf(a, "%.*s %.*s", STR_ARG(row->labels[ROW_METHOD]),
						      STR_ARG(row->labels[ROW_ROUTE])),
			    .direction = row->labels[ROW_DIRECTION],
			    .place = row->labels[ROW_PLACE],
			    .consumer = row->labels[ROW_CONSUMER],
			    .first_ms = (int64_t)series_get(row, ROW_FIRST),
			    .last_ms = (int64_t)series_get(row, ROW_LAST),
			    .count = series_get(row, ROW_COUNT),
			    .bodies = series_get(row, ROW_BODIES),
			    .refused = series_get(row, ROW_REFUSED),
			};
	u->telling = u->overflowed;
	return rows;
}

void field_use_written(struct field_use *u)
{
	u->told = u->telling;
	if (!series_first(&u->writing))
		return;
	series_free(&u->writing);
	row_table(&u->writing);
}

uint64_t field_use_overflowed(struct field_use *u)
{
	pthread_mutex_lock(&u->lock);
	uint64_t overflowed = u->overflowed;
	pthread_mutex_unlock(&u->lock);
	return overflowed;
}
