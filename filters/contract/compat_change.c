/* The kinds of change, and one more change. */
#include "filters/contract/compat_side.h"

const struct change_row change_rows[CHANGE_KINDS] = {
#define X(name, id, level, breaks, text) {id, CHANGE_##level, breaks, text},
    CHANGES(X)
#undef X
};

const char *change_level_word(enum change_level level)
{
	static const char *const words[] = {"info", "warning", "error"};
	return words[level];
}

const char *inclusion_word(enum inclusion i)
{
	static const char *const words[] = {"old requests are new requests", "new requests are old requests",
					    "new responses are old responses", "old responses are new responses"};
	return words[i];
}

const char *comparing_inner_part(const char *part)
{
	static const char *const parts[][2] = {{"request-body", "request-property"},
					       {"response-body", "response-property"},
					       {"request-parameter", "request-parameter-property"},
					       {"schema", "property"}};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(part, parts[i][0]) == 0)
			return parts[i][1];
	return part;
}

struct change *comparing_add(struct comparing *c, enum change_kind kind, struct str where, struct place old,
			     struct place new, const char *format, ...)
{
	struct comparison *out = c->out;
	const struct change_row *row = &change_rows[kind];
	va_list args;
	if (out->count == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 32;
		out->at = must_realloc(out->at, out->cap * sizeof *out->at);
	}
	struct change *one = &out->at[out->count];
	*one = (struct change){.kind = kind,
			       .level = row->level,
			       .id = row->id,
			       .breaks = row->breaks,
			       .verdict = COMPAT_REFUTED,
			       .operation = c->operation,
			       .where = arena_dup(&out->arena, where),
			       .old = old,
			       .new = new};
	va_start(args, format);
	one->text = arena_vprintf(&out->arena, format, args);
	va_end(args);
	out->count++;
	return one;
}
