#include "proxy/usage.h"

#include "proxy/double_table.h"
#include "proxy/tally.h"

#include <stdlib.h>

/* What identifies a row that is to be written; the day is its number in eight bytes. */
enum row_label { ROW_DAY, ROW_VERSION, ROW_METHOD, ROW_ROUTE, ROW_CONSUMER, ROW_ITEM, ROW_SOURCE, ROW_LABELS };
/* Of a last use the source is only that of the first time. */
enum known_label {
	KNOWN_VERSION,
	KNOWN_METHOD,
	KNOWN_ROUTE,
	KNOWN_CONSUMER,
	KNOWN_KEYS,
	KNOWN_SOURCE = KNOWN_KEYS,
	KNOWN_LABELS
};
enum use_value { USE_COUNT, USE_FIRST, USE_LAST, USE_DEPRECATED, USE_VALUES };
enum { PENDING_MAX = 100000, KNOWN_MAX = 50000, SHARE_MAX = 20000 };

/* The row of a use that came before; it is there as long as its table has that number. The rest of what tells it apart stands
 * in its labels. */
struct recent {
	uint64_t table;
	struct series *row;
	int64_t day;
	uint8_t method, source;
};
enum { RECENT = 16 };

struct usage_share {
	struct double_table table;
	struct recent recent[RECENT]; /* under its lock */
};

static void row_table(struct series_table *t, unsigned limit)
{
	series_init(t, ROW_LABELS, ROW_LABELS, USE_VALUES, limit);
}

void usage_init(struct usage *u, unsigned shares)
{
	memset(u, 0, sizeof *u);
	u->shares = must_zalloc(shares, sizeof *u->shares);
	u->share_count = shares;
	for (unsigned i = 0; i < shares; i++)
		double_table_init(&u->shares[i].table, ROW_LABELS, ROW_LABELS, USE_VALUES, SHARE_MAX);
	CHECK(pthread_mutex_init(&u->lock, NULL) == 0);
	row_table(&u->pending, PENDING_MAX);
	row_table(&u->writing, PENDING_MAX);
	series_init(&u->known, KNOWN_LABELS, KNOWN_KEYS, USE_VALUES, KNOWN_MAX);
}

void usage_free(struct usage *u)
{
	for (unsigned i = 0; i < u->share_count; i++)
		double_table_free(&u->shares[i].table);
	free(u->shares);
	series_free(&u->pending);
	series_free(&u->writing);
	series_free(&u->known);
	pthread_mutex_destroy(&u->lock);
}

/* Adds uses to a row: how many, from when to when. */
static void add(struct series *row, uint64_t count, int64_t first, int64_t last, bool deprecated)
{
	if (!series_get(row, USE_COUNT) || first < (int64_t)series_get(row, USE_FIRST))
		series_set(row, USE_FIRST, (uint64_t)first);
	if (!series_get(row, USE_COUNT) || last >= (int64_t)series_get(row, USE_LAST)) {
		series_set(row, USE_LAST, (uint64_t)last);
		series_set(row, USE_DEPRECATED, deprecated);
	}
	series_add(row, USE_COUNT, count);
}

static void add_row(struct series *to, const struct series *from)
{
	add(to, series_get(from, USE_COUNT), (int64_t)series_get(from, USE_FIRST), (int64_t)series_get(from, USE_LAST),
	    series_get(from, USE_DEPRECATED) != 0);
}

static bool is_part(const struct deprecated_use *d)
{
	return str_eq(d->what, STR("parameter")) || str_eq(d->what, STR("property"));
}

static void note_parts(struct series_table *t, struct str *labels, const struct exchange *x, int64_t now)
{
	for (const struct deprecated_use *d = x->deprecated; d; d = d->next) {
		char item[160];
		struct str name = str_of(d->name.at, d->name.len < 128 ? d->name.len : 128);
		if (!is_part(d))
			continue;
		memcpy(item, d->what.at, d->what.len);
		item[d->what.len] = ':';
		if (name.len)
			memcpy(item + d->what.len + 1, name.at, name.len);
		labels[ROW_ITEM] = str_of(item, d->what.len + 1 + name.len);
		add(series_row(t, labels), 1, now, now, true);
	}
}

static bool is_recent(const struct recent *r, const struct series_table *t, const struct exchange *x, int64_t day,
		      struct str consumer)
{
	return r->table == t->number && r->day == day && r->method == x->request.method && r->source == x->source &&
	       str_eq(r->row->labels[ROW_VERSION], tally_version(x)) &&
	       str_eq(r->row->labels[ROW_ROUTE], tally_route(x)) && str_eq(r->row->labels[ROW_CONSUMER], consumer);
}

static void note(struct usage_share *s, struct series_table *t, const struct exchange *x, struct str consumer)
{
	int64_t now = x->wall_ms, day = now / 86400000;
	size_t common = x->request.method * 5u + tally_route(x).len * 3 + consumer.len + t->number * 8;
	struct recent *r = &s->recent[common % RECENT];
	if (!x->deprecated && is_recent(r, t, x, day, consumer)) {
		add(r->row, 1, now, now, false);
		return;
	}
	struct str labels[ROW_LABELS] = {str_of((const char *)&day, sizeof day),
					 tally_version(x),
					 tally_method(x),
					 tally_route(x),
					 consumer,
					 STR(""),
					 version_source_word(x->source)};
	struct series *row = series_row(t, labels);
	add(row, 1, now, now, x->deprecated);
	if (row != series_other(t)) /* how often that is asked for is counted */
		*r = (struct recent){t->number, row, day, (uint8_t)x->request.method, (uint8_t)x->source};
	if (x->deprecated)
		note_parts(t, labels, x, now);
}

