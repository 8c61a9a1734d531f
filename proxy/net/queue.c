#include "proxy/net/queue.h"

#include "proxy/net/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

enum {
	SPARE_QUEUES = 64,       /* kept for reuse */
	SPARE_BYTES = 64 * 1024, /* a buffer that grew beyond is given back */
	HELD_BYTES = 8 * 1024,   /* of one write that may be held back */
	HELD_WRITES = 64,
};

/* What waits to go out of one stream. */
struct outgoing {
	struct outgoing *next; /* among the spare */
	struct buf waiting;
	size_t gone; /* of it */
	bool shutdown_asked;
};

static void outgoing_free(struct outgoing *o)
{
	buf_free(&o->waiting);
	free(o);
}

static void free_queues(struct loop *l)
{
	while (l->spare) {
		struct outgoing *o = l->spare;
		l->spare = o->next;
		outgoing_free(o);
	}
	l->spare_count = 0;
	free(l->held);
	l->held = NULL;
}

static struct outgoing *outgoing_take(struct loop *l)
{
	struct outgoing *o = l->spare;
	if (o) {
		l->spare = o->next;
		l->spare_count--;
	} else {
		o = must_zalloc(1, sizeof *o);
		l->free_queues = free_queues;
	}
	return o;
}

static void outgoing_give(struct loop *l, struct outgoing *o)
{
	if (l->spare_count >= SPARE_QUEUES || o->waiting.cap > SPARE_BYTES) {
		outgoing_free(o);
		return;
	}
	o->waiting.len = o->gone = 0;
	o->shutdown_asked = false;
	o->next = l->spare;
	l->spare = o;
	l->spare_count++;
}

void queue_drop(struct stream *s)
{
	if (!s->outgoing)
		return;
	outgoing_give(s->loop, s->outgoing);
	s->outgoing = NULL;
}

/* As much as the kernel takes at once: bytes, 0 for none at present, or a negative libuv code. */
static ssize_t send_now(int fd, const struct iovec *pieces, unsigned count)
{
	/* The length is a size_t in glibc and an int in musl; the kernel takes at most 1,024. */
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (unsigned short)count};
	ssize_t sent;
	do
		sent = count == 1 ? call_send(fd, pieces->iov_base, pieces->iov_len)
				  : sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN || errno == ENOBUFS ? 0 : uv_translate_sys_error(errno);
	return sent;
}

/* The queue is empty, or will never be. */
static void drained(struct stream *s, int error)
{
	bool shut = s->outgoing->shutdown_asked && !error;
	queue_drop(s);
	if (shut)
		shutdown(s->source.fd, SHUT_WR);
	s->on->on_drain(s, error);
}

void queue_go_on(struct stream *s)
{
	struct outgoing *o = s->outgoing;
	while (o->gone < o->waiting.len) {
		struct iovec rest = {o->waiting.at + o->gone, o->waiting.len - o->gone};
		ssize_t sent = send_now(s->source.fd, &rest, 1);
		if (sent < 0) {
			drained(s, (int)sent);
			return;
		}
		if (sent == 0)
			return;
		o->gone += (size_t)sent;
	}
	drained(s, 0);
}

/* Without what has gone out already, the pieces go to the queue. */
static void queue(struct stream *s, const struct iovec *pieces, unsigned count, size_t gone)
{
	struct outgoing *o = s->outgoing;
	if (o->gone > o->waiting.len / 2) {
		buf_consume(&o->waiting, o->gone);
		o->gone = 0;
	}
	for (unsigned i = 0; i < count; i++) {
		size_t skip = gone < pieces[i].iov_len ? gone : pieces[i].iov_len;
		gone -= skip;
		buf_add(&o->waiting, str_skip(str_of(pieces[i].iov_base, pieces[i].iov_len), skip));
	}
}

static void begin_queue(struct stream *s)
{
	s->outgoing = outgoing_take(s->loop);
	if (s->room_told || !s->watched)
		return;
	s->room_told = true;
	loop_change(s->loop, &s->source, STREAM_EVENTS | EPOLLOUT);
}

