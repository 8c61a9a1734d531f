/* sockets: the descriptors that vane listens on, bound before anything else starts, so that an occupied port is told at
 * once. With several workers each gets one of its own for every address (SO_REUSEPORT); a unix socket or one that
 * systemd has handed over (`fd:NAME`, sd_listen_fds(3)) is shared. Owned by the server until worker_listen takes them. */
#ifndef PROXY_SOCKETS_H
#define PROXY_SOCKETS_H

#include "conf/key.h"

struct bound {
	int fd;
	bool unix_socket;
};

/* Binds `address` for each of `workers` into `bound` (that many). False after writing why not into `why`. */
bool sockets_bind(const struct address *address, unsigned workers, struct bound *bound, struct buf *why) WARN_UNUSED;

#endif
