#include "proxy/page.h"

#include <math.h>
#include <stdio.h>

static const char *const type_words[] = {"counter", "gauge", "histogram", "info"};

/* What sample names have behind the family's. */
static const char *suffix_of(const struct page *p)
{
	return p->type == PAGE_COUNTER ? "_total" : p->type == PAGE_INFO ? "_info" : "";
}

void page_family(struct page *p, const char *name, enum page_type type, const char *help)
{
	p->name = name;
	p->type = type;
	/* In the older format a family is named like its samples, and what is an info there is a gauge. */
	const char *suffix = p->open_metrics ? "" : suffix_of(p);
	const char *word = type == PAGE_INFO && !p->open_metrics ? "gauge" : type_words[type];
	buf_addf(p->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name, suffix, word);
}

/* A label's value: backslash, quote and line feed are escaped; what is not UTF-8 may not stand in either format. */
static void add_value(struct buf *out, struct str value)
{
	struct buf json = {0};
	bool plain = true;
	for (size_t i = 0; i < value.len && plain; i++)
		plain = value.at[i] >= 0x20 && value.at[i] < 0x7F && value.at[i] != '"' && value.at[i] != '\\';
	if (plain) {
		buf_add(out, value);
		return;
	}
	buf_add_json(&json, value);
	for (size_t i = 0; i < json.len; i++) {
		/* JSON's \uXXXX, \t and the like are none of these formats': the backslash itself is escaped. */
		if (json.at[i] == '\\' && i + 1 < json.len && strchr("\\\"n", json.at[i + 1]))
			buf_addc(out, json.at[i++]);
		else if (json.at[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, json.at[i]);
	}
	buf_free(&json);
}

static void add_labels(struct page *p, const struct label *labels, size_t count, const char *bound)
{
	if (!count && !bound)
		return;
	char open = '{';
	for (size_t i = 0; i < count; i++, open = ',') {
		buf_addc(p->out, open);
		buf_add(p->out, str_from(labels[i].name));
		buf_add(p->out, STR("=\""));
		add_value(p->out, labels[i].value);
		buf_addc(p->out, '"');
	}
	if (bound) {
		buf_addc(p->out, open);
		buf_add(p->out, STR("le=\""));
		buf_add(p->out, str_from(bound));
		buf_addc(p->out, '"');
	}
	buf_addc(p->out, '}');
}

static void begin(struct page *p, const char *suffix, const struct label *labels, size_t count, const char *bound)
{
	buf_add(p->out, str_from(p->name));
	buf_add(p->out, str_from(suffix));
	add_labels(p, labels, count, bound);
	buf_addc(p->out, ' ');
}

static void add_number(struct buf *out, double value)
{
	if (isnan(value) || isinf(value))
		buf_add(out, isnan(value) ? STR("NaN") : value > 0 ? STR("+Inf") : STR("-Inf"));
	else if (value == floor(value) && fabs(value) < 1e15)
		buf_addf(out, "%.0f", value);
	else
		buf_addf(out, "%.15g", value);
}

void page_sample(struct page *p, const struct label *labels, size_t count, double value)
{
	begin(p, suffix_of(p), labels, count, NULL);
	add_number(p->out, value);
	buf_addc(p->out, '\n');
}

void page_sample_u64(struct page *p, const struct label *labels, size_t count, uint64_t value)
{
	begin(p, suffix_of(p), labels, count, NULL);
	buf_add_u64(p->out, value);
	buf_addc(p->out, '\n');
}

void page_bucket(struct page *p, const struct label *labels, size_t count, const char *bound, uint64_t below,
		 const struct exemplar *e)
{
	begin(p, "_bucket", labels, count, bound);
	buf_add_u64(p->out, below);
	if (p->open_metrics && e && e->trace_id.len) {
		buf_add(p->out, STR(" # {trace_id=\""));
		add_value(p->out, e->trace_id);
		buf_add(p->out, STR("\"} "));
		add_number(p->out, e->value);
		buf_addf(p->out, " %lld.%03lld", (long long)(e->wall_ms / 1000), (long long)(e->wall_ms % 1000));
	}
	buf_addc(p->out, '\n');
}

void page_histogram_end(struct page *p, const struct label *labels, size_t count, double sum, uint64_t total)
{
	begin(p, "_sum", labels, count, NULL);
	add_number(p->out, sum);
	buf_addc(p->out, '\n');
	begin(p, "_count", labels, count, NULL);
	buf_add_u64(p->out, total);
	buf_addc(p->out, '\n');
}

void page_end(struct page *p)
{
	if (p->open_metrics)
		buf_add(p->out, STR("# EOF\n"));
}

struct str page_content_type(bool open_metrics)
{
	return open_metrics ? STR("application/openmetrics-text; version=1.0.0; charset=utf-8")
			    : STR("text/plain; version=0.0.4; charset=utf-8");
}
