#include "proxy/cli/cli.h"

#include "proxy/cli/explain.h"
#include "proxy/server.h"

#include <stdio.h>

const struct flag flags_run[] = {CONFIGURATION_FLAGS, {NULL, 0, NULL, NULL}};

static unsigned explain(const struct snapshot *s, struct str method, struct str target, struct buf *json)
{
	explain_request(s, method, target, NULL, 0, true, json);
	return 200;
}

/* Serves until it is told to end. */
int cli_run(struct words *w)
{
	struct snapshot_source source;
	struct buf text = {0};
	struct diag d;
	struct levers levers;
	int code = EXIT_CANNOT_TELL;
	diag_init(&d);
	levers_init(&levers);
	struct snapshot *first = NULL;
	if (cli_source(flags_run, w, 0, &source, &text)) {
		source.levers = &levers;
		first = snapshot_load(&source, &d);
	}
	cli_complain(&d);
	diag_free(&d);
	if (first) {
		struct server_options options = {.source = &source, .first = first, .version = VANE_VERSION, .commit = VANE_COMMIT, .explain = explain};
		code = server_run(&options);
		snapshot_drop(first);
	}
	levers_free(&levers);
	buf_free(&text);
	return code;
}
