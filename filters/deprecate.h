/* The deprecate filter: what becomes of a version's (and an operation's) requests as its dates pass: `Deprecation`,
 * `Sunset` and `Link` on responses, 410 during brownouts and after the sunset. Settings are made at load by
 * deprecate_load.c and immutable; where a version stands is asked of life.h for every request anew. */
#ifndef FILTERS_DEPRECATE_H
#define FILTERS_DEPRECATE_H

#include "filters/life.h"
#include "proxy/filter.h"

/* An operation that is deprecated by the configuration. */
struct fate_operation {
	struct str name; /* operationId, or "METHOD /template" */
	struct life life;
};

/* What is to become of one version. */
struct fate {
	bool known;          /* something is configured */
	struct life life;
	bool serve;          /* after its sunset too */
	const struct version *successor; /* or NULL */
	struct str docs;     /* URL, or empty */
	struct brownout_facts *shown; /* life.brownouts as pages have them */
	struct fate_operation *operations;
	unsigned operation_count;
};

struct fates {
	struct fate *versions; /* by index */
};

/* For filter.version_keys and filter.operation_keys. */
extern const struct key deprecate_version_keys[], deprecate_operation_keys[];

/* Reads every version's keys; *any says whether one has something to say. False after errors in the diag. */
bool deprecate_load(struct filter_setup *setup, struct fates *f, bool *any) WARN_UNUSED;

extern const struct filter deprecate_filter;

#endif
