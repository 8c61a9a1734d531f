/* states: notices that a version has changed its state (active, deprecated, brownout, sunset), which happens by date
 * and so without anybody doing anything. Compares the facts once a second; owned by the observatory, main thread. */
#ifndef PROXY_STATES_H
#define PROXY_STATES_H

#include "proxy/event.h"
#include "proxy/facts.h"

struct state_of;

struct states {
	struct state_of *first;
};

/* Compares with what was seen before and tells each change as an event; a version that is seen for the first time is
 * only remembered. One that has gone from the configuration is forgotten. */
void states_compare(struct states *s, const struct facts *f, int64_t now_ms,
		    void (*tell)(void *context, const struct event *e), void *context);
/* Gives the memory back. */
void states_free(struct states *s);

#endif
