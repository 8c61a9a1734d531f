#include "proxy/cli/diff.h"

#include <stdio.h>

bool diff_form(const char *word, enum diff_form *form)
{
	static const char *const words[] = {"text", "json", "markdown", "junit", "sarif", "github"};
	*form = DIFF_TEXT;
	for (unsigned i = 0; word && i < DIFF_FORMS; i++)
		if (strcmp(word, words[i]) == 0) {
			*form = (enum diff_form)i;
			return true;
		}
	if (word)
		fprintf(stderr, "vane: -o is text, json, markdown, junit, sarif or github, not %s\n", word);
	return !word;
}

void diff_place(struct buf *out, struct place at)
{
	if (at.file && at.line)
		buf_addf(out, "%s:%u:%u", at.file, at.line, at.column);
	else if (at.file)
		buf_addf(out, "%s", at.file);
}

static void counts(const struct comparison *c, unsigned n[3])
{
	n[0] = n[1] = n[2] = 0;
	for (size_t i = 0; i < c->count; i++)
		n[c->at[i].level]++;
}

static void places(struct buf *out, const struct change *one)
{
	diff_place(out, one->old);
	if (one->old.file && one->new.file)
		buf_add(out, STR(" -> "));
	diff_place(out, one->new);
}

static void text(const struct diff_report *r, struct buf *out)
{
	static const char *const colors[] = {"\033[36m", "\033[33m", "\033[31m"};
	const struct comparison *c = r->c;
	unsigned n[3];
	counts(c, n);
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		if (one->level == CHANGE_INFO && !r->all)
			continue;
		buf_addf(out, "%s%s%s [%s] %.*s%s%.*s", r->color ? colors[one->level] : "",
			 change_level_word(one->level), r->color ? "\033[0m" : "", one->id, STR_ARG(one->operation),
			 one->operation.len && one->where.len ? ": " : "", STR_ARG(one->where));
		buf_addf(out, "%s%.*s\n    %.*s%s\n", one->pointer.len ? " at " : "", STR_ARG(one->pointer),
			 STR_ARG(one->text),
			 one->undeclared ? " (by a member that is not declared on the one side)" : "");
		if (one->witness.len)
			buf_addf(out, "    witness: %.*s\n", STR_ARG(one->witness));
		buf_add(out, STR("    at "));
		places(out, one);
		buf_addc(out, '\n');
		callers_text(r->callers, one, out);
	}
	buf_addf(out, "%u error%s, %u warning%s, %u info%s; %u schema pairs: %u proved, %u refuted, %u undecided\n",
		 n[2], n[2] == 1 ? "" : "s", n[1], n[1] == 1 ? "" : "s", n[0],
		 n[0] && !r->all ? " (--all shows them)" : "", c->pairs, c->proved, c->refuted, c->undecided);
	diff_summary_text(r, out);
}

