#include "proxy/session.h"

#include "proxy/base/clock.h"
#include "proxy/forward.h"
#include "proxy/http/uri.h"
#include "proxy/mirror.h"
#include "proxy/observe.h"
#include "proxy/relay.h"
#include "proxy/reply.h"
#include "proxy/rollout.h"

#include <stdlib.h>

enum {
	SPARE_FLOWS = 256,          /* kept by a worker for reuse */
	AHEAD_BYTES = 64 * 1024,    /* of further requests that are kept while one is served */
	KEEP_BUFFER = 16 * 1024,    /* a larger gathering buffer is given back after its request */
	CONTINUE_MS = 1000,         /* for a backend to say 100 Continue before it is said here */
	LINGER_MS = 2000            /* for a client to read our last answer before the connection goes */
};

/* What a step says to the loop below. ANSWER: go to `answer` with what exchange_answer has made. */
enum advance { NEXT, WAIT, ANSWER, CLOSE };

/* The path of a request, from top to bottom. X(step) */
#define STEPS(X)                                                                                                       \
	X(await_head)   /* the bytes of a head, parsed as they come */                                                 \
	X(pick_chain)   /* the snapshot in force; what concerns every request */                                       \
	X(ask_filters)  /* version, deprecation, contract: on_request */                                               \
	X(gather_body)  /* only where a filter wants the whole body */                                                 \
	X(pick_backend) /* the version's pool */                                                                       \
	X(dial)         /* a connection from it */                                                                     \
	X(relay)        /* both bodies, until the answer is complete */                                                \
	X(answer)       /* our own answer, where there is one */                                                       \
	X(finish)       /* log, metrics, usage; back to await_head */

#define STEP_FUNCTION(name) static enum advance name(struct session *s);
STEPS(STEP_FUNCTION)
#define STEP_NUMBER(name) STEP_##name,
enum step { STEPS(STEP_NUMBER) STEP_COUNT };
#define STEP_ROW(name) {name, #name},
static const struct step_row {
	enum advance (*run)(struct session *s);
	const char *name;
} steps[] = {STEPS(STEP_ROW)};

static void run(struct session *s);
static void go_on(struct session *s);
static void arm(struct session *s);

const char *session_step_name(const struct session *s)
{
	return steps[s->step].name;
}

/* ---- flows ---- */

static struct flow *flow_take(struct worker *w)
{
	struct flow *f = w->spare_flows;
	if (!f) {
		f = must_zalloc(1, sizeof *f);
		exchange_begin(&f->x, w->index);
		return f;
	}
	w->spare_flows = f->next;
	w->spare_flow_count--;
	return f;
}

static void trim(struct buf *b)
{
	if (b->cap > KEEP_BUFFER)
		buf_free(b);
	b->len = 0;
}

static void flow_free(struct flow *f)
{
	exchange_free(&f->x);
	buf_free(&f->whole[0]);
	buf_free(&f->whole[1]);
	buf_free(&f->answer_head);
	free(f);
}

static void flow_give(struct worker *w, struct flow *f)
{
	if (w->spare_flow_count >= SPARE_FLOWS) {
		flow_free(f);
		return;
	}
	trim(&f->whole[0]);
	trim(&f->whole[1]);
	trim(&f->answer_head);
	exchange_reset(&f->x);
	memset((char *)f + offsetof(struct flow, held), 0, sizeof *f - offsetof(struct flow, held));
	f->next = w->spare_flows;
	w->spare_flows = f;
	w->spare_flow_count++;
}

