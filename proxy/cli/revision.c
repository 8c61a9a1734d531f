#include "proxy/cli/client.h"
#include "proxy/cli/tell.h"

#include <stdio.h>

const struct flag flags_revision[] = {TELL_FLAGS, {NULL, 0, NULL, NULL}};

/* Switches a running vane to another revision. */
int cli_revision(struct words *w)
{
	struct str what = str_from(w->operand_count ? w->operands[0] : "");
	bool activate = str_eq(what, STR("activate")), reset = str_eq(what, STR("reset"));
	unsigned named = activate ? 2 : 1; /* words before the version */
	struct buf path = {0};
	if ((!activate && !reset) || w->operand_count < named || w->operand_count > named + 1) {
		fprintf(stderr, "vane: revision activate LABEL [VERSION] | revision reset [VERSION]\n");
		return EXIT_CANNOT_TELL;
	}
	buf_add(&path, STR("/api/revision?active="));
	client_encode(activate ? str_from(w->operands[1]) : STR("configured"), &path);
	if (w->operand_count > named) {
		buf_add(&path, STR("&version="));
		client_encode(str_from(w->operands[named]), &path);
	}
	int code = tell_post(flags_revision, w, buf_str(&path));
	buf_free(&path);
	return code;
}
