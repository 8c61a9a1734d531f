#include "proxy/net/queue.h"

#include "proxy/net/calls.h"
#include "proxy/net/tls.h"

#include <errno.h>
#include <stdlib.h>

enum {
	RECORD_BYTES = 16384,     /* most plain text of a TLS record (RFC 8446, 5.1) */
	MOST_WAITING = 256 * 1024, /* of a handshake's bytes that came while it was busy */
	MOST_READS = 16            /* of one stream before others have their turn */
};

/* TLS of one stream. A handshake runs on libuv's threads: while it does, `t` is not touched here, and what comes is kept. */
struct secret {
	struct tls *t;
	uv_work_t work;
	struct stream *stream;
	struct buf waiting; /* came while the handshake was busy */
	struct buf working; /* what it is busy with */
	enum tls_state state;
	bool busy, open, closed;
	void (*ready)(struct stream *s, int error);
};

void stream_hand_over(struct stream *s, const struct stream_events *on, void *owner)
{
	s->on = on;
	s->owner = owner;
}

/* The other side has ended, or the connection has: told once. */
static void end(struct stream *s, int error)
{
	if (s->ended)
		return;
	s->ended = true;
	s->reading = false;
	s->on->on_end(s, error);
}

/* ---- TLS ---- */

/* Sends what mbedTLS has made. */
static int flush(struct stream *s)
{
	struct buf *out = tls_output(s->secret->t);
	struct str piece = buf_str(out);
	int error = piece.len ? queue_write(s, &piece, 1) : 0;
	out->len = 0;
	if (out->cap > 2 * RECORD_BYTES)
		buf_free(out);
	return error;
}

/* Plain text goes up in pieces of up to the shared buffer's size, so that a large body is few events. */
static void decrypt(struct stream *s, struct str bytes)
{
	struct loop *l = s->loop;
	struct secret *secret = s->secret;
	long got = 1;
	if (!l->plain_buffer)
		l->plain_buffer = must_alloc(LOOP_PLAIN_BYTES);
	tls_input(secret->t, bytes);
	while (got > 0 && !s->closing && !s->ended) {
		size_t filled = 0;
		while (filled + RECORD_BYTES <= LOOP_PLAIN_BYTES &&
		       (got = tls_read(secret->t, l->plain_buffer + filled, LOOP_PLAIN_BYTES - filled)) > 0)
			filled += (size_t)got;
		if (filled)
			s->on->on_data(s, str_of(l->plain_buffer, filled));
	}
	if (s->closing || s->ended)
		return;
	tls_input(secret->t, (struct str){NULL, 0});
	if (flush(s) != 0 || got == -2)
		end(s, UV_EPROTO);
	else if (got == -1)
		end(s, 0);
}

static void begin_work(struct stream *s);

static void secret_free(struct secret *secret)
{
	tls_free(secret->t);
	buf_free(&secret->waiting);
	buf_free(&secret->working);
	free(secret);
}

static void open_up(struct stream *s)
{
	struct secret *secret = s->secret;
	struct buf rest = {0};
	secret->open = true;
	/* What came behind the handshake: with its last bytes, and while it was busy with them. */
	buf_add(&rest, tls_unused(secret->t));
	buf_add(&rest, buf_str(&secret->waiting));
	buf_free(&secret->waiting);
	buf_free(&secret->working);
	if (secret->ready)
		secret->ready(s, 0);
	if (!s->closing && !s->ended)
		decrypt(s, buf_str(&rest));
	buf_free(&rest);
}

static void fail(struct stream *s)
{
	struct secret *secret = s->secret;
	if (secret->ready)
		secret->ready(s, UV_EPROTO);
	else
		end(s, UV_EPROTO);
}

/* On the thread pool: nothing else touches the secret meanwhile. */
static void work(uv_work_t *request)
{
	struct secret *secret = request->data;
	secret->state = tls_handshake(secret->t);
}

static void work_done(uv_work_t *request, int status)
{
	struct secret *secret = request->data;
	struct stream *s = secret->stream;
	(void)status;
	secret->busy = false;
	if (secret->closed) { /* the stream was closed meanwhile and its owner waits for this */
		s->secret = NULL;
		secret_free(secret);
		s->on->on_closed(s);
		return;
	}
	if (s->closing)
		return;
	bool sent = flush(s) == 0; /* an alert, too */
	if (secret->state == TLS_FAILED || !sent) {
		fail(s);
	} else if (secret->state == TLS_DONE) {
		open_up(s);
	} else if (secret->waiting.len) {
		begin_work(s);
	}
}

