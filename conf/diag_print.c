#include "conf/diag.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 110 }; /* code points of a source line that are shown; longer ones are cut around the caret */

/* The file whose lines are being shown: complaints come sorted, so one at a time is held. */
struct source {
	const char *name;
	char *text;
	size_t size, at;
	uint32_t line; /* that begins at `at` */
};

static void source_open(struct source *s, const char *name)
{
	free(s->text);
	*s = (struct source){.name = name, .line = 1};
	int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe is gone by now: never wait for one */
	struct stat st;
	bool readable = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	FILE *f = readable ? fdopen(fd, "rb") : NULL;
	if (!f) {
		if (fd >= 0)
			close(fd);
		return;
	}
	size_t cap = 0;
	for (size_t got = 1; got && s->size < (size_t)64 << 20; s->size += got) {
		if (s->size == cap)
			s->text = must_realloc(s->text, cap = cap ? cap * 2 : 65536);
		got = fread(s->text + s->size, 1, cap - s->size, f);
	}
	fclose(f);
}

/* Where the line that begins at `at` ends; *next is where the one after it begins. */
static size_t line_end(const struct source *s, size_t at, size_t *next)
{
	size_t end = at;
	while (end < s->size && s->text[end] != '\n' && s->text[end] != '\r')
		end++;
	bool both = end + 1 < s->size && s->text[end] == '\r' && s->text[end + 1] == '\n';
	*next = end < s->size ? end + 1 + both : end;
	return end;
}

/* The text of `line`; lines are asked for in rising order. False: there is no such line. */
static bool source_line(struct source *s, uint32_t line, struct str *text)
{
	size_t next;
	for (; s->line < line && s->at < s->size; s->line++) {
		line_end(s, s->at, &next);
		s->at = next;
	}
	if (s->line != line || s->at >= s->size)
		return false;
	*text = str_of(s->text + s->at, line_end(s, s->at, &next) - s->at);
	if (line == 1 && str_starts(*text, STR("\xEF\xBB\xBF")))
		*text = str_skip(*text, 3);
	return true;
}

