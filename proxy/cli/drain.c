#include "proxy/cli/tell.h"

const struct flag flags_drain[] = {TELL_FLAGS, {NULL, 0, NULL, NULL}};

/* Makes a running vane finish what it has and end. */
int cli_drain(struct words *w)
{
	return tell_post(flags_drain, w, STR("/api/drain"));
}
