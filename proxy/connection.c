#include "proxy/connection.h"

#include "proxy/deadline.h"
#include "proxy/relay.h"

#include <stdlib.h>

enum {
	KEEP_BUFFER = 16 * 1024, /* a larger buffer of kept bytes is given back */
	LINGER_MS = 2000         /* for a client to read our last answer before the connection goes */
};

static void go_on(struct session *s);

/* ---- time ---- */

static void too_late(struct timeout *t);

static void arm(struct session *s)
{
	struct loop *l = &s->worker->loop;
	int64_t ms = deadline_of(s);
	s->unsent = deadline_unsent(s);
	if (ms >= 0)
		timeout_set(l, &s->timer, (uint64_t)ms, too_late);
	else if (ms == DEADLINE_NONE)
		timeout_clear(l, &s->timer);
}

/* The last answer is on its way: a slow client has time to take it, then little to close. */
static void arm_lingering(struct session *s)
{
	int64_t idle = s->worker->held->snapshot->settings.timeouts.idle;
	s->unsent = deadline_unsent(s);
	timeout_set(&s->worker->loop, &s->timer, (uint64_t)(stream_queued(&s->client) ? idle : LINGER_MS), too_late);
}

static void too_late(struct timeout *t)
{
	struct session *s = (struct session *)((char *)t - offsetof(struct session, timer));
	switch (deadline_passed(s)) {
	case DEADLINE_CLOSE:
		connection_close(s);
		break;
	case DEADLINE_GO_ON:
		go_on(s);
		break;
	case DEADLINE_WAIT:
		if (s->lingering)
			arm_lingering(s);
		else
			arm(s);
		break;
	}
}

/* ---- what is kept, and when is read ---- */

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
	if (s->in.len > SESSION_AHEAD && (s->step != STEP_await_head || stream_queued(&s->client) > SESSION_AHEAD))
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

/* ---- the steps, and what they wish ---- */

/* The last answer is on its way: say that nothing follows, and wait for the client to have read it. Closing with unread
 * bytes in our buffers would reset the connection and could take the answer with it (RFC 9112, 9.6). */
static void linger(struct session *s)
{
	s->lingering = true;
	s->in = (struct str){NULL, 0};
	buf_free(&s->kept);
	if (s->client_ended && stream_queued(&s->client) == 0) {
		connection_close(s);
		return;
	}
	stream_shutdown(&s->client);
	arm_lingering(s);
}

static void run(struct session *s)
{
	enum session_wish wish = session_run(s);
	if (wish == SESSION_CLOSES)
		connection_close(s);
	else if (wish == SESSION_LINGERS)
		linger(s);
	else
		arm(s);
}

/* What every callback ends with. */
static void go_on(struct session *s)
{
	if (s->running || s->closing)
		return;
	if (!s->lingering)
		run(s);
	if (!s->closing)
		settle(s);
}

/* ---- what the client's connection tells ---- */

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
	bool takes = stream_queued(&s->client) > 0; /* it may still read the rest of its answer */
	if (error || (!takes && (s->lingering || !s->flow))) {
		connection_close(s);
		return;
	}
	if (s->lingering)
		return;
	if (!s->flow) {
		linger(s);
		return;
	}
	run(s);
	/* a request whose backend is still being connected to has nobody left to answer */
	if (!s->closing && !s->lingering && s->flow && s->step == STEP_dial)
		connection_close(s);
}

static void on_client_drain(struct stream *stream, int error)
{
	struct session *s = stream->owner;
	if (error) {
		connection_close(s);
		return;
	}
	if (s->lingering && s->client_ended) {
		connection_close(s);
		return;
	}
	if (s->lingering) {
		arm_lingering(s);
		return;
	}
	if (s->flow && s->step == STEP_relay)
		relay_resume(s);
	go_on(s);
}

static void freed(struct stream *stream)
{
	struct session *s = stream->owner;
	struct worker *w = s->worker;
	buf_free(&s->kept);
	free(s);
	w->on_gone(w);
}

static const struct stream_events client_events = {on_client_data, on_client_end, on_client_drain, freed};

/* ---- what the backend's connection tells ---- */

static void on_peer_data(struct stream *stream, struct str bytes)
{
	struct session *s = stream->owner;
	s->flow->peer_in = bytes;
	go_on(s);
	if (s->flow && s->flow->loose_head.len)
		relay_keep_head(s->flow);
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

static const struct stream_events peer_events = {on_peer_data, on_peer_end, on_peer_drain, NULL};

/* ---- begin and end ---- */

static struct session *session_new(struct worker *w)
{
	struct session *s = must_zalloc(1, sizeof *s);
	s->worker = w;
	s->peer_events = &peer_events;
	s->go_on = go_on;
	s->timer.fire = too_late;
	s->link = &w->sessions;
	s->next = w->sessions;
	if (s->next)
		s->next->link = &s->next;
	w->sessions = s;
	w->session_count++;
	s->idle = true;
	w->idle_count++;
	return s;
}

void connection_accept(struct worker *w, const struct listener *l, int fd, const struct sockaddr *from)
{
	struct session *s = session_new(w);
	stream_open(&s->client, &w->loop, &client_events, s);
	stream_take(&s->client, fd);
	s->address_len = (uint8_t)address_text(from, s->address, sizeof s->address);
	arm(s);
	struct snapshot *now = w->held->snapshot;
	if (now->tls && !l->unix_socket) {
		stream_secure(&s->client, now->tls, NULL, NULL);
		timeout_set(&w->loop, &s->timer, (uint64_t)now->settings.timeouts.header, too_late);
	}
	stream_read(&s->client, true);
}

void connection_close(struct session *s)
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
		session_end_exchange(s);
	}
	if (s->idle)
		s->worker->idle_count--;
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	s->worker->session_count--;
	stream_close(&s->client);
}

void connection_drain(struct session *s)
{
	if (!s->idle || s->flow || s->lingering)
		return;
	if (stream_queued(&s->client)) /* its last answer is on its way */
		linger(s);
	else
		connection_close(s);
}