static int send_or_queue(struct stream *s, const struct iovec *pieces, unsigned count, size_t total)
{
	size_t gone = 0;
	if (!s->outgoing) {
		ssize_t sent = send_now(s->source.fd, pieces, count);
		if (sent < 0)
			return (int)sent;
		gone = (size_t)sent;
		if (gone == total)
			return 0;
		begin_queue(s);
	}
	queue(s, pieces, count, gone);
	return 0;
}

/* ---- what is held back until the end of the portion ---- */

/* The bytes of one stream; NULL where they have gone. */
struct held_write {
	struct stream *stream;
	size_t at, size;
};

struct held_writes {
	unsigned count;
	size_t used;
	struct held_write writes[HELD_WRITES];
	char bytes[HELD_WRITES / 4 * HELD_BYTES];
};

static int send_one(struct held_writes *h, struct held_write *w)
{
	struct stream *s = w->stream;
	struct iovec piece = {h->bytes + w->at, w->size};
	w->stream = NULL;
	s->held = 0;
	return send_or_queue(s, &piece, 1, w->size);
}

/* Who is told of an error may write more, which is sent as well. */
static void send_held(struct loop *l)
{
	struct held_writes *h = l->held;
	for (unsigned i = 0; i < h->count; i++) {
		struct stream *s = h->writes[i].stream;
		int error = s ? send_one(h, &h->writes[i]) : 0;
		if (error)
			s->on->on_drain(s, error);
	}
	h->count = 0;
	h->used = 0;
}

void queue_send_held(struct stream *s)
{
	if (s->held && send_one(s->loop->held, &s->loop->held->writes[s->held - 1]) != 0)
		s->shut = true;
}

static struct held_writes *held_of(struct loop *l)
{
	if (!l->held) {
		l->held = must_alloc(sizeof *l->held);
		l->held->count = 0;
		l->held->used = 0;
		l->send_held = send_held;
		l->free_queues = free_queues;
	}
	return l->held;
}

/* False: there is no room for it. */
static bool hold(struct stream *s, const struct iovec *pieces, unsigned count, size_t total)
{
	struct held_writes *h = held_of(s->loop);
	if (h->used + total > sizeof h->bytes || h->count == HELD_WRITES)
		return false;
	struct held_write *w = &h->writes[h->count];
	*w = (struct held_write){s, h->used, total};
	s->held = ++h->count;
	for (unsigned i = 0; i < count; i++) {
		if (pieces[i].iov_len)
			memcpy(h->bytes + h->used, pieces[i].iov_base, pieces[i].iov_len);
		h->used += pieces[i].iov_len;
	}
	return true;
}

int queue_write(struct stream *s, const struct str *pieces, unsigned count)
{
	struct iovec parts[QUEUE_PIECES];
	bool alone = s->loop->batch <= 1; /* there is nothing to wait for; joined, small pieces are still one send() */
	size_t total = 0;
	CHECK(count <= QUEUE_PIECES);
	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct iovec){(char *)(uintptr_t)pieces[i].at, pieces[i].len};
		total += pieces[i].len;
	}
	if (total == 0)
		return 0;
	queue_send_held(s);
	if (s->shut)
		return UV_EPIPE;
	if (s->outgoing || total > HELD_BYTES || (alone && count == 1) || !hold(s, parts, count, total))
		return send_or_queue(s, parts, count, total);
	return alone ? send_one(s->loop->held, &s->loop->held->writes[s->held - 1]) : 0;
}

size_t queue_length(const struct stream *s)
{
	return s->outgoing ? s->outgoing->waiting.len - s->outgoing->gone : 0;
}

size_t queue_unsent(const struct stream *s)
{
	int kernel = 0;
	if (!s->outgoing)
		return 0;
	if (ioctl(s->source.fd, TIOCOUTQ, &kernel) != 0)
		kernel = 0;
	return queue_length(s) + (size_t)kernel;
}

void queue_shutdown(struct stream *s)
{
	queue_send_held(s);
	s->shut = true;
	if (s->outgoing)
		s->outgoing->shutdown_asked = true;
	else
		shutdown(s->source.fd, SHUT_WR);
}
