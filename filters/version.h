/* The version filter: asks select.h which version a request wants, and refuses or notes it. Its settings are a
 * struct selector, which `vane route` may ask too. */
#ifndef FILTERS_VERSION_H
#define FILTERS_VERSION_H

#include "proxy/filter.h"

extern const struct filter version_filter;

#endif
