#include "filters/segment.h"

static bool is_path_char(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (c && strchr("-._~%!$&'()*+,;=:@/", c));
}

void segment_add_path(struct buf *out, struct str path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (is_path_char(path.at[i]))
			buf_addc(out, path.at[i]);
		else
			buf_addf(out, "%%%02X", (unsigned char)path.at[i]);
	}
}

void segment_add(struct buf *out, struct str segment, const struct version *old, const struct version *next)
{
	size_t at = 1, end;
	while (at < segment.len && !ascii_digit(segment.at[at]))
		at++;
	for (end = at; end < segment.len && (ascii_digit(segment.at[end]) || segment.at[end] == '.'); end++)
		;
	if (str_eq(str_skip(segment, 1), old->name) || at == segment.len || next->dated || old->dated) {
		buf_addc(out, '/');
		segment_add_path(out, next->name);
		return;
	}
	segment_add_path(out, str_head(segment, at));
	buf_addf(out, "%u", next->major);
	segment_add_path(out, str_skip(segment, end));
}
