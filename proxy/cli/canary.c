#include "proxy/cli/client.h"
#include "proxy/cli/tell.h"

#include <stdio.h>

const struct flag flags_canary[] = {TELL_FLAGS, {NULL, 0, NULL, NULL}};

static int usage(void)
{
	fprintf(stderr, "vane: canary set VERSION 10%% | canary abort VERSION | canary reset VERSION\n");
	return EXIT_CANNOT_TELL;
}

/* Moves a canary's weight in a running vane. */
int cli_canary(struct words *w)
{
	struct str what = str_from(w->operand_count ? w->operands[0] : "");
	bool set = str_eq(what, STR("set")), abort = str_eq(what, STR("abort")), reset = str_eq(what, STR("reset"));
	struct buf path = {0};
	if ((!set && !abort && !reset) || w->operand_count != (set ? 3u : 2u))
		return usage();
	buf_add(&path, STR("/api/canary?version="));
	client_encode(str_from(w->operands[1]), &path);
	buf_add(&path, STR("&weight="));
	client_encode(set ? str_from(w->operands[2]) : abort ? STR("abort") : STR("configured"), &path);
	int code = tell_post(flags_canary, w, buf_str(&path));
	buf_free(&path);
	return code;
}
