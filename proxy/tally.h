/* tally: what one worker counts of its exchanges: rows of labels and plain numbers (series.h), one table for each
 * family of metrics. Written by its worker only, at the end of each exchange; read by a scrape, which adds up the
 * workers. Once warm an exchange costs a few hash probes and no allocation. Every label is bounded: a route is a
 * template of a contract, a method that nobody knows is _OTHER, a consumer comes out of names.h. */
#ifndef PROXY_TALLY_H
#define PROXY_TALLY_H

#include "proxy/copy.h"
#include "proxy/series.h"

/* X(NAME, labels, values, limit) */
enum { DURATION_BUCKETS = 15, OVERHEAD_BUCKETS = 13, EXEMPLAR_WORDS = 7 };
#define TALLIES(X)                                                                                                     \
	X(REQUESTS, 5, 1, 20000) /* version route method code outcome */                                               \
	X(DURATION, 2, DURATION_BUCKETS + 1 + DURATION_BUCKETS * EXEMPLAR_WORDS, 1000) /* version class */             \
	X(OVERHEAD, 0, OVERHEAD_BUCKETS + 1, 1)                                                                        \
	X(SELECTED, 2, 1, 200)     /* source result */                                                                 \
	X(VIOLATIONS, 6, 1, 20000) /* version route method direction keyword action */                                 \
	X(UNCHECKED, 3, 1, 1000)   /* version direction reason */                                                      \
	X(DEPRECATED, 4, 2, 20000) /* version route method consumer; the second value is observe's */                  \
	X(REVISION, 3, 1, 1000)         /* version revision reason */                                                 \
	X(MIRROR, 4, 1, 1000)      /* version to result contract */                                                    \
	X(DIFFERENCE, 3, 1, 500)   /* version to difference */                                                         \
	X(SHADOW, 3, 1, 1000)      /* version direction result */                                                      \
	X(SHADOW_REASON, 4, 1, 5000) /* version consumer direction reason */                                           \
	X(CANARY_RESPONSES, 3, 1, 1000) /* version target class */                                                     \
	X(CANARY, 3, 1, 1000)      /* version target reason */
enum tally_table {
#define X(name, labels, values, limit) TALLY_##name,
	TALLIES(X)
#undef X
	    TALLY_COUNT
};

/* Where exchanges of one kind are counted: rows never move or go, so that the next of the kind needs no look-up. A kind is
 * the version and the route by their names in the row `requests`, and these numbers. */
struct tally_kind {
	struct series *requests, *duration, *selected; /* requests NULL: empty; selected may be NULL */
	const char *selection;
	unsigned status;
	uint8_t method, outcome, source;
};
enum { TALLY_KINDS = 16 };

struct tally {
	struct series_table tables[TALLY_COUNT];
	struct tally_kind kinds[TALLY_KINDS]; /* by what they have in common, the last of it */
};

/* Upper edges in seconds as text, the last one "+Inf". */
extern const char *const duration_bounds[DURATION_BUCKETS];
extern const char *const overhead_bounds[OVERHEAD_BUCKETS];

/* Empty tables. */
void tally_init(struct tally *t);
/* Gives the memory back. */
void tally_free(struct tally *t);
/* Counts an exchange that has ended. `consumer`: out of names.h. Returns its row of TALLY_DEPRECATED, or NULL. */
struct series *tally_exchange(struct tally *t, const struct exchange *x, struct str consumer);
/* Counts a copy of which something has come. */
void tally_copy(struct tally *t, const struct copy *c);
/* Adds up what `from`, another thread's, holds. */
void tally_merge(struct tally *to, struct tally *from);

/* An exemplar of a row of TALLY_DURATION. False where there is none, or while it is being written. */
struct tally_exemplar {
	char trace_id[32];
	uint64_t ns;
	int64_t wall_ms;
};
/* Of that bucket (0: the fastest); may be called while the worker counts. */
bool tally_exemplar(const struct series *row, unsigned bucket, struct tally_exemplar *e);

/* Labels that several rooms share. */
struct str tally_version(const struct exchange *x); /* "none" without one */
struct str tally_route(const struct exchange *x);   /* the template; "unversioned", "none" */
struct str tally_method(const struct exchange *x);  /* one of the methods of RFC 9110 and PATCH, or _OTHER */
/* Milliseconds of the wall clock when the exchange ended. */
int64_t tally_ended_ms(const struct exchange *x);
/* How long it took; 0 where its head was never complete. And vane's own share: without the time
 * from when the backend had the request to when vane had its whole answer (to the end, where that was not noted). */
uint64_t tally_duration_ns(const struct exchange *x);
/* The same without the wait for the backend's first byte. */
uint64_t tally_overhead_ns(const struct exchange *x);

#endif
