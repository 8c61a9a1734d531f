#include "proxy/health.h"

#include "proxy/http/h1_parse.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUEST_BYTES = 1024 };

/* The active check of one target: one connection at a time, closed after each answer. */
struct probe {
	struct target *target;
	struct stream stream;
	struct timeout timer;
	struct h1_parser parser;
	struct buf answer;
	unsigned good, bad; /* in a row */
	bool open;    /* the stream is, or its close callback is awaited */
	bool judged;  /* this round's answer is in */
	bool stopped; /* there is no next round */
};

static const struct h1_limits limits = {.header_bytes = 16384, .target_bytes = 1024, .fields = 100};

static void begin(struct timeout *t);

static void tell(struct target *t, bool up, const char *why)
{
	struct pool *p = t->pool;
	if (p->observer.changed)
		p->observer.changed(p->observer.context, t->text, up, why);
	if (up && !p->retired)
		p->changed(p);
}

/* ---- passive ---- */

static bool others_left(const struct target *t)
{
	const struct pool *p = t->pool;
	for (size_t i = 0; i < p->targets.len; i++)
		if (p->targets.at[i] != t && !p->targets.at[i]->gone && health_fit(p->targets.at[i]))
			return true;
	return false;
}

bool health_fit(const struct target *t)
{
	return !t->down && (!t->ejected_until || loop_now(t->pool->loop) >= t->ejected_until);
}

void health_failed(struct target *t, const char *why)
{
	const struct backend *b = &t->pool->backend;
	if (++t->failures < b->eject.after || !others_left(t))
		return;
	t->failures = 0;
	t->ejected_until = loop_now(t->pool->loop) + (uint64_t)b->eject.during;
	tell(t, false, why);
}

void health_served(struct target *t)
{
	t->failures = 0;
	if (!t->ejected_until)
		return;
	t->ejected_until = 0;
	tell(t, true, "it answers again");
}

/* ---- active ---- */

static void again(struct probe *probe)
{
	struct pool *p = probe->target->pool;
	timeout_set(p->loop, &probe->timer, (uint64_t)p->backend.health.interval, begin);
}

static void judge(struct probe *probe, bool good, const char *why)
{
	struct target *t = probe->target;
	const struct backend_health *h = &t->pool->backend.health;
	if (probe->judged)
		return;
	probe->judged = true;
	probe->good = good ? probe->good + 1 : 0;
	probe->bad = good ? 0 : probe->bad + 1;
	if (!t->down && probe->bad >= h->fail) {
		t->down = true;
		tell(t, false, why);
	} else if (t->down && probe->good >= h->rise) {
		t->down = false;
		tell(t, true, "its health check is good again");
	}
	stream_close(&probe->stream);
}

static void probe_free(struct probe *probe)
{
	struct pool *p = probe->target->pool;
	buf_free(&probe->answer);
	free(probe);
	p->drop_hold(p);
}

static void probe_closed(struct stream *s)
{
	struct probe *probe = s->owner;
	probe->open = false;
	probe->answer.len = 0;
	if (probe->stopped)
		probe_free(probe);
	else
		again(probe);
}

static void on_data(struct stream *s, struct str bytes)
{
	struct probe *probe = s->owner;
	struct message m = {0};
	struct arena arena;
	if (probe->judged)
		return;
	buf_add(&probe->answer, bytes);
	arena_init(&arena, 2048);
	enum h1_result result = h1_parse(&probe->parser, buf_str(&probe->answer), &arena, &m);
	if (result == H1_BAD)
		judge(probe, false, "its health check's answer is not well-formed HTTP");
	else if (result == H1_DONE)
		judge(probe, m.status >= 200 && m.status < 400, "its health check's status is not 2xx or 3xx");
	arena_free(&arena);
}

static void on_end(struct stream *s, int error)
{
	(void)error;
	judge(s->owner, false, "it closed the health check's connection");
}

static void on_drain(struct stream *s, int error)
{
	if (error)
		on_end(s, error);
}

static const struct stream_events events = {on_data, on_end, on_drain, probe_closed};

static void ask(struct probe *probe)
{
	const struct pool *p = probe->target->pool;
	char request[REQUEST_BYTES];
	int length = snprintf(request, sizeof request,
			      "GET %.*s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: vane-health\r\nConnection: close\r\n\r\n",
			      STR_ARG(p->backend.health.path), STR_ARG(probe->target->text));
	struct str piece = str_of(request, (size_t)length);
	h1_parser_reset(&probe->parser, H1_RESPONSE, METHOD_GET, &limits);
	stream_read(&probe->stream, true);
	if ((size_t)length >= sizeof request || stream_write(&probe->stream, &piece, 1) != 0)
		judge(probe, false, "its health check could not be sent");
}

static void secured(struct stream *s, int error)
{
	struct probe *probe = s->owner;
	if (error)
		judge(probe, false, "the TLS handshake of its health check failed");
	else
		ask(probe);
}

static void connected(struct stream *s, int error)
{
	struct probe *probe = s->owner;
	struct pool *p = probe->target->pool;
	if (probe->judged || stream_is_closing(&probe->stream))
		return;
	if (error)
		judge(probe, false, uv_strerror(error));
	else if (p->backend.secure)
		stream_secure(&probe->stream, p->backend.secure, p->server_name, secured);
	else
		ask(probe);
}

static void too_slow(struct timeout *t)
{
	judge((struct probe *)((char *)t - offsetof(struct probe, timer)), false, "its health check takes too long");
}

static void begin(struct timeout *t)
{
	struct probe *probe = (struct probe *)((char *)t - offsetof(struct probe, timer));
	struct target *target = probe->target;
	struct pool *p = target->pool;
	if (target->gone) {
		again(probe);
		return;
	}
	probe->judged = false;
	stream_open(&probe->stream, p->loop, &events, probe);
	probe->open = true;
	timeout_set(p->loop, &probe->timer, (uint64_t)p->backend.health.timeout, too_slow);
	int error = dial_start(&probe->stream, &target->where, connected);
	if (error)
		judge(probe, false, uv_strerror(error));
}

void health_watch(struct target *t)
{
	struct pool *p = t->pool;
	if (!p->backend.health.path.len)
		return;
	t->probe = must_zalloc(1, sizeof *t->probe);
	t->probe->target = t;
	t->probe->judged = true;
	p->holds++;
	timeout_set(p->loop, &t->probe->timer, 0, begin);
}

void health_stop(struct pool *p)
{
	for (size_t i = 0; i < p->targets.len; i++) {
		struct probe *probe = p->targets.at[i]->probe;
		if (!probe)
			continue;
		p->targets.at[i]->probe = NULL;
		probe->stopped = true;
		probe->judged = true;
		timeout_clear(p->loop, &probe->timer);
		if (probe->open)
			stream_close(&probe->stream); /* harmless when it is closing already */
		else
			probe_free(probe);
	}
}