static void begin_flow(struct session *s)
{
	struct flow *f = s->flow = flow_take(s->worker);
	f->held = worker_take(s->worker);
	f->x.snapshot = f->held->snapshot;
	f->x.client = str_from(s->address);
	f->x.secure = stream_is_secure(&s->client);
	f->x.tls_subject = stream_peer_name(&s->client);
	f->client_keeps = true;
	h1_parser_reset(&f->parser, H1_REQUEST, METHOD_OTHER, &f->held->snapshot->settings.h1);
	if (s->idle) {
		s->idle = false;
		s->worker->idle_count--;
	}
	timeout_set(&s->worker->loop, &s->timer, (uint64_t)f->held->snapshot->settings.timeouts.header, s->timer.fire);
}

/* Lets the backend connection go: back to its pool where it may serve again. */
static void detach_peer(struct session *s, bool keep)
{
	struct flow *f = s->flow;
	want_cancel(&f->want);
	if (!f->peer)
		return;
	struct peer *peer = f->peer;
	f->peer = NULL;
	if (keep)
		peer_give_back(peer);
	else
		peer_close(peer);
}

/* Exactly once for each exchange, however it ended. */
static void end_exchange(struct session *s)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	detach_peer(s, f->peer_keeps && f->answer_done && f->request_done && !f->tunnel);
	if (x->began_ns) {
		x->ended_ns = clock_mono_ns();
		chain_finish(&f->held->snapshot->chain, &f->run, x);
		observe_exchange(s->worker->observer, x);
		if (x->copy)
			mirror_send(s);
	}
	struct held *held = f->held;
	s->flow = NULL;
	flow_give(s->worker, f);
	worker_release(s->worker, held);
	s->requests++;
}

/* ---- the steps ---- */

static enum advance refuse_head(struct session *s)
{
	static const struct {
		unsigned status;
		enum outcome why;
	} by_status[] = {{414, OUTCOME_TARGET_TOO_LONG}, {431, OUTCOME_HEADER_TOO_LARGE}, {501, OUTCOME_NOT_IMPLEMENTED},
			 {505, OUTCOME_HTTP_VERSION},    {400, OUTCOME_BAD_REQUEST}};
	struct flow *f = s->flow;
	size_t i = 0;
	while (by_status[i].status != f->parser.status && by_status[i].status != 400)
		i++;
	f->client_keeps = false;
	f->x.request = (struct message){.minor = 1};
	f->x.began_ns = clock_mono_ns();
	f->x.wall_ms = clock_wall_ms();
	forward_identify(s);
	exchange_answer(&f->x, by_status[i].why, "%s", f->parser.why);
	return ANSWER;
}

static enum advance await_head(struct session *s)
{
	if (s->in.len == 0 || stream_queued(&s->client) > AHEAD_BYTES) /* a client that takes no answers gets no more */
		return s->client_ended ? CLOSE : WAIT;
	if (!s->flow)
		begin_flow(s);
	struct flow *f = s->flow;
	switch (h1_parse(&f->parser, s->in, &f->x.arena, &f->x.request)) {
	case H1_MORE:
		return s->client_ended ? CLOSE : WAIT;
	case H1_BAD:
		return refuse_head(s);
	case H1_DONE:
		break;
	}
	struct str head = arena_dup(&f->x.arena, str_head(s->in, f->parser.head));
	message_rebase(&f->x.request, s->in.at, head.len, head.at);
	s->in = str_skip(s->in, head.len);
	f->x.began_ns = clock_mono_ns();
	f->x.wall_ms = clock_wall_ms();
	return NEXT;
}

