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

/* A running vane writes its ledger every ten seconds; a file that is further behind does not tell of the whole period.
 */
enum { BEHIND_MS = 30000 };

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

/* An operation is asked for as "GET /orders/{id}", as "/orders/{id}" with any method, or without its first slash. */
static bool is_asked_for(const struct question *q, struct str operation)
{
	struct str route = operation, asked = q->operation;
	str_cut(&route, ' ');
	return !asked.len || str_eq(asked, operation) || str_eq(asked, route) || str_eq(asked, str_skip(route, 1));
}

/* Why sources that know no caller cannot say that there is none, or NULL. */
static const char *gap_of(const struct question *q, const struct report *r, bool known)
{
	int64_t tenth = (q->now_ms - q->since_ms) / 10;
	if (r->failed)
		return "a source did not answer";
	if (r->cut)
		return "a source has more rows than it gives";
	if (!known)
		return q->operation.len ? "no use of this operation was ever recorded: is that its name?"
					: "no source knows this version";
	if (!r->since_ms || r->since_ms > q->since_ms)
		return "the history is shorter than the period";
	if (r->behind_ms > (tenth > BEHIND_MS ? tenth : BEHIND_MS))
		return "the ledger was not written lately: it ends before the period does";
	return NULL;
}

static bool ask_sources(const struct words *w, const struct question *q, struct finding_of_use *f, struct report *r)
{
	struct usage_query query = {.version = q->version};
	if (!report_gather(flags_can_retire, w, &query, r))
		return false;
	bool known = r->knows_version && !q->operation.len;
	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i].item.len || !is_asked_for(q, r->rows[i].operation))
			continue;
		known = true;
		if (r->rows[i].last_ms >= q->since_ms)
			add_caller(f, &r->rows[i]);
	}
	f->gap = gap_of(q, r, known);
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
	return pair && pair->kind == NODE_SEQUENCE && pair->count == 2 ? strtod(tree_text(&pair->items[1]).at, NULL)
								       : 0;
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

static void add_series(const struct question *q, const struct node *series, int64_t last_ms, struct finding_of_use *f,
		       struct arena *arena)
{
	const struct node *labels = tree_get(series, STR("metric"));
	struct str route = tree_text(tree_get(labels, STR("route"))),
		   method = tree_text(tree_get(labels, STR("method")));
	struct usage_row row = {
	    .version = q->version, .consumer = tree_text(tree_get(labels, STR("consumer"))), .last_ms = last_ms};
	row.operation = arena_printf(arena, "%.*s %.*s", STR_ARG(method), STR_ARG(route));
	if (!row.consumer.len)
		row.consumer = STR("(not told by these metrics)");
	if (is_asked_for(q, row.operation))
		add_caller(f, &row);
}

/* One query about the version and the period; %V in `expression` is the matcher's value, %P the period, %S a step. */
static const struct node *ask_for(const char *url, const struct question *q, const char *expression,
				  struct arena *arena)
{
	long long seconds = (long long)(q->now_ms - q->since_ms + 999) / 1000, step = seconds / 1000;
	struct buf text = {0};
	struct str version = quoted(arena, q->version);
	for (const char *c = expression; *c; c++)
		if (*c != '%')
			buf_addc(&text, *c);
		else if (*++c == 'V')
			buf_add(&text, version);
		else
			buf_addf(&text, "%llds", *c == 'P' ? seconds : step < 1 ? 1 : step > 300 ? 300 : step);
	const struct node *result = query(url, buf_str(&text), arena);
	buf_free(&text);
	return result;
}

/* The gauge of last uses names every consumer of what is deprecated, a single call too, and outlives a restart. */
static const char last_uses[] = "max by (consumer, route, method) (max_over_time("
				"vane_deprecated_last_request_timestamp_seconds{version=%V}[%P]))";
/* A version that is not deprecated has no such gauge: all that was requested of it counts, by whomever. */
static const char is_retiring[] = "count(vane_version_info{version=%V, state!=\"active\"})";
static const char requests[] =
    "sum by (route, method) (increase(vane_requests_total{version=%V, route!=\"unversioned\"}[%P])) > 0";
/* increase() does not see a row's first request. */
static const char first_requests[] =
    "count by (route, method) (last_over_time(vane_requests_total{version=%V, route!=\"unversioned\"}[%P])"
    " unless vane_requests_total{version=%V} offset %P)";
/* The history is whole when at every step of the period some vane with the version was scraped, and when none that had
 * it is out of reach now: it may have seen what nobody knows. */
