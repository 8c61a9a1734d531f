#include "proxy/net/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum {
	SPARE_REQUESTS = 64,       /* kept for reuse */
	SPARE_BYTES = 64 * 1024,   /* a buffer that grew beyond is given back */
	JOIN_BYTES = 8 * 1024,     /* up to so many go out of one buffer */
};

/* What waits to go out of one stream: `sending` is with the kernel's side, `waiting` came after it. */
struct outgoing {
	uv_write_t request;
	uv_shutdown_t shutdown;
	struct outgoing *next; /* among the spare */
	struct buf sending, waiting;
	bool in_flight, shutdown_asked;
};

static void outgoing_free(struct outgoing *o)
{
	buf_free(&o->sending);
	buf_free(&o->waiting);
	free(o);
}

static void free_spare(struct loop *l)
{
	while (l->spare) {
		struct outgoing *o = l->spare;
		l->spare = o->next;
		outgoing_free(o);
	}
	l->spare_count = 0;
}

static struct outgoing *outgoing_take(struct loop *l)
{
	struct outgoing *o = l->spare;
	if (o) {
		l->spare = o->next;
		l->spare_count--;
	} else {
		o = must_zalloc(1, sizeof *o);
		l->free_spare = free_spare;
	}
	return o;
}

static void outgoing_give(struct loop *l, struct outgoing *o)
{
	if (l->spare_count >= SPARE_REQUESTS || o->sending.cap + o->waiting.cap > SPARE_BYTES) {
		outgoing_free(o);
		return;
	}
	o->sending.len = o->waiting.len = 0;
	o->in_flight = o->shutdown_asked = false;
	o->next = l->spare;
	l->spare = o;
	l->spare_count++;
}

static void written(uv_write_t *request, int status);

static int send_waiting(struct stream *s)
{
	struct outgoing *o = s->outgoing;
	struct buf swap = o->sending;
	o->sending = o->waiting;
	o->waiting = swap;
	o->waiting.len = 0;
	uv_buf_t piece = uv_buf_init(o->sending.at, (unsigned)o->sending.len);
	o->request.data = s;
	int error = uv_write(&o->request, &s->h.any, &piece, 1, written);
	o->in_flight = error == 0;
	return error;
}

static void shut(uv_shutdown_t *request, int status)
{
	struct stream *s = request->data;
	(void)status;
	if (s->outgoing && !s->outgoing->in_flight && !s->closing) {
		outgoing_give(s->loop, s->outgoing);
		s->outgoing = NULL;
	}
}

static void ask_shutdown(struct stream *s)
{
	struct outgoing *o = s->outgoing;
	o->shutdown.data = s;
	if (uv_shutdown(&o->shutdown, &s->h.any, shut) != 0) {
		outgoing_give(s->loop, o);
		s->outgoing = NULL;
	}
}

/* The queue is empty or will never be: gives the request back unless a shutdown still needs it. */
static void settle(struct stream *s)
{
	if (s->outgoing->shutdown_asked) {
		s->outgoing->shutdown_asked = false;
		ask_shutdown(s);
	} else {
		outgoing_give(s->loop, s->outgoing);
		s->outgoing = NULL;
	}
}

static void written(uv_write_t *request, int status)
{
	struct stream *s = request->data;
	struct outgoing *o = s->outgoing;
	o->in_flight = false;
	o->sending.len = 0;
	if (s->closing)
		return;
	if (status == 0 && o->waiting.len)
		status = send_waiting(s);
	if (o->in_flight)
		return;
	o->waiting.len = 0;
	settle(s);
	s->on->on_drain(s, status);
}

/* Without what has gone out already, the pieces go to the queue. */
static void queue(struct stream *s, const struct str *pieces, unsigned count, size_t gone)
{
	for (unsigned i = 0; i < count; i++) {
		size_t skip = gone < pieces[i].len ? gone : pieces[i].len;
		gone -= skip;
		buf_add(&s->outgoing->waiting, str_skip(pieces[i], skip));
	}
}

static int descriptor(struct stream *s)
{
	uv_os_fd_t fd;
	if (!s->fd)
		s->fd = uv_fileno(&s->h.handle, &fd) == 0 ? fd : -1;
	return s->fd;
}

/* As much as the kernel takes at once: bytes, or a negative libuv code. Not uv_try_write, whose write() goes through the
 * file layer on its way to the socket. */
static ssize_t send_now(struct stream *s, uv_buf_t *bufs, unsigned count)
{
	/* The length is a size_t in glibc and an int in musl; the kernel takes at most 1,024. */
	struct msghdr message = {.msg_iov = (struct iovec *)(void *)bufs, .msg_iovlen = (unsigned short)count};
	int fd = descriptor(s);
	ssize_t sent;
	do
		sent = count == 1 ? send(fd, bufs->base, bufs->len, MSG_NOSIGNAL | MSG_DONTWAIT)
				  : sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? uv_translate_sys_error(errno) : sent;
}

/* A few small pieces are one write() cheaper than one writev(): copying them costs less than the kernel's look at the list. */
static unsigned join(struct loop *l, uv_buf_t *bufs, unsigned count, size_t total)
{
	struct buf *b = &l->small;
	if (count == 1 || total > JOIN_BYTES)
		return count;
	char *to = b->at ? b->at : buf_reserve(b, JOIN_BYTES);
	for (unsigned i = 0; i < count; i++) {
		if (bufs[i].len)
			memcpy(to, bufs[i].base, bufs[i].len);
		to += bufs[i].len;
	}
	bufs[0] = uv_buf_init(b->at, (unsigned)total);
	return 1;
}

int queue_write(struct stream *s, const struct str *pieces, unsigned count)
{
	uv_buf_t bufs[QUEUE_PIECES];
	size_t total = 0, gone = 0;
	CHECK(count <= QUEUE_PIECES);
	for (unsigned i = 0; i < count; i++) {
		bufs[i] = uv_buf_init((char *)(uintptr_t)pieces[i].at, (unsigned)pieces[i].len);
		total += pieces[i].len;
	}
	if (total == 0)
		return 0;
	if (!s->outgoing) {
		ssize_t result = send_now(s, bufs, join(s->loop, bufs, count, total));
		if (result < 0 && result != UV_EAGAIN && result != UV_ENOBUFS)
			return (int)result;
		gone = result > 0 ? (size_t)result : 0;
		if (gone == total)
			return 0;
		s->outgoing = outgoing_take(s->loop);
	}
	queue(s, pieces, count, gone);
	return s->outgoing->in_flight ? 0 : send_waiting(s);
}

size_t queue_length(const struct stream *s)
{
	return s->outgoing ? s->outgoing->sending.len + s->outgoing->waiting.len : 0;
}

size_t queue_unsent(const struct stream *s)
{
	uv_os_fd_t fd;
	int kernel = 0;
	if (!s->outgoing)
		return 0;
	if (uv_fileno(&s->h.handle, &fd) != 0 || ioctl(fd, TIOCOUTQ, &kernel) != 0)
		kernel = 0;
	return uv_stream_get_write_queue_size(&s->h.any) + s->outgoing->waiting.len + (size_t)kernel;
}

void queue_shutdown(struct stream *s)
{
	s->shut = true;
	if (s->outgoing) {
		s->outgoing->shutdown_asked = true;
		return;
	}
	shutdown(descriptor(s), SHUT_WR);
}

void queue_drop(struct stream *s)
{
	if (!s->outgoing)
		return;
	outgoing_give(s->loop, s->outgoing);
	s->outgoing = NULL;
}
