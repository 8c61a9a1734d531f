/* server: the process: the snapshot in force, the workers, the admin port, signals, reload and drain. It runs on the main
 * thread's own loop, so that building a new snapshot never holds up traffic. One per process; called by `vane run`. */
#ifndef PROXY_SERVER_H
#define PROXY_SERVER_H

#include "proxy/snapshot.h"

struct server_options {
	const struct snapshot_source *source; /* what a reload reads again */
	struct snapshot *first;               /* already loaded; held by the caller until server_run returns */
	const char *version, *commit;         /* of this build */
	/* "Explain a request" for the admin port: a JSON answer and its status; may be NULL. */
	unsigned (*explain)(const struct snapshot *s, struct str method, struct str target, struct buf *json);
};

/* Serves until a signal ends it. 0 after an orderly drain; 2 when it could not start (said on standard error). */
int server_run(const struct server_options *options);

#endif
