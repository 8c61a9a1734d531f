/* queue: what goes out of a stream, below TLS: small writes at the end of the loop's portion, large ones at once; what the
 * kernel does not take then is copied and written when it can be. Called by stream.c only; the owner of the stream hears on_drain when everything has gone. Memory for it is kept by
 * the loop for reuse. */
#ifndef PROXY_NET_QUEUE_H
#define PROXY_NET_QUEUE_H

#include "proxy/net/stream.h"

enum { QUEUE_PIECES = 64 };

/* What was held back until the end of the portion is sent now: something else is to follow it. */
void queue_send_held(struct stream *s);
/* Room for more has come: writes what waits, as far as it goes. */
void queue_go_on(struct stream *s);
/* Writes at most QUEUE_PIECES pieces in order. 0, or a negative libuv code: nothing more can be written. */
int queue_write(struct stream *s, const struct str *pieces, unsigned count) WARN_UNUSED;
/* Bytes that wait. */
size_t queue_length(const struct stream *s);
/* Those of them that the kernel has not taken yet, and those that it has but the other side has not. 0 when none wait. */
size_t queue_unsent(const struct stream *s);
/* The end of sending (FIN), after what waits. */
void queue_shutdown(struct stream *s);
/* What waits is forgotten: the stream is closed. */
void queue_drop(struct stream *s);

#endif
