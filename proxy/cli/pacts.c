#include "proxy/cli/pacts.h"

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

enum { WITNESS = 240 };

static bool add_file(struct pacts *p, const char *path, struct diag *d)
{
	struct pact *one = pact_load(path, d);
	if (one)
		VEC_PUSH(&p->list, one);
	return one != NULL;
}

bool pacts_add(struct pacts *p, const char *word, struct diag *d)
{
	glob_t found;
	bool good = true;
	if (!strpbrk(word, "*?[") || access(word, F_OK) == 0)
		return add_file(p, word, d);
	if (glob(word, 0, NULL, &found) != 0)
		return diag_error(d, (struct place){word, 0, 0}, "no file matches");
	for (size_t i = 0; i < found.gl_pathc; i++)
		good = add_file(p, found.gl_pathv[i], d) && good;
	globfree(&found);
	return good;
}

void pacts_free(struct pacts *p)
{
	for (size_t i = 0; i < p->list.len; i++)
		pact_free(p->list.at[i]);
	VEC_FREE(&p->list);
}

bool pacts_form(const char *word, enum pacts_form *form)
{
	static const char *const words[] = {"text", "json", "junit", "github"};
	*form = PACTS_TEXT;
	for (unsigned i = 0; word && i < PACTS_FORMS; i++)
		if (strcmp(word, words[i]) == 0) {
			*form = i;
			return true;
		}
	if (word)
		fprintf(stderr, "vane: -o is text, json, junit or github, not %s\n", word);
	return !word;
}

static const char *level_word(const struct pact_finding *f)
{
	return f->level == PACT_ERROR ? "error" : "warning";
}

static void add_place(struct buf *out, struct place at)
{
	if (at.file && at.line)
		buf_addf(out, "%s:%u:%u", at.file, at.line, at.column);
}

void pacts_write_finding(const struct pact_finding *f, struct buf *out)
{
	buf_addf(out, "%s [%s] %.*s: %.*s\n    %s: %.*s\n    at ", level_word(f), f->code, STR_ARG(f->pact->consumer),
		 STR_ARG(f->interaction->description), f->response ? "response" : "request", STR_ARG(f->text));
	add_place(out, f->place);
	if (f->against.line) {
		buf_add(out, STR(" against "));
		add_place(out, f->against);
	}
	buf_add(out, STR("\n    witness: "));
	interaction_witness(f->interaction, false, WITNESS, out);
	if (f->response) {
		buf_add(out, STR(" -> "));
		interaction_witness(f->interaction, true, WITNESS, out);
	}
	buf_addc(out, '\n');
}

static void text(const struct pacts *p, const struct pact_findings *found, struct buf *out)
{
	for (size_t i = 0; i < found->list.len; i++)
		pacts_write_finding(&found->list.at[i], out);
	for (size_t i = 0; i < p->list.len; i++) {
		const struct pact *one = p->list.at[i];
		buf_addf(out, "%s: %.*s of %.*s, %u interaction%s\n", one->file, STR_ARG(one->consumer),
			 STR_ARG(one->provider), one->count, one->count == 1 ? "" : "s");
		for (unsigned k = 0; k < one->skipped_count; k++)
			buf_addf(out, "    skipped: %.*s (%s)\n", STR_ARG(one->skipped[k].description),
				 one->skipped[k].why);
	}
	buf_addf(out, "%u error%s, %u warning%s\n", found->errors, found->errors == 1 ? "" : "s", found->warnings,
		 found->warnings == 1 ? "" : "s");
}

static void member(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void place_member(struct buf *out, const char *name, struct place at)
{
	if (!at.file || !at.line)
		return;
	buf_addf(out, ",\"%s\":{\"file\":\"", name);
	buf_add_json(out, str_from(at.file));
	buf_addf(out, "\",\"line\":%u,\"column\":%u}", at.line, at.column);
}

static void json_finding(const struct pact_finding *f, struct buf *out)
{
	struct buf witness = {0};
	buf_addc(out, '{');
	member(out, "level", str_from(level_word(f)));
	member(out, "code", str_from(f->code));
	member(out, "consumer", f->pact->consumer);
	member(out, "interaction", f->interaction->description);
	member(out, "side", f->response ? STR("response") : STR("request"));
	member(out, "text", f->text);
	interaction_witness(f->interaction, false, 4096, &witness);
	member(out, "request", buf_str(&witness));
	witness.len = 0;
	interaction_witness(f->interaction, true, 4096, &witness);
	if (f->response)
		member(out, "response", buf_str(&witness));
	place_member(out, "pact", f->place);
	place_member(out, "contract", f->against);
	buf_addc(out, '}');
	buf_free(&witness);
}

static void json_pact(const struct pact *one, struct buf *out)
{
	buf_addc(out, '{');
	member(out, "file", str_from(one->file));
	member(out, "consumer", one->consumer);
	member(out, "provider", one->provider);
	buf_addf(out, ",\"interactions\":%u,\"skipped\":[", one->count);
	for (unsigned k = 0; k < one->skipped_count; k++) {
		buf_add(out, k ? STR(",{") : STR("{"));
		member(out, "description", one->skipped[k].description);
		member(out, "reason", str_from(one->skipped[k].why));
		buf_addc(out, '}');
	}
	buf_add(out, STR("]}"));
}

void pacts_write_members(const struct pacts *p, const struct pact_findings *found, struct buf *out)
{
	buf_add(out, STR("\"pacts\":["));
	for (size_t i = 0; i < p->list.len; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		json_pact(p->list.at[i], out);
	}
	buf_add(out, STR("],\"findings\":["));
	for (size_t i = 0; i < found->list.len; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		json_finding(&found->list.at[i], out);
	}
	buf_addf(out, "],\"errors\":%u,\"warnings\":%u", found->errors, found->warnings);
}

static void json(const struct pacts *p, const struct pact_findings *found, struct buf *out)
{
	buf_addc(out, '{');
	pacts_write_members(p, found, out);
	buf_add(out, STR("}\n"));
}

/* XML 1.0, 2.2: control characters have no place in it. */
static void xml(struct buf *out, struct str s)
{
	static const struct {
		char c;
		const char *entity;
	} rows[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}};
	for (size_t i = 0; i < s.len; i++) {
		const char *entity = NULL;
		for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
			entity = rows[k].c == s.at[i] ? rows[k].entity : entity;
		if (entity)
			buf_add(out, str_from(entity));
		else
			buf_addc(out, (unsigned char)s.at[i] < 0x20 && s.at[i] != '\n' ? ' ' : s.at[i]);
	}
}

