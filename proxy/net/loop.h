/* loop: one worker's event loop with what its connections share: the read buffer that every read goes through (so that
 * an idle connection holds none), queues kept for reuse, and coarse timeouts. One per thread, and touched by no other.
 *
 * Sockets are watched by an epoll of our own, edge-triggered: each is registered once and never again, which libuv's
 * streams cannot do. libuv's loop lies within it, for what is not on the path of every request: waking from other threads,
 * work on them, looking up names, timers. Of its handles that have a descriptor only uv_async_t may be used here: others
 * would be registered too late. */
#ifndef PROXY_NET_LOOP_H
#define PROXY_NET_LOOP_H

#include "proxy/base/buf.h"

#include <sys/epoll.h>
#include <uv.h>

enum {
	LOOP_PORTION = 32,            /* events that are served together; more would let the first wait for the last */
	LOOP_AHEAD_BYTES = 4096,      /* what came for one of them waits for the others, when it is no more than that */
	LOOP_READ_BYTES = LOOP_PORTION * LOOP_AHEAD_BYTES + 256 * 1024, /* of the shared read buffer: behind what waits */
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

/* A descriptor that is watched. Embedded in its owner. */
struct source {
	int fd;
	/* Something happened: EPOLL… flags of epoll_ctl(2). */
	void (*ready)(struct source *s, uint32_t events);
};

/* Something to be done soon, but not from within the present callback. Embedded in its owner, zeroed. */
struct task {
	struct task *next;
	void (*run)(struct task *t);
	bool due;
};

struct outgoing; /* queue.c's */
struct held_writes;
struct watched;  /* loop.c's */

struct loop {
	uv_loop_t uv;
	struct source uv_source; /* libuv's own descriptor among ours */
	int epoll;
	unsigned batch;          /* events of the present turn */
	struct watched *watched; /* by descriptor */
	size_t watched_room;
	unsigned open;           /* sources that are watched: the loop ends when libuv's is the only one */
	struct task *tasks, **last_task;
	size_t read_used;        /* of the read buffer: bytes that are still to be handed on in this portion */
	/* queue.c's: what is to be sent at the end of the portion, queues for reuse, and what is done with them */
	struct held_writes *held;
	struct outgoing *spare;
	unsigned spare_count;
	void (*send_held)(struct loop *l);
	void (*free_queues)(struct loop *l);
	char *read_buffer;
	char *plain_buffer;     /* NULL until TLS needs it */
	struct buf joined;      /* small pieces on their way into one TLS record */
	uv_timer_t sweep;
	struct timeout *slots[LOOP_SLOTS];
	uint64_t tick;     /* of the last sweep */
	unsigned timeouts; /* set at present: the sweep stops when there is none */
	void *owner;       /* the worker that runs it */
};

/* Makes the loop ready; 0 or a negative libuv code. */
int loop_open(struct loop *l) WARN_UNUSED;
/* Runs until nothing is left to do. */
void loop_run(struct loop *l);
/* From now on `s->ready` hears of `s->fd`: what of `events` (epoll_ctl(2)) happens, errors and the end. 0 or a negative libuv
 * code. */
int loop_watch(struct loop *l, struct source *s, uint32_t events) WARN_UNUSED;
/* Other events from now on (0: none but errors); what is so already is told again. */
void loop_change(struct loop *l, struct source *s, uint32_t events);
/* Nothing is heard of it any more, not even what has happened already. Before its descriptor is closed; closing is what
 * takes it out of the kernel's list, unless `shared`: others hold the same socket. */
void loop_forget(struct loop *l, struct source *s, bool shared);
/* `t->run` is called once within this turn of the loop, after the callback that is running. Harmless when it is due. */
void loop_later(struct loop *l, struct task *t);
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
