/* upstream: connections to backends. Each worker has one pool for each backend; a pool owns its peers (connections): idle
 * ones are a stack (the last used is the warmest), those in use are lent to one session each. A session asks with a
 * struct want, gets a peer at once or by a callback, and gives it back or closes it. Reading stays armed on idle peers, so
 * that one the backend closes leaves the stack at once. Names are looked up again every 30 seconds while they are used. */
#ifndef PROXY_UPSTREAM_H
#define PROXY_UPSTREAM_H

#include "proxy/backend.h"
#include "proxy/net/dial.h"

struct pool;
struct target;

struct peer {
	struct stream stream;
	struct pool *pool;
	struct target *target;
	struct peer *next;       /* in the idle stack */
	struct want *want;       /* while connecting: who waits for it */
	struct timeout timer;    /* connecting or idle */
	uint64_t requests;       /* sent over it before the present one */
	bool idle, connecting, lost;
};

/* A session's wish for a connection; embedded in it, zeroed. */
struct want {
	struct want *next, **link; /* in the pool's queue */
	struct pool *pool;
	struct peer *peer;         /* while one is being connected for it */
	struct timeout timer;
	uint64_t until;            /* loop time in ms: when to give up */
	unsigned attempts;
	bool pending;
	bool once; /* a refused connection is not tried again: there is somewhere else to go */
	/* The answer: a connected peer, or NULL with UV_ETIMEDOUT, UV_EBUSY (the queue is full) or what connecting said. Never
	 * called from within pool_get. */
	void (*ready)(struct want *w, struct peer *p, int error);
};

/* Who is told when a place stops or starts being fit for use. */
struct pool_observer {
	void (*changed)(void *context, struct str address, bool up, const char *why);
	void *context;
};

/* A pool for one backend (copied: the pool outlives the snapshot it came from). `observer` may be NULL. */
struct pool *pool_new(struct loop *l, const struct backend *b, const struct pool_observer *observer);
/* The text of the backend it was made for, and its settings. */
struct str pool_text(const struct pool *p);
/* The settings of the backend it was made for. */
const struct backend *pool_backend(const struct pool *p);
/* No longer in the configuration: idle peers are closed, the pool is gone when the last peer is given back. */
void pool_retire(struct pool *p);
/* Asks for a connection: an idle one at once (its stream's events and owner are still the pool's: stream_hand_over), or
 * NULL and w->ready later. `fresh`: not an idle one, because one has just turned out stale. */
struct peer *pool_get(struct pool *p, struct want *w, bool fresh);
/* The wish is withdrawn; ready will not be called. Harmless when nothing is pending. */
void want_cancel(struct want *w);
/* The exchange is over and the connection may serve another. */
void peer_give_back(struct peer *p);
/* The exchange over it failed by the backend's fault; counts towards its ejection. peer_close is still due. */
void peer_failed(struct peer *p, const char *why);
/* The connection is of no more use. */
void peer_close(struct peer *p);
/* "127.0.0.1:9001", as configured; lives as long as the pool, which lives at least as long as its peers. */
struct str peer_address(const struct peer *p);

/* The places of a pool, in order: true and *state filled while index is below their number. */
struct pool_place {
	struct str address;
	bool up;
	unsigned busy, idle;
};
/* False behind the last one. The address lives as long as the pool. */
bool pool_place(const struct pool *p, unsigned index, struct pool_place *place);
/* Whether some place is fit for use, or none is known yet. */
bool pool_is_up(const struct pool *p);

struct pool_counts {
	unsigned open, idle, waiting;
};
/* Connections that are open, those of them that are idle, and wishes in the queue. */
struct pool_counts pool_count(const struct pool *p);

#endif
