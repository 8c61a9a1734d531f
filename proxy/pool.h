/* pool: the inside of a pool of connections, shared by upstream.c (connections and who waits for them), target.c (where they
 * lead) and health.c (which of those places are fit). One worker's thread; see upstream.h for what it is for. */
#ifndef PROXY_POOL_H
#define PROXY_POOL_H

#include "proxy/base/vec.h"
#include "proxy/upstream.h"

struct probe;

/* One place to connect to; a name may stand for several. */
struct target {
	struct endpoint where;
	struct str text; /* as configured */
	struct pool *pool;
	unsigned open;   /* peers, connecting ones included */
	unsigned busy;   /* of them, lent out or connecting */
	bool gone;       /* the name does not lead here any more */
	struct peer *idle;
	/* health.c's */
	bool down;              /* active checks say so */
	unsigned failures;      /* in a row, of exchanges and connections */
	uint64_t ejected_until; /* loop time in ms; 0: not ejected */
	struct probe *probe;
};

/* A configured address that is a name. */
struct name {
	struct pool *pool;
	struct address address;
	struct resolve resolve;
	uint64_t looked_up; /* loop time; 0: never */
};

struct pool {
	struct loop *loop;
	struct arena arena; /* of the copied settings */
	struct backend backend;
	struct pool_observer observer;
	VEC(struct target *) targets;
	VEC(struct name *) names;
	struct want *first, **last; /* who waits for a connection */
	unsigned waiting;
	unsigned open, idle;
	unsigned holds; /* the configuration, peers, look-ups, probes: at 0 it is freed */
	bool retired;
	char server_name[256]; /* of TLS: for SNI and the certificate */
	/* upstream.c's: a target has appeared or is fit again; one hold less */
	void (*changed)(struct pool *p);
	void (*drop_hold)(struct pool *p);
};

#endif
