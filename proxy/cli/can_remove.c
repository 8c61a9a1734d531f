/* vane can-remove VERSION OPERATION request|response FIELD: whether anybody still uses a parameter or property, by what
 * was sampled (usage.fields). "Yes" needs more than that nobody was seen: enough of every consumer's exchanges must
 * have been looked at, all of them where there were few. */
#include "conf/diag.h"
#include "proxy/base/clock.h"
#include "proxy/base/vec.h"
#include "proxy/cli/field_history.h"

#include <stdio.h>
#include <stdlib.h>

const struct flag flags_can_remove[] = {
    {"quiet-for", 0, "AGE", "how long nobody may have used it (default 30d)"},
    {"samples", 0, "N", "how many exchanges of each consumer must have been looked at, or all it made (default 100)"},
    REPORT_FLAGS,
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

enum { BEHIND_MS = 30000, SAMPLES = 100 };

/* What is asked. */
struct question {
	struct str version, operation, direction, field;
	bool body;             /* a property, not a parameter or header */
	const char *quiet_for; /* as written */
	int64_t since_ms, now_ms;
	uint64_t samples; /* that are enough */
};

/* A consumer of whom too little was looked at. */
struct unseen {
	struct str consumer;
	uint64_t calls, samples;
};

/* What was found. */
struct finding_of_field {
	VEC(struct field_row) users;
	VEC(struct unseen) unseen;
	uint64_t samples;   /* looked at in the period, of all consumers */
	unsigned consumers; /* of whom */
	bool known;         /* the contract names the field there */
	bool operation_known;
	int64_t named_ms;   /* since when the contract is known to name it */
	int64_t looked_ms;  /* the first sample of the period; 0: none */
	struct str nearest; /* a field that it may have been meant as, or empty */
	const char *gap;    /* why it cannot be told, or NULL */
};

/* ---- the question ---- */

static const struct str kinds[] = {STR_INIT("query:"), STR_INIT("header:"), STR_INIT("path:"), STR_INIT("cookie:")};

static bool is_field(const struct question *q)
{
	bool response = str_eq(q->direction, STR("response"));
	if (q->field.len && q->field.at[0] == '/')
		return true;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_starts(q->field, kinds[i]) && q->field.len > kinds[i].len && (!response || i == 1))
			return true;
	return false;
}

static bool check_question(const struct question *q)
{
	size_t space = str_find(q->operation, ' ');
	if (!q->version.len || space + 1 >= q->operation.len || q->operation.at[space + 1] != '/')
		fprintf(stderr,
			"vane: an operation is its method and its path in the contract: 'POST /orders', not \"%.*s\"\n",
			STR_ARG(q->operation));
	else if (!str_eq(q->direction, STR("request")) && !str_eq(q->direction, STR("response")))
		fprintf(stderr, "vane: a field is one of the request or of the response, not of \"%.*s\"\n",
			STR_ARG(q->direction));
	else if (!is_field(q))
		fprintf(stderr, "vane: \"%.*s\" is no field: /pointer/into/the/body (* for items), %s\n",
			STR_ARG(q->field),
			str_eq(q->direction, STR("request")) ? "query:NAME, header:NAME, path:NAME or cookie:NAME"
							     : "or header:NAME");
	else
		return true;
	return false;
}

static bool read_question(const struct words *w, struct question *q)
{
	const char *quiet = flags_value(flags_can_remove, w, "quiet-for"),
		   *samples = flags_value(flags_can_remove, w, "samples");
	if (w->operand_count != 4) {
		fprintf(stderr, "vane: can-remove needs a version, an operation, request or response, and a field:\n"
				"  vane can-remove v1 'POST /orders' request /coupon\n"
				"  vane can-remove v1 'POST /orders' request '/items/*/sku'\n"
				"  vane can-remove v1 'GET /orders' request query:limit      (header:, path:, cookie:)\n"
				"  vane can-remove v1 'GET /orders' response header:X-Total\n");
		return false;
	}
	*q = (struct question){.version = str_from(w->operands[0]),
			       .operation = str_from(w->operands[1]),
			       .direction = str_from(w->operands[2]),
			       .field = str_from(w->operands[3]),
			       .quiet_for = quiet ? quiet : "30d",
			       .now_ms = clock_wall_ms(),
			       .samples = SAMPLES};
	q->body = q->field.len && q->field.at[0] == '/';
	if (samples && (!str_to_u64(str_from(samples), &q->samples) || !q->samples)) {
		fprintf(stderr, "vane: --samples is a number above 0, not %s\n", samples);
		return false;
	}
	return check_question(q) && report_since("quiet-for", q->quiet_for, &q->since_ms);
}

/* ---- the answer ---- */

