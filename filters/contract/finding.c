#include "filters/contract/finding.h"

#include "proxy/base/buf.h"

static const char *const words[LOCATION_COUNT] = {
#define X(name, word) [IN_##name] = word,
    LOCATIONS(X)
#undef X
};

const char *location_word(enum location l)
{
	return words[l];
}

void findings_begin(struct findings *f, struct arena *arena, unsigned limit)
{
	*f = (struct findings){.arena = arena, .limit = limit};
}

/* Room doubles; what was outgrown goes with the arena. */
static void grow(struct findings *f)
{
	unsigned room = f->count ? f->count * 2 : 4;
	struct finding *more = arena_alloc(f->arena, room * sizeof *more);
	if (f->count)
		memcpy(more, f->at, f->count * sizeof *more);
	f->at = more;
}

/* Cut before the character that does not fit. */
static struct str bounded(struct arena *arena, struct str s)
{
	size_t len = FINDING_TEXT;
	if (s.len <= FINDING_TEXT)
		return s;
	while (len > 0 && ((unsigned char)s.at[len] & 0xc0) == 0x80)
		len--;
	return arena_printf(arena, "%.*s\xe2\x80\xa6", (int)len, s.at);
}

void findings_add(struct findings *f, const struct finding *one)
{
	f->total++;
	if (f->count >= f->limit)
		return;
	/* 4, 8, 16 …: full whenever the count is one of those. */
	if (f->count == 0 || (f->count >= 4 && (f->count & (f->count - 1)) == 0))
		grow(f);
	struct finding *mine = &f->at[f->count++];
	*mine = *one;
	mine->name = bounded(f->arena, one->name);
	mine->pointer = bounded(f->arena, one->pointer);
}

void finding_add_text(struct buf *out, struct str s, bool word)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c < (word ? 0x21 : 0x20) || c == 0x7f)
			buf_addf(out, "%%%02X", c);
		else
			buf_addc(out, s.at[i]);
	}
}

void finding_to_text(const struct finding *f, struct buf *out)
{
	buf_add(out, str_from(words[f->location]));
	if (f->name.len)
		buf_addc(out, ' ');
	finding_add_text(out, f->name, false);
	if (f->pointer.len)
		buf_addc(out, ' ');
	finding_add_text(out, f->pointer, false);
	buf_add(out, STR(": "));
	buf_add(out, f->keyword.len ? f->keyword : str_from(f->code));
	if (f->expected.len)
		buf_add(out, STR(": "));
	finding_add_text(out, f->expected, false);
	if (f->found)
		buf_addf(out, " (found %s)", f->found);
	if (f->place.file && f->place.line)
		buf_addf(out, " [%s:%u:%u]", f->place.file, f->place.line, f->place.column);
}

static void add_member(struct buf *out, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_addf(out, "%s\"%s\":\"", out->len && out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

void finding_to_json(const struct finding *f, struct buf *out)
{
	buf_addc(out, '{');
	add_member(out, "code", str_from(f->code));
	add_member(out, "location", str_from(words[f->location]));
	add_member(out, "name", f->name);
	add_member(out, "pointer", f->pointer);
	add_member(out, "keyword", f->keyword);
	add_member(out, "keyword_pointer", f->keyword_pointer);
	if (f->place.file && f->place.line) {
		add_member(out, "file", str_from(f->place.file));
		buf_addf(out, ",\"line\":%u,\"column\":%u", f->place.line, f->place.column);
	}
	add_member(out, "expected", f->expected);
	add_member(out, "found", str_from(f->found));
	buf_addc(out, '}');
}

const char *judgement_word(enum judgement verdict)
{
	static const char *const verdicts[] = {[VALID] = "valid", [INVALID] = "invalid", [UNDECIDED] = "undecided"};
	return verdicts[verdict];
}

void findings_to_json(enum judgement verdict, const struct findings *f, struct buf *out)
{
	buf_addf(out, "{\"verdict\":\"%s\",\"findings\":[", judgement_word(verdict));
	for (unsigned i = 0; i < f->count; i++) {
		if (i)
			buf_addc(out, ',');
		finding_to_json(&f->at[i], out);
	}
	buf_addc(out, ']');
	if (verdict == UNDECIDED)
		buf_addf(out, ",\"reason\":\"%s\"", f->unchecked ? f->unchecked : "");
	buf_addc(out, '}');
}