static enum advance pick_chain(struct session *s)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	const struct message *m = &x->request;
	if (f->held != s->worker->held) { /* it was reloaded while the head came */
		worker_release(s->worker, f->held);
		f->held = worker_take(s->worker);
		x->snapshot = f->held->snapshot;
	}
	static const struct str allow = STR_INIT("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	const struct limits *limits = &f->held->snapshot->settings.limits;
	f->client_keeps = m->keep_alive && !s->client_ended;
	body_begin(&f->request, m, (uint64_t)limits->body, &x->arena);
	forward_identify(s);
	s->trusted = trust_address(&f->held->snapshot->settings.forwarded, x->client);
	if (s->trusted && m->known[KNOWN_X_FORWARDED_FOR])
		x->client = trust_client(&f->held->snapshot->settings.forwarded, x->client, forward_list(s, KNOWN_X_FORWARDED_FOR));
	x->path = uri_normalise(m->path, &x->arena, NULL);
	x->contract_path = x->path;
	x->target = message_origin_target(m);
	if (m->method == METHOD_CONNECT || m->method == METHOD_TRACE) {
		exchange_answer(x, OUTCOME_METHOD_REFUSED, "the method %s is not served", m->method == METHOD_TRACE ? "TRACE" : "CONNECT");
		exchange_add_field(x, STR("Allow"), allow);
		return ANSWER;
	}
	if (m->method == METHOD_OPTIONS && !forward_count_down(x)) {
		exchange_answer_empty(x, 204);
		exchange_add_field(x, STR("Allow"), allow);
		return ANSWER;
	}
	if (m->expect_other) {
		exchange_answer(x, OUTCOME_EXPECTATION_FAILED, "only the expectation 100-continue is known");
		return ANSWER;
	}
	if (m->framing == FRAMING_LENGTH && m->content_length > (uint64_t)limits->body) {
		exchange_answer(x, OUTCOME_BODY_TOO_LARGE, "the body is larger than %lld bytes", (long long)limits->body);
		return ANSWER;
	}
	f->tunnel = message_upgrade(m).len > 0;
	return NEXT;
}

static enum advance ask_filters(struct session *s)
{
	struct flow *f = s->flow;
	return chain_request(&f->held->snapshot->chain, &f->run, &f->x) == ANSWERED ? ANSWER : NEXT;
}

static enum advance broken(struct session *s);

/* A client that waits to be told to go on is told so here, since the backend will see the request only afterwards. */
static void send_continue(struct session *s)
{
	struct str line = STR("HTTP/1.1 100 Continue\r\n\r\n");
	if (!s->flow->x.request.expect_continue || s->flow->continue_sent || s->in.len)
		return;
	s->flow->continue_sent = true;
	if (stream_write(&s->client, &line, 1) != 0) {
		s->flow->broken = true;
		s->flow->failed = OUTCOME_CLIENT_GONE;
	}
}

static enum advance gather_body(struct session *s)
{
	struct flow *f = s->flow;
	if (f->x.need[SIDE_REQUEST] != NEED_WHOLE || f->request.framing == FRAMING_NONE)
		return NEXT;
	if (!f->request.done)
		send_continue(s);
	if (!relay_gather_request(s)) {
		if (!f->gathering_ns)
			f->gathering_ns = clock_mono_ns();
		if (!s->client_ended)
			return WAIT;
		f->broken = true;
		f->failed = OUTCOME_CLIENT_GONE;
	}
	if (f->gathering_ns)
		f->x.uploaded_ns = clock_mono_ns() - f->gathering_ns;
	if (f->broken)
		return broken(s);
	return f->x.answer.set ? ANSWER : NEXT;
}

static void on_peer_data(struct stream *stream, struct str bytes);
static void on_peer_end(struct stream *stream, int error);
static void on_peer_drain(struct stream *stream, int error);

static const struct stream_events peer_events = {on_peer_data, on_peer_end, on_peer_drain, NULL};

static void adopt(struct session *s, struct peer *peer)
{
	struct flow *f = s->flow;
	f->peer = peer;
	f->x.backend = peer_address(peer);
	f->x.attempts++;
	f->x.reused = peer->requests > 0;
	stream_hand_over(&peer->stream, &peer_events, s);
	stream_read(&peer->stream, true);
	h1_parser_reset(&f->parser, H1_RESPONSE, f->x.request.method, &f->held->snapshot->settings.h1);
}

