/* builtin: the filters that vane has, in the order of the chain: in through the list, out in reverse. The only thing that
 * the proxy room is handed from here. A new filter is a file of its own and one line in builtin.c. */
#ifndef FILTERS_BUILTIN_H
#define FILTERS_BUILTIN_H

#include "proxy/filter.h"

/* Ends with NULL. */
extern const struct filter *const builtin_filters[];

#endif
