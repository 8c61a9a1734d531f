/* target: where a pool connects to: the configured addresses, and what names among them stand for at present. Called by
 * upstream.c. */
#ifndef PROXY_TARGET_H
#define PROXY_TARGET_H

#include "proxy/pool.h"

/* Adds a configured address: a target, or a name that is looked up. Its texts are copied. */
void target_add(struct pool *p, const struct address *configured);
/* Looks up again the names whose addresses are older than 30 seconds. */
void target_look_up(struct pool *p);
/* Whether an answer to a look-up is awaited. */
bool target_looking_up(const struct pool *p);
/* Frees all targets and names of a pool that nothing uses any more. */
void target_free_all(struct pool *p);

#endif