static void peer_ready(struct want *w, struct peer *peer, int error)
{
	struct flow *f = (struct flow *)((char *)w - offsetof(struct flow, want));
	struct session *s = f->want_session;
	if (peer) {
		adopt(s, peer);
	} else {
		f->broken = true;
		f->failed = error == UV_EBUSY ? OUTCOME_BACKEND_BUSY
			    : error == UV_ETIMEDOUT ? OUTCOME_BACKEND_TIMEOUT
						    : OUTCOME_BACKEND_UNREACHABLE;
	}
	go_on(s);
}

/* The stable backend serves what the canary cannot. */
static void fall_back(struct flow *f)
{
	f->x.canary = false;
	f->x.canary_reason = "fallback";
}

static enum advance pick_backend(struct session *s)
{
	struct flow *f = s->flow;
	const struct version *v = f->x.version;
	CHECK(v); /* the version filter is in every chain, and lets nothing through without one */
	f->want.ready = peer_ready;
	f->want_session = s;
	struct pool *pool = f->held->pools[rollout_backend(f->held->snapshot, &f->x)];
	if (!pool_is_up(pool) && f->x.canary) {
		fall_back(f);
		pool = f->held->pools[v->index];
	}
	if (!pool_is_up(pool)) {
		exchange_answer(&f->x, OUTCOME_NO_BACKEND, "no backend of version %.*s is up", STR_ARG(v->name));
		exchange_add_field(&f->x, STR("Retry-After"), STR("1"));
		return ANSWER;
	}
	f->want.once = f->x.canary;
	struct peer *peer = pool_get(pool, &f->want, f->retried);
	if (peer)
		adopt(s, peer);
	return NEXT;
}

static enum advance dial(struct session *s)
{
	if (s->flow->broken)
		return broken(s);
	return s->flow->peer ? NEXT : WAIT;
}

/* A connection that was closed while it lay in the pool: the request is sent again, once, where that is harmless and its
 * body is still here (RFC 9110, 9.2.2). */
static bool may_retry(const struct flow *f)
{
	bool empty = f->request.framing != FRAMING_CHUNKED && f->request.done && f->request.seen == 0;
	bool body_here = empty || f->gathered[SIDE_REQUEST];
	return f->failed == OUTCOME_BACKEND_CLOSED && f->x.reused && !f->retried && body_here && !f->answer_head.len &&
	       !f->answer_head_seen && method_is_idempotent(f->x.request.method);
}

/* A canary that fails before the first byte of its answer: its stable backend is asked instead, where nothing was sent, or
 * what was sent is harmless to repeat and still here. */
static bool may_fall_back(const struct flow *f)
{
	bool failed = f->failed == OUTCOME_BACKEND_UNREACHABLE || f->failed == OUTCOME_BACKEND_BUSY ||
		      f->failed == OUTCOME_BACKEND_CLOSED || (f->failed == OUTCOME_BACKEND_TIMEOUT && !f->request_head_sent);
	if (!failed || !f->x.canary || f->answer_head.len || f->answer_head_seen)
		return false;
	bool body_here = f->request.framing == FRAMING_NONE || f->gathered[SIDE_REQUEST];
	return !f->request_head_sent || (body_here && method_is_idempotent(f->x.request.method));
}

static void begin_again(struct session *s)
{
	struct flow *f = s->flow;
	detach_peer(s, false);
	f->retried = true;
	f->broken = f->peer_ended = f->request_head_sent = f->request_done = f->request_dead = false;
	f->x.answered_ns = f->x.sent_ns = 0;
	s->step = STEP_pick_backend;
}

static bool is_backends_fault(enum outcome o)
{
	return o == OUTCOME_BACKEND_CLOSED || o == OUTCOME_BACKEND_BAD_ANSWER || o == OUTCOME_BACKEND_TIMEOUT ||
	       o == OUTCOME_BACKEND_CUT;
}

