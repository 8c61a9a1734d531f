#include "proxy/cli/cli.h"

#include "filters/select.h"
#include "proxy/cli/explain.h"

#include <stdio.h>

const struct flag flags_route[] = {
    CONFIGURATION_FLAGS,
    {"header", 'H', "'NAME: VALUE'", "a field of the request (may be given again)"},
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

/* 'GET /v1/orders' as one word, or as two. */
static bool request_line(struct words *w, struct str *method, struct str *target, unsigned *used)
{
	if (w->operand_count == 0) {
		fprintf(stderr, "vane: route needs a request: vane route 'GET /v1/orders' [FILE]\n");
		return false;
	}
	*target = str_from(w->operands[0]);
	*method = str_cut(target, ' ');
	*used = 1;
	if (!target->at && method->at[0] != '/' && w->operand_count > 1 && w->operands[1][0] == '/') {
		*target = str_from(w->operands[1]);
		*used = 2;
	} else if (!target->at) {
		*target = *method;
		*method = STR("GET");
	}
	return true;
}

static bool are_fields(const struct given *g)
{
	for (unsigned i = 0; i < g->count; i++)
		if (!strchr(g->values[i], ':')) {
			fprintf(stderr, "vane: --header is 'NAME: VALUE', not %s\n", g->values[i]);
			return false;
		}
	return true;
}

/* Explains what a request would get, without traffic. */
int cli_route(struct words *w)
{
	struct snapshot_source source;
	struct buf text = {0}, out = {0};
	struct str method, target;
	struct diag d;
	bool json;
	unsigned used;
	int code = EXIT_CANNOT_TELL;
	diag_init(&d);
	if (cli_output(flags_route, w, &json) && request_line(w, &method, &target, &used) &&
	    are_fields(flags_given(flags_route, w, "header")) && cli_source(flags_route, w, used, &source, &text)) {
		struct snapshot *s = snapshot_load(&source, &d);
		cli_complain(&d);
		if (s) {
			const struct given *fields = flags_given(flags_route, w, "header");
			code = explain_request(s, method, target, fields->values, fields->count, json, &out);
			fwrite(out.at ? out.at : "", 1, out.len, stdout);
			snapshot_drop(s);
		}
	}
	diag_free(&d);
	buf_free(&text);
	buf_free(&out);
	return code;
}
