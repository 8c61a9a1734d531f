/* start_line: the request line (RFC 9112, 3) and the status line (RFC 9112, 4), parsed strictly and by ourselves:
 * llhttp knows only the methods of its own list, and takes more spaces and versions than there are. Called by h1_parse
 * with a line that has passed the line discipline. Pure. */
#ifndef PROXY_HTTP_START_LINE_H
#define PROXY_HTTP_START_LINE_H

#include "proxy/http/h1_parse.h"

/* What is wrong with a message: the status that tells the sender, and a short static text. status 0: nothing. */
struct fault {
	unsigned status;
	const char *why;
};

enum { METHOD_BYTES = 64 }; /* a longer method is answered by 501 (RFC 9112, 3) */

/* What can be said of the first bytes of a request line, whether it is complete or not: that its method (501) or its
 * target (414) is longer than allowed. */
struct fault start_line_bounds(struct str line, size_t target_bytes);
/* Fills method, target and its parts, minor of *m from a request line without its CRLF. */
struct fault start_line_request(struct message *m, struct str line);
/* Fills status, reason and minor of *m from a status line without its CRLF. */
struct fault start_line_response(struct message *m, struct str line);
/* Fills form, path, query and authority of *m from m->target, in the light of m->method (RFC 9112, 3.2). */
struct fault start_line_target(struct message *m);

#endif
