/* access: one line in the log for each exchange, with the names of the Elastic Common Schema and vane's own beside
 * them. The path is the client's: it stands here, cut to 1 KiB and escaped; the query never does. Called from observe.
 */
#ifndef PROXY_ACCESS_H
#define PROXY_ACCESS_H

#include "proxy/base/log.h"
#include "proxy/exchange.h"

void access_log(struct log_producer *p, const struct exchange *x);

#endif
