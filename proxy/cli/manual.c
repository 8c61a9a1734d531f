#include "proxy/cli/cli.h"

#include "filters/builtin.h"
#include "proxy/cli/verbs.h"
#include "proxy/plan/landscape.h"
#include "proxy/tables.h"

#include <stdio.h>

const struct flag flags_manual[] = {{NULL, 0, NULL, NULL}};

/* One more product of the tables that the program itself works with: what stands in the manual is what runs. */

struct event_kind {
	const char *word, *level;
	bool kept;
};
static const struct event_kind events[] = {
#define X(NAME, word, level, kept) {word, #level, kept},
#include "proxy/event.def"
#undef X
};

struct metric_row {
	const char *name, *type, *labels, *help;
};
static const struct metric_row metrics[] = {
#define X(NAME, name, type, labels, help) {name, #type, labels, help},
#include "proxy/metrics.def"
#undef X
};

enum { EVENT_COUNT = sizeof events / sizeof events[0], METRIC_COUNT = sizeof metrics / sizeof metrics[0] };

/* The suffix that the text format adds. */
static const char *suffix(const struct metric_row *m)
{
	return strcmp(m->type, "COUNTER") == 0 ? "_total" : strcmp(m->type, "INFO") == 0 ? "_info" : "";
}

static void each_key(void (*visit)(void *context, struct str path, const struct key *k), void *context)
{
	struct arena arena;
	arena_init(&arena, 8192);
	key_walk(&tables_of(builtin_filters, &arena)->top, visit, context);
	arena_free(&arena);
}

/* ---- Markdown ---- */

/* A bar would end the cell of a table. */
static void cell(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '|')
			buf_addc(out, '\\');
		buf_addc(out, text.at[i]);
	}
}

static void key_line(void *context, struct str path, const struct key *k)
{
	struct buf *out = context, type = {0};
	key_type(k, &type);
	buf_add(out, STR("| `"));
	cell(out, path);
	buf_add(out, STR("` | "));
	cell(out, buf_str(&type));
	buf_add(out, STR(" | "));
	if (k->normal && k->normal[0]) {
		buf_addc(out, '`');
		cell(out, str_from(k->normal));
		buf_addc(out, '`');
	} else if (k->required) {
		buf_add(out, STR("required"));
	}
	buf_add(out, STR(" | "));
	cell(out, str_from(k->about));
	buf_add(out, STR(" |\n"));
	buf_free(&type);
}

static void markdown_verbs(struct buf *out)
{
	buf_add(out, STR("\n## Verbs\n"));
	for (const struct verb *v = verbs; v->name; v++) {
		buf_addf(out, "\n### vane %s%s%s\n\n%s\n", v->name, v->operands[0] ? " " : "", v->operands, v->about);
		if (v->flags[0].name)
			buf_add(out, STR("\n| flag | |\n|---|---|\n"));
		for (const struct flag *f = v->flags; f->name; f++) {
			buf_addf(out, "| `--%s%s%s`", f->name, f->value ? " " : "", f->value ? f->value : "");
			if (f->letter)
				buf_addf(out, ", `-%c`", f->letter);
			buf_add(out, STR(" | "));
			cell(out, str_from(f->about));
			buf_add(out, STR(" |\n"));
		}
	}
}

static void markdown(struct buf *out)
{
	buf_add(out, STR("# Reference\n\nWritten by `vane manual reference` from the tables that the program itself works with; a test "
			 "holds it to them.\n\n## Keys of the configuration\n\n| key | type | default | |\n|---|---|---|---|\n"));
	each_key(key_line, out);
	buf_add(out, STR("\n## Keys of a landscape\n\nFor `vane plan`.\n\n| key | type | default | |\n|---|---|---|---|\n"));
	key_walk(&landscape_table, key_line, out);
	buf_add(out, STR("\n## Outcomes\n\nHow an exchange ends: the word in the access log and in `vane_requests_total`, and the type "
			 "of a problem answer (`urn:vane:problem:<word>`).\n\n| outcome | status | |\n|---|---|---|\n"));
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		unsigned status = outcome_status((enum outcome)o);
		buf_addf(out, "| `%.*s` | ", STR_ARG(outcome_word((enum outcome)o)));
		if (status)
			buf_addf(out, "%u", status);
		buf_addf(out, " | %.*s |\n", STR_ARG(outcome_meaning((enum outcome)o)));
	}
	buf_add(out, STR("\n## Events\n\n`event.action` of a log line; those kept are in the journal too (`/api/events`).\n\n"
			 "| event | level | kept |\n|---|---|---|\n"));
	for (size_t i = 0; i < EVENT_COUNT; i++)
		buf_addf(out, "| `%s` | %s | %s |\n", events[i].word, events[i].level, events[i].kept ? "yes" : "");
	buf_add(out, STR("\n## Metrics\n\n| metric | type | labels | |\n|---|---|---|---|\n"));
	for (size_t i = 0; i < METRIC_COUNT; i++)
		buf_addf(out, "| `%s%s` | %s | %s | %s |\n", metrics[i].name, suffix(&metrics[i]), metrics[i].type, metrics[i].labels,
			 metrics[i].help);
	markdown_verbs(out);
}

/* ---- roff ---- */

