#include "proxy/deadline.h"

#include "proxy/base/clock.h"
#include "proxy/forward.h"
#include "proxy/reply.h"

enum { CONTINUE_MS = 1000 }; /* for a backend to say 100 Continue before it is said here */

/* A client that waits for 100 Continue, from a backend that says nothing: one may wait for the other for ever. */
static bool both_wait(const struct session *s)
{
	const struct flow *f = s->flow;
	return s->step == STEP_relay && f->x.request.expect_continue && !f->continue_sent && f->request.seen == 0 &&
	       !f->request_done && !f->request_dead && !f->answer_head_seen && s->in.len == 0;
}

static int64_t while_relaying(const struct session *s)
{
	const struct flow *f = s->flow;
	const struct timeouts *t = &f->held->snapshot->settings.timeouts;
	bool body_missing = !f->request_done && !f->request_dead && stream_queued(&f->peer->stream) == 0;
	if (f->tunnel_open || stream_queued(&s->client))
		return t->idle;
	if (body_missing && !f->answer_head_seen)
		return both_wait(s) && t->body > CONTINUE_MS ? CONTINUE_MS : t->body;
	return pool_backend(f->peer->pool)->timeout.response;
}

int64_t deadline_of(const struct session *s)
{
	if (!s->flow)
		return s->worker->held->snapshot->settings.timeouts.idle;
	if (s->step == STEP_await_head)
		return DEADLINE_KEPT;
	if (s->step == STEP_gather_body)
		return s->flow->held->snapshot->settings.timeouts.body;
	return s->step == STEP_relay ? while_relaying(s) : DEADLINE_NONE;
}

size_t deadline_unsent(const struct session *s)
{
	return stream_unsent(&s->client) + (s->flow && s->flow->peer ? stream_unsent(&s->flow->peer->stream) : 0);
}

static bool still_takes(const struct session *s)
{
	size_t now = deadline_unsent(s);
	return now != 0 && now < s->unsent;
}

static void refuse_slow_head(struct session *s)
{
	struct flow *f = s->flow;
	f->x.request = (struct message){.minor = 1};
	f->x.began_ns = clock_mono_ns();
	f->x.wall_ms = clock_wall_ms();
	f->client_keeps = false;
	forward_identify(s);
	exchange_answer(&f->x, OUTCOME_REQUEST_TIMEOUT, "the request's head did not arrive in time");
	s->step = STEP_answer;
}

/* Who was waited for is at fault. */
static enum outcome whose_fault(const struct session *s)
{
	const struct flow *f = s->flow;
	bool body_missing = !f->request_done && !f->request.done && !f->request_dead;
	if (f->tunnel_open)
		return OUTCOME_TUNNEL;
	if (stream_queued(&s->client))
		return OUTCOME_CLIENT_GONE;
	if (s->step == STEP_gather_body || (body_missing && !(f->peer && stream_queued(&f->peer->stream))))
		return OUTCOME_REQUEST_TIMEOUT;
	return f->answer_head_sent ? OUTCOME_BACKEND_CUT : OUTCOME_BACKEND_TIMEOUT;
}

enum deadline_verdict deadline_passed(struct session *s)
{
	struct flow *f = s->flow;
	if ((!f || s->step != STEP_await_head) && still_takes(s))
		return DEADLINE_WAIT;
	if (!f || s->lingering)
		return DEADLINE_CLOSE;
	if (s->step == STEP_await_head) {
		refuse_slow_head(s);
		return DEADLINE_GO_ON;
	}
	if (both_wait(s)) {
		reply_continue(s);
		return DEADLINE_GO_ON;
	}
	f->failed = whose_fault(s);
	f->broken = true;
	if (s->step == STEP_gather_body) /* relay's way of ending serves here too */
		s->step = STEP_relay;
	return DEADLINE_GO_ON;
}