/* What broke becomes our answer where nothing has been sent yet; otherwise the client's copy is cut as well. */
static enum advance broken(struct session *s)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	if (may_retry(f)) {
		begin_again(s);
		return WAIT; /* run() goes on with the step that was set */
	}
	if (may_fall_back(f)) {
		if (f->peer)
			peer_failed(f->peer, outcome_meaning(f->failed).at);
		begin_again(s);
		f->retried = false;
		fall_back(f);
		return WAIT;
	}
	f->peer_keeps = false;
	x->outcome = f->failed;
	if (f->failed == OUTCOME_CLIENT_GONE)
		return CLOSE;
	if (f->peer && is_backends_fault(f->failed))
		peer_failed(f->peer, outcome_meaning(f->failed).at);
	if (f->answer_head_sent) {
		if (!f->tunnel_open && f->to_client == FRAMING_UNTIL_CLOSE)
			stream_abort(&s->client); /* an orderly end would look like the end of the body (RFC 9112, 8) */
		f->client_keeps = false;
		f->answer_done = true;
		return NEXT;
	}
	if (f->failed == OUTCOME_BAD_REQUEST || f->failed == OUTCOME_BODY_TOO_LARGE || f->failed == OUTCOME_REQUEST_TIMEOUT)
		f->client_keeps = false;
	exchange_answer(x, f->failed, "%s", outcome_meaning(f->failed).at);
	if (outcome_status(f->failed) == 503)
		exchange_add_field(x, STR("Retry-After"), STR("1"));
	return ANSWER;
}

static enum advance tunnel(struct session *s)
{
	struct flow *f = s->flow;
	f->client_keeps = f->peer_keeps = false;
	f->x.outcome = OUTCOME_TUNNEL;
	relay_tunnel_to_client(s);
	relay_tunnel_to_backend(s);
	if (f->broken)
		return CLOSE;
	if (f->peer_ended)
		stream_shutdown(&s->client);
	if (s->client_ended)
		stream_shutdown(&f->peer->stream);
	return f->peer_ended && s->client_ended ? CLOSE : WAIT;
}

static enum advance relay(struct session *s)
{
	struct flow *f = s->flow;
	if (!f->tunnel_open) {
		if (!f->request_done && !f->request_dead && !f->broken)
			relay_request(s);
		if (!f->broken)
			relay_response(s);
		if (f->peer_ended && !f->broken && !f->x.answer.set)
			relay_response_ended(s);
	}
	if (f->broken)
		return broken(s);
	if (f->tunnel_open)
		return tunnel(s);
	if (f->x.answer.set)
		return ANSWER;
	if (f->answer_done)
		return NEXT;
	if (s->client_ended) {
		f->broken = true;
		f->failed = OUTCOME_CLIENT_GONE;
		return broken(s);
	}
	return WAIT;
}

static enum advance answer(struct session *s)
{
	struct flow *f = s->flow;
	if (!f->x.answer.set)
		return NEXT;
	if (f->peer || f->want.pending)
		detach_peer(s, false);
	if (!reply_send(s)) {
		f->x.outcome = OUTCOME_CLIENT_GONE;
		return CLOSE;
	}
	return NEXT;
}

static void begin_linger(struct session *s);

static enum advance finish(struct session *s)
{
	struct flow *f = s->flow;
	bool keep = f->client_keeps && (f->request_done || f->request.done) && s->worker->state == WORKER_RUNS;
	end_exchange(s);
	if (s->client.closing)
		return CLOSE;
	stream_read(&s->client, true);
	if (!keep) {
		begin_linger(s);
		return WAIT;
	}
	s->idle = true;
	s->worker->idle_count++;
	return NEXT;
}

/* ---- the loop over the steps ---- */

static void run(struct session *s)
{
	if (s->running || s->closing)
		return;
	s->running = true;
	while (!s->closing && !s->lingering) {
		uint8_t step = s->step;
		enum advance said = steps[step].run(s);
		if (said == CLOSE)
			session_close(s);
		else if (said == ANSWER)
			s->step = STEP_answer;
		else if (said == NEXT)
			s->step = (uint8_t)((step + 1) % STEP_COUNT);
		else if (s->step == step) /* WAIT; a step that set another goes on with that */
			break;
	}
	s->running = false;
	arm(s);
}