static const char coverage[] = "min_over_time((count(vane_version_info{version=%V}) or vector(0))[%P:%S])";
static const char beginning[] = "count(vane_version_info{version=%V} offset %P)";
static const char out_of_reach[] =
    "count((up == 0) and on (job, instance) max_over_time(vane_version_info{version=%V}[%P]))";

static bool ask_coverage(const char *url, const struct question *q, struct finding_of_use *f, struct arena *arena)
{
	const struct node *whole = ask_for(url, q, coverage, arena),
			  *begun = whole ? ask_for(url, q, beginning, arena) : NULL,
			  *lost = begun ? ask_for(url, q, out_of_reach, arena) : NULL;
	if (!lost)
		return false;
	if (whole->count == 0 || begun->count == 0 || value_of(&whole->items[0]) < 1)
		f->gap = "the version was not scraped for the whole period";
	else if (lost->count)
		f->gap = "a vane that served the version is not scraped at the moment";
	return true;
}

static bool ask_requests(const char *url, const struct question *q, struct finding_of_use *f, struct arena *arena)
{
	const struct node *called = ask_for(url, q, requests, arena);
	const struct node *first = called && !f->gap ? ask_for(url, q, first_requests, arena) : called;
	if (!first)
		return false;
	for (uint32_t i = 0; i < called->count; i++)
		add_series(q, &called->items[i], 0, f, arena);
	for (uint32_t i = 0; !f->callers.len && i < first->count; i++)
		add_series(q, &first->items[i], 0, f, arena);
	return true;
}

static bool ask_prometheus(const char *url, const struct question *q, struct finding_of_use *f, struct arena *arena)
{
	const struct node *lasts = ask_for(url, q, last_uses, arena),
			  *retiring = lasts ? ask_for(url, q, is_retiring, arena) : NULL;
	if (!retiring || !ask_coverage(url, q, f, arena))
		return false;
	for (uint32_t i = 0; i < lasts->count; i++)
		if (value_of(&lasts->items[i]) * 1000 >= (double)q->since_ms)
			add_series(q, &lasts->items[i], (int64_t)(value_of(&lasts->items[i]) * 1000), f, arena);
	return retiring->count || f->callers.len || ask_requests(url, q, f, arena);
}

/* ---- the answer ---- */

static int by_name(const void *a, const void *b)
{
	const struct str *x = a, *y = b;
	int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);
	return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* How many consumers the rows are of: each has one for every operation. */
static size_t consumers(const struct finding_of_use *f)
{
	struct str *names = must_alloc((f->callers.len + 1) * sizeof *names);
	size_t count = f->callers.len > 0;
	for (size_t i = 0; i < f->callers.len; i++)
		names[i] = f->callers.at[i].consumer;
	qsort(names, f->callers.len, sizeof *names, by_name);
	for (size_t i = 1; i < f->callers.len; i++)
		count += !str_eq(names[i - 1], names[i]);
	free(names);
	return count;
}

static void print_text(const struct question *q, const struct finding_of_use *f)
{
	size_t count = consumers(f);
	printf("%.*s%s%.*s: ", STR_ARG(q->version), q->operation.len ? "/" : "", STR_ARG(q->operation));
	if (f->callers.len)
		printf("no, %zu consumer%s called within %s\n", count, count == 1 ? "" : "s", q->quiet_for);
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
			printf("  %llu call%s", (unsigned long long)u->count, u->count == 1 ? "" : "s");
		printf("\n");
	}
}

static void print_json(const struct question *q, const struct finding_of_use *f)
{
	struct buf out = {0};
	buf_add(&out, STR("{\"version\":\""));
	buf_add_json(&out, q->version);
	buf_addf(&out, "\",\"can_retire\":%s,\"reason\":\"%s\",\"callers\":[",
		 f->callers.len ? "false"
		 : f->gap       ? "null"
				: "true",
		 !f->callers.len && f->gap ? f->gap : "");
	for (size_t i = 0; i < f->callers.len; i++) {
		const struct usage_row *u = &f->callers.at[i];
		char last[CLOCK_TEXT];
		buf_addf(&out, "%s{\"consumer\":\"", i ? "," : "");
		buf_add_json(&out, u->consumer);
		buf_add(&out, STR("\",\"operation\":\""));
		buf_add_json(&out, u->operation);
		buf_addf(&out, "\",\"last\":\"%.*s\",\"count\":%llu}",
			 (int)(u->last_ms ? clock_format(u->last_ms, last) : 0), last, (unsigned long long)u->count);
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

/* 0: nobody uses it, 1: these do, 2: too little is known. */
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
