#include "proxy/cli/tell.h"

const struct flag flags_drain[] = {TELL_FLAGS, {NULL, 0, NULL, NULL}};

int cli_drain(struct words *w)
{
	return tell_post(flags_drain, w, STR("/api/drain"));
}
