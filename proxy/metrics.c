#include "proxy/metrics.h"

#include "proxy/process.h"

#include <stdio.h>

enum family_id {
#define X(id, name, type, labels, help) FAMILY_##id,
#include "proxy/metrics.def"
#undef X
	FAMILY_COUNT
};

const struct metric_row metrics_table[] = {
#define X(id, name, type, labels, help) {name, PAGE_##type, labels, help},
#include "proxy/metrics.def"
#undef X
    {0},
};

enum { LABELS_MAX = 8, LABEL_NAME_MAX = 24 };

/* A family while it is written: the names of its labels, cut apart once. */
struct family {
	struct page *page;
	struct label labels[LABELS_MAX];
	char names[LABELS_MAX][LABEL_NAME_MAX];
	unsigned count;
};

static struct family begin(struct page *p, enum family_id id)
{
	const struct metric_row *row = &metrics_table[id];
	struct family f = {.page = p};
	struct str rest = str_from(row->labels);
	while (rest.len) {
		struct str name = str_cut(&rest, ',');
		CHECK(f.count < LABELS_MAX && name.len < LABEL_NAME_MAX);
		memcpy(f.names[f.count++], name.at, name.len);
	}
	page_family(p, row->name, row->type, row->help);
	return f;
}

static const struct label *labels_of(struct family *f, const struct str *values)
{
	for (unsigned i = 0; i < f->count; i++)
		f->labels[i] = (struct label){f->names[i], values[i]};
	return f->labels;
}

static void sample(struct family *f, const struct str *values, double value)
{
	page_sample(f->page, labels_of(f, values), f->count, value);
}

static void single(struct page *p, enum family_id id, double value)
{
	struct family f = begin(p, id);
	sample(&f, NULL, value);
}

static void counters(struct page *p, enum family_id id, struct series_table *t)
{
	struct family f = begin(p, id);
	for (struct series *s = series_first(t); s; s = s->next)
		page_sample_u64(p, labels_of(&f, s->labels), f.count, series_get(s, 0));
}

static void histogram_row(struct family *f, const struct series *s, const char *const *bounds, unsigned buckets,
			  bool exemplars)
{
	const struct label *labels = labels_of(f, s->labels);
	uint64_t below = 0;
	for (unsigned i = 0; i < buckets; i++) {
		struct tally_exemplar kept;
		struct exemplar e = {{0}, 0, 0};
		if (exemplars && tally_exemplar(s, i, &kept))
			e = (struct exemplar){str_of(kept.trace_id, sizeof kept.trace_id), (double)kept.ns / 1e9,
					      kept.wall_ms};
		below += series_get(s, i);
		page_bucket(f->page, labels, f->count, bounds[i], below, &e);
	}
	page_histogram_end(f->page, labels, f->count, (double)series_get(s, buckets) / 1e9, below);
}

static void histograms(struct page *p, enum family_id id, struct series_table *t, const char *const *bounds,
		       unsigned buckets)
{
	struct family f = begin(p, id);
	for (struct series *s = series_first(t); s; s = s->next)
		histogram_row(&f, s, bounds, buckets, id == FAMILY_DURATION);
}

static void write_tallies(struct page *p, struct tally *sum)
{
	counters(p, FAMILY_REQUESTS, &sum->tables[TALLY_REQUESTS]);
	histograms(p, FAMILY_DURATION, &sum->tables[TALLY_DURATION], duration_bounds, DURATION_BUCKETS);
	histograms(p, FAMILY_OVERHEAD, &sum->tables[TALLY_OVERHEAD], overhead_bounds, OVERHEAD_BUCKETS);
	counters(p, FAMILY_SELECTED, &sum->tables[TALLY_SELECTED]);
	counters(p, FAMILY_VIOLATIONS, &sum->tables[TALLY_VIOLATIONS]);
	counters(p, FAMILY_UNCHECKED, &sum->tables[TALLY_UNCHECKED]);
	counters(p, FAMILY_DEPRECATED, &sum->tables[TALLY_DEPRECATED]);
	counters(p, FAMILY_CANARY, &sum->tables[TALLY_CANARY]);
	counters(p, FAMILY_CANARY_RESPONSES, &sum->tables[TALLY_CANARY_RESPONSES]);
	counters(p, FAMILY_SHADOW, &sum->tables[TALLY_SHADOW]);
	counters(p, FAMILY_MIRROR, &sum->tables[TALLY_MIRROR]);
	counters(p, FAMILY_REVISION, &sum->tables[TALLY_REVISION]);
}

static void write_last_uses(struct page *p, const struct metrics_input *in)
{
	struct family f = begin(p, FAMILY_LAST_USE);
	for (size_t i = 0; i < in->last_use_count; i++) {
		const struct last_use *u = &in->last_uses[i];
		sample(&f, (struct str[]){u->version, u->route, u->method, u->consumer}, (double)u->wall_ms / 1000);
	}
}

static void dates(struct page *p, enum family_id id, const struct facts *facts)
{
	struct family f = begin(p, id);
	for (unsigned i = 0; i < facts->version_count; i++) {
		const struct version_facts *v = &facts->versions[i];
		int64_t when = id == FAMILY_SUNSET ? v->sunset_ms : v->deprecation_ms;
		if (when)
			sample(&f, &v->name, (double)when / 1000);
	}
}

