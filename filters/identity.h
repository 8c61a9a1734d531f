/* identity: which semantic version each published version is: from its `semver` key, the contract's info.version or its
 * name, in this order. Checks what is contradictory: two versions of the same number, a `v1` whose number is 2.x. Called
 * by the version filter's `configure`, after the contract filter has told what the contracts say. */
#ifndef FILTERS_IDENTITY_H
#define FILTERS_IDENTITY_H

#include "proxy/filter.h"

/* `semver` of every version; for filter.version_keys. */
extern const struct key identity_keys[];

/* Fills semver, dated and the numbers of every version. False after errors in the diag. */
bool identity_resolve(struct filter_setup *setup) WARN_UNUSED;
/* Offers what a contract calls itself (info.version, which need not be a number). Taken when the version has no `semver`
 * key and a name that does not contradict it; otherwise a warning at `place` says what was done instead. */
void identity_offer(struct filter_setup *setup, struct version *v, struct str info_version, struct place place);

#endif
