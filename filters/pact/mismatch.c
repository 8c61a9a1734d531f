#include "filters/pact/mismatch.h"

void mismatches_begin(struct mismatches *m, struct arena *arena, unsigned limit)
{
	*m = (struct mismatches){.arena = arena, .limit = limit};
	m->at = ARENA_ARRAY(arena, struct mismatch, limit);
}

void mismatches_add(struct mismatches *m, const struct mismatch *one)
{
	m->total++;
	if (m->count < m->limit)
		m->at[m->count++] = *one;
}

void mismatches_untold(struct mismatches *m, struct str why)
{
	if (!m->untold.len)
		m->untold = why;
}

void mismatch_to_text(const struct mismatch *m, struct buf *out)
{
	buf_add(out, m->where);
	if (m->path.len)
		buf_addf(out, " %.*s", STR_ARG(m->path));
	buf_addf(out, ": %.*s", STR_ARG(m->text));
	if (m->place.line)
		buf_addf(out, " [%s:%u:%u]", m->place.file, m->place.line, m->place.column);
}

static void add(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

void mismatch_to_json(const struct mismatch *m, struct buf *out)
{
	buf_addc(out, '{');
	add(out, "where", m->where);
	if (m->path.len)
		add(out, "path", m->path);
	add(out, "message", m->text);
	if (m->place.line) {
		add(out, "file", str_from(m->place.file));
		buf_addf(out, ",\"line\":%u,\"column\":%u", m->place.line, m->place.column);
	}
	buf_addc(out, '}');
}
