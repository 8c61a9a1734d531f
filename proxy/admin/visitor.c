#include "proxy/admin/visitor.h"

#include "proxy/http/h1_parse.h"
#include "proxy/http/h1_write.h"

#include <stdlib.h>

enum { VISITORS_MAX = 64, HEAD_MS = 10000, WRITE_MS = 30000, LINGER_MS = 2000, BEAT_MS = 15000, EVENTS_PER_TICK = 200 };

/* READS a head; WRITES the answer; STREAMS events; LINGERS after the answer until the client has seen it. */
enum visitor_state { VISITOR_READS, VISITOR_WRITES, VISITOR_STREAMS, VISITOR_LINGERS, VISITOR_CLOSES };

struct visitor {
	union {
		uv_handle_t handle;
		uv_stream_t any;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} h;
	struct admin *admin;
	struct visitor *next, **link;
	enum visitor_state state;
	uint64_t until_ms;  /* of the loop's clock: when its patience ends */
	uint64_t beat_ms;   /* a stream: when a comment is due that keeps the connection alive */
	struct buf in, out; /* out is not touched while `writing` */
	bool writing, stream;
	bool ended;     /* the client sends no more */
	uint64_t after; /* a stream: the sequence number that it has reached */
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct h1_parser parser;
	struct arena arena;
};

static const struct h1_limits limits = {.header_bytes = VISITOR_HEAD_MAX, .target_bytes = 8192, .fields = 100};

static void patience(struct visitor *v, uint64_t ms)
{
	v->until_ms = uv_now(v->admin->loop) + ms;
}

void admin_gone(struct admin *a)
{
	if (--a->open_handles)
		return;
	buf_free(&a->token);
	free(a);
}

static void on_closed(uv_handle_t *handle)
{
	struct visitor *v = handle->data;
	struct admin *a = v->admin;
	buf_free(&v->in);
	buf_free(&v->out);
	arena_free(&v->arena);
	free(v);
	admin_gone(a);
}

void visitor_close(struct visitor *v)
{
	if (v->state == VISITOR_CLOSES)
		return;
	v->state = VISITOR_CLOSES;
	*v->link = v->next;
	if (v->next)
		v->next->link = v->link;
	v->admin->visitor_count--;
	uv_close(&v->h.handle, on_closed);
}

/* ---- writing ---- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct visitor *v = request->data;
	if (status < 0 || v->ended)
		visitor_close(v);
}

/* Closing with bytes unread would reset the connection, and the client might never see its answer: so the sending side
 * is closed, and the other one read until the client has closed too. */
static void linger(struct visitor *v)
{
	v->state = VISITOR_LINGERS;
	patience(v, LINGER_MS);
	v->shutdown.data = v;
	if (uv_shutdown(&v->shutdown, &v->h.any, on_shutdown) != 0)
		visitor_close(v);
}

static void on_written(uv_write_t *request, int status)
{
	struct visitor *v = request->data;
	v->writing = false;
	if (v->state == VISITOR_CLOSES)
		return;
	v->out.len = 0;
	if (status < 0)
		visitor_close(v);
	else if (v->stream)
		v->state = VISITOR_STREAMS;
	else
		linger(v);
}

static void send_out(struct visitor *v)
{
	uv_buf_t bytes = uv_buf_init(v->out.at, (unsigned)v->out.len);
	v->writing = true;
	v->write.data = v;
	patience(v, WRITE_MS);
	v->beat_ms = uv_now(v->admin->loop) + BEAT_MS;
	if (uv_write(&v->write, &v->h.any, &bytes, 1, on_written) != 0) {
		v->writing = false;
		visitor_close(v);
	}
}

static void write_head(struct visitor *v, const struct admin_answer *a)
{
	h1_write_status(&v->out, a->status, h1_reason(a->status));
	h1_write_field(&v->out, STR("Content-Type"), str_from(a->type));
	buf_add(&v->out, str_from(a->extra));
	h1_write_field(&v->out, STR("Cache-Control"), STR("no-store"));
	h1_write_field(&v->out, STR("X-Content-Type-Options"), STR("nosniff"));
	h1_write_field(&v->out, STR("Connection"), STR("close"));
	if (!a->stream)
		h1_write_framing(&v->out, FRAMING_LENGTH, a->body.len);
	h1_write_end(&v->out);
}

static void reply(struct visitor *v, struct admin_answer *a, bool with_body)
{
	v->state = VISITOR_WRITES;
	v->stream = a->stream && with_body;
	v->after = a->after;
	write_head(v, a);
	if (with_body)
		buf_add(&v->out, buf_str(&a->body));
	buf_free(&a->body);
	send_out(v);
}

