/* access: one line in the log for each exchange, with the names of the Elastic Common Schema and vane's own beside
 * them. The path is the client's: it stands here, cut to 1 KiB and escaped; the query never does. Called from observe.
 */
#ifndef PROXY_ACCESS_H
#define PROXY_ACCESS_H

#include "proxy/base/log.h"
#include "proxy/exchange.h"

/* Writes the line of an exchange that has ended, whatever the log's level; by the thread that owns `p`. */
void access_log(struct log_producer *p, const struct exchange *x);

#endif
