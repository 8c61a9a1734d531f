/* held: a worker's use of snapshots: the one in force and those whose last exchanges still run, with the pools of backends
 * that they share. One worker's thread; see struct held in worker.h. */
#ifndef PROXY_HELD_H
#define PROXY_HELD_H

#include "proxy/worker.h"

/* From the next exchange on `s` is in force (takes over the caller's hold). Pools of unchanged backends stay. */
void held_use(struct worker *w, struct snapshot *s);
/* Nothing is in force any more: the worker ends. */
void held_forget(struct worker *w);
/* The snapshot in force, used by one more exchange. */
struct held *held_take(struct worker *w);
/* The exchange is over; a snapshot that is no longer in force goes with its last one. */
void held_release(struct worker *w, struct held *h);

#endif
