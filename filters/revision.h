/* The revision filter: parts that must change together. A version's revisions (blue, green) each have a backend; a request
 * goes to the one that its label names, or to the active one where it carries none, and the label goes on to the backend,
 * so that every vane behind the first takes the same side. The active revision is one number that is read once for each
 * request: a change is seen whole or not at all, and a request keeps its side to the end. */
#ifndef FILTERS_REVISION_H
#define FILTERS_REVISION_H

#include "proxy/filter.h"

struct revisions {
	struct str header;
	const struct str *labels; /* in the order of the configuration */
	unsigned count;           /* 0: the version has none */
	unsigned active;          /* as configured: an index of labels */
	struct lever *lever;      /* may be NULL */
};

extern const struct filter revision_filter;
/* The number of the revision that a request with this label gets, and why ("label", "active", "unknown"). */
unsigned revision_choose(const struct revisions *r, struct str label, const char **why);

#endif
