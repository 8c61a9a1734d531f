/* deadline: how long a session waits for what it waits for, and what it means when that did not come: a head, a body, the
 * backend's answer, a client that takes nothing. Decides; connection.c sets the timer and acts. */
#ifndef PROXY_DEADLINE_H
#define PROXY_DEADLINE_H

#include "proxy/session.h"

/* Milliseconds from now; DEADLINE_NONE where somebody else watches (a want has its own), DEADLINE_KEPT where the one that
 * was set before holds (a head's, which more of it does not prolong). */
enum { DEADLINE_NONE = -1, DEADLINE_KEPT = -2 };
/* For the state that the session is in now; the settings of its snapshot count. */
int64_t deadline_of(const struct session *s);

/* What is to be done when it has passed. */
enum deadline_verdict {
	DEADLINE_CLOSE, /* the connection is of no more use */
	DEADLINE_GO_ON, /* what is missing is noted: the steps answer or end it */
	DEADLINE_WAIT   /* a side takes what is queued for it, however slowly: set it again */
};
/* What has failed, and by whose fault, is noted in the session's flow; where a 100 was due, it is sent. */
enum deadline_verdict deadline_passed(struct session *s);
/* Bytes that wait to go out, to either side: progress by which a slow reader is told from one that is gone. */
size_t deadline_unsent(const struct session *s);

#endif
