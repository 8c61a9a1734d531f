/* The mirror filter: orders copies of a version's requests for a candidate (`mirror` of that candidate), with what the
 * client was answered, and judges the candidate's answer: by its contract, by status, by the shape of its JSON. The copying
 * itself, after the client was served and within bounds, is proxy/mirror.h's. */
#ifndef FILTERS_MIRROR_H
#define FILTERS_MIRROR_H

#include "filters/contract/contract.h"
#include "filters/contract/json.h"
#include "proxy/filter.h"

/* `mirror` of one version, at the index of the version that is copied. */
struct mirroring {
	const struct version *to; /* NULL: this version is not copied */
	int64_t share;            /* parts per million */
	uint32_t methods;         /* bits by enum method */
	struct str mark;
	int64_t max_body, timeout, concurrent;
	struct contract *contract; /* `to`'s; NULL: it has none */
};

struct mirrorings {
	struct mirroring *versions; /* by the index of what is copied */
	unsigned version_count;
	struct judge **judges;      /* by worker, and one more */
	struct tape *tapes;         /* two for each */
	unsigned judge_count;
};

extern const struct filter mirror_filter;
extern const struct key mirror_version_keys[];
/* Reads all; *any: something is copied. False after errors. */
bool mirror_load(struct filter_setup *setup, struct mirrorings *all, bool *any) WARN_UNUSED;

#endif