/* ---- time ---- */

static struct session *session_of(struct timeout *t)
{
	return (struct session *)((char *)t - offsetof(struct session, timer));
}

/* A client that waits for 100 Continue, from a backend that says nothing: one may wait for the other for ever. */
static bool both_wait(const struct session *s)
{
	const struct flow *f = s->flow;
	return s->step == STEP_relay && f->x.request.expect_continue && !f->continue_sent && f->request.seen == 0 &&
	       !f->request_done && !f->request_dead && !f->answer_head_seen && s->in.len == 0;
}

static size_t unsent(const struct session *s)
{
	return stream_unsent(&s->client) + (s->flow && s->flow->peer ? stream_unsent(&s->flow->peer->stream) : 0);
}

/* A side that takes what is queued for it, however slowly, is not late. */
static bool still_takes(struct session *s)
{
	size_t now = unsent(s);
	if (now == 0 || now >= s->unsent)
		return false;
	if (s->lingering) {
		s->unsent = now;
		timeout_set(&s->worker->loop, &s->timer, (uint64_t)s->worker->held->snapshot->settings.timeouts.idle, s->timer.fire);
	} else {
		arm(s);
	}
	return true;
}

static void too_late(struct timeout *t)
{
	struct session *s = session_of(t);
	struct flow *f = s->flow;
	if ((!f || s->step != STEP_await_head) && still_takes(s))
		return;
	if (!f || s->lingering) {
		session_close(s);
		return;
	}
	if (s->step == STEP_await_head) { /* the head did not come in time */
		f->parser.why = "the request's head did not arrive in time";
		f->x.request = (struct message){.minor = 1};
		f->x.began_ns = clock_mono_ns();
		f->x.wall_ms = clock_wall_ms();
		f->client_keeps = false;
		forward_identify(s);
		exchange_answer(&f->x, OUTCOME_REQUEST_TIMEOUT, "%s", f->parser.why);
		s->step = STEP_answer;
		go_on(s);
		return;
	}
	if (both_wait(s)) {
		send_continue(s);
		go_on(s);
		return;
	}
	bool body_missing = !f->request_done && !f->request.done && !f->request_dead;
	f->broken = true;
	if (f->tunnel_open)
		f->failed = OUTCOME_TUNNEL;
	else if (stream_queued(&s->client))
		f->failed = OUTCOME_CLIENT_GONE;
	else if (s->step == STEP_gather_body || (body_missing && !(f->peer && stream_queued(&f->peer->stream))))
		f->failed = OUTCOME_REQUEST_TIMEOUT;
	else
		f->failed = f->answer_head_sent ? OUTCOME_BACKEND_CUT : OUTCOME_BACKEND_TIMEOUT;
	if (s->step == STEP_gather_body) { /* relay's way of ending serves here too */
		s->step = STEP_relay;
	}
	go_on(s);
}

/* What is waited for decides how long. Called whenever a session waits; setting a timeout costs a few stores. */
static void arm(struct session *s)
{
	struct flow *f = s->flow;
	struct loop *l = &s->worker->loop;
	if (s->closing || s->lingering)
		return;
	s->unsent = unsent(s);
	if (!f) {
		timeout_set(l, &s->timer, (uint64_t)s->worker->held->snapshot->settings.timeouts.idle, too_late);
		return;
	}
	const struct timeouts *t = &f->held->snapshot->settings.timeouts;
	if (s->step == STEP_await_head) {
		s->timer.fire = too_late; /* set when the head began, and not prolonged by more of it */
	} else if (s->step == STEP_gather_body) {
		timeout_set(l, &s->timer, (uint64_t)t->body, too_late);
	} else if (s->step == STEP_relay) {
		bool body_missing = !f->request_done && !f->request_dead && stream_queued(&f->peer->stream) == 0;
		int64_t ms = pool_backend(f->peer->pool)->timeout.response;
		if (f->tunnel_open || stream_queued(&s->client))
			ms = t->idle;
		else if (body_missing && !f->answer_head_seen)
			ms = both_wait(s) && t->body > CONTINUE_MS ? CONTINUE_MS : t->body;
		timeout_set(l, &s->timer, (uint64_t)ms, too_late);
	} else {
		timeout_clear(l, &s->timer); /* a want has its own */
	}
}

