/* body: a message body as it arrives, whatever its framing (RFC 9112, 6): slices of the input without copying, its end,
 * its trailers. Embedded in a flow, one for each side. Limits are checked here so that nobody gathers without bound. */
#ifndef PROXY_BODY_H
#define PROXY_BODY_H

#include "proxy/http/chunk.h"
#include "proxy/http/message.h"

enum body_state {
	BODY_MORE,    /* the input is used up, more must come */
	BODY_PART,    /* *part is a piece of the body */
	BODY_DONE,    /* the body is complete */
	BODY_BAD,     /* its framing is broken */
	BODY_TOO_LONG /* it is over the limit */
};

struct body {
	enum framing framing;
	uint64_t left;  /* FRAMING_LENGTH: bytes still to come */
	uint64_t limit; /* most bytes of content; 0: none */
	uint64_t seen;  /* bytes of content so far */
	struct chunk chunk;
	bool done;
};

/* Ready for the body of `m`; `arena` is used for trailers. */
void body_begin(struct body *b, const struct message *m, uint64_t limit, struct arena *arena);
/* Takes the next piece off the front of *in. Call until it says MORE, DONE, BAD or TOO_LONG. */
enum body_state body_read(struct body *b, struct str *in, struct str *part) WARN_UNUSED;
/* The sender has closed its side: true when that is a proper end of this body (RFC 9112, 8). */
bool body_end(struct body *b);

#endif