static size_t code_point(struct str s)
{
	size_t n = 1;
	while (n < s.len && n < 4 && ((unsigned char)s.at[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Text of others on somebody's terminal: no control characters (C0, DEL, C1), or they would be obeyed. */
static void add_plain(struct buf *out, struct str s)
{
	for (size_t n; s.len; s = str_skip(s, n)) {
		unsigned char c = (unsigned char)s.at[0];
		n = code_point(s);
		bool c1 = c == 0xC2 && n == 2 && (unsigned char)s.at[1] < 0xA0;
		if (c == '\t')
			buf_addc(out, '\t');
		else if (c < 0x20 || c == 0x7F || c1 || (c >= 0x80 && n == 1))
			buf_addc(out, '?');
		else
			buf_add(out, str_head(s, n));
	}
}

/* The part of a line that is shown: it begins at code point *first (from 0). */
static struct str window(struct str line, uint32_t column, uint32_t *first)
{
	*first = column > WIDTH * 3 / 4 ? column - WIDTH * 3 / 4 : 0;
	for (uint32_t i = 0; i < *first && line.len; i++)
		line = str_skip(line, code_point(line));
	struct str rest = line;
	for (uint32_t i = 0; i < WIDTH && rest.len; i++)
		rest = str_skip(rest, code_point(rest));
	return str_head(line, line.len - rest.len);
}

/* Blanks up to the caret; tabs stay tabs, so that the caret stands under what it means. */
static void add_pad(struct buf *out, struct str shown, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_addc(out, shown.len && shown.at[0] == '\t' ? '\t' : ' ');
		if (shown.len)
			shown = str_skip(shown, code_point(shown));
	}
}

static void add_source(struct buf *out, struct source *s, struct place p, bool color)
{
	struct str line;
	uint32_t first;
	if (!p.file || !p.line)
		return;
	if (!s->name || strcmp(s->name, p.file) != 0)
		source_open(s, p.file);
	if (!source_line(s, p.line, &line))
		return;
	struct str shown = window(line, p.column, &first);
	buf_addf(out, "%5u | ", p.line);
	add_plain(out, shown);
	buf_add(out, STR("\n      | "));
	if (p.column > first)
		add_pad(out, shown, p.column - 1 - first);
	buf_add(out, color ? STR("\033[1;32m^\033[0m\n") : STR("^\n"));
}

static void add_complaint(struct buf *out, const struct complaint *c, struct source *s, bool color)
{
	static const struct str plain[] = {STR_INIT("warning: "), STR_INIT("error: ")};
	static const struct str colored[] = {STR_INIT("\033[1;35mwarning:\033[0m "),
					     STR_INIT("\033[1;31merror:\033[0m ")};
	if (c->place.file) {
		add_plain(out, str_from(c->place.file));
		if (c->place.line)
			buf_addf(out, ":%u:%u", c->place.line, c->place.column);
		buf_add(out, STR(": "));
	}
	buf_add(out, (color ? colored : plain)[c->severity]);
	add_plain(out, c->text);
	buf_addc(out, '\n');
	add_source(out, s, c->place, color);
	if (c->hint.len) {
		buf_add(out, STR("      hint: "));
		add_plain(out, c->hint);
		buf_addc(out, '\n');
	}
}

struct ranked {
	const struct complaint *complaint;
	size_t file, order; /* of the file's first complaint, of this one */
};

static int by_place(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	const struct place *p = &x->complaint->place, *q = &y->complaint->place;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	if (p->column != q->column)
		return p->column < q->column ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static size_t file_rank(const struct ranked *list, size_t count, const char *file)
{
	for (size_t i = 0; i < count; i++) {
		const char *other = list[i].complaint->place.file;
		if (other == file || (other && file && strcmp(other, file) == 0))
			return list[i].file;
	}
	return count;
}

/* The complaints in the order they are shown in; files in the order they were first complained of. Freed by the caller.
 */
static struct ranked *sorted(const struct diag *d, size_t *count)
{
	size_t n = 0;
	for (const struct complaint *c = d->first; c; c = c->next)
		n++;
	struct ranked *list = must_alloc((n + 1) * sizeof *list);
	*count = n;
	n = 0;
	for (const struct complaint *c = d->first; c; c = c->next, n++)
		list[n] = (struct ranked){c, file_rank(list, n, c->place.file), n};
	qsort(list, n, sizeof *list, by_place);
	return list;
}

void diag_print(const struct diag *d, struct buf *out, bool color)
{
	struct source source = {0};
	size_t count;
	struct ranked *list = sorted(d, &count);
	for (size_t i = 0; i < count; i++)
		add_complaint(out, list[i].complaint, &source, color);
	if (d->errors + d->warnings > count)
		buf_addf(out, "and %zu more that are not shown\n", d->errors + d->warnings - count);
	free(source.text);
	free(list);
}

static void add_text(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "\"%s\":", name);
	if (value.at) {
		buf_addc(out, '"');
		buf_add_json(out, value);
		buf_addc(out, '"');
	} else {
		buf_add(out, STR("null"));
	}
}

void diag_print_json(const struct diag *d, struct buf *out)
{
	size_t count;
	struct ranked *list = sorted(d, &count);
	buf_addc(out, '[');
	for (size_t i = 0; i < count; i++) {
		const struct complaint *c = list[i].complaint;
		buf_add(out, i ? STR(",{") : STR("{"));
		add_text(out, "severity", c->severity == DIAG_ERROR ? STR("error") : STR("warning"));
		buf_addc(out, ',');
		add_text(out, "file", str_from(c->place.file));
		buf_addf(out, ",\"line\":%u,\"column\":%u,", c->place.line, c->place.column);
		add_text(out, "message", c->text);
		buf_addc(out, ',');
		add_text(out, "hint", c->hint);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
	free(list);
}
