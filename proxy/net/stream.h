/* stream: a connection, to a client or to a backend, over TCP or a unix socket, behind four operations: read on or off,
 * write, shut down, close. Its socket is watched edge-triggered (epoll(7)): it is registered once, and what the kernel has
 * told and nobody asked for yet is remembered here. What is read within a portion of the loop's events is handed on when all
 * of the portion has been read, and small writes are sent when all of it has been served. Embedded in its owner (a session or a peer), which is told of data, of the end and of a queue
 * that has drained. Bytes that on_data is handed live in the loop's shared buffer and are gone when it returns. What a
 * write cannot pass on at once is copied and queued; the owner stops its source while stream_queued is not 0. */
#ifndef PROXY_NET_STREAM_H
#define PROXY_NET_STREAM_H

#include "proxy/net/loop.h"

struct stream;
struct secret;
struct tls_context;

/* What is always asked of the loop; EPOLLOUT besides where room to send is waited for. */
static const uint32_t STREAM_EVENTS = EPOLLIN | EPOLLRDHUP | EPOLLET;

struct stream_events {
	/* Bytes came (never empty). */
	void (*on_data)(struct stream *s, struct str bytes);
	/* No more will come: 0 is an orderly end, otherwise a negative libuv code. Once; the stream is not closed by it. */
	void (*on_end)(struct stream *s, int error);
	/* Everything queued has gone out, or (negative libuv code) something that was written never will. */
	void (*on_drain)(struct stream *s, int error);
	/* The last callback of this stream: its owner may be freed now. */
	void (*on_closed)(struct stream *s);
};

struct stream {
	struct source source; /* fd: -1 while there is no socket */
	struct loop *loop;
	const struct stream_events *on;
	void *owner;
	struct outgoing *outgoing; /* bytes that wait; NULL when nothing does */
	struct secret *secret;     /* TLS; NULL when the connection is plain */
	/* dial.c's, while it connects: told once, with 0 or a negative libuv code; never from within dial_start */
	void (*connected)(struct stream *s, int error);
	struct task turn;          /* what could not be done in a callback: see stream.c */
	int failed;                /* connecting did, at once */
	struct str came;           /* read and still to be handed on, in the loop's buffer */
	unsigned held;             /* queue.c's: 1 + the index of what is to be sent at the end of the portion */
	bool reading;              /* the owner asks for bytes */
	bool readable;             /* the kernel may have some, or the end */
	bool hung_up;              /* the other side has ended, or all is over: the end is to be read behind the bytes */
	bool watched;              /* by the loop */
	bool room_told;            /* the loop tells of room for more to send, too: only where it was ever waited for */
	bool ended, closing, shut;
};

/* A stream without a socket (stream_take or dial_start gives it one). */
void stream_open(struct stream *s, struct loop *l, const struct stream_events *on, void *owner);
/* Its socket, not blocking, which is the stream's from now on. One that has been accepted: what came with it is read in this turn
 * of the loop, before it is watched. */
void stream_take(struct stream *s, int fd);
/* One that is being connected: s->connected will be told. On failure (a negative libuv code) it is closed. */
int stream_take_connecting(struct stream *s, int fd) WARN_UNUSED;
/* Events from now on go to another owner (a backend connection that changes hands). */
void stream_hand_over(struct stream *s, const struct stream_events *on, void *owner);
/* Whether bytes are asked for. Harmless when nothing changes. */
void stream_read(struct stream *s, bool on);
/* Writes `count` pieces in order: small ones together at the end of the loop's portion, otherwise as much as goes at once; the
 * rest is copied and queued. 0, or a negative libuv code (nothing more can be written then; no on_drain follows). Where what
 * was put off cannot be sent, on_drain tells. */
int stream_write(struct stream *s, const struct str *pieces, unsigned count) WARN_UNUSED;
/* Bytes that wait to go out. */
size_t stream_queued(const struct stream *s);
/* Of them, those that the other side has not taken yet (0 when none wait), in the kernel's buffers too: a side that takes
 * them bit by bit shows here long before on_drain. Asks the kernel. */
size_t stream_unsent(const struct stream *s);
/* Says that nothing more will be written, after what is queued (TCP FIN). */
void stream_shutdown(struct stream *s);
/* Ends it at once; may be called from anywhere and twice; on_closed follows later. What is queued is dropped. */
void stream_close(struct stream *s);
static inline bool stream_is_closing(const struct stream *s)
{
	return s->closing;
}
/* The same with a reset (RST) where the transport has one, so that the other side sees that the end is no end. */
void stream_abort(struct stream *s);
/* For stream.c and secret.c: the other side has ended, or the connection has; told once. */
static inline void stream_end(struct stream *s, int error)
{
	if (s->ended)
		return;
	s->ended = true;
	s->reading = false;
	s->on->on_end(s, error);
}
/* From here on the connection speaks TLS, as a client when `name` is given (the server's, for SNI and its certificate), as
 * a server otherwise. The handshake runs on libuv's threads. `ready` (may be NULL) is called once with 0, or a negative
 * code when the handshake failed or the other side went; without it a failure is on_end. */
void stream_secure(struct stream *s, struct tls_context *context, const char *name, void (*ready)(struct stream *s, int error));
/* Whether stream_secure was called: also while the handshake runs. */
bool stream_is_secure(const struct stream *s);
/* Who the other side's verified certificate says it is (tls_peer_name); empty where there is none. */
struct str stream_peer_name(const struct stream *s);

#endif