static void begin_work(struct stream *s)
{
	struct secret *secret = s->secret;
	struct buf swap = secret->working;
	secret->working = secret->waiting;
	secret->waiting = swap;
	secret->waiting.len = 0;
	tls_input(secret->t, buf_str(&secret->working));
	secret->busy = true;
	secret->work.data = secret;
	CHECK(uv_queue_work(&s->loop->uv, &secret->work, work, work_done) == 0);
}

static void received_secret(struct stream *s, struct str bytes)
{
	struct secret *secret = s->secret;
	if (secret->open) {
		decrypt(s, bytes);
		return;
	}
	buf_add(&secret->waiting, bytes);
	if (secret->waiting.len > MOST_WAITING)
		fail(s);
	else if (!secret->busy)
		begin_work(s);
}

void stream_secure(struct stream *s, struct tls_context *context, const char *name, void (*ready)(struct stream *s, int error))
{
	struct secret *secret = s->secret = must_zalloc(1, sizeof *secret);
	secret->t = tls_new(context, name);
	secret->stream = s;
	secret->ready = ready;
	if (name)
		begin_work(s); /* a client speaks first */
	stream_read(s, true);
}

struct str stream_peer_name(const struct stream *s)
{
	return s->secret && s->secret->open ? tls_peer_name(s->secret->t) : (struct str){NULL, 0};
}

bool stream_is_secure(const struct stream *s)
{
	return s->secret != NULL;
}

/* Small pieces share a record. */
static int write_secret(struct stream *s, const struct str *pieces, unsigned count)
{
	struct buf *joined = &s->loop->joined;
	struct tls *t = s->secret->t;
	bool good = s->secret->open;
	joined->len = 0;
	for (unsigned i = 0; i < count && good; i++) {
		if (joined->len + pieces[i].len > RECORD_BYTES) {
			good = tls_write(t, buf_str(joined));
			joined->len = 0;
		}
		if (pieces[i].len >= RECORD_BYTES)
			good = good && tls_write(t, pieces[i]);
		else
			buf_add(joined, pieces[i]);
	}
	good = good && tls_write(t, buf_str(joined));
	return good ? flush(s) : UV_EPROTO;
}

/* ---- plain and secret alike ---- */

static void received(struct stream *s, struct str bytes)
{
	if (s->secret)
		received_secret(s, bytes);
	else
		s->on->on_data(s, bytes);
}

/* Nothing more will come: in an orderly way (0) or not. */
static void broke_off(struct stream *s, int error)
{
	if (s->secret && !s->secret->open && s->secret->ready)
		fail(s);
	else if (!error && s->secret) /* without close_notify it may have been cut (RFC 9112, 9.8) */
		end(s, UV_ECONNABORTED);
	else
		end(s, error);
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

/* Reads once, to be handed on when the others of the portion have been read too. */
static void read_ahead(struct stream *s)
{
	struct loop *l = s->loop;
	char *to = l->read_buffer + l->read_used;
	ssize_t got = read_once(s, to, LOOP_SLICE_BYTES);
	if (got <= 0) {
		nothing_came(s, got);
		return;
	}
	s->came = str_of(to, (size_t)got);
	l->read_used += ((size_t)got + 63) & ~(size_t)63;
	loop_later(l, &s->turn);
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
	if (s->readable && s->reading && !s->closing && !s->came.len) {
		if (s->loop->batch > 1)
			read_ahead(s);
		else
			read_on(s);
	}
	if (s->outgoing && !s->closing && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)))
		queue_go_on(s);
}

static void closed(struct stream *s)
{
	if (s->connected)
		connected(s, UV_ECANCELED);
	queue_drop(s);
	if (s->secret && s->secret->busy) { /* the thread still uses it: work_done goes on */
		s->secret->closed = true;
		return;
	}
	if (s->secret)
		secret_free(s->secret);
	s->secret = NULL;
	s->on->on_closed(s);
}

/* What was put off: the last callback, the news that connecting failed at once, or reading what was there all along. */
static void turn(struct task *t)
{
	struct stream *s = (struct stream *)((char *)t - offsetof(struct stream, turn));
	if (s->closing)
		closed(s);
	else if (s->connected && s->failed)
		connected(s, s->failed);
	else if (s->came.len)
		hand_on(s);
	else
		read_on(s);
}

void stream_open(struct stream *s, struct loop *l, const struct stream_events *on, void *owner)
{
	*s = (struct stream){.source = {-1, ready}, .loop = l, .on = on, .owner = owner, .turn = {.run = turn}};
}

int stream_take(struct stream *s, int fd)
{
	s->source.fd = fd;
	int error = loop_watch(s->loop, &s->source, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
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
	return s->secret ? write_secret(s, pieces, count) : queue_write(s, pieces, count);
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
	if (s->secret && s->secret->open) {
		tls_end(s->secret->t);
		if (flush(s) != 0)
			return;
	}
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
