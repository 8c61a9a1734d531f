/* verbs: the table of what the command line can do, for main's dispatch, the help, the completions and the manual. */
#ifndef PROXY_CLI_VERBS_H
#define PROXY_CLI_VERBS_H

#include "proxy/cli/flags.h"

struct verb {
	const char *name, *operands, *about;
	unsigned most; /* operands */
	const struct flag *flags;
	int (*run)(struct words *w);
};

/* In the order of the help; ends with a row without name. */
extern const struct verb verbs[];

#endif
