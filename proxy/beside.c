#include "proxy/beside.h"

struct str beside(struct arena *a, struct str file, struct str path)
{
	size_t slash = file.len;
	while (slash && file.at[slash - 1] != '/')
		slash--;
	if (path.len == 0 || path.at[0] == '/' || slash == 0)
		return arena_dup(a, path);
	return arena_printf(a, "%.*s%.*s", (int)slash, file.at, STR_ARG(path));
}
