/* select_query: the values of one parameter in a query, percent-decoded, so that no spelling of its name or value gets
 * around what is decided by it. Called by select_claims.c. */
#ifndef FILTERS_SELECT_QUERY_H
#define FILTERS_SELECT_QUERY_H

#include "proxy/base/arena.h"

/* The next value of the parameter `name` in *rest (begin with the query, without '?'; it is consumed). False at the end.
 * *value is a slice of the query, or lives in `arena` where it had to be decoded. A parameter without '=' is empty. */
bool select_query_next(struct str *rest, struct str name, struct arena *arena, struct str *value);

#endif