/* Names of header fields have no case (RFC 9110, 5.1). */
static bool is_asked_for(const struct question *q, struct str place)
{
	return str_starts(q->field, STR("header:")) ? str_eq_nocase(q->field, place) : str_eq(q->field, place);
}

static void look_at_rows(const struct question *q, const struct field_history *h, struct finding_of_field *f)
{
	VEC(struct str) names = {0};
	for (size_t i = 0; i < h->count; i++) {
		const struct field_row *row = &h->rows[i];
		f->operation_known = true;
		if (!str_eq(row->direction, q->direction))
			continue;
		if (!is_asked_for(q, row->place)) {
			if (!row->consumer.len)
				VEC_PUSH(&names, row->place);
			continue;
		}
		f->known = true;
		if (!f->named_ms || row->first_ms < f->named_ms)
			f->named_ms = row->first_ms;
		if (row->consumer.len && row->last_ms >= q->since_ms)
			VEC_PUSH(&f->users, *row);
	}
	f->nearest = diag_nearest(q->field, names.at, names.len);
	VEC_FREE(&names);
}

static void look_at_samples(const struct question *q, const struct field_history *h, struct finding_of_field *f)
{
	for (size_t i = 0; i < h->sample_count; i++) {
		const struct field_row *row = &h->samples[i];
		uint64_t looked = q->body ? row->bodies : row->count;
		f->operation_known = true;
		if (!str_eq(row->direction, q->direction))
			continue;
		f->samples += looked;
		f->consumers += looked > 0;
		if (looked && (!f->looked_ms || row->first_ms < f->looked_ms))
			f->looked_ms = row->first_ms;
	}
}

/* Calls of the operation by method; HEAD is GET without a body. */
static bool is_call(const struct question *q, const struct usage_row *row)
{
	struct str asked = q->operation, called = row->operation;
	if (row->item.len)
		return false;
	if (str_starts(asked, STR("GET ")) && str_starts(called, STR("HEAD ")))
		return str_eq(str_skip(asked, 4), str_skip(called, 5));
	return str_eq(asked, called);
}

/* Samples of one row of calls: those of its operation, which may be HEAD where GET was asked for. */
static void add_unseen(const struct question *q, const struct field_history *h, const struct usage_row *calls,
		       struct finding_of_field *f)
{
	struct field_row samples = field_history_samples(h, &(struct field_row){.version = q->version,
										.operation = calls->operation,
										.direction = q->direction,
										.consumer = calls->consumer});
	uint64_t looked = q->body ? samples.bodies : samples.count;
	uint64_t reached = calls->count > samples.refused ? calls->count - samples.refused : 0;
	if (looked < (reached < q->samples ? reached : q->samples))
		VEC_PUSH(&f->unseen, ((struct unseen){calls->consumer, reached, looked}));
}

static const char *gap_of(const struct question *q, const struct report *r, const struct field_history *h,
			  const struct finding_of_field *f)
{
	int64_t tenth = (q->now_ms - q->since_ms) / 10;
	if (r->failed || h->failed)
		return "a source did not answer";
	if (r->cut || h->cut)
		return "a source has more rows than it gives";
	if (!h->since_ms)
		return "field use is not sampled (usage.fields)";
	if (!f->operation_known)
		return "no use of this operation was ever looked at: is that its name?";
	if (!f->known)
		return "the contract is not known to name this field there";
	if (!r->since_ms || r->since_ms > q->since_ms || h->since_ms > q->since_ms)
		return "the history is shorter than the period";
	if (r->behind_ms > (tenth > BEHIND_MS ? tenth : BEHIND_MS))
		return "the ledger was not written lately: it ends before the period does";
	if (h->lost_ms >= q->since_ms)
		return "some of what was seen found no room";
	if (f->looked_ms && f->named_ms > f->looked_ms)
		return "the contract names this field for a shorter time than the period";
	return f->unseen.len ? "too little was looked at of some consumers" : NULL;
}

static void weigh(const struct question *q, const struct report *r, const struct field_history *h,
		  struct finding_of_field *f)
{
	look_at_rows(q, h, f);
	look_at_samples(q, h, f);
	for (size_t i = 0; i < r->count; i++)
		if (is_call(q, &r->rows[i])) {
			f->operation_known = true;
			add_unseen(q, h, &r->rows[i], f);
		}
	f->gap = gap_of(q, r, h, f);
}

/* ---- told ---- */

static void print_verdict(const struct question *q, const struct finding_of_field *f)
{
	bool request = str_eq(q->direction, STR("request"));
	size_t count = f->users.len;
	if (count)
		printf("no, %s %zu consumer%s within %s\n", request ? "it was sent by" : "the backend filled it for",
		       count, count == 1 ? "" : "s", q->quiet_for);
	else if (f->gap)
		printf("cannot tell, %s\n", f->gap);
	else
		printf("yes, %s for %s (%llu sample%s of %u consumer%s)\n",
		       request ? "nobody has sent it" : "the backend has not filled it", q->quiet_for,
		       (unsigned long long)f->samples, f->samples == 1 ? "" : "s", f->consumers,
		       f->consumers == 1 ? "" : "s");
}

