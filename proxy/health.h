/* health: which of a pool's places are fit for use. Active checks (`health:`) ask each place now and then and take it out
 * after `fail` bad answers in a row; passive ejection (`eject:`) takes a place out for a while after failures in a row of
 * real exchanges, as long as another place is left. Called by upstream.c and target.c; one worker's thread. */
#ifndef PROXY_HEALTH_H
#define PROXY_HEALTH_H

#include "proxy/pool.h"

/* A new target: begins its active checks where they are configured. It counts as fit until a check says otherwise. */
void health_watch(struct target *t);
/* Whether a target may be used now. */
bool health_fit(const struct target *t);
/* An exchange or a connection failed by the target's fault; `why` in constant words. */
void health_failed(struct target *t, const char *why);
/* An exchange went well. */
void health_served(struct target *t);
/* The pool is retired: no further checks. */
void health_stop(struct pool *p);

#endif
