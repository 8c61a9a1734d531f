/* vane can-deploy NEW: may this contract take the place of the one that is in force? Every registered pact that is
 * about the major must be satisfied by it, and every consumer that was seen on that major lately: by its pact where
 * that covers what it calls, else because the difference does not touch that. */
#include "proxy/cli/deployment.h"

#include "proxy/base/clock.h"

#include <stdio.h>
#include <unistd.h>

const struct flag flags_can_deploy[] = {
    {"pacts", 0, "GLOB", "more consumer contracts, beside those that the configuration registers (may be given again)"},
    REPORT_FLAGS,
    {"window", 0, "AGE", "whoever called within this time counts (default 30d)"},
    {"version", 0, "NAME", "the version that it takes the place of (default: that of its major)"},
    {"old", 0, "FILE", "the contract in force, where no configuration tells"},
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

static const char *config_of(const struct words *w)
{
	const char *given = flags_value(flags_can_deploy, w, "config");
	return given ? given : access("vane.yaml", R_OK) == 0 ? "vane.yaml" : NULL;
}

static bool read_pacts(struct deployment *d, const struct words *w, struct diag *complaints)
{
	const struct given *more = flags_given(flags_can_deploy, w, "pacts");
	bool good = true;
	for (unsigned i = 0; d->snapshot && i < d->snapshot->api.pact_count; i++)
		good = pacts_add(&d->pacts, d->snapshot->api.pacts[i], complaints) && good;
	for (unsigned i = 0; i < more->count; i++)
		good = pacts_add(&d->pacts, more->values[i], complaints) && good;
	return good;
}

/* The ledgers and instances, where any are named. */
static bool read_usage(struct deployment *d, const struct words *w)
{
	struct usage_query q = {.since_ms = d->since_ms};
	bool named = flags_value(flags_can_deploy, w, "ledger") || flags_given(flags_can_deploy, w, "from")->count;
	bool configured = d->snapshot && d->snapshot->usage.ledger.len;
	if (!named && !configured)
		return true;
	d->has_usage = report_gather(flags_can_deploy, w, &q, &d->usage);
	if (!d->has_usage)
		report_free(&d->usage);
	return d->has_usage;
}

static bool open_sides(struct deployment *d, const struct words *w, struct diag *complaints)
{
	const char *old = flags_value(flags_can_deploy, w, "old");
	bool good = provider_open(&d->provider, w->operands[0], complaints) && diff_open(&d->new, w->operands[0]);
	if (good && deployment_place(d, str_from(flags_value(flags_can_deploy, w, "version")), complaints) && !old)
		old = d->in_force;
	if (good && complaints->errors == 0 && old)
		d->has_old = good = diff_open(&d->old, old);
	return good && complaints->errors == 0;
}

static bool load(struct deployment *d, const struct words *w, struct diag *complaints)
{
	const char *config = config_of(w);
	if (config && !deployment_configure(d, config, complaints))
		return false;
	return open_sides(d, w, complaints) && read_pacts(d, w, complaints) && read_usage(d, w);
}

/* ---- the answer ---- */

static const char *const verdicts[] = {[SEEN_SATISFIED] = "satisfied",
				       [SEEN_BROKEN] = "broken",
				       [SEEN_UNTOUCHED] = "untouched",
				       [SEEN_UNKNOWN] = "unknown"};

static void print_seen(const struct seen *s)
{
	char day[CLOCK_TEXT];
	printf("consumer %.*s: ", STR_ARG(s->use->consumer));
	if (s->verdict == SEEN_SATISFIED)
		printf("%.*s is as its pact asks\n", STR_ARG(s->use->operation));
	else if (s->verdict == SEEN_BROKEN)
		printf("%.*s is not as its pact asks\n", STR_ARG(s->use->operation));
	else if (s->verdict == SEEN_UNTOUCHED)
		printf("no pact for %.*s, which stays as it is\n", STR_ARG(s->use->operation));
	else
		printf("no pact for %.*s (last used %.*s), %s%s\n", STR_ARG(s->use->operation),
		       (int)clock_format_day(s->use->last_ms, day), day,
		       s->change ? "which changes: " : "and no contract in force to compare with",
		       s->change ? s->change->id : "");
	if (s->change)
		printf("    %.*s%s%.*s\n", STR_ARG(s->change->where), s->change->where.len ? ": " : "",
		       STR_ARG(s->change->text));
	if (s->change && s->change->witness.len)
		printf("    witness: %.*s\n", STR_ARG(s->change->witness));
}

static void print_text(const struct deployment *d, int code)
{
	struct buf out = {0};
	for (size_t i = 0; i < d->found.list.len; i++)
		pacts_write_finding(&d->found.list.at[i], &out);
	printf("%.*s", STR_ARG(buf_str(&out)));
	for (size_t i = 0; i < d->seen.len; i++)
		print_seen(&d->seen.at[i]);
	for (size_t i = 0; i < d->pacts.list.len; i++)
		for (unsigned k = 0; k < d->pacts.list.at[i]->skipped_count; k++)
			printf("%s: skipped: %.*s (%s)\n", d->pacts.list.at[i]->file,
			       STR_ARG(d->pacts.list.at[i]->skipped[k].description),
			       d->pacts.list.at[i]->skipped[k].why);
	printf("%u interaction%s judged, %u about other versions; %zu use%s by consumers seen\n", d->judged,
	       d->judged == 1 ? "" : "s", d->elsewhere, d->seen.len, d->seen.len == 1 ? "" : "s");
	printf("%s: %s\n", d->new.path,
	       code == EXIT_CLEAN      ? "may be deployed"
	       : code == EXIT_FINDINGS ? "may not be deployed: a consumer would not be served as its pact asks"
				       : d->gap);
	buf_free(&out);
}

static void json_member(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void json_seen(const struct seen *s, struct buf *out)
{
	char last[CLOCK_TEXT];
	buf_addc(out, '{');
	json_member(out, "consumer", s->use->consumer);
	json_member(out, "operation", s->use->operation);
	json_member(out, "last", str_of(last, clock_format(s->use->last_ms, last)));
	json_member(out, "verdict", str_from(verdicts[s->verdict]));
	if (s->change) {
		json_member(out, "change", str_from(s->change->id));
		json_member(out, "text", s->change->text);
		json_member(out, "witness", s->change->witness);
	}
	buf_addc(out, '}');
}

static void print_json(const struct deployment *d, int code)
{
	struct buf out = {0};
	buf_addf(&out, "{\"can_deploy\":%s", code == EXIT_CLEAN ? "true" : code == EXIT_FINDINGS ? "false" : "null");
	json_member(&out, "reason", code == EXIT_CANNOT_TELL ? str_from(d->gap) : STR(""));
	buf_addf(&out, ",\"judged\":%u,\"elsewhere\":%u,", d->judged, d->elsewhere);
	pacts_write_members(&d->pacts, &d->found, &out);
	buf_add(&out, STR(",\"consumers\":["));
	for (size_t i = 0; i < d->seen.len; i++) {
		buf_add(&out, i ? STR(",") : STR(""));
		json_seen(&d->seen.at[i], &out);
	}
	printf("%.*s]}\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static int answer(struct deployment *d, bool json)
{
	deployment_judge(d);
	int code = d->found.errors ? EXIT_FINDINGS : d->gap ? EXIT_CANNOT_TELL : EXIT_CLEAN;
	if (json)
		print_json(d, code);
	else
		print_text(d, code);
	return code;
}

/* 0: nobody is hit, 1: somebody is, 2: it cannot be told. */
int cli_can_deploy(struct words *w)
{
	const char *window = flags_value(flags_can_deploy, w, "window");
	struct deployment d;
	struct diag complaints;
	bool json;
	int code = EXIT_CANNOT_TELL;
	int64_t since_ms;
	if (!cli_output(flags_can_deploy, w, &json) || !report_since("window", window ? window : "30d", &since_ms))
		return code;
	if (w->operand_count != 1) {
		fprintf(stderr, "vane: can-deploy needs one contract: vane can-deploy NEW -c vane.yaml\n");
		return code;
	}
	deployment_begin(&d);
	d.since_ms = since_ms;
	diag_init(&complaints);
	bool good = load(&d, w, &complaints);
	if (!good)
		cli_complain(&complaints);
	if (good && !d.has_usage && !d.pacts.list.len)
		fprintf(stderr,
			"vane: by what? --pacts GLOB, --ledger FILE, --from URL, or a configuration that names them\n");
	else if (good)
		code = answer(&d, json);
	diag_free(&complaints);
	deployment_end(&d);
	return code;
}