static void json_text(struct buf *out, const char *key, struct str value)
{
	if (out->at[out->len - 1] != '{')
		buf_addc(out, ',');
	buf_addf(out, "\"%s\":\"", key);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

static void json_place(struct buf *out, const char *key, struct place at)
{
	if (!at.file)
		return;
	buf_addf(out, ",\"%s\":{\"file\":\"", key);
	buf_add_json(out, str_from(at.file));
	buf_addf(out, "\",\"line\":%u,\"column\":%u}", at.line, at.column);
}

static void json_change(struct buf *out, const struct change *one, bool bare, const struct callers *callers)
{
	static const char *const verdicts[] = {"proved", "refuted", "unknown"};
	buf_addc(out, '{');
	json_text(out, "id", str_from(one->id));
	json_text(out, "level", str_from(change_level_word(one->level)));
	json_text(out, "verdict", str_from(verdicts[one->verdict]));
	json_text(out, "operation", one->operation);
	json_text(out, "where", one->where);
	if (one->kind == CHANGE_SCHEMA) {
		json_text(out, "pointer", one->pointer);
		json_text(out, "keyword", one->keyword);
	}
	json_text(out, "text", one->text);
	if (one->witness.len)
		json_text(out, "witness", one->witness);
	if (one->why && one->verdict == COMPAT_UNKNOWN)
		json_text(out, "reason", str_from(one->why));
	buf_addf(out, ",\"undeclared\":%s,\"breaks\":[", one->undeclared ? "true" : "false");
	bool first = true;
	for (unsigned i = 0; i < INCLUSIONS; i++)
		if (one->breaks >> i & 1) {
			buf_addf(out, "%s\"%s\"", first ? "" : ",", diff_inclusion_word(bare, (enum inclusion)i));
			first = false;
		}
	buf_addc(out, ']');
	json_place(out, "old", one->old);
	json_place(out, "new", one->new);
	callers_json(callers, one, out);
	buf_addc(out, '}');
}

static void json(const struct diff_report *r, struct buf *out)
{
	const struct comparison *c = r->c;
	buf_addc(out, '{');
	diff_summary_json(r, out);
	buf_addf(out, ",\"pairs\":%u,\"proved\":%u,\"refuted\":%u,\"undecided\":%u,\"milliseconds\":%llu", c->pairs,
		 c->proved, c->refuted, c->undecided, (unsigned long long)r->ms);
	buf_add(out, STR(",\"changes\":["));
	for (size_t i = 0; i < c->count; i++) {
		if (i)
			buf_addc(out, ',');
		json_change(out, &c->at[i], r->old->validator != NULL, r->callers);
	}
	buf_add(out, STR("]}\n"));
}

/* Markdown's own signs in what a document says. */
static void plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] && strchr("|*_`<>[]\\", s.at[i]))
			buf_addc(out, '\\');
		buf_addc(out, s.at[i] == '\n' ? ' ' : s.at[i]);
	}
}

static void markdown(const struct diff_report *r, struct buf *out)
{
	const struct comparison *c = r->c;
	unsigned n[3];
	counts(c, n);
	buf_add(out, STR("# "));
	plain(out, str_from(r->old->path));
	buf_add(out, STR(" to "));
	plain(out, str_from(r->new->path));
	buf_addf(out, "\n\n%u errors, %u warnings, %u info. ", n[2], n[1], n[0]);
	diff_summary_markdown(r, out);
	bool hits = r->callers && r->callers->asked;
	buf_addf(out, "\n\n| level | kind | operation | where | what | witness | places |%s\n|---|---|---|---|---|---|---|%s\n",
		 hits ? " used by |" : "", hits ? "---|" : "");
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		if (one->level == CHANGE_INFO && !r->all)
			continue;
		buf_addf(out, "| %s | %s | ", change_level_word(one->level), one->id);
		plain(out, one->operation);
		buf_add(out, STR(" | "));
		plain(out, one->where);
		buf_add(out, one->pointer.len ? STR(" ") : STR(""));
		plain(out, one->pointer);
		buf_add(out, STR(" | "));
		plain(out, one->text);
		buf_add(out, STR(" | "));
		plain(out, one->witness);
		buf_add(out, STR(" | "));
		places(out, one);
		buf_add(out, hits ? STR(" | ") : STR(""));
		callers_cell(r->callers, one, plain, out);
		buf_add(out, STR(" |\n"));
	}
}

static void xml(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char ch = (unsigned char)s.at[i];
		switch (ch) {
		case '<':
			buf_add(out, STR("&lt;"));
			break;
		case '&':
			buf_add(out, STR("&amp;"));
			break;
		case '"':
			buf_add(out, STR("&quot;"));
			break;
		case '>':
			buf_add(out, STR("&gt;"));
			break;
		default:
			/* XML 1.0, 2.2: other control characters have no place in it. */
			if (ch >= 0x20)
				buf_addc(out, s.at[i]);
			else
				buf_addc(out, ' ');
		}
	}
}

