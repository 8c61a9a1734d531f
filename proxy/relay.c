#include "proxy/relay.h"

#include "proxy/base/clock.h"
#include "proxy/forward.h"

enum { MOST_PIECES = 64, ROOM_FOR_FRAMING = 6, MOST_INTERIMS = 64 };

/* What goes out in one write: slices, with the framing around them. */
struct batch {
	struct str pieces[MOST_PIECES];
	unsigned count;
	char chunk_head[CHUNK_HEAD_BYTES];
	unsigned chunk_at; /* index of the piece that will be the chunk's head */
	unsigned first, behind; /* pieces of content: from, and to before */
	size_t content;    /* bytes of content in it */
	struct buf tail;   /* the last chunk with its trailers */
};

static void broke(struct flow *f, enum outcome why)
{
	if (f->broken)
		return;
	f->broken = true;
	f->failed = why;
}

static void batch_begin(struct batch *b, struct str head, enum framing framing)
{
	b->count = 0;
	b->content = 0;
	if (head.len)
		b->pieces[b->count++] = head;
	b->chunk_at = b->count;
	if (framing == FRAMING_CHUNKED)
		b->pieces[b->count++] = (struct str){NULL, 0};
	b->first = b->behind = b->count;
}

static bool batch_full(const struct batch *b)
{
	return b->count + ROOM_FOR_FRAMING > MOST_PIECES;
}

static void batch_add(struct batch *b, struct str part)
{
	if (part.len == 0)
		return;
	b->pieces[b->count++] = part;
	b->behind = b->count;
	b->content += part.len;
}

static void batch_end(struct batch *b, enum framing framing, bool last, const struct chunk *source, bool trailers)
{
	if (framing != FRAMING_CHUNKED)
		return;
	if (b->content) {
		b->pieces[b->chunk_at] = str_of(b->chunk_head, chunk_head(b->chunk_head, b->content));
		b->pieces[b->count++] = STR("\r\n");
	}
	if (!last)
		return;
	chunk_tail(&b->tail, source->trailers, source && trailers ? source->trailer_count : 0);
	b->pieces[b->count++] = buf_str(&b->tail);
}

/* ---- the request's body ---- */

static enum outcome outcome_of(enum body_state state)
{
	return state == BODY_TOO_LONG ? OUTCOME_BODY_TOO_LARGE : OUTCOME_BAD_REQUEST;
}

/* The whole body is there: the filters have their say. */
static bool judge_request(struct flow *f)
{
	f->gathered[SIDE_REQUEST] = true;
	chain_request_body(&f->held->snapshot->chain, &f->run, &f->x, f->judged[SIDE_REQUEST], true);
	if (f->x.filled.at)
		f->judged[SIDE_REQUEST] = f->x.filled;
	return true;
}

/* Over the limit of what is kept for judging: refused, or passed on unjudged, as the filter asked. */
static bool give_up_gathering(struct flow *f, enum side side)
{
	struct exchange *x = &f->x;
	if (x->too_large_rejects[side] && side == SIDE_REQUEST) {
		exchange_answer(x, OUTCOME_BODY_TOO_LARGE, "the body is larger than the %zu bytes that are kept for judging it",
				x->keep[side]);
		return true;
	}
	if (x->too_large_rejects[side]) {
		exchange_answer(x, OUTCOME_RESPONSE_INVALID, "the backend's answer is too large to be judged");
		return true;
	}
	exchange_unchecked(x, side, "too_large");
	f->streamed[side] = true;
	return true;
}

bool relay_gather_request(struct session *s)
{
	struct flow *f = s->flow;
	struct buf *whole = &f->whole[SIDE_REQUEST];
	struct str part;
	if (f->request.framing == FRAMING_LENGTH && f->x.request.content_length > f->x.keep[SIDE_REQUEST])
		return give_up_gathering(f, SIDE_REQUEST);
	for (;;) {
		enum body_state state = body_read(&f->request, &s->in, &part);
		if (state == BODY_DONE) {
			if (!f->judged[SIDE_REQUEST].at)
				f->judged[SIDE_REQUEST] = buf_str(whole);
			return judge_request(f);
		}
		if (state == BODY_MORE)
			return false;
		if (state != BODY_PART) {
			broke(f, outcome_of(state));
			return true;
		}
		if (f->request.done && whole->len == 0) { /* it lies in the input in one piece: no copy */
			f->judged[SIDE_REQUEST] = part;
			continue;
		}
		buf_add(whole, part);
		if (whole->len > f->x.keep[SIDE_REQUEST])
			return give_up_gathering(f, SIDE_REQUEST);
	}
}

/* What of a body passes is shown to the filters that asked for it, with the last piece known as such. Once it is on its way:
 * nobody waits for their verdict, unless one of them may cut what passes. */
