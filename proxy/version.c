#include "proxy/version.h"

enum { HIGHEST = 999999 };

const struct version *api_version(const struct api *api, struct str name)
{
	for (unsigned i = 0; i < api->version_count; i++)
		if (str_eq(api->versions[i].name, name))
			return &api->versions[i];
	return NULL;
}

bool version_numbers(struct str text, unsigned numbers[3], unsigned *parts)
{
	if (text.len && (text.at[0] == 'v' || text.at[0] == 'V'))
		text = str_skip(text, 1);
	numbers[0] = numbers[1] = numbers[2] = 0;
	*parts = 0;
	while (text.at) {
		struct str part = str_cut(&text, '.');
		uint64_t n;
		if (*parts == 3 || !str_to_u64(part, &n) || n > HIGHEST || (part.len > 1 && part.at[0] == '0'))
			return false;
		numbers[(*parts)++] = (unsigned)n;
	}
	return *parts > 0;
}
