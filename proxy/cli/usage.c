#include "proxy/base/clock.h"
#include "proxy/cli/usage_fields.h"

#include <stdio.h>

const struct flag flags_usage[] = {
    REPORT_FLAGS,
    {"since", 0, "AGE", "only uses since then: 30d, or a date"},
    {"consumer", 0, "NAME", "only this consumer's"},
    {"fields", 0, NULL, "which parameters and properties instead, where that is sampled (usage.fields)"},
    {"output", 'o', "FORM", "text, json or csv"},
    {NULL, 0, NULL, NULL},
};

static void print_text(const struct report *r)
{
	if (!r->count) {
		printf("no use is recorded\n");
		return;
	}
	printf("%-12s %-28s %-20s %-17s %-17s %10s\n", "version", "operation", "consumer", "first", "last", "calls");
	for (size_t i = 0; i < r->count; i++) {
		const struct usage_row *u = &r->rows[i];
		char first[CLOCK_TEXT], last[CLOCK_TEXT];
		clock_format(u->first_ms, first);
		clock_format(u->last_ms, last);
		printf("%-12.*s %-28.*s %-20.*s %.16sZ %.16sZ %10llu", STR_ARG(u->version), STR_ARG(u->operation),
		       STR_ARG(u->consumer), first, last, (unsigned long long)u->count);
		if (u->item.len)
			printf("  %.*s", STR_ARG(u->item));
		printf("%s\n", u->deprecated ? "  deprecated" : "");
	}
}

static void add_member(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void print_json(const struct report *r)
{
	struct buf out = {0};
	char text[CLOCK_TEXT];
	buf_add(&out, STR("["));
	for (size_t i = 0; i < r->count; i++) {
		const struct usage_row *u = &r->rows[i];
		buf_add(&out, i ? STR(",\n{") : STR("{"));
		add_member(&out, "version", u->version);
		add_member(&out, "operation", u->operation);
		add_member(&out, "consumer", u->consumer);
		add_member(&out, "item", u->item);
		add_member(&out, "source", u->source);
		add_member(&out, "first", str_of(text, clock_format(u->first_ms, text)));
		add_member(&out, "last", str_of(text, clock_format(u->last_ms, text)));
		buf_addf(&out, ",\"count\":%llu,\"deprecated\":%s}", (unsigned long long)u->count, u->deprecated ? "true" : "false");
	}
	printf("%.*s]\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static void print_csv(const struct report *r)
{
	char text[CLOCK_TEXT];
	printf("version,operation,consumer,item,source,first,last,count\r\n");
	for (size_t i = 0; i < r->count; i++) {
		const struct usage_row *u = &r->rows[i];
		usage_cell(u->version, ",");
		usage_cell(u->operation, ",");
		usage_cell(u->consumer, ",");
		usage_cell(u->item, ",");
		usage_cell(u->source, ",");
		usage_cell(str_of(text, clock_format(u->first_ms, text)), ",");
		usage_cell(str_of(text, clock_format(u->last_ms, text)), ",");
		printf("%llu\r\n", (unsigned long long)u->count);
	}
}

/* Who uses what, from the ledger or from a running vane. */
int cli_usage(struct words *w)
{
	static const struct {
		const char *name;
		void (*print)(const struct report *r);
	} forms[] = {{"text", print_text}, {"json", print_json}, {"csv", print_csv}};
	const char *form = flags_value(flags_usage, w, "output"), *since = flags_value(flags_usage, w, "since");
	struct usage_query q = {.version = str_from(w->operand_count ? w->operands[0] : NULL),
				.consumer = str_from(flags_value(flags_usage, w, "consumer"))};
	struct report r;
	size_t at = 0;
	while (form && at < sizeof forms / sizeof forms[0] && strcmp(forms[at].name, form) != 0)
		at++;
	if (at == sizeof forms / sizeof forms[0]) {
		fprintf(stderr, "vane: -o is text, json or csv, not %s\n", form);
		return EXIT_CANNOT_TELL;
	}
	if (since && !report_since("since", since, &q.since_ms))
		return EXIT_CANNOT_TELL;
	if (flags_given(flags_usage, w, "fields")->count)
		return usage_fields(flags_usage, w, &q, form);
	bool good = report_gather(flags_usage, w, &q, &r);
	if (good)
		forms[at].print(&r);
	if (good && r.cut)
		fprintf(stderr, "vane: there are more rows than a source gives at once; narrow it with --since or a version\n");
	int code = good && !r.failed ? EXIT_CLEAN : EXIT_CANNOT_TELL;
	report_free(&r);
	return code;
}
