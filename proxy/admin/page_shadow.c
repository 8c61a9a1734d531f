/* What shadow contracts have found, for /api/status: how much of a version's traffic keeps its next contract, and the
 * commonest reasons why the rest does not: of all, and of each of the consumers that have most of them. */
#include "proxy/admin/inside.h"

#include "proxy/tally.h"

#include <limits.h>
#include <stdlib.h>

enum { REASONS_SHOWN = 5, CONSUMERS_SHOWN = 20 };
enum { LABEL_VERSION, LABEL_CONSUMER, LABEL_DIRECTION, LABEL_REASON };

static int most_first(const void *a, const void *b)
{
	const struct series *const *x = a, *const *y = b;
	uint64_t left = series_get(*x, 0), right = series_get(*y, 0);
	return (right > left) - (right < left);
}

/* The rows of a table with the largest numbers first, in the visit's arena. */
static struct series **sorted(struct visit *v, struct series_table *t, size_t *count)
{
	struct series **rows = ARENA_ARRAY(&v->arena, struct series *, t->count + 1);
	*count = 0;
	for (struct series *s = series_first(t); s; s = s->next)
		rows[(*count)++] = s;
	qsort(rows, *count, sizeof *rows, most_first);
	return rows;
}

static bool is_of(const struct series *s, struct str version, struct str consumer)
{
	return str_eq(s->labels[LABEL_VERSION], version) &&
	       (!consumer.at || str_eq(s->labels[LABEL_CONSUMER], consumer));
}

/* The five commonest; of every consumer where consumer.at is NULL. */
static void add_reasons(struct visit *v, struct series_table *from, struct str version, struct str consumer)
{
	struct buf *out = &v->answer->body;
	struct series_table sum;
	size_t count;
	series_init(&sum, 2, 2, 1, UINT_MAX);
	for (struct series *s = series_first(from); s; s = s->next)
		if (is_of(s, version, consumer))
			series_add(series_row(&sum, &s->labels[LABEL_DIRECTION]), 0, series_get(s, 0));
	struct series **rows = sorted(v, &sum, &count);
	json_name(out, "reasons");
	buf_addc(out, '[');
	for (size_t i = 0; i < count && i < REASONS_SHOWN; i++) {
		json_comma(out);
		buf_addc(out, '{');
		json_text(out, "direction", rows[i]->labels[0]);
		json_text(out, "reason", rows[i]->labels[1]);
		json_number(out, "count", series_get(rows[i], 0));
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
	series_free(&sum);
}

static void add_consumers(struct visit *v, struct series_table *from, struct str version)
{
	struct buf *out = &v->answer->body;
	struct series_table sum;
	size_t count;
	series_init(&sum, 1, 1, 1, UINT_MAX);
	for (struct series *s = series_first(from); s; s = s->next)
		if (is_of(s, version, (struct str){NULL, 0}))
			series_add(series_row(&sum, &s->labels[LABEL_CONSUMER]), 0, series_get(s, 0));
	struct series **rows = sorted(v, &sum, &count);
	json_name(out, "consumers");
	buf_addc(out, '[');
	for (size_t i = 0; i < count && i < CONSUMERS_SHOWN; i++) {
		json_comma(out);
		buf_addc(out, '{');
		json_text(out, "consumer", rows[i]->labels[0]);
		json_number(out, "count", series_get(rows[i], 0));
		add_reasons(v, from, version, rows[i]->labels[0]);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
	series_free(&sum);
}

static void add_direction(struct buf *out, struct series_table *t, struct str version, const char *direction)
{
	static const char *const results[] = {"satisfied", "violated", "unchecked"};
	uint64_t counts[3] = {0};
	for (struct series *s = series_first(t); s; s = s->next)
		for (unsigned i = 0; i < 3; i++)
			if (str_eq(s->labels[0], version) && str_eq(s->labels[1], str_from(direction)) &&
			    str_eq(s->labels[2], str_from(results[i])))
				counts[i] += series_get(s, 0);
	json_name(out, direction);
	buf_addc(out, '{');
	for (unsigned i = 0; i < 3; i++)
		json_number(out, results[i], counts[i]);
	if (counts[0] + counts[1]) {
		json_name(out, "share");
		buf_addf(out, "%.4f", (double)counts[0] / (double)(counts[0] + counts[1]));
	}
	buf_addc(out, '}');
}

void page_add_shadows(struct visit *v, const struct facts *f, struct tally *sum)
{
	struct buf *out = &v->answer->body;
	json_name(out, "shadow");
	buf_addc(out, '[');
	for (unsigned i = 0; i < f->version_count; i++) {
		struct str version = f->versions[i].name;
		if (!f->versions[i].shadow.len)
			continue;
		json_comma(out);
		buf_addc(out, '{');
		json_text(out, "version", version);
		json_text(out, "contract", f->versions[i].shadow);
		add_direction(out, &sum->tables[TALLY_SHADOW], version, "request");
		add_direction(out, &sum->tables[TALLY_SHADOW], version, "response");
		add_reasons(v, &sum->tables[TALLY_SHADOW_REASON], version, (struct str){NULL, 0});
		add_consumers(v, &sum->tables[TALLY_SHADOW_REASON], version);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}
