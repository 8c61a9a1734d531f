#include "proxy/upstream.h"

#include "proxy/health.h"
#include "proxy/target.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FIRST_RETRY_MS = 20, /* after a refused connection; doubles */
	LONGEST_RETRY_MS = 250
};

static void connect_for(struct pool *p, struct want *w);
static void serve_waiting(struct pool *p);
static void handshake_done(struct stream *s, int error);

static void drop_hold(struct pool *p)
{
	if (--p->holds)
		return;
	target_free_all(p);
	tls_drop(p->backend.secure);
	arena_free(&p->arena);
	free(p);
}

struct pool *pool_new(struct loop *l, const struct backend *b, const struct pool_observer *observer)
{
	struct pool *p = must_zalloc(1, sizeof *p);
	const struct address *at = b->addresses.at;
	p->loop = l;
	p->last = &p->first;
	p->holds = 1;
	p->changed = serve_waiting;
	p->drop_hold = drop_hold;
	if (observer)
		p->observer = *observer;
	arena_init(&p->arena, 512);
	p->backend = *b;
	p->backend.text = arena_dup(&p->arena, b->text);
	p->backend.health.path = arena_dup(&p->arena, b->health.path);
	p->backend.role = (struct str){NULL, 0};
	p->backend.conf = NULL;
	for (size_t i = 0; i < b->addresses.count; i++)
		target_add(p, &at[i]);
	p->backend.addresses = (struct key_list){0};
	p->backend.tls = (struct secure_client){0};
	struct str name = b->tls.name.len ? b->tls.name : at[0].kind == ADDRESS_TCP ? at[0].host : STR("localhost");
	snprintf(p->server_name, sizeof p->server_name, "%.*s", STR_ARG(name));
	if (b->secure)
		tls_hold(b->secure);
	target_look_up(p);
	return p;
}

struct str pool_text(const struct pool *p)
{
	return p->backend.text;
}

const struct backend *pool_backend(const struct pool *p)
{
	return &p->backend;
}

struct str peer_address(const struct peer *p)
{
	return p->target->text;
}

bool pool_place(const struct pool *p, unsigned index, struct pool_place *place)
{
	if (index >= p->targets.len)
		return false;
	const struct target *t = p->targets.at[index];
	*place = (struct pool_place){.address = t->text, .up = health_fit(t), .busy = t->busy, .idle = t->open - t->busy};
	return true;
}

bool pool_is_up(const struct pool *p)
{
	for (size_t i = 0; i < p->targets.len; i++)
		if (!p->targets.at[i]->gone && health_fit(p->targets.at[i]))
			return true;
	return p->targets.len == 0; /* a name that is still to be looked up, or could not be: asking will tell */
}

struct pool_counts pool_count(const struct pool *p)
{
	return (struct pool_counts){p->open, p->idle, p->waiting};
}

/* ---- peers ---- */

static void unlink_idle(struct peer *peer)
{
	struct peer **link = &peer->target->idle;
	while (*link != peer)
		link = &(*link)->next;
	*link = peer->next;
	peer->idle = false;
	peer->pool->idle--;
	timeout_clear(peer->pool->loop, &peer->timer);
}

static void peer_closed(struct stream *s)
{
	struct peer *peer = s->owner;
	struct pool *p = peer->pool;
	free(peer);
	drop_hold(p);
}

void peer_close(struct peer *peer)
{
	struct pool *p = peer->pool;
	if (peer->lost)
		return;
	peer->lost = true;
	if (peer->idle)
		unlink_idle(peer);
	else
		peer->target->busy--;
	timeout_clear(p->loop, &peer->timer);
	peer->target->open--;
	p->open--;
	static const struct stream_events closing = {.on_closed = peer_closed};
	stream_hand_over(&peer->stream, &closing, peer);
	stream_close(&peer->stream);
	if (!p->retired)
		serve_waiting(p);
}

/* A backend that says anything on an idle connection, or ends it, makes it useless. */
static void idle_data(struct stream *s, struct str bytes)
{
	(void)bytes;
	peer_close(s->owner);
}

static void idle_end(struct stream *s, int error)
{
	(void)error;
	peer_close(s->owner);
}

/* Of what a handshake has sent; only there is anything sent while nobody has the peer. */
static void idle_drain(struct stream *s, int error)
{
	struct peer *peer = s->owner;
	if (error && peer->want)
		handshake_done(s, error);
	else if (error)
		peer_close(peer);
}

static const struct stream_events idle_events = {idle_data, idle_end, idle_drain, peer_closed};

static void idle_too_long(struct timeout *t)
{
	peer_close((struct peer *)((char *)t - offsetof(struct peer, timer)));
}

