/* version: one published version of the api, as the configuration and its contract describe it. Owned by the snapshot,
 * immutable; filters refer to versions by pointer or by index. What only one room needs of a version (its backend, its
 * contract, its dates) is in that room's own settings, in an array by index. */
#ifndef PROXY_VERSION_H
#define PROXY_VERSION_H

#include "conf/tree.h"

struct contract;

struct version {
	uint32_t index;      /* position in the configuration, from 0 */
	struct str name;     /* "v1", "2026-01-01": the key in the configuration */
	struct place place;  /* of that key */
	const struct node *conf; /* its mapping */
	bool dated;          /* the name is a date: compared as a whole, not as numbers */
	unsigned major, minor, patch; /* of `semver` */
	struct str semver;   /* "1.4.2", or the date; from `semver`, the contract's info.version, or the name */
	struct str contract; /* the contract's file as configured; empty without one */
	const struct contract *compiled; /* that contract, once it is loaded; the contract filter's. NULL without one */
	bool fields;         /* field use is sampled in its messages */
	struct str canary_name; /* a name that asks for this version's canary, such as 2.1-rc; empty: none */
	struct str shadow;   /* the shadow contract's file as configured; empty without one */
	struct str digest;   /* of the contract as loaded, hexadecimal; empty without one */
};

/* The api: what one vane stands in front of. */
struct api {
	struct str name;
	struct version *versions;
	unsigned version_count;
	int64_t fields;   /* the share of exchanges in which field use is sampled, parts per million; 0: none */
	unsigned workers; /* how many loops there will be: for scratch memory per worker */
	const char **pacts; /* files of registered consumer contracts; set by the filter that reads them */
	unsigned pact_count;
	unsigned consumer_max; /* consumers that rows tell apart, beyond it: _other; set by the consumer filter */
};

/* The version with this name, or NULL. */
const struct version *api_version(const struct api *api, struct str name);
/* Reads "1", "v1", "1.4", "1.4.2" into numbers; false for anything else. Parts that are absent are 0 and *parts (1 to 3)
 * tells how many there were. No leading zeros, no signs, each below 1,000,000. */
bool version_numbers(struct str text, unsigned numbers[3], unsigned *parts);

#endif
