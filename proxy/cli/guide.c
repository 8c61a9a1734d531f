/* vane guide OLD NEW: the upgrade guide, for people who call the API: in which order to deploy, what they must change
 * for each operation, what can wait, with messages as examples; with a ledger, who is hit. */
#include "proxy/cli/diff.h"

#include "proxy/base/clock.h"

#include <stdio.h>
#include <stdlib.h>

const struct flag flags_guide[] = {
    CALLERS_FLAGS,
    {NULL, 0, NULL, NULL},
};

/* The parts of the guide, in their order. */
enum part { MUST, MAY_BREAK, LATER, PARTS };
static const struct {
	const char *title, *about;
} parts[PARTS] = {
    {"What consumers must change", "These break a caller that stays as it is."},
    {"What may break",
     "These could not be proved harmless, or need a message that the contract allows without naming it."},
    {"What may be done later", "The old ways go on working, or only the new contract allows these."},
};

static enum part part_of(const struct change *one)
{
	return one->level == CHANGE_ERROR ? MUST : one->level == CHANGE_WARNING ? MAY_BREAK : LATER;
}

/* Bytes of a document as Markdown text: nothing in it starts a construct. */
static void plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] && strchr("\\`*_{}[]<>#|", s.at[i]))
			buf_addc(out, '\\');
		buf_addc(out, s.at[i] == '\n' || s.at[i] == '\r' ? ' ' : s.at[i]);
	}
}

/* JSON as an indented code block: it holds no line break of its own. */
static void example(struct buf *out, const struct change *one)
{
	if (!one->witness.len || one->kind != CHANGE_SCHEMA)
		return;
	buf_add(out, STR("\n\n  For example:\n\n      "));
	for (size_t i = 0; i < one->witness.len; i++)
		buf_addc(out, one->witness.at[i] == '\n' ? ' ' : one->witness.at[i]);
	buf_addc(out, '\n');
}

static void who(struct buf *out, const struct callers *callers, const struct change *one)
{
	struct arena a;
	struct hit h;
	if (!callers->asked)
		return;
	arena_init(&a, 1024);
	callers_hit(callers, one, &a, &h);
	for (size_t i = 0; i < h.caller_count; i++) {
		char day[CLOCK_TEXT];
		buf_add(out, i ? STR(", ") : STR("\nUsed by: "));
		plain(out, h.callers[i].consumer.len ? h.callers[i].consumer : STR("unknown"));
		buf_addf(out, " (last %.*s)", (int)clock_format_day(h.callers[i].last_ms, day), day);
	}
	buf_add(out, h.caller_count ? STR("\n") : STR("\nNobody is known to use it.\n"));
	arena_free(&a);
}

static void write_part(struct buf *out, const struct diff_report *r, const struct callers *callers, enum part part)
{
	struct str last = {NULL, 0};
	bool any = false;
	for (size_t i = 0; i < r->c->count; i++) {
		const struct change *one = &r->c->at[i];
		if (part_of(one) != part)
			continue;
		if (!any)
			buf_addf(out, "\n## %s\n\n%s\n", parts[part].title, parts[part].about);
		if (!any || !str_eq(last, one->operation)) {
			buf_add(out, STR("\n### "));
			plain(out, one->operation.len ? one->operation : STR("The document"));
			buf_addc(out, '\n');
			if (one->operation.len)
				who(out, callers, one);
			buf_addc(out, '\n');
			last = one->operation;
		}
		any = true;
		buf_add(out, STR("- "));
		plain(out, one->where);
		buf_add(out, one->pointer.len ? STR(" at ") : STR(""));
		plain(out, one->pointer);
		buf_add(out, one->where.len || one->pointer.len ? STR(": ") : STR(""));
		plain(out, one->text);
		callers_field(callers, one, plain, out);
		example(out, one);
		buf_addc(out, '\n');
	}
}

static void write_guide(struct buf *out, const struct diff_report *r, const struct callers *callers)
{
	static const char *const orders[][2] = {
	    {"any", "Providers and consumers may be deployed in any order."},
	    {"provider first", "Deploy the new version of the service first; consumers follow when they like."},
	    {"consumers first",
	     "Deploy the consumers first: they are served by the old version too. Then the service."},
	    {"side by side", "Neither may go first: run both versions side by side until the last consumer has moved."},
	};
	const char *order = comparison_order(r->c);
	struct diff_semver v = diff_semver(r);
	buf_add(out, STR("# Upgrade guide: "));
	plain(out, contract_title(r->new->contract));
	buf_addc(out, ' ');
	plain(out, contract_version(r->old->contract));
	buf_add(out, STR(" to "));
	plain(out, contract_version(r->new->contract));
	buf_add(out, STR("\n\n## Order of deployment\n\n"));
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(orders[i][0], order) == 0)
			buf_addf(out, "%s\n", orders[i][1]);
	if (r->c->unknown)
		buf_add(out, STR("\nSome of it could not be decided; what is not proved counts as a break.\n"));
	buf_addf(out, "\nBy semantic versioning this is a %s step%s.\n",
		 r->c->count ? diff_bump_word(v.needed) : "patch",
		 v.known && !v.enough ? ", which the version number does not say" : "");
	for (unsigned part = 0; part < PARTS; part++)
		write_part(out, r, callers, (enum part)part);
	if (!r->c->count)
		buf_add(out, STR("\nNothing to do: no message is treated otherwise.\n"));
}

static int by_operation(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = str_cmp(x->operation, y->operation);
	order = order ? order : str_cmp(x->where, y->where);
	order = order ? order : str_cmp(x->pointer, y->pointer);
	return order ? order : strcmp(x->id, y->id);
}

static int guide(struct words *w, const struct diff_side *old, const struct diff_side *new)
{
	struct comparison_options options = {.now_ms = clock_wall_ms()};
	struct callers callers;
	struct comparison c;
	struct buf out = {0};
	if (!callers_gather(flags_guide, w, &callers)) {
		callers_free(&callers);
		return EXIT_CANNOT_TELL;
	}
	comparison_make(&c, old->contract, old->root, new->contract, new->root, &options);
	if (c.count)
		qsort(c.at, c.count, sizeof *c.at, by_operation);
	struct diff_report r = {.old = old, .new = new, .c = &c, .all = true};
	write_guide(&out, &r, &callers);
	fwrite(out.at, 1, out.len, stdout);
	buf_free(&out);
	comparison_free(&c);
	callers_free(&callers);
	return EXIT_CLEAN;
}

int cli_guide(struct words *w)
{
	struct diff_side old, new;
	int code = EXIT_CANNOT_TELL;
	if (w->operand_count != 2) {
		fprintf(stderr, "vane: guide needs two documents: vane guide OLD NEW\n");
		return code;
	}
	bool good = diff_open(&old, w->operands[0]);
	good = diff_open(&new, w->operands[1]) && good;
	if (good)
		code = guide(w, &old, &new);
	diff_close(&old);
	diff_close(&new);
	return code;
}