/* ---- what happens on the connections ---- */

/* The judged body has not gone out yet, or may have to go out a second time. */
static bool still_needed(const struct flow *f)
{
	bool again = f->x.reused && !f->retried && !f->answer_head_seen && method_is_idempotent(f->x.request.method);
	return f->gathered[SIDE_REQUEST] && (!f->request_done || again);
}

/* After a callback: what was not used must not stay in the loop's shared buffer. */
static void stash(struct session *s)
{
	struct flow *f = s->flow;
	if (f && still_needed(f) && f->judged[SIDE_REQUEST].len && f->judged[SIDE_REQUEST].at != f->whole[SIDE_REQUEST].at) {
		f->whole[SIDE_REQUEST].len = 0;
		buf_add(&f->whole[SIDE_REQUEST], f->judged[SIDE_REQUEST]);
		f->judged[SIDE_REQUEST] = buf_str(&f->whole[SIDE_REQUEST]);
	}
	bool kept = s->kept.len > 0;
	if (s->in.len == 0) {
		s->kept.len = 0;
		if (!f || s->kept.cap > KEEP_BUFFER)
			buf_free(&s->kept);
	} else if (!kept) {
		buf_add(&s->kept, s->in);
	} else {
		buf_consume(&s->kept, s->kept.len - s->in.len);
	}
	s->in = buf_str(&s->kept);
}

/* Whether the client is read: not while there is enough of it here, and not while the backend takes no more of its body. */
static bool wants_more(const struct session *s)
{
	const struct flow *f = s->flow;
	if (s->lingering)
		return true;
	if (s->in.len > AHEAD_BYTES && (s->step != STEP_await_head || stream_queued(&s->client) > AHEAD_BYTES))
		return false;
	if (!f || !f->peer || f->request_dead || (f->request_done && !f->tunnel_open))
		return true;
	return stream_queued(&f->peer->stream) == 0;
}

static void settle(struct session *s)
{
	stash(s);
	stream_read(&s->client, wants_more(s));
}

/* What every callback ends with. */
static void go_on(struct session *s)
{
	if (s->running)
		return;
	run(s);
	if (!s->closing)
		settle(s);
}

/* Bytes of a later request change nothing for the present one, and are no reason to wait longer for its answer. */
static bool only_ahead(const struct session *s)
{
	return s->step == STEP_relay && s->flow->request_done && !s->flow->tunnel_open;
}

static void on_client_data(struct stream *stream, struct str bytes)
{
	struct session *s = stream->owner;
	if (s->lingering) /* read only so that the kernel does not reset what we have sent */
		return;
	if (s->kept.len) {
		buf_add(&s->kept, bytes);
		s->in = buf_str(&s->kept);
	} else {
		s->in = bytes;
	}
	if (only_ahead(s))
		settle(s);
	else
		go_on(s);
}

static void on_client_end(struct stream *stream, int error)
{
	struct session *s = stream->owner;
	s->client_ended = true;
	if (s->lingering || !s->flow || error) {
		session_close(s);
		return;
	}
	run(s);
	/* a request whose backend is still being connected to has nobody left to answer */
	if (!s->closing && !s->lingering && s->flow && s->step == STEP_dial)
		session_close(s);
}

