#include "proxy/cli/cli.h"

#include <stdio.h>
#include <unistd.h>

const struct flag flags_check[] = {
    CONFIGURATION_FLAGS,
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

static void print_json(const struct diag *d)
{
	struct buf out = {0};
	diag_print_json(d, &out);
	printf("%.*s\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

/* What was read, in a line for each version. */
static void print_summary(const struct snapshot *s)
{
	for (unsigned i = 0; i < s->api.version_count; i++) {
		const struct version *v = &s->api.versions[i];
		printf("%.*s: %.*s, %.*s\n", STR_ARG(v->name), STR_ARG(v->semver), v->contract.len ? (int)v->contract.len : 11,
		       v->contract.len ? v->contract.at : "no contract");
	}
	printf("%.*s: good\n", STR_ARG(s->file));
}

int cli_check(struct words *w)
{
	struct snapshot_source source;
	struct buf text = {0};
	struct diag d;
	bool json;
	int code = EXIT_CANNOT_TELL;
	diag_init(&d);
	if (cli_output(flags_check, w, &json) && cli_source(flags_check, w, 0, &source, &text)) {
		bool readable = !source.path || access(source.path, R_OK) == 0;
		struct snapshot *s = snapshot_load(&source, &d);
		code = s ? EXIT_CLEAN : readable ? EXIT_FINDINGS : EXIT_CANNOT_TELL;
		if (json)
			print_json(&d);
		else
			cli_complain(&d);
		if (s && !json)
			print_summary(s);
		if (s)
			snapshot_drop(s);
	}
	diag_free(&d);
	buf_free(&text);
	return code;
}
