#include "proxy/mirror.h"

#include "proxy/forward.h"
#include "proxy/held.h"
#include "proxy/observe.h"

#include <stdlib.h>

struct mirror {
	struct mirror *next, **link; /* among the worker's */
	struct worker *worker;
	struct held *held;
	struct exchange x;           /* of the copy: for the filters, and for its arena */
	struct copy copy;
	struct buf request;          /* head and body as sent */
	struct buf head;             /* of the answer, as it comes */
	struct buf body;
	struct h1_parser parser;
	struct body reader;
	bool head_done, retried;
	struct peer *peer;
	struct want want;
	struct timeout timer;
};

static void begin(struct mirror *m, bool fresh);

/* ---- the end ---- */

static void count(struct worker *w, const struct copy *c)
{
	observe_copy(w->observer, c);
}

static void detach(struct mirror *m, bool keep)
{
	struct peer *peer = m->peer;
	want_cancel(&m->want);
	m->peer = NULL;
	if (!peer)
		return;
	if (keep)
		peer_give_back(peer);
	else
		peer_close(peer);
}

static void end(struct mirror *m, bool keep)
{
	struct worker *w = m->worker;
	detach(m, keep);
	timeout_clear(&w->loop, &m->timer);
	*m->link = m->next;
	if (m->next)
		m->next->link = m->link;
	w->mirror_count--;
	held_release(w, m->held);
	exchange_free(&m->x);
	buf_free(&m->request);
	buf_free(&m->head);
	buf_free(&m->body);
	free(m);
}

static void fail(struct mirror *m, enum copy_result why)
{
	m->copy.result = why;
	count(m->worker, &m->copy);
	end(m, false);
}

/* The answer is complete, or as much of it as is kept. */
static void conclude(struct mirror *m, bool whole, bool keep)
{
	const struct chain *chain = &m->held->snapshot->chain;
	m->copy.has_copied = whole;
	m->copy.copied = buf_str(&m->body);
	for (unsigned i = 0; i < chain->count; i++)
		if (chain->filters[i]->on_copy)
			chain->filters[i]->on_copy(&m->x, chain->settings[i], &m->copy);
	count(m->worker, &m->copy);
	end(m, keep && m->x.response.keep_alive && m->x.response.framing != FRAMING_UNTIL_CLOSE);
}

static void too_late(struct timeout *t)
{
	fail((struct mirror *)((char *)t - offsetof(struct mirror, timer)), COPY_TIMEOUT);
}

/* ---- its answer ---- */

/* True when the head is complete; *rest is what stands behind it. */
static bool read_head(struct mirror *m, struct str bytes, struct str *rest, bool *broken)
{
	buf_add(&m->head, bytes);
	for (;;) {
		switch (h1_parse(&m->parser, buf_str(&m->head), &m->x.arena, &m->x.response)) {
		case H1_MORE:
			return false;
		case H1_BAD:
			*broken = true;
			return false;
		case H1_DONE:
			break;
		}
		*rest = str_skip(buf_str(&m->head), m->parser.head);
		if (m->x.response.status >= 200)
			return true;
		if (m->x.response.status == 101) { /* nobody has asked for that */
			*broken = true;
			return false;
		}
		buf_consume(&m->head, m->parser.head);
		m->x.response = (struct message){0};
		h1_parser_reset(&m->parser, H1_RESPONSE, m->x.request.method, &m->held->snapshot->settings.h1);
	}
}

static void read_body(struct mirror *m, struct str bytes)
{
	struct str part;
	for (;;) {
		switch (body_read(&m->reader, &bytes, &part)) {
		case BODY_PART:
			if (part.len > m->copy.max_body - m->body.len) {
				conclude(m, false, false);
				return;
			}
			buf_add(&m->body, part);
			break;
		case BODY_MORE:
			return;
		case BODY_DONE:
			conclude(m, true, bytes.len == 0);
			return;
		default:
			fail(m, COPY_BROKEN);
			return;
		}
	}
}

static void on_data(struct stream *s, struct str bytes)
{
	struct mirror *m = s->owner;
	bool broken = false;
	if (!m->head_done) {
		bool done = read_head(m, bytes, &bytes, &broken);
		if (broken)
			fail(m, COPY_BROKEN);
		if (!done)
			return;
		m->head_done = true;
		body_begin(&m->reader, &m->x.response, 0, &m->x.arena);
	}
	read_body(m, bytes);
}

