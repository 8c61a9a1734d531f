/* The discovery filter (`discovery: on`): tells clients which versions there are, with states and dates, at
 * GET /.well-known/api-versions, and by OPTIONS there and at `*`. It stands in front of the choice of a version, because
 * who asks this has not chosen one. Off by default: the path is the backend's then. OPTIONS of other resources goes to the
 * backend, and its answer carries that version's Deprecation, Sunset and Link. */
#ifndef FILTERS_DISCOVERY_H
#define FILTERS_DISCOVERY_H

#include "proxy/filter.h"

extern const struct filter discovery_filter;

#endif