static void show_parts(struct flow *f, enum side side, const struct batch *b, const struct body *body)
{
	bool request = side == SIDE_REQUEST;
	if (f->x.need[side] != NEED_PARTS)
		return;
	enum verdict (*show)(const struct chain *, struct chain_run *, struct exchange *, struct str, bool) =
	    request ? chain_request_body : chain_response_body;
	for (unsigned i = b->first; i < b->behind; i++)
		CHECK(show(&f->held->snapshot->chain, &f->run, &f->x, b->pieces[i], body->done && i + 1 == b->behind) == PASS);
	if (body->done && b->first == b->behind && body->framing != FRAMING_NONE)
		CHECK(show(&f->held->snapshot->chain, &f->run, &f->x, (struct str){NULL, 0}, true) == PASS);
}

/* Reads pieces of the body into the batch until the input is used up, the batch is full or the body is complete. */
static enum body_state collect(struct body *body, struct str *in, struct batch *b)
{
	struct str part;
	enum body_state state = BODY_PART;
	while (!batch_full(b) && (state = body_read(body, in, &part)) == BODY_PART)
		batch_add(b, part);
	return body->done ? BODY_DONE : state;
}

static enum body_state fill_request(struct session *s, struct batch *b)
{
	struct flow *f = s->flow;
	if (f->gathered[SIDE_REQUEST]) {
		batch_add(b, f->judged[SIDE_REQUEST]);
		return BODY_DONE;
	}
	if (f->streamed[SIDE_REQUEST])
		batch_add(b, buf_str(&f->whole[SIDE_REQUEST]));
	return collect(&f->request, &s->in, b);
}

static void write_request(struct session *s, struct batch *b)
{
	struct flow *f = s->flow;
	if (stream_write(&f->peer->stream, b->pieces, b->count) != 0)
		f->request_dead = true; /* it may have answered already: its answer is read to the end */
	f->whole[SIDE_REQUEST].len = f->streamed[SIDE_REQUEST] ? 0 : f->whole[SIDE_REQUEST].len;
	if (stream_queued(&f->peer->stream) && !f->request_done)
		stream_read(&s->client, false);
}

void relay_request(struct session *s)
{
	struct flow *f = s->flow;
	struct batch b;
	b.tail = (struct buf){0}; /* the rest is batch_begin's: it is a kilobyte */
	enum body_state state = BODY_PART;
	while (state == BODY_PART && !f->request_done && !f->request_dead && stream_queued(&f->peer->stream) == 0) {
		struct buf *head = &s->worker->scratch;
		head->len = 0;
		if (!f->request_head_sent)
			forward_request(s, head);
		batch_begin(&b, buf_str(head), f->to_backend);
		state = fill_request(s, &b);
		if (state == BODY_BAD || state == BODY_TOO_LONG) {
			broke(f, outcome_of(state));
			break;
		}
		f->request_done = state == BODY_DONE;
		f->x.bytes_in = f->request.seen;
		if (f->request_head_sent && b.content == 0 && !f->request_done)
			break;
		if (!f->request_head_sent)
			f->x.sent_ns = clock_mono_ns();
		f->request_head_sent = true;
		batch_end(&b, f->to_backend, f->request_done, &f->request.chunk, true);
		write_request(s, &b);
		show_parts(f, SIDE_REQUEST, &b, &f->request);
		b.tail.len = 0;
	}
	buf_free(&b.tail);
}

/* ---- the answer ---- */

void relay_keep_head(struct flow *f)
{
	struct str head = f->loose_head, copy = arena_dup(&f->x.arena, head);
	message_rebase(&f->x.response, head.at, head.len, copy.at);
	f->loose_head = (struct str){NULL, 0};
}

/* False: more bytes are needed, or the flow is broken. */
static bool parse_answer(struct session *s)
{
	struct flow *f = s->flow;
	struct str bytes = f->peer_in;
	if (f->answer_head.len) {
		buf_add(&f->answer_head, f->peer_in);
		bytes = buf_str(&f->answer_head);
	}
	enum h1_result result = h1_parse(&f->parser, bytes, &f->x.arena, &f->x.response);
	if (result == H1_MORE) {
		if (!f->answer_head.len)
			buf_add(&f->answer_head, f->peer_in);
		f->peer_in = str_skip(f->peer_in, f->peer_in.len);
		return false;
	}
	if (result == H1_BAD) {
		broke(f, OUTCOME_BACKEND_BAD_ANSWER);
		return false;
	}
	f->loose_head = str_head(bytes, f->parser.head);
	if (f->answer_head.len)
		relay_keep_head(f);
	size_t behind = bytes.len - f->parser.head; /* of peer_in: all of it that is not head */
	f->peer_in = str_skip(f->peer_in, f->peer_in.len - behind);
	f->answer_head.len = 0;
	return true;
}

