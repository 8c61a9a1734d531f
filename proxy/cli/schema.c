#include "proxy/cli/cli.h"

#include "filters/builtin.h"
#include "proxy/tables.h"

#include <stdio.h>

const struct flag flags_schema[] = {{NULL, 0, NULL, NULL}};

/* Prints the configuration's JSON Schema. */
int cli_schema(struct words *w)
{
	struct arena arena;
	struct buf out = {0};
	(void)w;
	arena_init(&arena, 8192);
	key_schema(&tables_of(builtin_filters, &arena)->top, &out);
	/* what says which schema language this is stands in front of the object's own members */
	printf("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"vane.yaml\",%.*s\n",
	       STR_ARG(str_skip(buf_str(&out), 1)));
	buf_free(&out);
	arena_free(&arena);
	return EXIT_CLEAN;
}