void peer_failed(struct peer *peer, const char *why)
{
	health_failed(peer->target, why);
}

void peer_give_back(struct peer *peer)
{
	struct pool *p = peer->pool;
	health_served(peer->target);
	if (p->retired || peer->target->gone || peer->stream.ended || stream_queued(&peer->stream)) {
		peer_close(peer);
		return;
	}
	stream_hand_over(&peer->stream, &idle_events, peer);
	stream_read(&peer->stream, true);
	peer->requests++;
	peer->idle = true;
	peer->next = peer->target->idle;
	peer->target->idle = peer;
	peer->target->busy--;
	p->idle++;
	timeout_set(p->loop, &peer->timer, (uint64_t)p->backend.timeout.idle, idle_too_long);
	serve_waiting(p);
}

/* ---- wants ---- */

static void dequeue(struct want *w)
{
	if (!w->link)
		return;
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	else
		w->pool->last = w->link;
	w->link = NULL;
	w->pool->waiting--;
}

static void enqueue(struct want *w)
{
	struct pool *p = w->pool;
	w->next = NULL;
	w->link = p->last;
	*p->last = w;
	p->last = &w->next;
	p->waiting++;
}

void want_cancel(struct want *w)
{
	if (!w->pending)
		return;
	w->pending = false;
	dequeue(w);
	timeout_clear(w->pool->loop, &w->timer);
	if (w->peer) {
		struct peer *peer = w->peer;
		w->peer = NULL;
		peer->want = NULL;
		peer_close(peer);
	}
}

static void answer(struct want *w, struct peer *peer, int error)
{
	w->pending = false;
	dequeue(w);
	timeout_clear(w->pool->loop, &w->timer);
	w->ready(w, peer, error);
}

static struct want *want_of(struct timeout *t)
{
	return (struct want *)((char *)t - offsetof(struct want, timer));
}

static void give_up(struct timeout *t)
{
	struct want *w = want_of(t);
	bool queued = w->link != NULL && !target_looking_up(w->pool);
	struct peer *peer = w->peer;
	w->peer = NULL;
	if (peer) {
		peer->want = NULL;
		peer_close(peer);
	}
	answer(w, NULL, queued ? UV_EBUSY : UV_ETIMEDOUT);
}

/* Others may have taken its place meanwhile: then it waits among those in the queue, for what is left of its budget. */
static void try_again(struct timeout *t)
{
	struct want *w = want_of(t);
	struct pool *p = w->pool;
	uint64_t now = loop_now(p->loop);
	if (p->open < p->backend.connections) {
		connect_for(p, w);
		return;
	}
	enqueue(w);
	timeout_set(p->loop, &w->timer, w->until > now ? w->until - now : 0, give_up);
	serve_waiting(p);
}

/* A refused connection is tried again within the budget, so that a backend's restart is ridden out. */
static void retry_or_fail(struct want *w, int error)
{
	struct pool *p = w->pool;
	uint64_t now = loop_now(p->loop);
	uint64_t pause = (uint64_t)FIRST_RETRY_MS << (w->attempts < 5 ? w->attempts : 5);
	if (pause > LONGEST_RETRY_MS)
		pause = LONGEST_RETRY_MS;
	bool worth_it = error == UV_ECONNREFUSED || error == UV_ENOENT || error == UV_ECONNRESET || error == UV_EAGAIN ||
			error == UV_EMFILE || error == UV_ENFILE;
	w->attempts++;
	if (!worth_it || w->once || now + pause >= w->until)
		answer(w, NULL, error);
	else
		timeout_set(p->loop, &w->timer, pause, try_again);
}

static bool is_secure(const struct peer *peer)
{
	return peer->pool->backend.secure != NULL;
}

static void handshake_done(struct stream *s, int error)
{
	struct peer *peer = s->owner;
	struct want *w = peer->want;
	if (peer->lost || !w)
		return;
	peer->want = NULL;
	w->peer = NULL;
	if (error) {
		health_failed(peer->target, "the TLS handshake failed");
		peer_close(peer);
		answer(w, NULL, error);
		return;
	}
	peer->connecting = false;
	answer(w, peer, 0);
}

static void connected(struct stream *s, int error)
{
	struct peer *peer = (struct peer *)((char *)s - offsetof(struct peer, stream));
	struct want *w = peer->want;
	if (peer->lost || !w) /* closed meanwhile */
		return;
	peer->want = NULL;
	w->peer = NULL;
	if (error) {
		health_failed(peer->target, uv_strerror(error));
		peer_close(peer);
		retry_or_fail(w, error);
		return;
	}
	if (is_secure(peer)) {
		peer->want = w;
		w->peer = peer;
		stream_secure(&peer->stream, peer->pool->backend.secure, peer->pool->server_name, handshake_done);
		return;
	}
	peer->connecting = false;
	answer(w, peer, 0);
}

