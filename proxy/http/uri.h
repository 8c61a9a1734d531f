/* uri: the path and the query of a request target (RFC 3986). The target itself is passed on byte for byte; what
 * decides (version, operation, rules) looks at a normalised copy of the path, so that no spelling of it gets around a
 * rule. Called by the chain's first steps, the version filter and the contract filter. Pure. */
#ifndef PROXY_HTTP_URI_H
#define PROXY_HTTP_URI_H

#include "proxy/base/arena.h"

/* The normal form of a path (RFC 3986, 6.2.2): escapes of unreserved characters decoded, other escapes kept with upper
 * case digits (%2F never becomes a slash), empty segments and "." left out, ".." taken with the segment before it,
 * never above the root. An empty path is "/". Returns `path` itself where it is normal already, else a copy in the
 * arena that is never longer than the path plus one. *changed (may be NULL) says which. The path begins with '/' or is
 * empty, and its escapes are valid (h1_parse has seen to both); "*" is returned as it is. Idempotent. Linear time. */
struct str uri_normalise(struct str path, struct arena *arena, bool *changed);

/* The next pair of a query, still encoded: pieces between '&', cut at the first '='. Empty pieces are left out. A piece
 * without '=' has a value with at == NULL. False at the end. Start with rest = the query. */
bool uri_query_next(struct str *rest, struct str *name, struct str *value);

/* `s` with its escapes decoded, and with `plus` each '+' as a space (application/x-www-form-urlencoded). Returns `s`
 * itself where there is nothing to decode, else a copy in the arena. A wrong escape stays as it is. */
struct str uri_decode(struct str s, bool plus, struct arena *arena);

#endif