static void on_end(struct stream *s, int error)
{
	struct mirror *m = s->owner;
	bool stale = m->peer->requests > 0 && m->head.len == 0 && !m->head_done;
	if (m->head_done && error == 0 && body_end(&m->reader)) {
		conclude(m, true, false);
	} else if (stale && !m->retried && method_is_idempotent(m->x.request.method)) {
		m->retried = true;
		detach(m, false);
		begin(m, true);
	} else {
		fail(m, COPY_BROKEN);
	}
}

/* A candidate that takes nothing more may have answered already. */
static void on_drain(struct stream *s, int error)
{
	(void)s;
	(void)error;
}

static const struct stream_events events = {on_data, on_end, on_drain, NULL};

/* ---- its way there ---- */

static void adopt(struct mirror *m, struct peer *peer)
{
	struct str bytes = buf_str(&m->request);
	m->peer = peer;
	stream_hand_over(&peer->stream, &events, m);
	stream_read(&peer->stream, true);
	h1_parser_reset(&m->parser, H1_RESPONSE, m->x.request.method, &m->held->snapshot->settings.h1);
	/* An error is told by on_end, after what the candidate has said. */
	if (stream_write(&peer->stream, &bytes, 1) != 0)
		return;
}

static void ready(struct want *w, struct peer *peer, int error)
{
	struct mirror *m = (struct mirror *)((char *)w - offsetof(struct mirror, want));
	if (peer)
		adopt(m, peer);
	else
		fail(m, error == UV_ETIMEDOUT ? COPY_TIMEOUT : COPY_UNREACHABLE);
}

static void begin(struct mirror *m, bool fresh)
{
	m->want = (struct want){.ready = ready, .once = true};
	struct peer *peer = pool_get(m->held->pools[m->copy.to->index], &m->want, fresh);
	if (peer)
		adopt(m, peer);
}

/* What is handed to filters lives in the copy's own arena: the exchange that ordered it goes. */
static void take_over(struct mirror *m, const struct exchange *x)
{
	struct copy *c = &m->copy;
	struct arena *a = &m->x.arena;
	*c = *x->copy;
	c->target = arena_dup(a, c->target);
	c->path = arena_dup(a, c->path);
	c->answer = arena_dup(a, c->answer);
	c->body = (struct str){NULL, 0};
	m->x.snapshot = m->held->snapshot;
	m->x.version = c->to;
	m->x.request.method = x->request.method;
	m->x.request.method_name = arena_dup(a, x->request.method_name);
}

/* As the original was, but for the target, and with the mark. */
static void write_request(struct mirror *m, struct session *s)
{
	struct exchange *x = &s->flow->x;
	struct str body = x->copy->body;
	x->target = m->copy.target;
	x->stamp = (struct field){m->copy.mark, m->copy.of->name};
	forward_request(s, &m->request);
	if (s->flow->to_backend != FRAMING_CHUNKED) {
		buf_add(&m->request, body);
		return;
	}
	if (body.len) {
		buf_addf(&m->request, "%zx\r\n", body.len);
		buf_add(&m->request, body);
		buf_add(&m->request, STR("\r\n"));
	}
	buf_add(&m->request, STR("0\r\n\r\n"));
}

void mirror_send(struct session *s)
{
	struct worker *w = s->worker;
	struct exchange *x = &s->flow->x;
	if (w->state != WORKER_RUNS || w->mirror_count >= x->copy->concurrent) {
		struct copy dropped = *x->copy;
		dropped.result = COPY_DROPPED;
		count(w, &dropped);
		return;
	}
	struct mirror *m = must_zalloc(1, sizeof *m);
	m->worker = w;
	m->held = s->flow->held;
	m->held->exchanges++;
	exchange_begin(&m->x, w->index);
	take_over(m, x);
	write_request(m, s);
	m->link = &w->mirrors;
	m->next = w->mirrors;
	if (m->next)
		m->next->link = &m->next;
	w->mirrors = m;
	w->mirror_count++;
	timeout_set(&w->loop, &m->timer, (uint64_t)m->copy.timeout, too_late);
	begin(m, false);
}

void mirror_stop(struct worker *w)
{
	while (w->mirrors)
		fail(w->mirrors, COPY_DROPPED);
}
