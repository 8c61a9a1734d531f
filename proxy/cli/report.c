#include "proxy/cli/report.h"

#include "filters/contract/json_tree.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/beside.h"
#include "proxy/cli/client.h"
#include "proxy/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLUSHED_MS = 5000 };

struct gathering {
	struct report *report;
	VEC(struct usage_row) rows;
	unsigned answered;
};

static bool same_use(const struct usage_row *a, const struct usage_row *b)
{
	return str_eq(a->version, b->version) && str_eq(a->operation, b->operation) &&
	       str_eq(a->consumer, b->consumer) && str_eq(a->item, b->item);
}

static void add_row(struct gathering *g, const struct usage_row *row)
{
	for (size_t i = 0; i < g->rows.len; i++) {
		struct usage_row *known = &g->rows.at[i];
		if (!same_use(known, row))
			continue;
		known->count += row->count;
		if (row->first_ms < known->first_ms)
			known->first_ms = row->first_ms;
		if (row->last_ms > known->last_ms) {
			known->last_ms = row->last_ms;
			known->deprecated = row->deprecated;
		}
		return;
	}
	VEC_PUSH(&g->rows, *row);
}

/* A merged history reaches back as far as the shortest of its parts, and up to the one that is furthest behind. */
static void add_history(struct gathering *g, int64_t since_ms, int64_t written_ms, int64_t now_ms)
{
	struct report *r = g->report;
	int64_t behind = written_ms ? now_ms - written_ms : INT64_MAX;
	if (behind > r->behind_ms)
		r->behind_ms = behind;
	if (g->answered++ == 0)
		r->since_ms = since_ms;
	else if (!since_ms || !r->since_ms)
		r->since_ms = 0;
	else if (since_ms > r->since_ms)
		r->since_ms = since_ms;
}

static void complain(struct gathering *g, struct str why)
{
	fprintf(stderr, "vane: %.*s\n", STR_ARG(why));
	g->report->failed++;
}

static void from_file(struct gathering *g, const char *path, const struct usage_query *q)
{
	struct ledger ledger;
	struct usage_report found;
	struct buf error = {0};
	buf_addf(&error, "%s: ", path);
	if (!ledger_open(&ledger, path, LEDGER_READ, &error)) {
		complain(g, buf_str(&error));
	} else {
		if (ledger_usage(&ledger, q, &g->report->arena, &found, &error)) {
			for (size_t i = 0; i < found.count; i++)
				add_row(g, &found.rows[i]);
			add_history(g, found.recording_since_ms, found.written_ms, clock_wall_ms());
			g->report->cut |= found.cut;
		} else {
			complain(g, buf_str(&error));
		}
		ledger_close(&ledger);
	}
	buf_free(&error);
}

static int64_t time_at(const struct node *n, struct str name)
{
	int64_t ms = 0;
	return clock_parse(tree_text(tree_get(n, name)), &ms) ? ms : 0;
}

static struct usage_row row_of(const struct node *n)
{
	uint64_t count = 0;
	(void)!str_to_u64(tree_text(tree_get(n, STR("count"))), &count);
	return (struct usage_row){.version = tree_text(tree_get(n, STR("version"))),
				  .operation = tree_text(tree_get(n, STR("operation"))),
				  .consumer = tree_text(tree_get(n, STR("consumer"))),
				  .item = tree_text(tree_get(n, STR("item"))),
				  .source = tree_text(tree_get(n, STR("source"))),
				  .first_ms = time_at(n, STR("first")),
				  .last_ms = time_at(n, STR("last")),
				  .count = count,
				  .deprecated = tree_is_true(tree_get(n, STR("deprecated")))};
}

static void add_answer(struct gathering *g, const char *url, struct str body)
{
	struct diag d;
	diag_init(&d);
	const struct node *n = json_tree_read(&g->report->arena, body, url, &d);
	const struct node *uses = n ? tree_get(n, STR("usage")) : NULL;
	if (!uses || uses->kind != NODE_SEQUENCE) {
		struct buf why = {0};
		buf_addf(&why, "%s: the answer is not that of a vane", url);
		complain(g, buf_str(&why));
		buf_free(&why);
	} else {
		for (uint32_t i = 0; i < uses->count; i++) {
			struct usage_row row = row_of(&uses->items[i]);
			add_row(g, &row);
		}
		/* It writes what it has before it answers, unless it cannot. */
		int64_t written = time_at(n, STR("written")), now = time_at(n, STR("now"));
		add_history(g, time_at(n, STR("recording_since")), now - written < FLUSHED_MS ? written : 0, now);
		g->report->cut |= tree_is_true(tree_get(n, STR("cut")));
	}
	diag_free(&d);
}

