#include "proxy/cli/usage_fields.h"

#include "proxy/base/clock.h"

#include <stdio.h>

void usage_cell(struct str text, const char *end)
{
	putchar('"');
	if (text.len && strchr("=+-@\t\r", text.at[0]))
		putchar('\'');
	for (size_t i = 0; i < text.len; i++)
		printf(text.at[i] == '"' ? "\"%c" : "%c", text.at[i]);
	printf("\"%s", end);
}

static bool same_place(const struct field_row *a, const struct field_row *b)
{
	return str_eq(a->version, b->version) && str_eq(a->operation, b->operation) &&
	       str_eq(a->direction, b->direction) && str_eq(a->place, b->place);
}

static bool is_used(const struct field_row *row, const struct usage_query *q)
{
	return row->consumer.len && row->last_ms >= q->since_ms &&
	       (!q->consumer.len || str_eq(row->consumer, q->consumer));
}

/* A place that the contract names and nobody uses has one row, without consumer; it stands before those of consumers.
 */
static bool is_shown(const struct field_history *h, size_t i, const struct usage_query *q)
{
	if (h->rows[i].consumer.len)
		return is_used(&h->rows[i], q);
	for (size_t k = i + 1; k < h->count && same_place(&h->rows[i], &h->rows[k]); k++)
		if (is_used(&h->rows[k], q))
			return false;
	return true;
}

/* How many of that consumer's exchanges (of all, where there is no consumer) were looked at for such a place. */
static uint64_t looked_at(const struct field_history *h, const struct field_row *row)
{
	struct field_row samples = field_history_samples(h, row);
	return row->place.at[0] == '/' ? samples.bodies : samples.count;
}

static void print_text(const struct field_history *h, const struct usage_query *q)
{
	bool any = false;
	for (size_t i = 0; i < h->count; i++) {
		const struct field_row *row = &h->rows[i];
		char last[CLOCK_TEXT];
		if (!is_shown(h, i, q))
			continue;
		if (!any)
			printf("%-12s %-28s %-8s %-28s %-20s %-17s %s\n", "version", "operation", "of", "field",
			       "consumer", "last", "samples");
		any = true;
		clock_format(row->last_ms, last);
		printf("%-12.*s %-28.*s %-8.*s %-28.*s %-20.*s %.16s%s %llu of %llu\n", STR_ARG(row->version),
		       STR_ARG(row->operation), STR_ARG(row->direction), STR_ARG(row->place),
		       row->consumer.len ? (int)row->consumer.len : 6, row->consumer.len ? row->consumer.at : "nobody",
		       row->consumer.len ? last : "-               ", row->consumer.len ? "Z" : " ",
		       (unsigned long long)row->count, (unsigned long long)looked_at(h, row));
	}
	if (!any)
		printf(h->since_ms ? "no field was looked at yet\n" : "field use is not sampled (usage.fields)\n");
}

static void add_member(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void add_time(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT];
	add_member(out, name, str_of(text, clock_format(ms, text)));
}

static void print_json(const struct field_history *h, const struct usage_query *q)
{
	struct buf out = {0};
	buf_add(&out, STR("["));
	for (size_t i = 0; i < h->count; i++) {
		const struct field_row *row = &h->rows[i];
		if (!is_shown(h, i, q))
			continue;
		buf_add(&out, out.len > 1 ? STR(",\n{") : STR("{"));
		add_member(&out, "version", row->version);
		add_member(&out, "operation", row->operation);
		add_member(&out, "direction", row->direction);
		add_member(&out, "field", row->place);
		if (row->consumer.len) {
			add_member(&out, "consumer", row->consumer);
			add_time(&out, "first", row->first_ms);
			add_time(&out, "last", row->last_ms);
		} else {
			buf_add(&out, STR(",\"consumer\":null,\"first\":null,\"last\":null"));
		}
		buf_addf(&out, ",\"count\":%llu,\"samples\":%llu}", (unsigned long long)row->count,
			 (unsigned long long)looked_at(h, row));
	}
	printf("%.*s]\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static void print_csv(const struct field_history *h, const struct usage_query *q)
{
	printf("version,operation,direction,field,consumer,first,last,count,samples\r\n");
	for (size_t i = 0; i < h->count; i++) {
		const struct field_row *row = &h->rows[i];
		char first[CLOCK_TEXT] = "", last[CLOCK_TEXT] = "";
		if (!is_shown(h, i, q))
			continue;
		if (row->consumer.len) {
			clock_format(row->first_ms, first);
			clock_format(row->last_ms, last);
		}
		usage_cell(row->version, ",");
		usage_cell(row->operation, ",");
		usage_cell(row->direction, ",");
		usage_cell(row->place, ",");
		usage_cell(row->consumer, ",");
		usage_cell(str_from(first), ",");
		usage_cell(str_from(last), ",");
		printf("%llu,%llu\r\n", (unsigned long long)row->count, (unsigned long long)looked_at(h, row));
	}
}

int usage_fields(const struct flag *flags, const struct words *w, const struct usage_query *q, const char *form)
{
	struct field_history h;
	const struct field_query asked = {.version = q->version, .since_ms = q->since_ms};
	bool good = field_history_gather(flags, w, &asked, &h);
	if (good && form && strcmp(form, "json") == 0)
		print_json(&h, q);
	else if (good && form && strcmp(form, "csv") == 0)
		print_csv(&h, q);
	else if (good)
		print_text(&h, q);
	if (good && h.cut)
		fprintf(stderr, "vane: there are more rows than a source gives at once; narrow it to a version\n");
	int code = good && !h.failed ? EXIT_CLEAN : EXIT_CANNOT_TELL;
	field_history_free(&h);
	return code;
}
