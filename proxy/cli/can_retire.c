#include "filters/contract/json_tree.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/cli/client.h"
#include "proxy/cli/report.h"

#include <stdio.h>
#include <stdlib.h>

const struct flag flags_can_retire[] = {
    {"quiet-for", 0, "AGE", "how long nobody may have called (default 30d)"},
    REPORT_FLAGS,
    {"prometheus", 0, "URL", "ask a Prometheus instead, for fleets"},
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

/* What is asked: a version, perhaps one operation of it, and since when it must have been quiet. */
struct question {
	struct str version, operation;
	const char *quiet_for; /* as written */
	int64_t since_ms, now_ms;
};

/* What was found: who still calls, and whether the history is long enough to say that nobody does. */
struct finding_of_use {
	VEC(struct usage_row) callers;
	const char *gap; /* why it cannot be told, or NULL */
};

static void add_caller(struct finding_of_use *f, const struct usage_row *row)
{
	VEC_PUSH(&f->callers, *row);
}

static bool ask_sources(const struct words *w, const struct question *q, struct finding_of_use *f, struct report *r)
{
	struct usage_query query = {.version = q->version, .operation = q->operation};
	if (!report_gather(flags_can_retire, w, &query, r))
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (!r->rows[i].item.len && r->rows[i].last_ms >= q->since_ms)
			add_caller(f, &r->rows[i]);
	if (r->failed)
		f->gap = "a source did not answer";
	else if (r->cut)
		f->gap = "a source has more rows than it gives";
	else if (!r->since_ms || r->since_ms > q->since_ms)
		f->gap = "the history is shorter than the period";
	return true;
}

/* ---- Prometheus ---- */

/* The result of an instant query as its list of series, or NULL after a message. */
static const struct node *query(const char *url, struct str expression, struct arena *arena)
{
	struct client_answer answer;
	struct buf path = {0}, why = {0};
	const struct node *result = NULL;
	buf_add(&path, STR("/api/v1/query?query="));
	client_encode(expression, &path);
	bool good = client_ask(url, "GET", buf_str(&path), STR(""), &answer, &why);
	if (good && answer.status == 200) {
		struct diag d;
		diag_init(&d);
		const struct node *n = json_tree_read(arena, arena_dup(arena, buf_str(&answer.body)), url, &d);
		result = n ? tree_at(n, STR("/data/result")) : NULL;
		diag_free(&d);
	}
	if (!result && !why.len)
		buf_addf(&why, "%s: answered with status %u", url, answer.status);
	if (!result)
		fprintf(stderr, "vane: %.*s\n", STR_ARG(buf_str(&why)));
	buf_free(&answer.body);
	buf_free(&path);
	buf_free(&why);
	return result;
}

static double value_of(const struct node *series)
{
	const struct node *pair = tree_get(series, STR("value"));
	return pair && pair->kind == NODE_SEQUENCE && pair->count == 2 ? strtod(tree_text(&pair->items[1]).at, NULL) : 0;
}

/* `"v1"` as a matcher's value in PromQL. */
static struct str quoted(struct arena *arena, struct str text)
{
	struct buf b = {0};
	buf_addc(&b, '"');
	buf_add_json(&b, text);
	buf_addc(&b, '"');
	struct str s = arena_dup(arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static bool is_asked_for(const struct question *q, struct str operation, struct str route)
{
	return !q->operation.len || str_eq(q->operation, operation) || str_eq(q->operation, route);
}

static void add_series(const struct question *q, const struct node *series, int64_t last_ms, struct finding_of_use *f,
		       struct arena *arena)
{
	const struct node *labels = tree_get(series, STR("metric"));
	struct str route = tree_text(tree_get(labels, STR("route"))), method = tree_text(tree_get(labels, STR("method")));
	struct usage_row row = {.version = q->version, .consumer = tree_text(tree_get(labels, STR("consumer"))), .last_ms = last_ms};
	row.operation = arena_printf(arena, "%.*s %.*s", STR_ARG(method), STR_ARG(route));
	if (!row.consumer.len)
		row.consumer = STR("(not told by these metrics)");
	if (is_asked_for(q, row.operation, route))
		add_caller(f, &row);
}

/* Last uses by consumer, of what is deprecated; and every request, because a version that is not marked deprecated has no
 * such gauge. The history is whole when the version's info was there at every step of the period. */
static bool ask_prometheus(const char *url, const struct question *q, struct finding_of_use *f, struct arena *arena)
{
	int64_t seconds = (q->now_ms - q->since_ms) / 1000;
	struct str version = quoted(arena, q->version);
	struct str last = arena_printf(arena,
				       "max by (consumer, route, method) (max_over_time("
				       "vane_deprecated_last_request_timestamp_seconds{version=%.*s}[%llds]))",
				       STR_ARG(version), (long long)seconds);
	struct str calls = arena_printf(arena, "sum by (route, method) (increase(vane_requests_total{version=%.*s}[%llds])) > 0",
					STR_ARG(version), (long long)seconds);
	struct str seen = arena_printf(arena,
				       "min_over_time((count(vane_version_info{version=%.*s}) or vector(0))[%llds:%llds])",
				       STR_ARG(version), (long long)seconds, (long long)(seconds > 86400 ? 300 : 60));
	const struct node *lasts = query(url, last, arena), *called = lasts ? query(url, calls, arena) : NULL,
			  *whole = called ? query(url, seen, arena) : NULL;
	if (!whole)
		return false;
	for (uint32_t i = 0; i < lasts->count; i++)
		if (value_of(&lasts->items[i]) * 1000 >= (double)q->since_ms)
			add_series(q, &lasts->items[i], (int64_t)(value_of(&lasts->items[i]) * 1000), f, arena);
	for (uint32_t i = 0; !f->callers.len && i < called->count; i++)
		add_series(q, &called->items[i], 0, f, arena);
	if (whole->count == 0 || value_of(&whole->items[0]) < 1)
		f->gap = "the version was not scraped for the whole period";
	return true;
}

/* ---- the answer ---- */

static void print_text(const struct question *q, const struct finding_of_use *f)
{
	printf("%.*s%s%.*s: ", STR_ARG(q->version), q->operation.len ? "/" : "", STR_ARG(q->operation));
	if (f->callers.len)
		printf("no, %zu still call%s within %s\n", f->callers.len, f->callers.len == 1 ? "s" : "", q->quiet_for);
	else if (f->gap)
		printf("cannot tell, %s\n", f->gap);
	else
		printf("yes, nobody has called for %s\n", q->quiet_for);
	for (size_t i = 0; i < f->callers.len; i++) {
		const struct usage_row *u = &f->callers.at[i];
		char last[CLOCK_TEXT] = "";
		if (u->last_ms)
			clock_format(u->last_ms, last);
		printf("  %-24.*s %-32.*s %.19s", STR_ARG(u->consumer), STR_ARG(u->operation), last);
		if (u->count)
			printf("  %llu calls", (unsigned long long)u->count);
		printf("\n");
	}
}

static void print_json(const struct question *q, const struct finding_of_use *f)
{
	struct buf out = {0};
	buf_add(&out, STR("{\"version\":\""));
	buf_add_json(&out, q->version);
	buf_addf(&out, "\",\"can_retire\":%s,\"reason\":\"%s\",\"callers\":[",
		 f->callers.len ? "false" : f->gap ? "null" : "true", !f->callers.len && f->gap ? f->gap : "");
	for (size_t i = 0; i < f->callers.len; i++) {
		const struct usage_row *u = &f->callers.at[i];
		char last[CLOCK_TEXT];
		buf_addf(&out, "%s{\"consumer\":\"", i ? "," : "");
		buf_add_json(&out, u->consumer);
		buf_add(&out, STR("\",\"operation\":\""));
		buf_add_json(&out, u->operation);
		buf_addf(&out, "\",\"last\":\"%.*s\",\"count\":%llu}", (int)(u->last_ms ? clock_format(u->last_ms, last) : 0), last,
			 (unsigned long long)u->count);
	}
	printf("%.*s]}\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static bool read_question(const struct words *w, struct question *q)
{
	const char *quiet = flags_value(flags_can_retire, w, "quiet-for");
	if (w->operand_count != 1) {
		fprintf(stderr, "vane: can-retire needs one version: vane can-retire v1 --quiet-for 30d\n");
		return false;
	}
	q->operation = str_from(w->operands[0]);
	q->version = str_cut(&q->operation, '/');
	q->quiet_for = quiet ? quiet : "30d";
	q->now_ms = clock_wall_ms();
	return report_since("quiet-for", q->quiet_for, &q->since_ms);
}

int cli_can_retire(struct words *w)
{
	struct question q;
	struct finding_of_use f = {0};
	struct report r = {0};
	const char *prometheus = flags_value(flags_can_retire, w, "prometheus");
	bool json;
	if (!cli_output(flags_can_retire, w, &json) || !read_question(w, &q))
		return EXIT_CANNOT_TELL;
	if (prometheus)
		arena_init(&r.arena, 16384);
	bool good = prometheus ? ask_prometheus(prometheus, &q, &f, &r.arena) : ask_sources(w, &q, &f, &r);
	if (good && json)
		print_json(&q, &f);
	else if (good)
		print_text(&q, &f);
	int code = !good ? EXIT_CANNOT_TELL : f.callers.len ? EXIT_FINDINGS : f.gap ? EXIT_CANNOT_TELL : EXIT_CLEAN;
	VEC_FREE(&f.callers);
	report_free(&r);
	return code;
}
