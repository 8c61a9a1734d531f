/* host: the host and port of a Host field or an authority (RFC 9110, 7.2; RFC 3986, 3.2.2). Pure. */
#ifndef PROXY_HTTP_HOST_H
#define PROXY_HTTP_HOST_H

#include "proxy/base/str.h"

/* True for uri-host [":" port]: a name, an IPv4 address, or an IPv6 address in brackets (without a zone); the port is
 * digits, at most 65535, and may be missing behind its colon. False for the empty string, lists, spaces, user
 * information, slashes. */
bool host_valid(struct str host);
/* Cuts a valid host in two: the name (an IPv6 address keeps its brackets) and the digits of the port (may be empty). */
void host_split(struct str host, struct str *name, struct str *port);

#endif
