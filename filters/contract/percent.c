#include "filters/contract/percent.h"

static bool is_escape(struct str text, size_t at)
{
	return text.at[at] == '%' && text.len - at > 2 && ascii_hex(text.at[at + 1]) >= 0 &&
	       ascii_hex(text.at[at + 2]) >= 0;
}

unsigned char percent_next(struct str text, size_t *at)
{
	size_t i = *at;
	if (!is_escape(text, i)) {
		*at = i + 1;
		return (unsigned char)text.at[i];
	}
	*at = i + 3;
	return (unsigned char)(ascii_hex(text.at[i + 1]) << 4 | ascii_hex(text.at[i + 2]));
}

size_t percent_decode(struct str text, bool plus, char *out, bool *malformed)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len;) {
		if (plus && text.at[i] == '+') {
			out[len++] = ' ';
			i++;
			continue;
		}
		if (text.at[i] == '%' && !is_escape(text, i))
			*malformed = true;
		out[len++] = (char)percent_next(text, &i);
	}
	return len;
}

struct str percent_decoded(struct arena *arena, struct str text, bool plus, bool *malformed)
{
	if (str_find(text, '%') == text.len && (!plus || str_find(text, '+') == text.len))
		return text;
	char *out = arena_alloc(arena, text.len);
	return str_of(out, percent_decode(text, plus, out, malformed));
}
