/* The deprecate filter: what becomes of a version's (and an operation's) requests as its dates pass: `Deprecation`,
 * `Sunset` and `Link` on responses, 410 during brownouts and after the sunset. A second one behind the contract filter,
 * which tells operations apart, refuses those whose own time is over. Settings are made at load by deprecate_load.c and
 * immutable; where a version stands is asked of life.h for every request anew; deprecate_fields.c writes the fields. */
#ifndef FILTERS_DEPRECATE_H
#define FILTERS_DEPRECATE_H

#include "filters/life.h"
#include "proxy/filter.h"

/* An operation that is deprecated by the configuration. */
struct fate_operation {
	struct str name; /* operationId, or "METHOD /template" */
	struct life life;
};

/* A consumer that may stay longer than others. */
struct fate_grace {
	struct str consumer;
	int64_t until; /* takes the place of the version's sunset, which is not after it */
};

/* What is to become of one version. */
struct fate {
	bool known;          /* something is configured */
	struct life life;
	bool serve;          /* after its sunset too */
	bool http_date;      /* Deprecation as an HTTP-date, as before RFC 9745 */
	bool warning;        /* Warning: 299 too */
	const struct fate_grace *graces;
	unsigned grace_count;
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

/* What the filter keeps of a request on its way. */
struct deprecate_stage {
	enum life_state state; /* of the version, for this request */
	int64_t sunset;        /* the same; LIFE_NEVER */
};

/* What a response is to tell; each may be LIFE_NEVER. Milliseconds. */
struct deprecate_dates {
	int64_t deprecated, sunset;
};

/* Adds Deprecation (RFC 9745), Sunset (RFC 8594), Link and Warning as `f` wants them. Where the backend tells an earlier
 * date, that one goes out; its own fields of these names do not. */
void deprecate_fields_add(struct exchange *x, const struct fate *f, const struct deprecate_dates *dates);

extern const struct filter deprecate_filter, deprecate_operations_filter;

#endif
