/* program_fill: defaults for what a message leaves out. A property that is missing from an object, in a branch of the schema
 * that passes, and that has a `default` there, is put into the message's text; every other byte stays as it came. Two
 * branches with different defaults for one property leave it out. What comes of it is judged like any message: it is
 * valid, or nothing is filled in. Called by contract.c's filling for requests; the checks when a contract is loaded. */
#ifndef FILTERS_CONTRACT_PROGRAM_FILL_H
#define FILTERS_CONTRACT_PROGRAM_FILL_H

#include "filters/contract/program.h"

enum filling {
	FILL_NOTHING, /* nothing is missing that has a default, or the message breaks the schema for other reasons */
	FILL_DONE,    /* `out` holds the message, filled and valid */
	FILL_REFUSED  /* filled it would break the schema or be larger than the limit, or it takes too much work: it stays
			 as it is */
};

/* Fills what the JSON object in `json` lacks by the schema at `entry`, as a request. Properties that are required count
 * as there where they have a default: a message that lacks them may become valid. `limit`: bytes of the result, which
 * stands in `out` (emptied first). Bounded by the judge's limits as a judgement is. */
enum filling program_fill(const struct program *p, uint32_t entry, struct judge *j, struct str json, size_t limit,
			  struct buf *out);
/* At load: a default that breaks its own schema is an error, two for one property of one object that differ a warning;
 * each with its place. False after an error. */
bool program_check_defaults(const struct program *p, struct diag *d) WARN_UNUSED;

#endif
