/* pacts: the consumer contracts that a configuration registers (consumers.pacts), read at load and held against the
 * contracts of the versions that they are about. A file that is broken is an error; an interaction that no served
 * version satisfies is a warning with the consumer, the interaction and the reason. A filter by its place in the list
 * only: it is never in the chain. It tells struct api which files were read. */
#ifndef FILTERS_PACTS_H
#define FILTERS_PACTS_H

#include "proxy/filter.h"

extern const struct filter pacts_filter;

#endif