/* One test case for each interaction; its errors are the failure. */
static void junit_case(const struct pact *pact, const struct interaction *x, const struct pact_findings *found,
		       struct buf *out)
{
	struct buf text = {0};
	bool failed = false;
	for (size_t i = 0; i < found->list.len; i++)
		if (found->list.at[i].interaction == x) {
			failed |= found->list.at[i].level == PACT_ERROR;
			pacts_write_finding(&found->list.at[i], &text);
		}
	buf_add(out, STR("<testcase classname=\""));
	xml(out, pact->consumer);
	buf_add(out, STR("\" name=\""));
	xml(out, x->description);
	buf_add(out, !text.len ? STR("\"/>\n")
		     : failed  ? STR("\"><failure message=\"not satisfied\">")
			       : STR("\"><system-out>"));
	xml(out, buf_str(&text));
	if (text.len)
		buf_add(out, failed ? STR("</failure></testcase>\n") : STR("</system-out></testcase>\n"));
	buf_free(&text);
}

static void junit_skipped(const struct pact *pact, const struct skipped *s, struct buf *out)
{
	buf_add(out, STR("<testcase classname=\""));
	xml(out, pact->consumer);
	buf_add(out, STR("\" name=\""));
	xml(out, s->description);
	buf_addf(out, "\"><skipped message=\"%s\"/></testcase>\n", s->why);
}

static bool fails(const struct interaction *x, const struct pact_findings *found)
{
	for (size_t i = 0; i < found->list.len; i++)
		if (found->list.at[i].interaction == x && found->list.at[i].level == PACT_ERROR)
			return true;
	return false;
}

static void junit(const struct pacts *p, const struct pact_findings *found, struct buf *out)
{
	unsigned tests = 0, failures = 0;
	for (size_t i = 0; i < p->list.len; i++) {
		tests += p->list.at[i]->count + p->list.at[i]->skipped_count;
		for (unsigned k = 0; k < p->list.at[i]->count; k++)
			failures += fails(&p->list.at[i]->at[k], found);
	}
	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"vane pact\" tests=\"%u\" "
		 "failures=\"%u\" "
		 "errors=\"0\">\n",
		 tests, failures);
	for (size_t i = 0; i < p->list.len; i++) {
		for (unsigned k = 0; k < p->list.at[i]->count; k++)
			junit_case(p->list.at[i], &p->list.at[i]->at[k], found, out);
		for (unsigned k = 0; k < p->list.at[i]->skipped_count; k++)
			junit_skipped(p->list.at[i], &p->list.at[i]->skipped[k], out);
	}
	buf_add(out, STR("</testsuite>\n</testsuites>\n"));
}

/* GitHub's workflow commands: % CR LF are escaped, and in properties : and , too. */
static void command(struct buf *out, struct str s, bool property)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_addc(out, c);
	}
}

static void github(const struct pacts *p, const struct pact_findings *found, struct buf *out)
{
	(void)p;
	for (size_t i = 0; i < found->list.len; i++) {
		const struct pact_finding *f = &found->list.at[i];
		buf_addf(out, "::%s file=", level_word(f));
		command(out, str_from(f->place.file), true);
		buf_addf(out, ",line=%u,col=%u,title=", f->place.line, f->place.column);
		command(out, str_from(f->code), true);
		buf_add(out, STR("::"));
		command(out, f->interaction->description, false);
		buf_add(out, STR(": "));
		command(out, f->text, false);
		buf_addc(out, '\n');
	}
}

void pacts_write(const struct pacts *p, const struct pact_findings *found, enum pacts_form form, struct buf *out)
{
	static void (*const writers[])(const struct pacts *, const struct pact_findings *,
				       struct buf *) = {text, json, junit, github};
	writers[form](p, found, out);
}
