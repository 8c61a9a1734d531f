#include "proxy/version.h"

enum { DIGITS = 6 };

const struct version *api_version(const struct api *api, struct str name)
{
	for (unsigned i = 0; i < api->version_count; i++)
		if (str_eq(api->versions[i].name, name))
			return &api->versions[i];
	return NULL;
}

/* One of the numbers, off the front of *text; false where there is none, or it has leading zeros or too many digits. */
static bool take_number(struct str *text, unsigned *number)
{
	size_t len = 0;
	unsigned sum = 0;
	while (len < text->len && len < DIGITS && ascii_digit(text->at[len]))
		sum = sum * 10 + (unsigned)(text->at[len++] - '0');
	if (len == 0 || (len > 1 && text->at[0] == '0'))
		return false;
	*number = sum;
	*text = str_skip(*text, len);
	return true;
}

bool version_numbers(struct str text, unsigned numbers[3], unsigned *parts)
{
	if (text.len && (text.at[0] == 'v' || text.at[0] == 'V'))
		text = str_skip(text, 1);
	numbers[0] = numbers[1] = numbers[2] = 0;
	for (*parts = 0; *parts < 3;) {
		if (!take_number(&text, &numbers[*parts]))
			return false;
		++*parts;
		if (text.len == 0)
			return true;
		if (text.at[0] != '.')
			return false;
		text = str_skip(text, 1);
	}
	return false;
}