/* The first word of why: "errors: 7.00% of ..." */
static void write_rollout(struct page *p, const struct facts *facts)
{
	struct family f = begin(p, FAMILY_CANARY_ABORTED);
	for (unsigned i = 0; i < facts->version_count; i++) {
		const struct version_facts *v = &facts->versions[i];
		size_t word = str_find(v->canary_why, ':');
		struct str reason = word < v->canary_why.len ? str_head(v->canary_why, word) : STR("operator");
		if (str_eq(v->canary_state, STR("aborted")))
			sample(&f, (struct str[]){v->name, reason}, 1);
	}
	f = begin(p, FAMILY_REVISION_ACTIVE);
	for (unsigned i = 0; i < facts->version_count; i++)
		if (facts->versions[i].revision.len)
			sample(&f, (struct str[]){facts->versions[i].name, facts->versions[i].revision}, 1);
}

static void write_versions(struct page *p, const struct facts *facts)
{
	struct family f = begin(p, FAMILY_VERSION);
	for (unsigned i = 0; i < facts->version_count; i++) {
		const struct version_facts *v = &facts->versions[i];
		sample(&f, (struct str[]){v->name, v->semver, v->contract, v->digest, v->state}, 1);
	}
	dates(p, FAMILY_DEPRECATION, facts);
	dates(p, FAMILY_SUNSET, facts);
	f = begin(p, FAMILY_CANARY_WEIGHT);
	for (unsigned i = 0; i < facts->version_count; i++)
		if (facts->versions[i].canary)
			sample(&f, &facts->versions[i].name, facts->versions[i].canary_weight);
	write_rollout(p, facts);
}

static void write_backends(struct page *p, const struct facts *facts)
{
	struct family f = begin(p, FAMILY_BACKEND_UP);
	for (unsigned i = 0; i < facts->backend_count; i++) {
		const struct backend_facts *b = &facts->backends[i];
		sample(&f, (struct str[]){b->version, b->address, b->role}, b->up ? 1 : 0);
	}
	f = begin(p, FAMILY_BACKEND_CONNECTIONS);
	for (unsigned i = 0; i < facts->backend_count; i++) {
		const struct backend_facts *b = &facts->backends[i];
		sample(&f, (struct str[]){b->version, b->address, STR("active")}, (double)b->connections_active);
		sample(&f, (struct str[]){b->version, b->address, STR("idle")}, (double)b->connections_idle);
	}
}

static void write_state(struct page *p, const struct facts *facts)
{
	single(p, FAMILY_RELOAD_OK, facts->reload_failed ? 0 : 1);
	single(p, FAMILY_RELOAD_TIME, (double)facts->config_loaded_ms / 1000);
	struct family f = begin(p, FAMILY_CONFIG);
	sample(&f, &facts->config_digest, 1);
	f = begin(p, FAMILY_BUILD);
	sample(&f, (struct str[]){facts->vane_version, facts->commit}, 1);
	f = begin(p, FAMILY_CONNECTIONS);
	for (unsigned i = 0; i < facts->connection_count; i++)
		sample(&f, &facts->connections[i].state, (double)facts->connections[i].count);
	single(p, FAMILY_READY, facts->ready ? 1 : 0);
	single(p, FAMILY_WORKERS, facts->workers);
}

static uint64_t overflowed(struct tally *sum)
{
	uint64_t all = 0;
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		all += atomic_load_explicit(&sum->tables[i].overflowed, memory_order_relaxed);
	return all;
}

static void write_losses(struct page *p, const struct metrics_input *in)
{
	struct family f = begin(p, FAMILY_OVERFLOW);
	sample(&f, (struct str[]){STR("consumer")}, (double)in->consumers_overflowed);
	sample(&f, (struct str[]){STR("series")}, (double)overflowed(in->sum));
	sample(&f, (struct str[]){STR("usage")}, (double)in->usage_overflowed);
	sample(&f, (struct str[]){STR("field")}, (double)in->fields_overflowed);
	single(p, FAMILY_LOG_DROPPED, (double)in->log_dropped);
	single(p, FAMILY_LEDGER_OK, in->ledger_ok ? 1 : 0);
	single(p, FAMILY_LEDGER_FAILURES, (double)in->ledger_failures);
	single(p, FAMILY_EVENTS_DROPPED, (double)in->events_dropped);
	single(p, FAMILY_JOURNAL, (double)in->journal_seq);
}

static void write_process(struct page *p)
{
	struct process_facts me;
	process_facts(&me);
	single(p, FAMILY_CPU, me.cpu_seconds);
	single(p, FAMILY_RSS, (double)me.resident_bytes);
	single(p, FAMILY_VSIZE, (double)me.virtual_bytes);
	single(p, FAMILY_FDS, (double)me.open_fds);
	single(p, FAMILY_MAX_FDS, (double)me.max_fds);
	single(p, FAMILY_START, me.started);
}

void metrics_write(const struct metrics_input *in, bool open_metrics, struct buf *out)
{
	struct page p = {.out = out, .open_metrics = open_metrics};
	write_tallies(&p, in->sum);
	write_last_uses(&p, in);
	write_versions(&p, in->facts);
	write_backends(&p, in->facts);
	write_state(&p, in->facts);
	write_losses(&p, in);
	write_process(&p);
	for (size_t i = 0; i < in->collector_count; i++)
		in->collectors[i].collect(in->collectors[i].context, &p);
	page_end(&p);
}
