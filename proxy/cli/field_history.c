#include "proxy/cli/field_history.h"

#include "filters/contract/json_tree.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/cli/client.h"

#include <stdio.h>
#include <stdlib.h>

struct gathering {
	struct field_history *history;
	VEC(struct field_row) rows, samples;
	unsigned answered;
};

static void complain(struct gathering *g, struct str why)
{
	fprintf(stderr, "vane: %.*s\n", STR_ARG(why));
	g->history->failed++;
}

/* A merged history reaches back as far as the shortest of its parts. */
static void add_history(struct gathering *g, int64_t since_ms, int64_t lost_ms, bool cut)
{
	struct field_history *h = g->history;
	if (g->answered++ == 0)
		h->since_ms = since_ms;
	else if (!since_ms || !h->since_ms)
		h->since_ms = 0;
	else if (since_ms > h->since_ms)
		h->since_ms = since_ms;
	if (lost_ms > h->lost_ms)
		h->lost_ms = lost_ms;
	h->cut |= cut;
}

/* ---- a file ---- */

static void from_file(struct gathering *g, const char *path, const struct field_query *q)
{
	struct ledger ledger;
	struct field_report found;
	struct buf error = {0};
	buf_addf(&error, "%s: ", path);
	bool open = ledger_open(&ledger, path, LEDGER_READ, &error);
	if (open && ledger_fields(&ledger, q, &g->history->arena, &found, &error)) {
		for (size_t i = 0; i < found.count; i++)
			VEC_PUSH(&g->rows, found.rows[i]);
		for (size_t i = 0; i < found.sample_count; i++)
			VEC_PUSH(&g->samples, found.samples[i]);
		add_history(g, found.since_ms, found.lost_ms, found.cut);
	} else {
		complain(g, buf_str(&error));
	}
	if (open)
		ledger_close(&ledger);
	buf_free(&error);
}

/* ---- an instance ---- */

static struct str text_at(const struct node *n, const char *name)
{
	return tree_text(tree_get(n, str_from(name)));
}

static int64_t time_at(const struct node *n, const char *name)
{
	int64_t ms = 0;
	return clock_parse(text_at(n, name), &ms) ? ms : 0;
}

static uint64_t number_at(const struct node *n, const char *name)
{
	uint64_t number = 0;
	return str_to_u64(text_at(n, name), &number) ? number : 0;
}

static struct field_row row_of(const struct node *n, const char *count)
{
	return (struct field_row){.version = text_at(n, "version"),
				  .operation = text_at(n, "operation"),
				  .direction = text_at(n, "direction"),
				  .place = text_at(n, "field"),
				  .consumer = text_at(n, "consumer"),
				  .first_ms = time_at(n, "first"),
				  .last_ms = time_at(n, "last"),
				  .count = number_at(n, count),
				  .bodies = number_at(n, "bodies"),
				  .refused = number_at(n, "refused")};
}

static void add_answer(struct gathering *g, const char *url, struct str body)
{
	struct diag d;
	diag_init(&d);
	const struct node *n = json_tree_read(&g->history->arena, arena_dup(&g->history->arena, body), url, &d);
	const struct node *fields = n ? tree_get(n, STR("fields")) : NULL,
			  *samples = n ? tree_get(n, STR("samples")) : NULL;
	if (!fields || !samples || fields->kind != NODE_SEQUENCE || samples->kind != NODE_SEQUENCE) {
		struct buf why = {0};
		buf_addf(&why, "%s: the answer is not that of a vane", url);
		complain(g, buf_str(&why));
		buf_free(&why);
	} else {
		for (uint32_t i = 0; i < fields->count; i++)
			VEC_PUSH(&g->rows, row_of(&fields->items[i], "count"));
		for (uint32_t i = 0; i < samples->count; i++)
			VEC_PUSH(&g->samples, row_of(&samples->items[i], "heads"));
		add_history(g, time_at(n, "sampled_since"), time_at(n, "lost"), tree_is_true(tree_get(n, STR("cut"))));
	}
	diag_free(&d);
}