static void from_instance(struct gathering *g, const char *url, const struct usage_query *q)
{
	struct buf path = {0}, body, why = {0};
	char text[CLOCK_TEXT];
	buf_add(&path, STR("/api/usage?limit=100000"));
	client_parameter(&path, "version", q->version);
	client_parameter(&path, "operation", q->operation);
	client_parameter(&path, "consumer", q->consumer);
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

/* Whether a running vane serves this version, used or not. */
static void ask_for_version(struct gathering *g, const char *url, struct str version)
{
	struct client_answer answer;
	struct buf why = {0};
	struct diag d;
	diag_init(&d);
	const struct node *n = NULL;
	if (client_ask(url, "GET", STR("/api/status"), STR(""), &answer, &why) && answer.status == 200)
		n = json_tree_read(&g->report->arena, buf_str(&answer.body), url, &d);
	const struct node *versions = n ? tree_get(n, STR("versions")) : NULL;
	for (uint32_t i = 0; versions && versions->kind == NODE_SEQUENCE && i < versions->count; i++)
		g->report->knows_version |= str_eq(tree_text(tree_get(&versions->items[i], STR("name"))), version);
	diag_free(&d);
	buf_free(&why);
	buf_free(&answer.body);
}

/* The ledger that a configuration names. */
static bool ledger_of(const char *config, struct arena *a, struct str version, struct report_sources *s)
{
	struct usage_settings usage;
	struct conf conf;
	struct diag d;
	diag_init(&d);
	struct key_reader reader = {.arena = a, .diag = &d};
	key_defaults(&usage_keys, &usage, a);
	bool good =
	    conf_load(&conf, config, &d) && key_read(&usage_keys, tree_get(conf.root, STR("usage")), &usage, &reader);
	if (!good)
		cli_complain(&d);
	else if (!usage.ledger.len)
		fprintf(stderr, "vane: %s keeps its usage in memory (no usage.ledger): ask the process with --from\n",
			config);
	good = good && usage.ledger.len;
	if (good) {
		s->path = beside(a, str_from(config), usage.ledger).at;
		s->knows_version = version.len && tree_get(tree_get(conf.root, STR("versions")), version);
	}
	conf_free(&conf);
	diag_free(&d);
	return good;
}

static int newest_first(const void *a, const void *b)
{
	const struct usage_row *x = a, *y = b;
	return (x->last_ms < y->last_ms) - (x->last_ms > y->last_ms);
}

bool report_sources(const struct flag *flags, const struct words *w, struct str version, struct arena *a,
		    struct report_sources *s)
{
	const char *config = flags_value(flags, w, "config");
	*s = (struct report_sources){flags_value(flags, w, "ledger"), flags_given(flags, w, "from"), false};
	if (!s->path && !config && !s->instances->count && access("vane.yaml", R_OK) == 0)
		config = "vane.yaml";
	if (!s->path && config && !ledger_of(config, a, version, s))
		return false;
	if (!s->path && !s->instances->count) {
		fprintf(stderr, "vane: whose usage? --ledger FILE, --config FILE or --from http://127.0.0.1:9900\n");
		return false;
	}
	return true;
}

bool report_gather(const struct flag *flags, const struct words *w, const struct usage_query *q, struct report *r)
{
	struct gathering g = {.report = r};
	struct report_sources sources;
	*r = (struct report){0};
	arena_init(&r->arena, 16384);
	if (!report_sources(flags, w, q->version, &r->arena, &sources))
		return false;
	const struct given *instances = sources.instances;
	r->knows_version = sources.knows_version;
	if (sources.path)
		from_file(&g, sources.path, q);
	for (unsigned i = 0; i < instances->count; i++)
		from_instance(&g, instances->values[i], q);
	r->knows_version |= g.rows.len > 0;
	for (unsigned i = 0; q->version.len && !r->knows_version && i < instances->count; i++)
		ask_for_version(&g, instances->values[i], q->version);
	r->count = g.rows.len;
	r->rows = arena_alloc(&r->arena, g.rows.len * sizeof *r->rows);
	if (g.rows.len) {
		memcpy(r->rows, g.rows.at, g.rows.len * sizeof *r->rows);
		qsort(r->rows, r->count, sizeof *r->rows, newest_first);
	}
	VEC_FREE(&g.rows);
	return g.answered > 0;
}

void report_free(struct report *r)
{
	arena_free(&r->arena);
}

bool report_since(const char *flag, const char *word, int64_t *ms)
{
	int64_t ago;
	if (clock_parse(str_from(word), ms))
		return true;
	const char *wrong = unit_duration(str_from(word), &ago);
	if (wrong) {
		fprintf(stderr, "vane: --%s is a duration such as 30d, or a date: %s\n", flag, wrong);
		return false;
	}
	*ms = clock_wall_ms() - ago;
	return true;
}