/* The target with the fewest connections in use; NULL where none is known yet. */
static struct target *choose(struct pool *p)
{
	struct target *best = NULL;
	for (size_t i = 0; i < p->targets.len; i++) {
		struct target *t = p->targets.at[i];
		if (!t->gone && health_fit(t) && (!best || t->busy < best->busy))
			best = t;
	}
	return best;
}

static int dial_target(struct pool *p, struct target *t, struct want *w)
{
	struct peer *peer = must_zalloc(1, sizeof *peer);
	stream_open(&peer->stream, p->loop, &idle_events, peer);
	peer->pool = p;
	peer->target = t;
	peer->want = w;
	peer->connecting = true;
	w->peer = peer;
	t->open++;
	t->busy++;
	p->open++;
	p->holds++;
	int error = dial_start(&peer->stream, &t->where, connected);
	if (error) {
		peer->want = NULL;
		w->peer = NULL;
		peer_close(peer);
	}
	return error;
}

static void later(struct timeout *t)
{
	struct want *w = want_of(t);
	retry_or_fail(w, UV_ECONNREFUSED);
}

/* Connects for a want that has a right to a new connection. */
static void connect_for(struct pool *p, struct want *w)
{
	struct target *t = choose(p);
	uint64_t now = loop_now(p->loop);
	if (!t) {
		answer(w, NULL, UV_EAI_NONAME);
		return;
	}
	timeout_set(p->loop, &w->timer, w->until > now ? w->until - now : 0, give_up);
	if (dial_target(p, t, w) != 0)
		timeout_set(p->loop, &w->timer, 0, later); /* not from within pool_get */
}

static struct peer *take_idle(struct pool *p)
{
	struct target *best = NULL;
	for (size_t i = 0; i < p->targets.len; i++) {
		struct target *t = p->targets.at[i];
		if (t->idle && health_fit(t) && (!best || t->busy < best->busy))
			best = t;
	}
	if (!best)
		return NULL;
	struct peer *peer = best->idle;
	unlink_idle(peer);
	best->busy++;
	return peer;
}

/* False when the first has to go on waiting, or there is none. */
static bool serve_first(struct pool *p)
{
	struct want *w = p->first;
	struct peer *peer = w ? take_idle(p) : NULL;
	if (peer) {
		answer(w, peer, 0);
	} else if (w && p->open < p->backend.connections && choose(p)) {
		dequeue(w);
		connect_for(p, w);
	} else if (w && !choose(p) && !target_looking_up(p)) {
		answer(w, NULL, UV_EAI_NONAME);
	} else {
		return false;
	}
	return true;
}

/* Who is told of an error may end its exchange, and with it the last use of the pool. */
static void serve_waiting(struct pool *p)
{
	p->holds++;
	while (serve_first(p))
		;
	drop_hold(p);
}

static void refuse(struct timeout *t)
{
	answer(want_of(t), NULL, UV_EBUSY);
}

static void serve_later(struct timeout *t)
{
	struct want *w = want_of(t);
	uint64_t now = loop_now(w->pool->loop);
	timeout_set(w->pool->loop, &w->timer, w->until > now ? w->until - now : 0, give_up);
	serve_waiting(w->pool);
}

struct peer *pool_get(struct pool *p, struct want *w, bool fresh)
{
	struct peer *peer = fresh || p->first ? NULL : take_idle(p);
	target_look_up(p);
	if (peer)
		return peer;
	uint64_t limit = (uint64_t)p->backend.timeout.connect;
	w->pool = p;
	w->pending = true;
	w->attempts = 0;
	w->until = loop_now(p->loop) + limit;
	if (p->open < p->backend.connections && !p->first && choose(p)) {
		connect_for(p, w);
	} else if (p->waiting >= p->backend.queue) {
		timeout_set(p->loop, &w->timer, 0, refuse);
	} else {
		enqueue(w);
		bool hopeless = !choose(p) && !target_looking_up(p);
		timeout_set(p->loop, &w->timer, hopeless ? 0 : limit, hopeless ? serve_later : give_up);
	}
	return NULL;
}

void pool_retire(struct pool *p)
{
	p->retired = true;
	for (size_t i = 0; i < p->targets.len; i++)
		while (p->targets.at[i]->idle)
			peer_close(p->targets.at[i]->idle);
	health_stop(p);
	for (size_t i = 0; i < p->names.len; i++)
		resolve_cancel(&p->names.at[i]->resolve);
	drop_hold(p);
}
