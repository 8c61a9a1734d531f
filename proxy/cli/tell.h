/* tell: asking a running vane to change something, by its admin port and the token: what canary, revision, reload and drain
 * have in common. */
#ifndef PROXY_CLI_TELL_H
#define PROXY_CLI_TELL_H

#include "proxy/cli/cli.h"

/* The flags that say which vane, for the tables of these verbs. */
#define TELL_FLAGS                                                                                                     \
	{"admin", 0, "ADDR", "its admin port: host:port, http://host:port or unix:/path (default 127.0.0.1:9900)"},    \
	{                                                                                                              \
		"token-file", 0, "FILE", "the token of admin.token_file, which changes need"                           \
	}

/* POSTs `path` and prints the answer: EXIT_CLEAN after 2xx, EXIT_FINDINGS when vane said no, EXIT_CANNOT_TELL when it said
 * nothing, or not to us. */
int tell_post(const struct flag *flags, const struct words *w, struct str path);
/* GETs `path`; the same, but the body is the caller's. */
int tell_get(const struct flag *flags, const struct words *w, struct str path, struct buf *body);

#endif
