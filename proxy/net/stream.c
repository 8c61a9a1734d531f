#include "proxy/net/calls.h"
#include "proxy/net/queue.h"
#include "proxy/net/secret.h"

#include <errno.h>

enum { MOST_READS = 16 /* of one stream before others have their turn */ };

void stream_hand_over(struct stream *s, const struct stream_events *on, void *owner)
{
	s->on = on;
	s->owner = owner;
}

static void received(struct stream *s, struct str bytes)
{
	if (s->secret)
		secret_received(s, bytes);
	else
		s->on->on_data(s, bytes);
}

/* Nothing more will come: in an orderly way (0) or not. */
static void broke_off(struct stream *s, int error)
{
	if (s->secret)
		secret_broke_off(s, error);
	else
		stream_end(s, error);
}

/* Less than was asked for is all that there was: an event will tell of what comes after it; only the end, once it has been
 * told, lies behind it unannounced. */
static ssize_t read_once(struct stream *s, char *to, size_t size)
{
	ssize_t got;
	do
		got = call_recv(s->source.fd, to, size);
	while (got < 0 && errno == EINTR);
	s->readable = got == (ssize_t)size || (got > 0 && s->hung_up);
	return got;
}

static void nothing_came(struct stream *s, ssize_t got)
{
	if (got == 0 || errno != EAGAIN)
		broke_off(s, got == 0 ? 0 : uv_translate_sys_error(errno));
}

/* Reads and hands on while there is something and it is asked for. */
static void read_on(struct stream *s)
{
	struct loop *l = s->loop;
	for (unsigned reads = 0; s->reading && s->readable && !s->closing; reads++) {
		if (reads == MOST_READS) {
			loop_later(l, &s->turn);
			return;
		}
		char *to = l->read_buffer + l->read_used;
		ssize_t got = read_once(s, to, LOOP_READ_BYTES - l->read_used);
		if (got > 0)
			received(s, str_of(to, (size_t)got));
		else
			nothing_came(s, got);
	}
}

/* What is small is handed on when all of the portion has been read; what is not, while it is in the processor's cache. */
static void read_ahead(struct stream *s)
{
	struct loop *l = s->loop;
	char *to = l->read_buffer + l->read_used;
	ssize_t got = read_once(s, to, LOOP_READ_BYTES - l->read_used);
	if (got > 0 && got <= LOOP_AHEAD_BYTES && l->batch > 1) {
		s->came = str_of(to, (size_t)got);
		l->read_used += ((size_t)got + 63) & ~(size_t)63;
		loop_later(l, &s->turn);
	} else if (got > 0) {
		received(s, str_of(to, (size_t)got));
		read_on(s);
	} else {
		nothing_came(s, got);
	}
}

static void hand_on(struct stream *s)
{
	struct str bytes = s->came;
	s->came = (struct str){NULL, 0};
	if (!s->ended)
		received(s, bytes);
	read_on(s);
}

static void connected(struct stream *s, int error)
{
	void (*told)(struct stream *, int) = s->connected;
	s->connected = NULL;
	told(s, error);
}

static void connecting(struct stream *s)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (getsockopt(s->source.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	connected(s, error ? uv_translate_sys_error(error) : 0);
}

static void ready(struct source *source, uint32_t events)
{
	struct stream *s = (struct stream *)((char *)source - offsetof(struct stream, source));
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		s->readable = true;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		s->hung_up = true;
	if (s->connected)
		connecting(s);
	if (s->readable && s->reading && !s->closing && !s->came.len)
		read_ahead(s);
	if (s->outgoing && !s->closing && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)))
		queue_go_on(s);
}

static void closed(struct stream *s)
{
	if (s->connected)
		connected(s, UV_ECANCELED);
	queue_drop(s);
	if (!s->secret || secret_close(s))
		s->on->on_closed(s);
}

static int watch(struct stream *s, uint32_t more)
{
	int error = loop_watch(s->loop, &s->source, STREAM_EVENTS | more);
	s->watched = error == 0;
	s->room_told = more != 0;
	return error;
}

/* What was put off: the last callback, the news that connecting failed at once, or reading what was there all along. */
static void turn(struct task *t)
{
	struct stream *s = (struct stream *)((char *)t - offsetof(struct stream, turn));
	if (s->closing) {
		closed(s); /* and freed */
		return;
	}
	if (s->connected && s->failed)
		connected(s, s->failed);
	else if (s->came.len)
		hand_on(s);
	else
		read_on(s);
	bool is_new = !s->watched && !s->closing && s->source.fd >= 0;
	int error = is_new ? watch(s, s->outgoing ? EPOLLOUT : 0) : 0;
	if (error)
		stream_end(s, error);
}

void stream_open(struct stream *s, struct loop *l, const struct stream_events *on, void *owner)
{
	*s = (struct stream){.source = {-1, ready}, .loop = l, .on = on, .owner = owner, .turn = {.run = turn}};
}

void stream_take(struct stream *s, int fd)
{
	s->source.fd = fd;
	s->readable = true;
	loop_later(s->loop, &s->turn);
}

int stream_take_connecting(struct stream *s, int fd)
{
	s->source.fd = fd;
	int error = watch(s, EPOLLOUT);
	if (error) {
		close(fd);
		s->source.fd = -1;
	}
	return error;
}

int stream_write(struct stream *s, const struct str *pieces, unsigned count)
{
	if (s->closing || s->shut)
		return UV_EPIPE;
	return s->secret ? secret_write(s, pieces, count) : queue_write(s, pieces, count);
}

size_t stream_queued(const struct stream *s)
{
	return queue_length(s);
}

size_t stream_unsent(const struct stream *s)
{
	return queue_unsent(s);
}

void stream_shutdown(struct stream *s)
{
	if (s->closing || s->shut)
		return;
	if (s->secret && secret_shutdown(s) != 0)
		return;
	queue_shutdown(s);
}

void stream_read(struct stream *s, bool on)
{
	if (s->reading == on || s->closing || s->ended)
		return;
	s->reading = on;
	if (on && s->readable)
		loop_later(s->loop, &s->turn);
}

void stream_close(struct stream *s)
{
	if (s->closing)
		return;
	queue_send_held(s);
	s->closing = true;
	if (s->source.fd >= 0) {
		if (s->watched)
			loop_forget(s->loop, &s->source, false);
		close(s->source.fd);
		s->source.fd = -1;
	}
	loop_later(s->loop, &s->turn);
}

void stream_abort(struct stream *s)
{
	struct linger at_once = {1, 0};
	queue_send_held(s);
	if (!s->closing && s->source.fd >= 0) /* a unix socket takes no notice */
		setsockopt(s->source.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	stream_close(s);
}

void stream_secure(struct stream *s, struct tls_context *context, const char *name,
		   void (*done)(struct stream *s, int error))
{
	secret_begin(s, context, name, done);
	stream_read(s, true);
}

struct str stream_peer_name(const struct stream *s)
{
	return s->secret ? secret_peer_name(s) : (struct str){NULL, 0};
}

bool stream_is_secure(const struct stream *s)
{
	return s->secret != NULL;
}
