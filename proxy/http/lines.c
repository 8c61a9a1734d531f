#include "proxy/http/lines.h"

enum line_result lines_next(struct str text, size_t line, size_t *at, bool fold)
{
	if (fold && line < text.len && (text.at[line] == ' ' || text.at[line] == '\t'))
		return LINE_BAD;
	*at = lines_control(text, *at);
	if (*at == text.len)
		return LINE_MORE;
	if (text.at[*at] != '\r')
		return LINE_BAD;
	if (*at + 1 == text.len)
		return LINE_MORE;
	return text.at[*at + 1] == '\n' ? LINE_END : LINE_BAD;
}

unsigned lines_skip(struct str text, size_t *line, unsigned most, size_t end)
{
	struct str part = str_head(text, end < text.len ? end : text.len);
	unsigned count = 0;
	for (; count < most; count++) {
		size_t at = lines_control(part, *line);
		if (at == *line || at + 2 > part.len || part.at[at] != '\r' || part.at[at + 1] != '\n' ||
		    part.at[*line] == ' ' || part.at[*line] == '\t')
			break;
		*line = at + 2;
	}
	return count;
}
