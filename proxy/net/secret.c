#include "proxy/net/secret.h"

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
		stream_end(s, UV_EPROTO);
	else if (got == -1)
		stream_end(s, 0);
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
		stream_end(s, UV_EPROTO);
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

void secret_received(struct stream *s, struct str bytes)
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

void secret_begin(struct stream *s, struct tls_context *context, const char *name, void (*ready)(struct stream *s, int error))
{
	struct secret *secret = s->secret = must_zalloc(1, sizeof *secret);
	secret->t = tls_new(context, name);
	secret->stream = s;
	secret->ready = ready;
	if (name)
		begin_work(s); /* a client speaks first */
}

struct str secret_peer_name(const struct stream *s)
{
	return s->secret->open ? tls_peer_name(s->secret->t) : (struct str){NULL, 0};
}

/* Small pieces share a record. */
int secret_write(struct stream *s, const struct str *pieces, unsigned count)
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

int secret_shutdown(struct stream *s)
{
	if (!s->secret->open)
		return 0;
	tls_end(s->secret->t);
	return flush(s);
}

void secret_broke_off(struct stream *s, int error)
{
	if (!s->secret->open && s->secret->ready)
		fail(s);
	else /* without close_notify it may have been cut (RFC 9112, 9.8) */
		stream_end(s, error ? error : UV_ECONNABORTED);
}

bool secret_close(struct stream *s)
{
	struct secret *secret = s->secret;
	if (secret->busy) {
		secret->closed = true;
		return false;
	}
	s->secret = NULL;
	secret_free(secret);
	return true;
}
