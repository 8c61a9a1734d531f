/* flow: what a session needs while it serves a request, and only then: the exchange, the parsers, the bodies on their way,
 * the backend connection. Taken from the worker's spare ones at the first byte of a request and given back by finish, so
 * that an idle connection holds none of it. Plain data for session, relay, reply and forward; session.c owns it. */
#ifndef PROXY_FLOW_H
#define PROXY_FLOW_H

#include "proxy/body.h"
#include "proxy/worker.h"

struct flow {
	/* kept from one request to the next, for their memory: */
	struct exchange x;
	struct buf whole[2];      /* bodies gathered because a filter wants the whole, by side */
	struct buf answer_head;   /* bytes of an answer's head that came in pieces */
	/* from here on all is zero when it is taken: */
	struct held *held;        /* from pick_chain to finish */
	struct chain_run run;
	struct h1_parser parser;  /* of the request's head, then of the answer's */
	struct body request, response; /* readers of the two bodies */
	bool timed;               /* the time that the request's head has is set */
	uint64_t gathering_ns;    /* when gathering the request's body had to wait; 0: it did not */
	struct str judged[2];     /* the whole body: in whole[], or where it lay in the input; by side */
	bool gathered[2];         /* judged[] is complete and was passed by the filters */
	bool streamed[2];         /* gathering was given up: what was gathered goes on, the rest follows as it comes */
	struct str peer_in;       /* bytes from the backend not yet looked at; only within its callback */
	struct str loose_head;    /* the answer's head where it lies in them: copied only when it outlives the callback */
	struct peer *peer;
	struct want want;
	struct session *want_session; /* whose want it is */
	enum framing to_backend, to_client;
	bool request_head_sent, request_done, request_dead; /* dead: the backend takes no more of it */
	bool answer_head_seen, answer_head_sent, answer_done;
	unsigned interims;        /* 1xx so far */
	bool continue_sent;       /* 100 Continue went to the client */
	unsigned added_before;    /* fields that were added before the answer came: x->added_count then */
	bool tunnel;              /* an upgrade is wanted, and after 101 it is one */
	bool tunnel_open;
	bool retried;             /* a stale connection was replaced once */
	bool client_keeps;        /* the client's connection can serve another request after this one */
	bool peer_keeps;          /* and the backend's */
	bool peer_ended;          /* the backend said its last byte */
	int peer_error;           /* with which code */
	enum outcome failed;      /* why the exchange cannot go on, when `broken` */
	bool broken;
	struct flow *next;        /* among the spare */
};

/* An empty flow for the worker's next request, warm where there is a spare one. */
struct flow *flow_take(struct worker *w);
/* Back to the spare ones; everything of its request is gone. */
void flow_give(struct worker *w, struct flow *f);
/* Frees the spare ones. */
void flow_free_spare(struct worker *w);

#endif
