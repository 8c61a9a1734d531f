/* passing: a body copied as it passes, up to a limit, for filters that look at it when the exchange is over: nothing
 * waits for them. One for each side, in the filter's state; the buffer is given back in its on_finish. */
#ifndef FILTERS_PASSING_H
#define FILTERS_PASSING_H

#include "proxy/exchange.h"

struct passing {
	bool expected;    /* there is a body */
	bool whole, over; /* all of it is here; it was larger than what is kept */
	struct buf body;
};

/* Whether a message has content, by its framing. */
bool passing_has_content(const struct message *m);
/* The same of the response that has come (RFC 9110, 6.4.1). */
bool passing_response_has_content(const struct exchange *x);
/* Asks for the body of `m` (one that has content) as it passes, unless it announces more than `max` bytes. */
void passing_expect(struct exchange *x, struct passing *p, enum side side, const struct message *m, size_t max);
/* A part of it. */
void passing_take(struct passing *p, struct str part, bool last, size_t max);

#endif
