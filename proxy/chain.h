/* chain: the filters of a snapshot, run in and out. Built once per snapshot from the list that main hands over; immutable.
 * A chain_run is one exchange's way through it: which filters were entered, and their state. */
#ifndef PROXY_CHAIN_H
#define PROXY_CHAIN_H

#include "proxy/filter.h"

enum { CHAIN_LONGEST = 16 };

struct chain {
	const struct filter *filters[CHAIN_LONGEST];
	void *settings[CHAIN_LONGEST];
	size_t state_at[CHAIN_LONGEST];
	size_t state_size;
	unsigned count;
};

struct chain_run {
	unsigned entered; /* filters whose on_request was called */
	bool finished;
	char *state;      /* in the exchange's arena */
};

/* Configures every filter of `list` (ends with NULL), last to first, and keeps those that have something to do. False
 * after errors in setup->diag: all filters have had their say then. chain_release is due in either case. */
bool chain_build(struct chain *c, const struct filter *const *list, struct filter_setup *setup) WARN_UNUSED;
/* Gives back what the filters' settings hold. */
void chain_release(struct chain *c);

/* In: each filter's on_request, in order, until one answers. */
enum verdict chain_request(const struct chain *c, struct chain_run *run, struct exchange *x);
/* A part of the request's body, to the filters entered, in order, until one answers. */
enum verdict chain_request_body(const struct chain *c, struct chain_run *run, struct exchange *x, struct str part, bool last);
/* Out: each entered filter's on_response, last to first. Not stopped by an answer: the rest see that answer. ANSWERED
 * when one was made on the way. */
enum verdict chain_response(const struct chain *c, struct chain_run *run, struct exchange *x);
/* A part of the response's body, to the filters entered, last to first, until one answers. */
enum verdict chain_response_body(const struct chain *c, struct chain_run *run, struct exchange *x, struct str part,
				 bool last);
/* on_finish, once for each filter entered, last to first. May be called twice. */
void chain_finish(const struct chain *c, struct chain_run *run, struct exchange *x);
/* What the filters know of a version at this moment. Main thread. */
void chain_describe(const struct chain *c, const struct version *v, int64_t now_ms, struct version_facts *facts);

#endif