static void next_answer_head(struct flow *f)
{
	h1_parser_reset(&f->parser, H1_RESPONSE, f->x.request.method, &f->held->snapshot->settings.h1);
}

/* What was asked for, and after a whole request (RFC 9110, 7.8). */
static bool may_switch(const struct flow *f)
{
	return f->tunnel && f->request_done &&
	       str_eq_nocase(message_upgrade(&f->x.response), message_upgrade(&f->x.request));
}

/* 1xx: 101 opens the tunnel that was asked for; others are passed on to clients that know them (RFC 9110, 15.2). */
static bool interim(struct session *s)
{
	struct flow *f = s->flow;
	struct buf *out = &s->worker->scratch;
	if (f->x.response.status == 101) {
		if (!may_switch(f))
			broke(f, OUTCOME_BACKEND_BAD_ANSWER);
		else
			f->tunnel_open = true;
		return false;
	}
	if (++f->interims > MOST_INTERIMS) {
		broke(f, OUTCOME_BACKEND_BAD_ANSWER);
		return false;
	}
	if (f->x.request.minor && !(f->x.response.status == 100 && f->continue_sent)) {
		f->continue_sent |= f->x.response.status == 100;
		out->len = 0;
		forward_interim(s, out);
		struct str piece = buf_str(out);
		if (stream_write(&s->client, &piece, 1) != 0)
			broke(f, OUTCOME_CLIENT_GONE);
	}
	f->x.response = (struct message){0};
	f->loose_head = (struct str){NULL, 0};
	next_answer_head(f);
	return !f->broken;
}

/* The final head is there: what follows is its body. */
static void begin_answer(struct session *s)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	f->answer_head_seen = true;
	f->added_before = x->added_count;
	f->tunnel = f->tunnel && f->tunnel_open;
	f->peer_keeps = x->response.keep_alive && x->response.framing != FRAMING_UNTIL_CLOSE;
	body_begin(&f->response, &x->response, 0, &x->arena);
	x->answered_ns = clock_mono_ns();
	chain_response(&f->held->snapshot->chain, &f->run, x);
	if (x->need[SIDE_RESPONSE] == NEED_WHOLE && f->response.framing == FRAMING_LENGTH &&
	    x->response.content_length > x->keep[SIDE_RESPONSE])
		give_up_gathering(f, SIDE_RESPONSE);
}

/* False while more of the body must come, or nothing more is to be done. */
static bool gather_response(struct flow *f)
{
	struct buf *whole = &f->whole[SIDE_RESPONSE];
	struct str part;
	for (;;) {
		enum body_state state = body_read(&f->response, &f->peer_in, &part);
		if (state == BODY_DONE) {
			f->x.received_ns = clock_mono_ns();
			if (!f->judged[SIDE_RESPONSE].at)
				f->judged[SIDE_RESPONSE] = buf_str(whole);
			f->gathered[SIDE_RESPONSE] = true;
			return chain_response_body(&f->held->snapshot->chain, &f->run, &f->x, f->judged[SIDE_RESPONSE],
						   true) == PASS;
		}
		if (state == BODY_MORE)
			return false;
		if (state != BODY_PART) {
			broke(f, OUTCOME_BACKEND_BAD_ANSWER);
			return false;
		}
		if (f->response.done && whole->len == 0) {
			f->judged[SIDE_RESPONSE] = part;
			continue;
		}
		buf_add(whole, part);
		if (whole->len > f->x.keep[SIDE_RESPONSE]) {
			give_up_gathering(f, SIDE_RESPONSE);
			return !f->x.answer.set;
		}
	}
}

static enum body_state fill_response(struct flow *f, struct batch *b)
{
	if (f->gathered[SIDE_RESPONSE]) {
		batch_add(b, f->judged[SIDE_RESPONSE]);
		return BODY_DONE;
	}
	if (f->streamed[SIDE_RESPONSE])
		batch_add(b, buf_str(&f->whole[SIDE_RESPONSE]));
	return collect(&f->response, &f->peer_in, b);
}

static void write_response(struct session *s, struct batch *b)
{
	struct flow *f = s->flow;
	if (stream_write(&s->client, b->pieces, b->count) != 0)
		broke(f, OUTCOME_CLIENT_GONE);
	if (f->streamed[SIDE_RESPONSE])
		f->whole[SIDE_RESPONSE].len = 0;
	if (stream_queued(&s->client) && !f->answer_done)
		stream_read(&f->peer->stream, false);
}

