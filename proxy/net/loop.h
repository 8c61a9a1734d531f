/* loop: one worker's event loop with what its connections share: the read buffer that every read goes through (so that
 * an idle connection holds none), write requests kept for reuse, and coarse timeouts. One per thread; nothing in it is
 * touched by another thread except loop_wake. */
#ifndef PROXY_NET_LOOP_H
#define PROXY_NET_LOOP_H

#include "proxy/base/buf.h"

#include <uv.h>

enum {
	LOOP_READ_BYTES = 256 * 1024, /* of the shared read buffer */
	LOOP_PLAIN_BYTES = 128 * 1024, /* of the shared buffer for decrypted bytes */
	LOOP_TICK_MS = 50,            /* how exact timeouts are */
	LOOP_SLOTS = 512              /* of the timing wheel */
};

/* A moment at which something is to be done. Embedded in its owner, zeroed; set again as often as one likes (it costs a
 * few stores). Late by at most two ticks, never early. */
struct timeout {
	struct timeout *next, **link; /* link: who points at this one; NULL when it is not set */
	uint64_t tick;
	void (*fire)(struct timeout *t);
};

struct outgoing; /* queue.c's */

struct loop {
	uv_loop_t uv;
	char *read_buffer;
	char *plain_buffer;     /* NULL until TLS needs it */
	struct buf joined;      /* small pieces on their way into one TLS record */
	struct buf small;       /* and into one write */
	struct outgoing *spare; /* write requests for reuse */
	unsigned spare_count;
	uv_timer_t sweep;
	struct timeout *slots[LOOP_SLOTS];
	uint64_t tick;     /* of the last sweep */
	unsigned timeouts; /* set at present: the sweep stops when there is none */
	void *owner;       /* the worker that runs it */
	void (*free_spare)(struct loop *l); /* queue.c's */
};

/* Makes the loop ready; 0 or a negative libuv code. */
int loop_open(struct loop *l) WARN_UNUSED;
/* Runs until nothing is left to do. */
void loop_run(struct loop *l);
/* Closes the sweep, so that loop_run can end once everything else is closed. */
void loop_stop_sweep(struct loop *l);
/* Gives everything back. Every handle must have been closed. */
void loop_close(struct loop *l);
/* Milliseconds on the loop's own clock, as of the last wake-up. */
uint64_t loop_now(const struct loop *l);

/* Calls `fire` once, `ms` milliseconds from now, instead of whatever was set before. */
void timeout_set(struct loop *l, struct timeout *t, uint64_t ms, void (*fire)(struct timeout *t));
/* Nothing is set any more. Harmless when nothing was. */
void timeout_clear(struct loop *l, struct timeout *t);

#endif
