/* rules: what a head's fields mean together: how the body is framed, which host is asked for, whether the connection
 * goes on, and which fields stay behind (RFC 9110, 7.2, 7.6.1, 8.6; RFC 9112, 3.2, 6, 9.3). Where two readers could
 * understand a message differently it is refused. Called by h1_parse when a head is split. Pure. */
#ifndef PROXY_HTTP_RULES_H
#define PROXY_HTTP_RULES_H

#include "proxy/http/start_line.h"

enum { CONNECTION_OPTIONS = 64 }; /* names in all Connection fields of one head; more is refused */

/* Fills authority, framing and connection members of a request. */
struct fault rules_request(struct message *m);
/* The same for a response to a request with method `request`. */
struct fault rules_response(struct message *m, enum method request);

#endif