static void on_client_drain(struct stream *stream, int error)
{
	struct session *s = stream->owner;
	if (error) {
		session_close(s);
		return;
	}
	if (s->lingering) {
		timeout_set(&s->worker->loop, &s->timer, LINGER_MS, too_late);
		return;
	}
	if (s->flow && s->step == STEP_relay)
		relay_resume(s);
	go_on(s);
}

static void session_freed(struct stream *stream)
{
	struct session *s = stream->owner;
	struct worker *w = s->worker;
	buf_free(&s->kept);
	free(s);
	worker_session_gone(w);
}

static const struct stream_events client_events = {on_client_data, on_client_end, on_client_drain, session_freed};

static void on_peer_data(struct stream *stream, struct str bytes)
{
	struct session *s = stream->owner;
	s->flow->peer_in = bytes;
	go_on(s);
}

static void on_peer_end(struct stream *stream, int error)
{
	struct session *s = stream->owner;
	s->flow->peer_in = (struct str){NULL, 0};
	s->flow->peer_ended = true;
	s->flow->peer_error = error;
	go_on(s);
}

static void on_peer_drain(struct stream *stream, int error)
{
	struct session *s = stream->owner;
	if (error)
		s->flow->request_dead = true;
	relay_resume(s);
	go_on(s);
}

/* ---- begin and end ---- */

/* The last answer is on its way: say that nothing follows, and wait for the client to have read it. Closing with unread
 * bytes in our buffers would reset the connection and could take the answer with it (RFC 9112, 9.6). */
static void begin_linger(struct session *s)
{
	s->lingering = true;
	s->in = (struct str){NULL, 0};
	buf_free(&s->kept);
	if (s->client_ended && stream_queued(&s->client) == 0) {
		session_close(s);
		return;
	}
	stream_shutdown(&s->client);
	uint64_t ms = LINGER_MS;
	s->unsent = unsent(s);
	if (stream_queued(&s->client))
		ms = (uint64_t)s->worker->held->snapshot->settings.timeouts.idle;
	timeout_set(&s->worker->loop, &s->timer, ms, too_late);
}

void session_accept(struct worker *w, struct listener *l)
{
	struct session *s = must_zalloc(1, sizeof *s);
	s->worker = w;
	s->link = &w->sessions;
	s->next = w->sessions;
	if (s->next)
		s->next->link = &s->next;
	w->sessions = s;
	w->session_count++;
	s->idle = true;
	w->idle_count++;
	s->timer.fire = too_late;
	if (listener_accept(l, &s->client, &client_events, s) != 0) {
		session_close(s);
		return;
	}
	stream_peer_address(&s->client, s->address, sizeof s->address);
	arm(s);
	struct snapshot *now = w->held->snapshot;
	if (now->tls && !l->unix_socket) {
		stream_secure(&s->client, now->tls, NULL, NULL);
		timeout_set(&w->loop, &s->timer, (uint64_t)now->settings.timeouts.header, too_late);
	}
	stream_read(&s->client, true);
}

void session_close(struct session *s)
{
	if (s->closing)
		return;
	s->closing = true;
	timeout_clear(&s->worker->loop, &s->timer);
	if (s->flow) {
		struct flow *f = s->flow;
		bool told = f->x.outcome != OUTCOME_OK || f->answer_done;
		if (!told)
			f->x.outcome = OUTCOME_CLIENT_GONE;
		end_exchange(s);
	}
	if (s->idle)
		s->worker->idle_count--;
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	s->worker->session_count--;
	stream_close(&s->client);
}

void session_free_spare(struct worker *w)
{
	while (w->spare_flows) {
		struct flow *f = w->spare_flows;
		w->spare_flows = f->next;
		flow_free(f);
	}
	w->spare_flow_count = 0;
}

void session_drain(struct session *s)
{
	if (s->idle && !s->flow)
		session_close(s);
}
