/* worker: one event loop on one thread with everything that its connections share: pools, the snapshot in use, memory for
 * reuse. Nothing here is touched by another thread; the server talks to a worker by worker_tell, which wakes its loop. */
#ifndef PROXY_WORKER_H
#define PROXY_WORKER_H

#include "proxy/base/vec.h"
#include "proxy/net/listener.h"
#include "proxy/snapshot.h"
#include "proxy/upstream.h"

#include <pthread.h>

struct session;
struct flow;
struct mirror;

/* A worker's use of a snapshot: the one in force, or one whose last exchanges are still running. */
struct held {
	struct snapshot *snapshot;
	struct pool **pools; /* by the backend's number; shared between helds by backend text */
	uint64_t number;     /* of this use: no two of a worker have the same */
	unsigned exchanges;  /* that use it */
	bool in_force;
	struct held *next;
};

/* DRAINS: answers ask clients to go. ENDS: nothing is accepted, idle connections are closed, exchanges may end. STOPS: all
 * connections are closed. Only ever forwards. */
/* A backend's address as a scrape shows it. */
struct seen_place {
	unsigned version; /* index */
	char address[128], role[32];
	bool up;
	unsigned busy, idle;
};

/* Each goes on from the one before it: answers say close; no new connections; connections end as soon as they are idle; at
 * once. */
enum worker_state { WORKER_RUNS, WORKER_DRAINS, WORKER_LEAVES, WORKER_ENDS, WORKER_STOPS };

struct worker {
	struct loop loop;
	unsigned index;
	pthread_t thread;
	struct observer *observer;
	struct held *held;  /* the one in force */
	struct held *helds; /* all: older ones while exchanges use them */
	uint64_t held_count; /* so far */
	VEC(struct listener *) listeners;
	struct session *sessions; /* every one, in a list */
	unsigned session_count, idle_count;
	uint64_t descriptors; /* that this worker may have open */
	struct mirror *mirrors; /* copies under way */
	unsigned mirror_count;
	struct flow *spare_flows;
	unsigned spare_flow_count;
	VEC(struct pool *) pools; /* every one in use */
	struct buf scratch;       /* heads being written */
	char date[40];            /* the Date field's value, as of date_second */
	int64_t date_second;
	uint64_t ids;             /* drawn so far (forward.c) */
	uint64_t id_key[2], id_stir[2];
	enum worker_state state;
	struct timeout tick;
	uv_async_t wake;
	/* what the server says, under the lock; counts are what it reads */
	pthread_mutex_t lock;
	struct snapshot *next_snapshot;
	enum worker_state next_state;
	void (*on_gone)(struct worker *w);  /* a session has been freed: accepting goes on when there is room */
	void (*on_empty)(struct worker *w); /* its last connection has gone while it ends; on the worker's thread */
	void *owner;
	bool emptied, quit;
	unsigned seen_sessions, seen_idle; /* relaxed atomics, for scrapes */
	VEC(struct seen_place) seen;       /* under the lock: made once a second */
};

/* Opens the loop and takes `snapshot` into use (holds it). 0 or a negative libuv code. */
int worker_open(struct worker *w, unsigned index, struct snapshot *snapshot, struct observer *observer) WARN_UNUSED;
/* Listens on a bound socket (descriptor is taken over). */
int worker_listen(struct worker *w, int fd, bool unix_socket) WARN_UNUSED;
/* Runs the loop on a thread of its own until it has ended. */
int worker_start(struct worker *w) WARN_UNUSED;
/* From any thread: a new snapshot to use from the next request on (NULL: no change), and a state. */
void worker_tell(struct worker *w, struct snapshot *next, enum worker_state state);
/* Waits for its thread and gives everything back. */
void worker_join(struct worker *w);

#endif
