#include "proxy/net/queue.h"

#include "proxy/net/tls.h"

#include <stdlib.h>

enum {
	RECORD_BYTES = 16384,     /* most plain text of a TLS record (RFC 8446, 5.1) */
	MOST_WAITING = 256 * 1024 /* of a handshake's bytes that came while it was busy */
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

int stream_open(struct stream *s, struct loop *l, bool unix_socket, const struct stream_events *on, void *owner)
{
	*s = (struct stream){.loop = l, .on = on, .owner = owner};
	int error = unix_socket ? uv_pipe_init(&l->uv, &s->h.pipe, 0) : uv_tcp_init(&l->uv, &s->h.tcp);
	s->h.handle.data = s;
	return error;
}

void stream_hand_over(struct stream *s, const struct stream_events *on, void *owner)
{
	s->on = on;
	s->owner = owner;
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct stream *s = handle->data;
	(void)suggested;
	*buf = uv_buf_init(s->loop->read_buffer, LOOP_READ_BYTES);
}

/* The other side has ended, or the connection has: told once. */
static void end(struct stream *s, int error)
{
	if (s->ended)
		return;
	s->ended = true;
	s->reading = false;
	uv_read_stop(&s->h.any);
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

static void received(uv_stream_t *handle, ssize_t count, const uv_buf_t *buf)
{
	struct stream *s = handle->data;
	if (count > 0 && s->secret)
		received_secret(s, str_of(buf->base, (size_t)count));
	else if (count > 0)
		s->on->on_data(s, str_of(buf->base, (size_t)count));
	else if (count < 0 && s->secret && !s->secret->open && s->secret->ready)
		fail(s);
	else if (count == UV_EOF && s->secret) /* without close_notify it may have been cut (RFC 9112, 9.8) */
		end(s, UV_ECONNABORTED);
	else if (count < 0)
		end(s, count == UV_EOF ? 0 : (int)count);
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
	if (on)
		uv_read_start(&s->h.any, allocate, received);
	else
		uv_read_stop(&s->h.any);
}

static void closed(uv_handle_t *handle)
{
	struct stream *s = handle->data;
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

void stream_close(struct stream *s)
{
	if (s->closing)
		return;
	s->closing = true;
	uv_close(&s->h.handle, closed);
}

void stream_abort(struct stream *s)
{
	if (s->closing)
		return;
	if (s->h.handle.type == UV_TCP && uv_tcp_close_reset(&s->h.tcp, closed) == 0)
		s->closing = true;
	else
		stream_close(s);
}

size_t stream_peer_address(const struct stream *s, char *text, size_t size)
{
	struct sockaddr_storage peer = {0};
	int length = sizeof peer;
	text[0] = '\0';
	if (s->h.handle.type != UV_TCP)
		memcpy(text, "unix", 5);
	else if (uv_tcp_getpeername(&s->h.tcp, (struct sockaddr *)&peer, &length) == 0 && peer.ss_family == AF_INET)
		uv_ip4_name((struct sockaddr_in *)&peer, text, size);
	else if (peer.ss_family == AF_INET6)
		uv_ip6_name((struct sockaddr_in6 *)&peer, text, size);
	return strlen(text);
}