void usage_note(struct usage *u, unsigned share, const struct exchange *x, struct str consumer)
{
	struct usage_share *s = &u->shares[share];
	if (!x->version || x->unversioned || x->consumer_ignored)
		return;
	note(s, double_table_begin(&s->table), x, consumer);
	double_table_end(&s->table);
}

static struct series *known_row(struct usage *u, const struct series *row)
{
	return series_row(&u->known,
			  (struct str[]){row->labels[ROW_VERSION], row->labels[ROW_METHOD], row->labels[ROW_ROUTE],
					 row->labels[ROW_CONSUMER], row->labels[ROW_SOURCE]});
}

static void collect_row(void *context, const struct series *row)
{
	struct usage *u = context;
	if (!series_get(row, USE_COUNT))
		return;
	add_row(series_row(&u->pending, row->labels), row);
	if (!row->labels[ROW_ITEM].len)
		add_row(known_row(u, row), row);
}

void usage_collect(struct usage *u)
{
	pthread_mutex_lock(&u->lock);
	for (unsigned i = 0; i < u->share_count; i++)
		u->overflowed += double_table_collect(&u->shares[i].table, collect_row, u);
	u->overflowed += atomic_exchange(&u->pending.overflowed, 0) + atomic_exchange(&u->known.overflowed, 0);
	pthread_mutex_unlock(&u->lock);
}

static void take_pending(struct usage *u)
{
	pthread_mutex_lock(&u->lock);
	for (struct series *row = series_first(&u->pending); row; row = row->next)
		add_row(series_row(&u->writing, row->labels), row);
	u->overflowed += atomic_exchange(&u->writing.overflowed, 0);
	series_free(&u->pending);
	row_table(&u->pending, PENDING_MAX);
	pthread_mutex_unlock(&u->lock);
}

struct usage_row *usage_pending(struct usage *u, struct arena *a, size_t *count)
{
	take_pending(u);
	struct usage_row *rows = arena_zalloc(a, u->writing.count + 1, sizeof *rows);
	*count = 0;
	for (struct series *row = series_first(&u->writing); row; row = row->next)
		rows[(*count)++] = (struct usage_row){
		    .version = row->labels[ROW_VERSION],
		    .operation =
			arena_printf(a, "%.*s %.*s", STR_ARG(row->labels[ROW_METHOD]), STR_ARG(row->labels[ROW_ROUTE])),
		    .consumer = row->labels[ROW_CONSUMER],
		    .item = row->labels[ROW_ITEM],
		    .source = row->labels[ROW_SOURCE],
		    .first_ms = (int64_t)series_get(row, USE_FIRST),
		    .last_ms = (int64_t)series_get(row, USE_LAST),
		    .count = series_get(row, USE_COUNT),
		    .deprecated = series_get(row, USE_DEPRECATED) != 0,
		};
	return rows;
}

void usage_written(struct usage *u)
{
	if (!series_first(&u->writing))
		return;
	series_free(&u->writing);
	row_table(&u->writing, PENDING_MAX);
}

void usage_restore(struct usage *u, const struct usage_row *rows, size_t count)
{
	pthread_mutex_lock(&u->lock);
	for (size_t i = 0; i < count; i++) {
		struct str route = rows[i].operation, method = str_cut(&route, ' ');
		if (rows[i].item.len)
			continue;
		struct series *row = series_row(
		    &u->known, (struct str[]){rows[i].version, method, route, rows[i].consumer, rows[i].source});
		add(row, rows[i].count, rows[i].first_ms, rows[i].last_ms, rows[i].deprecated);
	}
	pthread_mutex_unlock(&u->lock);
}

struct known_use *usage_known(struct usage *u, struct arena *a, size_t *count)
{
	pthread_mutex_lock(&u->lock);
	struct known_use *uses = arena_zalloc(a, u->known.count + 1, sizeof *uses);
	*count = 0;
	for (struct series *row = series_first(&u->known); row; row = row->next)
		uses[(*count)++] = (struct known_use){
		    .version = arena_dup(a, row->labels[KNOWN_VERSION]),
		    .method = arena_dup(a, row->labels[KNOWN_METHOD]),
		    .route = arena_dup(a, row->labels[KNOWN_ROUTE]),
		    .consumer = arena_dup(a, row->labels[KNOWN_CONSUMER]),
		    .source = arena_dup(a, row->labels[KNOWN_SOURCE]),
		    .first_ms = (int64_t)series_get(row, USE_FIRST),
		    .last_ms = (int64_t)series_get(row, USE_LAST),
		    .count = series_get(row, USE_COUNT),
		    .deprecated = series_get(row, USE_DEPRECATED) != 0,
		};
	pthread_mutex_unlock(&u->lock);
	return uses;
}

uint64_t usage_overflowed(struct usage *u)
{
	pthread_mutex_lock(&u->lock);
	uint64_t overflowed = u->overflowed;
	pthread_mutex_unlock(&u->lock);
	return overflowed;
}
