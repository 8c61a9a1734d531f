#include "filters/pact/base64.h"

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct arena *arena, struct str text, struct str *bytes)
{
	char *out = arena_alloc(arena, text.len / 4 * 3 + 4);
	size_t len = 0, padding = 0, count = 0;
	uint32_t group = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		int v = value_of(c);
		if (c == '\n' || c == '\r')
			continue;
		if (c == '=' && ++padding <= 2)
			continue;
		if (v < 0 || padding)
			return false;
		group = group << 6 | (uint32_t)v;
		if (++count % 4 == 0)
			for (int shift = 16; shift >= 0; shift -= 8)
				out[len++] = (char)(group >> shift & 0xff);
	}
	if (count % 4 == 1)
		return false;
	if (count % 4 == 2)
		out[len++] = (char)(group >> 4 & 0xff);
	if (count % 4 == 3) {
		out[len++] = (char)(group >> 10 & 0xff);
		out[len++] = (char)(group >> 2 & 0xff);
	}
	*bytes = str_of(out, len);
	return true;
}
