#include "proxy/cli/tell.h"

const struct flag flags_reload[] = {TELL_FLAGS, {NULL, 0, NULL, NULL}};

/* Makes a running vane read its configuration again. */
int cli_reload(struct words *w)
{
	return tell_post(flags_reload, w, STR("/api/reload"));
}
