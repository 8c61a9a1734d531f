/* rollout: the backends of a version beside its own: its canary's, its revisions'. They stand in the snapshot's one list of
 * backends, behind those of the versions; this finds the one that an exchange goes to by what the filters have decided.
 * Also where a version's levers come from. Filled by snapshot_load; immutable. */
#ifndef PROXY_ROLLOUT_H
#define PROXY_ROLLOUT_H

#include "proxy/snapshot.h"

/* How many backends the versions of this configuration can have at most, beyond one each. */
unsigned rollout_room(const struct node *versions);
/* Reads the further backends of version `index` into the snapshot's list and takes its levers from `levers` (may be NULL).
 * Without `backend`, the first revision's is the version's own. False after errors. */
bool rollout_read(struct snapshot *s, unsigned index, struct levers *levers, struct diag *d) WARN_UNUSED;
/* Gives the levers back. */
void rollout_release(struct snapshot *s);
/* The new snapshot is in force instead of the old one (NULL: there was none): levers begin, and those that the new one does
 * not have are forgotten. Main thread. */
void rollout_begin(const struct snapshot *now, const struct snapshot *before, int64_t wall_ms);

/* The number of the backend that the exchange goes to. Its version is chosen. */
static inline unsigned rollout_backend(const struct snapshot *s, const struct exchange *x)
{
	const struct backend_choice *c = &s->choices[x->version->index];
	return x->canary ? c->canary : x->revision ? c->revisions[x->revision - 1] : x->version->index;
}

#endif
