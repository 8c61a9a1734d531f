/* The canary filter: a share of a version's requests goes to a second backend. Who asks for it (or asks not to) by a field,
 * a cookie or a version's name of its own is heard first, then the weight decides by the request's sticky key. It notes
 * the decision in the exchange (x->canary, x->canary_reason); the session sends the request there, and back to the stable
 * backend where the canary cannot be reached. Every exchange of such a version that reached a backend is shown to the
 * guard, which may pull the weight to zero (proxy/guard.h). */
#ifndef FILTERS_CANARY_H
#define FILTERS_CANARY_H

#include "filters/split.h"
#include "filters/sticky.h"

/* A version's `canary`. */
struct canary {
	bool here;
	int64_t weight;           /* parts per million, where there is no ramp */
	bool has_ramp;
	struct split_ramp ramp;
	int64_t ramp_start;       /* wall clock; 0: when the section came into force */
	struct str header, cookie; /* a cookie's name; empty: none */
	struct str salt;
	const struct sticky *sticky;
	size_t sticky_count;
	struct lever *lever;      /* may be NULL: nobody moves it */
};

struct canaries {
	struct canary *versions; /* by index */
};

extern const struct filter canary_filter;
/* `canary` of a version; read by canary_load.c. */
extern const struct key canary_version_keys[];
/* Reads all; *any: a version has one. False after errors. */
bool canary_load(struct filter_setup *setup, struct canaries *c, bool *any) WARN_UNUSED;
/* What holds at `wall_ms`, in parts per million: what was set, else the ramp, else what is configured. */
int64_t canary_weight(const struct canary *c, int64_t wall_ms);

#endif
