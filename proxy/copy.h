/* copy: a request that goes to another version once more after its client was served, and what came of it: the mirror
 * filter orders it and judges the answer, mirror.h sends it, the tally counts it. Plain data; while it is ordered it lives
 * in the exchange's arena, then in the mirror's own. */
#ifndef PROXY_COPY_H
#define PROXY_COPY_H

#include "proxy/exchange.h"

/* X(NAME, word): what came of a copy. */
#define COPY_RESULTS(X)                                                                                                \
	X(SAME, "same")               /* the same status, and the same shape where both are JSON */                    \
	X(STATUS, "status_differs")                                                                                    \
	X(SHAPE, "shape_differs")                                                                                      \
	X(UNCOMPARED, "uncompared")   /* a body was too large, or too deep, to be compared */                          \
	X(DROPPED, "dropped")         /* too many copies were under way */                                             \
	X(UNREACHABLE, "unreachable")                                                                                  \
	X(TIMEOUT, "timeout")                                                                                          \
	X(BROKEN, "broken")           /* the answer was cut, or is not HTTP */
enum copy_result {
#define X(name, word) COPY_##name,
	COPY_RESULTS(X)
#undef X
};
/* The word of the table above, as it stands in metrics. A constant. */
struct str copy_result_word(enum copy_result r);

struct copy {
	const struct version *of, *to;
	struct str target;         /* what the backend is asked for */
	struct str body;           /* of the request */
	struct str path;           /* for `to`'s contract */
	struct str mark;           /* the name of the field that tells the backend that it is a copy */
	size_t concurrent;         /* copies under way, for each worker */
	size_t max_body;           /* of the answer */
	int64_t timeout;           /* ms for all of it */
	/* what the client was answered */
	unsigned status;
	bool has_answer;           /* its body is here, and JSON */
	struct str answer;
	/* what came of it */
	enum copy_result result;
	const char *contract;      /* what `to`'s contract says of the answer: "valid", "invalid", "unchecked" or "none" */
	bool has_copied;           /* the answer's body is here */
	struct str copied;
	struct str differences[4];
	unsigned difference_count;
};

#endif
