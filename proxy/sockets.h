/* sockets: the descriptors that vane listens on, bound before anything else starts, so that an occupied port is told at
 * once. With several workers each gets one of its own for every address (SO_REUSEPORT); a unix socket or one that
 * systemd has handed over (`fd:NAME`, sd_listen_fds(3)) is shared. Owned by the server until worker_listen takes them.
 * One list for the process remembers them all, for a new process that takes over (upgrade.h): it is told of them in the
 * environment, and what it is to listen on it finds there first. Main thread only. */
#ifndef PROXY_SOCKETS_H
#define PROXY_SOCKETS_H

#include "conf/key.h"

#define SOCKETS_VARIABLE "VANE_SOCKETS"

struct bound {
	int fd;
	bool unix_socket;
	struct bound *next; /* a further socket for the same worker: the process before this one had more workers */
};

/* Binds `address` for each of `workers` into `bound` (that many). False after writing why not into `why`. */
bool sockets_bind(const struct address *address, unsigned workers, struct bound *bound, struct buf *why) WARN_UNUSED;

/* Frees what hangs on `count` of them; the descriptors stay. */
void sockets_free_bound(struct bound *bound, size_t count);
/* Closes what an old process handed over and no address asked for. After the last sockets_bind. */
void sockets_settle(void);
/* What a new process has to know, as the value of SOCKETS_VARIABLE. */
void sockets_tell(struct buf *out);
/* Between fork and exec: the new process is to have them. Async-signal-safe. */
void sockets_keep(void);

#endif
