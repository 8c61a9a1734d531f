/* What the observatory shows: the workers added up, the ledger asked. Main thread. */
#include "proxy/observe_inside.h"

#include <limits.h>
#include <stdlib.h>

struct str observe_api(const struct observatory *o)
{
	return str_from(o->api);
}

void observe_facts(struct observatory *o, struct arena *a, struct facts *f)
{
	*f = (struct facts){
	    .api = str_from(o->api), .vane_version = str_from(o->vane_version), .commit = str_from(o->commit)};
	if (o->facts.fill)
		o->facts.fill(o->facts.context, a, f);
}

static bool is_retiring(const struct facts *f, const struct known_use *use)
{
	for (unsigned i = 0; i < f->version_count; i++)
		if (str_eq(f->versions[i].name, use->version))
			return use->deprecated || !str_eq(f->versions[i].state, STR("active"));
	return use->deprecated;
}

/* Of everything that is known: uses of what is deprecated now, though it may not have been when it was used. */
static struct last_use *last_uses(struct observatory *o, const struct facts *f, struct arena *a, size_t *count)
{
	size_t known_count;
	usage_collect(&o->usage);
	struct known_use *known = usage_known(&o->usage, a, &known_count);
	struct last_use *uses = arena_zalloc(a, known_count + 1, sizeof *uses);
	*count = 0;
	for (size_t i = 0; i < known_count; i++)
		if (is_retiring(f, &known[i]))
			uses[(*count)++] = (struct last_use){known[i].version, known[i].route, known[i].method,
							     known[i].consumer, known[i].last_ms};
	return uses;
}

uint64_t observe_last_event(struct observatory *o)
{
	return atomic_load(&keeper_ledger(o->keeper)->last_seq);
}

void observe_metrics(struct observatory *o, bool open_metrics, struct buf *out)
{
	struct arena a;
	struct facts f;
	arena_init(&a, 65536);
	observe_facts(o, &a, &f);
	struct tally sum;
	observe_tally(o, &sum);
	struct metrics_input in = {
	    .sum = &sum,
	    .facts = &f,
	    .consumers_overflowed = atomic_load_explicit(&o->consumers.overflowed, memory_order_relaxed),
	    .log_dropped = log_dropped(o->log),
	    .ledger_failures = keeper_failures(o->keeper),
	    .events_dropped = journal_dropped(&o->journal),
	    .ledger_ok = keeper_healthy(o->keeper),
	    .journal_seq = observe_last_event(o),
	    .collectors = o->collectors.at,
	    .collector_count = o->collectors.len,
	};
	in.last_uses = last_uses(o, &f, &a, &in.last_use_count);
	in.usage_overflowed = usage_overflowed(&o->usage);
	in.fields_overflowed = field_use_overflowed(&o->fields);
	metrics_write(&in, open_metrics, out);
	tally_free(&sum);
	arena_free(&a);
}

void observe_tally(struct observatory *o, struct tally *sum)
{
	tally_init(sum);
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		sum->tables[i].limit = UINT_MAX;
	for (unsigned i = 0; i < o->count; i++)
		tally_merge(sum, &o->observers[i].tally);
}

static void merge_repeats(struct series_table *to, struct series_table *from, struct str type)
{
	for (struct series *s = series_first(from); s; s = s->next) {
		if (!str_eq(s->labels[REPEAT_TYPE], type) && s != series_other(from))
			continue;
		struct series *sum = series_row(to, s->labels);
		uint64_t first = series_get(s, REPEAT_FIRST_MS), last = series_get(s, REPEAT_LAST_MS);
		series_add(sum, REPEAT_TOTAL, series_get(s, REPEAT_TOTAL));
		if (!series_get(sum, REPEAT_FIRST_MS) || first < series_get(sum, REPEAT_FIRST_MS))
			series_set(sum, REPEAT_FIRST_MS, first);
		if (last > series_get(sum, REPEAT_LAST_MS))
			series_set(sum, REPEAT_LAST_MS, last);
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct repeated *x = a, *y = b;
	return (y->event.wall_ms > x->event.wall_ms) - (y->event.wall_ms < x->event.wall_ms);
}

static void keep_texts(struct event *e, struct arena *a)
{
	e->version = arena_dup(a, e->version);
	e->method = arena_dup(a, e->method);
	e->route = arena_dup(a, e->route);
	e->consumer = arena_dup(a, e->consumer);
	for (unsigned i = 0; i < e->detail_count; i++)
		e->details[i].value = arena_dup(a, e->details[i].value);
}

struct repeated *observe_repeated(struct observatory *o, enum event_type type, struct arena *a, size_t limit,
				  size_t *count)
{
	struct series_table sum;
	series_init(&sum, REPEAT_LABELS, REPEAT_KEYS, REPEAT_VALUES, UINT_MAX);
	for (unsigned i = 0; i < o->count; i++)
		merge_repeats(&sum, &o->observers[i].repeats.table, event_word(type));
	struct repeated *all = arena_zalloc(a, sum.count + 1, sizeof *all);
	size_t kinds = 0;
	for (struct series *s = series_first(&sum); s; s = s->next) {
		all[kinds].event = repeats_event(s, series_get(s, REPEAT_TOTAL));
		all[kinds++].first_ms = (int64_t)series_get(s, REPEAT_FIRST_MS);
	}
	qsort(all, kinds, sizeof *all, newest_first);
	*count = kinds < limit ? kinds : limit;
	for (size_t i = 0; i < *count; i++)
		keep_texts(&all[i].event, a);
	series_free(&sum);
	return all;
}

bool observe_usage(struct observatory *o, const struct usage_query *q, struct arena *a, struct usage_report *r,
		   struct buf *error)
{
	keeper_flush(o->keeper);
	return ledger_usage(keeper_ledger(o->keeper), q, a, r, error);
}

bool observe_fields(struct observatory *o, const struct field_query *q, struct arena *a, struct field_report *r,
		    struct buf *error)
{
	keeper_flush(o->keeper);
	return ledger_fields(keeper_ledger(o->keeper), q, a, r, error);
}

static int newest_use_first(const void *a, const void *b)
{
	const struct known_use *x = a, *y = b;
	return (y->last_ms > x->last_ms) - (y->last_ms < x->last_ms);
}

struct known_use *observe_known(struct observatory *o, struct arena *a, size_t *count)
{
	usage_collect(&o->usage);
	struct known_use *uses = usage_known(&o->usage, a, count);
	qsort(uses, *count, sizeof *uses, newest_use_first);
	return uses;
}

bool observe_journal(struct observatory *o, uint64_t after, unsigned limit, struct arena *a, struct event_report *r,
		     struct buf *error)
{
	return ledger_events(keeper_ledger(o->keeper), after, limit, a, r, error);
}