/* Text in a man page: a backslash, a leading dot and a dash need care (groff_char(7)). */
static void roff(struct buf *out, struct str text)
{
	if (text.len && (text.at[0] == '.' || text.at[0] == '\''))
		buf_add(out, STR("\\&"));
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\\')
			buf_add(out, STR("\\e"));
		else if (text.at[i] == '-')
			buf_add(out, STR("\\-"));
		else
			buf_addc(out, text.at[i]);
	}
}

static void paragraph(struct buf *out, const char *head, struct str about)
{
	buf_add(out, STR(".TP\n.B "));
	roff(out, str_from(head));
	buf_addc(out, '\n');
	roff(out, about);
	buf_addc(out, '\n');
}

static void man_begin(struct buf *out, const char *name, int section, const char *about)
{
	buf_addf(out, ".TH %s %d \"\" \"vane %s\" \"vane\"\n.SH NAME\n", name, section, VANE_VERSION);
	roff(out, str_from(name));
	buf_add(out, STR(" \\- "));
	roff(out, str_from(about));
	buf_addc(out, '\n');
}

static void man_verbs(struct buf *out)
{
	for (const struct verb *v = verbs; v->name; v++) {
		struct buf head = {0};
		buf_addf(&head, "vane %s %s", v->name, v->operands);
		buf_addc(&head, '\0');
		paragraph(out, head.at, str_from(v->about));
		if (v->flags[0].name)
			buf_add(out, STR(".RS\n"));
		for (const struct flag *f = v->flags; f->name; f++) {
			head.len = 0;
			if (f->letter)
				buf_addf(&head, "-%c, ", f->letter);
			buf_addf(&head, "--%s %s", f->name, f->value ? f->value : "");
			buf_addc(&head, '\0');
			paragraph(out, head.at, str_from(f->about));
		}
		if (v->flags[0].name)
			buf_add(out, STR(".RE\n"));
		buf_free(&head);
	}
}

static void man_1(struct buf *out)
{
	man_begin(out, "vane", 1, "a sidecar HTTP proxy that enforces API versions");
	buf_add(out, STR(".SH SYNOPSIS\n.B vane\n.I verb\n.RI [ flags ]\n.SH VERBS\n"));
	man_verbs(out);
	buf_add(out, STR(".SH ENVIRONMENT\nEvery flag can also be set as VANE_ and its name in capitals. NO_COLOR turns colours off.\n"
			 ".SH EXIT STATUS\n"));
	paragraph(out, "0", STR("clean, or yes"));
	paragraph(out, "1", STR("findings, or no"));
	paragraph(out, "2", STR("could not tell: wrong words, or something cannot be read"));
	buf_add(out, STR(".SH SIGNALS\n"));
	paragraph(out, "SIGHUP", STR("read the configuration, contracts and certificates again"));
	paragraph(out, "SIGUSR2", STR("start the program's file anew: the new process takes the listening sockets over, this one drains"));
	paragraph(out, "SIGTERM, SIGINT, SIGQUIT", STR("drain and end; a second one ends at once"));
	buf_add(out, STR(".SH OUTCOMES\n"));
	for (int o = 0; o < OUTCOME_COUNT; o++)
		paragraph(out, outcome_word((enum outcome)o).at, outcome_meaning((enum outcome)o));
	buf_add(out, STR(".SH FILES\n"));
	paragraph(out, "vane.yaml, /etc/vane/vane.yaml", STR("the configuration, where no other is named"));
	buf_add(out, STR(".SH SEE ALSO\n.BR vane.yaml (5)\n"));
}

static void man_key(void *context, struct str path, const struct key *k)
{
	struct buf *out = context, type = {0};
	key_type(k, &type);
	buf_add(out, STR(".TP\n.B "));
	roff(out, path);
	buf_add(out, STR("\n("));
	roff(out, buf_str(&type));
	if (k->normal && k->normal[0]) {
		buf_add(out, STR("; default "));
		roff(out, str_from(k->normal));
	} else if (k->required) {
		buf_add(out, STR("; required"));
	}
	buf_add(out, STR(")\n"));
	roff(out, str_from(k->about));
	buf_addc(out, '\n');
	buf_free(&type);
}

static void man_5(struct buf *out)
{
	man_begin(out, "vane.yaml", 5, "the configuration of vane");
	buf_add(out, STR(".SH DESCRIPTION\nA YAML file. Units are mandatory (30s, 1MiB, 5%). ${NAME}, ${NAME:\\-default} and "
			 "${NAME:?message} are replaced in scalars. Unknown keys are errors.\n.SH KEYS\n"));
	each_key(man_key, out);
	buf_add(out, STR(".SH SEE ALSO\n.BR vane (1)\n"));
}

/* Prints a part of the manual, made from the tables. */
int cli_manual(struct words *w)
{
	static const struct {
		const char *name;
		void (*write)(struct buf *out);
	} pages[] = {{"reference", markdown}, {"vane.1", man_1}, {"vane.yaml.5", man_5}};
	for (size_t i = 0; w->operand_count == 1 && i < sizeof pages / sizeof pages[0]; i++) {
		struct buf out = {0};
		if (strcmp(w->operands[0], pages[i].name) != 0)
			continue;
		pages[i].write(&out);
		fwrite(out.at, 1, out.len, stdout);
		buf_free(&out);
		return EXIT_CLEAN;
	}
	fprintf(stderr, "vane: manual prints reference, vane.1 or vane.yaml.5\n");
	return EXIT_CANNOT_TELL;
}
