#include "proxy/session.h"

#include "proxy/base/clock.h"
#include "proxy/forward.h"
#include "proxy/held.h"
#include "proxy/http/uri.h"
#include "proxy/mirror.h"
#include "proxy/observe.h"
#include "proxy/relay.h"
#include "proxy/reply.h"
#include "proxy/rollout.h"

#include <stdlib.h>

/* What a step says to the loop below. ANSWER: go to `answer` with what exchange_answer has made. LINGER: that was the last
 * answer. */
enum advance { NEXT, WAIT, ANSWER, LINGER, CLOSE };

#define STEP_FUNCTION(name) static enum advance name(struct session *s);
STEPS(STEP_FUNCTION)
#define STEP_ROW(name) name,
static enum advance (*const steps[STEP_COUNT])(struct session *s) = {STEPS(STEP_ROW)};

/* ---- flows ---- */

static void begin_flow(struct session *s)
{
	struct flow *f = s->flow = flow_take(s->worker);
	f->held = held_take(s->worker);
	f->x.snapshot = f->held->snapshot;
	f->x.client = session_address(s);
	f->x.secure = stream_is_secure(&s->client);
	f->x.tls_subject = stream_peer_name(&s->client);
	f->client_keeps = true;
	h1_parser_reset(&f->parser, H1_REQUEST, METHOD_OTHER, &f->held->snapshot->settings.h1);
	if (s->idle) {
		s->idle = false;
		s->worker->idle_count--;
	}
}

/* From its first byte on a head has so much time, however slowly it comes. */
static void time_head(struct session *s)
{
	if (s->flow->timed)
		return;
	s->flow->timed = true;
	timeout_set(&s->worker->loop, &s->timer, (uint64_t)s->flow->held->snapshot->settings.timeouts.header, s->timer.fire);
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
void session_end_exchange(struct session *s)
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
	held_release(s->worker, held);
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
	if (s->in.len == 0 || stream_queued(&s->client) > SESSION_AHEAD) /* a client that takes no answers gets no more */
		return s->client_ended ? LINGER : WAIT;
	if (!s->flow)
		begin_flow(s);
	struct flow *f = s->flow;
	switch (h1_parse(&f->parser, s->in, &f->x.arena, &f->x.request)) {
	case H1_MORE:
		time_head(s);
		return s->client_ended ? LINGER : WAIT;
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
		held_release(s->worker, f->held);
		f->held = held_take(s->worker);
		x->snapshot = f->held->snapshot;
	}
	static const struct str allow = STR_INIT("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	const struct limits *limits = &f->held->snapshot->settings.limits;
	f->client_keeps = m->keep_alive && !s->client_ended;
	body_begin(&f->request, m, (uint64_t)limits->body, &x->arena);
	forward_identify(s);
	if (s->trusted_by != f->held->number) {
		s->trusted_by = f->held->number;
		s->trusted = trust_address(&f->held->snapshot->settings.forwarded, x->client);
	}
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

static enum advance gather_body(struct session *s)
{
	struct flow *f = s->flow;
	if (f->x.need[SIDE_REQUEST] != NEED_WHOLE || f->request.framing == FRAMING_NONE)
		return NEXT;
	if (!f->request.done)
		reply_continue(s);
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

static void adopt(struct session *s, struct peer *peer)
{
	struct flow *f = s->flow;
	f->peer = peer;
	f->x.backend = peer_address(peer);
	f->x.attempts++;
	f->x.reused = peer->requests > 0;
	stream_hand_over(&peer->stream, s->peer_events, s);
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
	s->go_on(s);
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
	bool sent = stream_queued(&s->client) == 0 && stream_queued(&f->peer->stream) == 0;
	return f->peer_ended && s->client_ended && sent ? CLOSE : WAIT;
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

/* The kernel has all that was written, and we have all that it had: closing sends what is left, and a FIN. */
static bool is_taken(const struct session *s)
{
	return s->in.len == 0 && stream_queued(&s->client) == 0 && !stream_is_secure(&s->client);
}

static enum advance finish(struct session *s)
{
	struct flow *f = s->flow;
	bool whole = f->request_done || f->request.done;
	bool keep = f->client_keeps && whole && s->worker->state == WORKER_RUNS;
	bool last = whole && !f->x.request.keep_alive; /* it said itself that nothing follows */
	session_end_exchange(s);
	if (s->client.closing || (last && is_taken(s)))
		return CLOSE;
	stream_read(&s->client, true);
	if (!keep)
		return LINGER;
	s->idle = true;
	s->worker->idle_count++;
	return NEXT;
}

/* ---- the loop over the steps ---- */

enum session_wish session_run(struct session *s)
{
	enum session_wish wish = SESSION_WAITS;
	s->running = true;
	while (wish == SESSION_WAITS) {
		uint8_t step = s->step;
		enum advance said = steps[step](s);
		if (said == CLOSE || s->closing)
			wish = SESSION_CLOSES;
		else if (said == LINGER)
			wish = SESSION_LINGERS;
		else if (said == ANSWER)
			s->step = STEP_answer;
		else if (said == NEXT)
			s->step = (uint8_t)((step + 1) % STEP_COUNT);
		else if (s->step == step) /* WAIT; a step that set another goes on with that */
			break;
	}
	s->running = false;
	return wish;
}