static void junit(const struct diff_report *r, struct buf *out)
{
	const struct comparison *c = r->c;
	unsigned n[3];
	counts(c, n);
	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"vane diff\" "
		 "tests=\"%zu\" failures=\"%u\" errors=\"0\">\n",
		 c->count, n[2]);
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		buf_add(out, STR("<testcase classname=\""));
		xml(out, one->operation);
		buf_add(out, STR("\" name=\""));
		xml(out, str_from(one->id));
		buf_addc(out, ' ');
		xml(out, one->where);
		xml(out, one->pointer);
		buf_add(out, one->level == CHANGE_ERROR ? STR("\"><failure message=\"") : STR("\"><system-out>"));
		xml(out, one->text);
		if (one->level == CHANGE_ERROR)
			buf_add(out, STR("\">"));
		buf_add(out, STR(" "));
		xml(out, one->witness);
		buf_addc(out, ' ');
		struct buf at = {0};
		places(&at, one);
		xml(out, buf_str(&at));
		buf_free(&at);
		buf_add(out, one->level == CHANGE_ERROR ? STR("</failure></testcase>\n")
							: STR("</system-out></testcase>\n"));
	}
	buf_add(out, STR("</testsuite>\n</testsuites>\n"));
}

static void sarif_place(struct buf *out, struct place at)
{
	buf_add(out, STR("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\""));
	buf_add_json(out, str_from(at.file));
	buf_addf(out, "\"},\"region\":{\"startLine\":%u,\"startColumn\":%u}}}", at.line ? at.line : 1,
		 at.column ? at.column : 1);
}

/* SARIF 2.1.0: the place in the new document, that in the old one related to it. */
static void sarif(const struct diff_report *r, struct buf *out)
{
	static const char *const levels[] = {"note", "warning", "error"};
	const struct comparison *c = r->c;
	buf_add(out, STR("{\"$schema\":\"https://json.schemastore.org/"
			 "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":"
			 "{\"name\":\"vane\",\"rules\":[]}},\"results\":["));
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		struct place main_place = one->new.file ? one->new : one->old;
		buf_addf(out, "%s{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":\"", i ? "," : "", one->id,
			 levels[one->level]);
		buf_add_json(out, one->operation);
		buf_add(out, one->operation.len ? STR(" ") : STR(""));
		buf_add_json(out, one->where);
		buf_add_json(out, one->pointer);
		buf_add(out, STR(": "));
		buf_add_json(out, one->text);
		buf_add(out, one->witness.len ? STR("; witness: ") : STR(""));
		buf_add_json(out, one->witness);
		buf_add(out, STR("\"}"));
		if (main_place.file) {
			buf_add(out, STR(",\"locations\":["));
			sarif_place(out, main_place);
			buf_addc(out, ']');
		}
		if (one->new.file && one->old.file) {
			buf_add(out, STR(",\"relatedLocations\":["));
			sarif_place(out, one->old);
			buf_addc(out, ']');
		}
		buf_addc(out, '}');
	}
	buf_add(out, STR("]}]}\n"));
}

/* GitHub's workflow commands: % CR LF are escaped, and in properties : and , too. */
static void command(struct buf *out, struct str s, bool property)
{
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.at[i];
		if (ch == '%' || ch == '\r' || ch == '\n' || (property && (ch == ':' || ch == ',')))
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)ch);
		else
			buf_addc(out, ch);
	}
}

static void github(const struct diff_report *r, struct buf *out)
{
	static const char *const levels[] = {"notice", "warning", "error"};
	const struct comparison *c = r->c;
	for (size_t i = 0; i < c->count; i++) {
		const struct change *one = &c->at[i];
		struct place at = one->new.file ? one->new : one->old;
		buf_addf(out, "::%s file=", levels[one->level]);
		command(out, str_from(at.file ? at.file : r->new->path), true);
		buf_addf(out, ",line=%u,col=%u,title=", at.line ? at.line : 1, at.column ? at.column : 1);
		command(out, str_from(one->id), true);
		buf_add(out, STR("::"));
		command(out, one->operation, false);
		buf_add(out, one->operation.len ? STR(" ") : STR(""));
		command(out, one->where, false);
		command(out, one->pointer, false);
		buf_add(out, STR(": "));
		command(out, one->text, false);
		if (one->witness.len)
			buf_add(out, STR("; witness: "));
		command(out, one->witness, false);
		buf_addc(out, '\n');
	}
}

void diff_write(const struct diff_report *r, enum diff_form form, struct buf *out)
{
	static void (*const writers[])(const struct diff_report *, struct buf *) = {text,  json,  markdown,
										    junit, sarif, github};
	writers[form](r, out);
}