static void pass_response(struct session *s)
{
	struct flow *f = s->flow;
	struct batch b;
	b.tail = (struct buf){0}; /* the rest is batch_begin's: it is a kilobyte */
	enum body_state state = BODY_PART;
	while (state == BODY_PART && !f->answer_done && !f->broken) {
		struct buf *head = &s->worker->scratch;
		head->len = 0;
		if (!f->answer_head_sent)
			forward_response(s, head);
		batch_begin(&b, buf_str(head), f->to_client);
		state = fill_response(f, &b);
		if (f->x.may_cut)
			show_parts(f, SIDE_RESPONSE, &b, &f->response);
		if (f->x.cut) { /* before the piece that completes the wrong item is written */
			broke(f, OUTCOME_RESPONSE_INVALID);
			break;
		}
		if (state == BODY_BAD) {
			broke(f, f->answer_head_sent ? OUTCOME_BACKEND_CUT : OUTCOME_BACKEND_BAD_ANSWER);
			break;
		}
		f->answer_done = state == BODY_DONE;
		if (f->answer_done && !f->x.received_ns) /* it came with its head, or later */
			f->x.received_ns = f->answer_head_sent ? clock_mono_ns() : f->x.answered_ns;
		f->x.bytes_out = f->response.seen;
		if (f->answer_head_sent && b.content == 0 && !f->answer_done)
			break;
		f->answer_head_sent = true;
		batch_end(&b, f->to_client, f->answer_done, &f->response.chunk, f->x.request.te_trailers);
		write_response(s, &b);
		if (!f->x.may_cut)
			show_parts(f, SIDE_RESPONSE, &b, &f->response);
		b.tail.len = 0;
	}
	buf_free(&b.tail);
}

void relay_response(struct session *s)
{
	struct flow *f = s->flow;
	while (!f->answer_head_seen && !f->tunnel_open) {
		if (f->peer_in.len == 0 || !parse_answer(s))
			return;
		if (f->x.response.status < 200) {
			if (!interim(s))
				break;
		} else {
			begin_answer(s);
		}
	}
	if (f->broken || f->x.answer.set || f->tunnel_open)
		return;
	bool whole = f->x.need[SIDE_RESPONSE] == NEED_WHOLE && f->response.framing != FRAMING_NONE;
	if (whole && !f->gathered[SIDE_RESPONSE] && !f->streamed[SIDE_RESPONSE] && !gather_response(f))
		return;
	if (!f->x.answer.set)
		pass_response(s);
	if (f->answer_done && f->peer_in.len)
		f->peer_keeps = false; /* bytes after a complete answer belong to nobody */
}

void relay_response_ended(struct session *s)
{
	struct flow *f = s->flow;
	f->peer_keeps = false;
	if (f->tunnel_open || f->answer_done)
		return;
	if (!f->answer_head_seen) {
		broke(f, OUTCOME_BACKEND_CLOSED);
	} else if (f->peer_error == 0 && body_end(&f->response)) {
		relay_response(s);
	} else {
		broke(f, f->answer_head_sent ? OUTCOME_BACKEND_CUT : OUTCOME_BACKEND_CLOSED);
	}
}

void relay_resume(struct session *s)
{
	struct flow *f = s->flow;
	if (f->peer && stream_queued(&s->client) == 0)
		stream_read(&f->peer->stream, true);
	if (!f->peer || stream_queued(&f->peer->stream) == 0)
		stream_read(&s->client, true);
}

/* ---- a tunnel ---- */

static void carry(struct stream *from, struct stream *to, struct str *bytes, uint64_t *count, struct flow *f)
{
	if (bytes->len == 0)
		return;
	*count += bytes->len;
	if (stream_write(to, bytes, 1) != 0)
		broke(f, OUTCOME_TUNNEL);
	*bytes = str_skip(*bytes, bytes->len);
	if (stream_queued(to))
		stream_read(from, false);
}

void relay_tunnel_to_backend(struct session *s)
{
	struct flow *f = s->flow;
	carry(&s->client, &f->peer->stream, &s->in, &f->x.bytes_in, f);
}

void relay_tunnel_to_client(struct session *s)
{
	struct flow *f = s->flow;
	if (!f->answer_head_sent) {
		struct buf *out = &s->worker->scratch;
		out->len = 0;
		f->answer_head_sent = f->answer_head_seen = true;
		f->x.answered_ns = clock_mono_ns();
		chain_response(&f->held->snapshot->chain, &f->run, &f->x);
		forward_response(s, out);
		struct str piece = buf_str(out);
		if (stream_write(&s->client, &piece, 1) != 0)
			broke(f, OUTCOME_TUNNEL);
	}
	carry(&f->peer->stream, &s->client, &f->peer_in, &f->x.bytes_out, f);
}