static void reply_text(struct visitor *v, unsigned status, const char *text)
{
	struct admin_answer a = {.status = status, .type = "text/plain; charset=utf-8", .extra = ""};
	buf_addf(&a.body, "%s\n", text);
	reply(v, &a, true);
}

/* ---- reading ---- */

/* In a time that does not depend on how much of it is right. */
static bool same_secret(struct str given, struct str secret)
{
	unsigned difference = given.len != secret.len;
	for (size_t i = 0; i < given.len; i++)
		difference |= (unsigned)(given.at[i] ^ secret.at[secret.len ? i % secret.len : 0]);
	return difference == 0;
}

static bool is_authorized(const struct visitor *v, const struct message *m)
{
	struct str secret = buf_str(&v->admin->token), given = message_known(m, KNOWN_AUTHORIZATION);
	if (!secret.len || given.len < 7 || !str_eq_nocase(str_head(given, 7), STR("Bearer ")))
		return false;
	return same_secret(str_trim(str_skip(given, 7)), secret);
}

static void answer(struct visitor *v, const struct message *m)
{
	struct admin_request r = {.method = m->method_name,
				  .path = m->path.len ? m->path : STR("/"),
				  .query = m->query,
				  .accept = message_known(m, KNOWN_ACCEPT),
				  .last_event_id = message_get(m, STR("last-event-id")),
				  .authorized = is_authorized(v, m)};
	struct admin_answer a;
	admin_answer(v->admin->view, &r, &a);
	/* What was asked for may have closed the admin port. */
	if (v->state == VISITOR_CLOSES)
		buf_free(&a.body);
	else
		reply(v, &a, m->method != METHOD_HEAD);
}

static void parse(struct visitor *v)
{
	struct message m;
	switch (h1_parse(&v->parser, buf_str(&v->in), &v->arena, &m)) {
	case H1_MORE:
		break;
	case H1_BAD:
		reply_text(v, v->parser.status, v->parser.why);
		break;
	case H1_DONE:
		answer(v, &m);
		break;
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct visitor *v = handle->data;
	(void)suggested;
	*buf = uv_buf_init(v->admin->read_buffer, sizeof v->admin->read_buffer);
}

/* Only a head is of interest: what comes after it (a body, another request) is read and forgotten. */
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
	struct visitor *v = stream->data;
	if (n < 0) {
		/* A client that has sent its request may close its half and still wait for the answer. */
		v->ended = n == UV_EOF && v->state == VISITOR_WRITES && !v->stream;
		if (v->ended)
			uv_read_stop(stream);
		else
			visitor_close(v);
		return;
	}
	if (v->state != VISITOR_READS)
		return;
	buf_add(&v->in, str_of(bytes->base, (size_t)n));
	parse(v);
}

/* ---- coming, staying, going ---- */

static int take(struct visitor *v)
{
	struct admin *a = v->admin;
	if (a->unix_socket)
		uv_pipe_init(a->loop, &v->h.pipe, 0);
	else
		uv_tcp_init(a->loop, &v->h.tcp);
	v->h.handle.data = v;
	a->open_handles++;
	v->next = a->visitors;
	v->link = &a->visitors;
	if (v->next)
		v->next->link = &v->next;
	a->visitors = v;
	a->visitor_count++;
	return uv_accept(&a->server.any, &v->h.any);
}

void visitor_accept(struct admin *a)
{
	struct visitor *v = must_zalloc(1, sizeof *v);
	v->admin = a;
	arena_init(&v->arena, 4096);
	h1_parser_reset(&v->parser, H1_REQUEST, METHOD_OTHER, &limits);
	patience(v, HEAD_MS);
	if (take(v) != 0 || a->visitor_count > VISITORS_MAX || uv_read_start(&v->h.any, on_alloc, on_read) != 0)
		visitor_close(v);
}

static void stream_more(struct visitor *v)
{
	bool beat = uv_now(v->admin->loop) >= v->beat_ms;
	if (!admin_events(v->admin->view, &v->after, EVENTS_PER_TICK, &v->out) && beat && !v->out.len)
		buf_add(&v->out, STR(": still here\n\n"));
	if (v->out.len) {
		v->state = VISITOR_WRITES;
		send_out(v);
	}
}

void visitor_tick_all(struct admin *a)
{
	for (struct visitor *v = a->visitors, *next; v; v = next) {
		next = v->next;
		if (v->state == VISITOR_STREAMS)
			stream_more(v);
		else if (uv_now(a->loop) >= v->until_ms)
			visitor_close(v);
	}
}