static void print_text(const struct question *q, const struct finding_of_field *f)
{
	printf("%.*s %.*s %.*s %.*s: ", STR_ARG(q->version), STR_ARG(q->operation), STR_ARG(q->direction),
	       STR_ARG(q->field));
	print_verdict(q, f);
	if (!f->users.len && f->gap && !f->known && f->nearest.len)
		printf("  did you mean %.*s?\n", STR_ARG(f->nearest));
	for (size_t i = 0; i < f->users.len; i++) {
		const struct field_row *u = &f->users.at[i];
		char last[CLOCK_TEXT];
		clock_format(u->last_ms, last);
		printf("  %-24.*s last %.19s  in %llu sample%s\n", STR_ARG(u->consumer), last,
		       (unsigned long long)u->count, u->count == 1 ? "" : "s");
	}
	for (size_t i = 0; !f->users.len && f->gap && i < f->unseen.len; i++) {
		const struct unseen *u = &f->unseen.at[i];
		printf("  %-24.*s %llu of %llu exchange%s looked at\n", STR_ARG(u->consumer),
		       (unsigned long long)u->samples, (unsigned long long)u->calls, u->calls == 1 ? "" : "s");
	}
}

static void add_text(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "\"%s\":\"", name);
	buf_add_json(out, value);
	buf_add(out, STR("\","));
}

static void add_user(struct buf *out, const struct field_row *u)
{
	char first[CLOCK_TEXT], last[CLOCK_TEXT];
	buf_addc(out, '{');
	add_text(out, "consumer", u->consumer);
	add_text(out, "first", str_of(first, clock_format(u->first_ms, first)));
	add_text(out, "last", str_of(last, clock_format(u->last_ms, last)));
	buf_addf(out, "\"samples\":%llu}", (unsigned long long)u->count);
}

static void print_json(const struct question *q, const struct finding_of_field *f)
{
	struct buf out = {0};
	buf_addc(&out, '{');
	add_text(&out, "version", q->version);
	add_text(&out, "operation", q->operation);
	add_text(&out, "direction", q->direction);
	add_text(&out, "field", q->field);
	buf_addf(&out, "\"can_remove\":%s,\"reason\":\"%s\",\"samples\":%llu,\"consumers\":[",
		 f->users.len ? "false"
		 : f->gap     ? "null"
			      : "true",
		 !f->users.len && f->gap ? f->gap : "", (unsigned long long)f->samples);
	for (size_t i = 0; i < f->users.len; i++) {
		buf_add(&out, i ? STR(",") : STR(""));
		add_user(&out, &f->users.at[i]);
	}
	buf_add(&out, STR("],\"unseen\":["));
	for (size_t i = 0; i < f->unseen.len; i++) {
		buf_add(&out, i ? STR(",{") : STR("{"));
		add_text(&out, "consumer", f->unseen.at[i].consumer);
		buf_addf(&out, "\"calls\":%llu,\"samples\":%llu}", (unsigned long long)f->unseen.at[i].calls,
			 (unsigned long long)f->unseen.at[i].samples);
	}
	printf("%.*s]}\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static int tell(const struct question *q, const struct finding_of_field *f, bool json)
{
	(json ? print_json : print_text)(q, f);
	return f->users.len ? EXIT_FINDINGS : f->gap ? EXIT_CANNOT_TELL : EXIT_CLEAN;
}

/* 0: nobody uses it, 1: these do, 2: too little is known. */
int cli_can_remove(struct words *w)
{
	struct question q;
	struct finding_of_field f = {0};
	struct report r;
	struct field_history h;
	bool json;
	int code = EXIT_CANNOT_TELL;
	if (!cli_output(flags_can_remove, w, &json) || !read_question(w, &q))
		return code;
	/* Calls first: a sample too many does no harm, a call too many would look like one that was not seen. */
	bool good =
	    report_gather(flags_can_remove, w, &(struct usage_query){.version = q.version, .since_ms = q.since_ms}, &r);
	if (good) {
		const struct field_query fields = {
		    .version = q.version, .operation = q.operation, .since_ms = q.since_ms};
		if (field_history_gather(flags_can_remove, w, &fields, &h)) {
			weigh(&q, &r, &h, &f);
			code = tell(&q, &f, json);
		}
		field_history_free(&h);
	}
	VEC_FREE(&f.users);
	VEC_FREE(&f.unseen);
	report_free(&r);
	return code;
}
