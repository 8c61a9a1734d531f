/* explain: which version, backend and operation a request gets, and why, without traffic: the request is parsed and goes
 * in through the real chain of filters, and what they noted is told. For `vane route` and for the status page. */
#ifndef PROXY_CLI_EXPLAIN_H
#define PROXY_CLI_EXPLAIN_H

#include "proxy/snapshot.h"

/* Appends the explanation of a request (fields as "Name: value") to `out`, as text or as one JSON object. EXIT_CLEAN when
 * the request would be passed on, EXIT_FINDINGS when vane would answer it itself. */
int explain_request(const struct snapshot *s, struct str method, struct str target, const char *const *fields,
		    unsigned field_count, bool json, struct buf *out);

#endif