static void from_instance(struct gathering *g, const char *url, const struct field_query *q)
{
	struct buf path = {0}, body, why = {0};
	char text[CLOCK_TEXT];
	buf_add(&path, STR("/api/fields?limit=100000"));
	client_parameter(&path, "version", q->version);
	client_parameter(&path, "operation", q->operation);
	if (q->since_ms)
		client_parameter(&path, "since", str_of(text, clock_format(q->since_ms, text)));
	if (client_page(url, buf_str(&path), &body, &why))
		add_answer(g, url, buf_str(&body));
	else
		complain(g, buf_str(&why));
	buf_free(&body);
	buf_free(&path);
	buf_free(&why);
}

/* ---- one list ---- */

static int by_key(const void *a, const void *b)
{
	const struct field_row *x = a, *y = b;
	int order = str_cmp(x->version, y->version);
	order = order ? order : str_cmp(x->operation, y->operation);
	order = order ? order : str_cmp(x->direction, y->direction);
	order = order ? order : str_cmp(x->place, y->place);
	return order ? order : str_cmp(x->consumer, y->consumer);
}

static struct field_row *merge(struct arena *a, struct field_row *rows, size_t count, size_t *merged)
{
	struct field_row *to = arena_zalloc(a, count + 1, sizeof *to);
	*merged = 0;
	if (count)
		qsort(rows, count, sizeof *rows, by_key);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || by_key(&rows[i - 1], &rows[i]) != 0) {
			to[(*merged)++] = rows[i];
			continue;
		}
		struct field_row *sum = &to[*merged - 1];
		sum->first_ms = rows[i].first_ms < sum->first_ms ? rows[i].first_ms : sum->first_ms;
		sum->last_ms = rows[i].last_ms > sum->last_ms ? rows[i].last_ms : sum->last_ms;
		sum->count += rows[i].count;
		sum->bodies += rows[i].bodies;
		sum->refused += rows[i].refused;
	}
	return to;
}

bool field_history_gather(const struct flag *flags, const struct words *w, const struct field_query *q,
			  struct field_history *h)
{
	struct gathering g = {.history = h};
	struct report_sources sources;
	*h = (struct field_history){0};
	arena_init(&h->arena, 16384);
	if (!report_sources(flags, w, q->version, &h->arena, &sources))
		return false;
	if (sources.path)
		from_file(&g, sources.path, q);
	for (unsigned i = 0; i < sources.instances->count; i++)
		from_instance(&g, sources.instances->values[i], q);
	h->rows = merge(&h->arena, g.rows.at, g.rows.len, &h->count);
	h->samples = merge(&h->arena, g.samples.at, g.samples.len, &h->sample_count);
	VEC_FREE(&g.rows);
	VEC_FREE(&g.samples);
	return g.answered > 0;
}

/* The first sample that does not stand before `row`. */
static size_t first_sample(const struct field_history *h, const struct field_row *row)
{
	size_t low = 0, high = h->sample_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_key(&h->samples[middle], row) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct field_row field_history_samples(const struct field_history *h, const struct field_row *row)
{
	struct field_row sum = *row;
	sum.place = STR("");
	sum.first_ms = sum.last_ms = 0;
	sum.count = sum.bodies = sum.refused = 0;
	for (size_t i = first_sample(h, &sum); i < h->sample_count; i++) {
		const struct field_row *s = &h->samples[i];
		if (!str_eq(s->version, row->version) || !str_eq(s->operation, row->operation) ||
		    !str_eq(s->direction, row->direction) || (row->consumer.len && !str_eq(s->consumer, row->consumer)))
			break;
		sum.first_ms = !sum.first_ms || s->first_ms < sum.first_ms ? s->first_ms : sum.first_ms;
		sum.last_ms = s->last_ms > sum.last_ms ? s->last_ms : sum.last_ms;
		sum.count += s->count;
		sum.bodies += s->bodies;
		sum.refused += s->refused;
	}
	return sum;
}

void field_history_free(struct field_history *h)
{
	arena_free(&h->arena);
}
