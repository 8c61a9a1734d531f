#include "proxy/cli/cli.h"

#include "filters/builtin.h"
#include "proxy/plan/landscape.h"
#include "proxy/tables.h"

#include <stdio.h>

const struct flag flags_schema[] = {{NULL, 0, NULL, NULL}};

static void print(const struct key_table *t, const char *title)
{
	struct buf out = {0};
	key_schema(t, &out);
	/* what says which schema language this is stands in front of the object's own members */
	printf("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"%s\",%.*s\n", title,
	       STR_ARG(str_skip(buf_str(&out), 1)));
	buf_free(&out);
}

/* Prints the JSON Schema of the configuration, or of a landscape. */
int cli_schema(struct words *w)
{
	struct arena arena;
	if (w->operand_count && strcmp(w->operands[0], "landscape") != 0) {
		fprintf(stderr, "vane: schema prints that of the configuration, or of a landscape: vane schema landscape\n");
		return EXIT_CANNOT_TELL;
	}
	arena_init(&arena, 8192);
	if (w->operand_count)
		print(&landscape_table, "landscape.yaml");
	else
		print(&tables_of(builtin_filters, &arena)->top, "vane.yaml");
	arena_free(&arena);
	return EXIT_CLEAN;
}
