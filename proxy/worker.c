#include "proxy/worker.h"

#include "proxy/base/clock.h"
#include "proxy/connection.h"
#include "proxy/held.h"
#include "proxy/mirror.h"
#include "proxy/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
	TICK_MS = 1000,
	RESERVED_DESCRIPTORS = 48 /* for the loop, the listeners, the ledger, new backend connections */
};

/* ---- connections ---- */

/* A connection that is accepted needs descriptors: its own, and one to a backend. */
static bool has_room(const struct worker *w)
{
	uint64_t peers = 0;
	for (size_t i = 0; i < w->pools.len; i++)
		peers += pool_count(w->pools.at[i]).open;
	if (peers < w->session_count) /* each may soon need one */
		peers = w->session_count;
	return w->session_count + peers + RESERVED_DESCRIPTORS < w->descriptors && w->session_count < (uint64_t)w->held->snapshot->settings.limits.connections;
}

static bool may_accept(struct listener *l)
{
	return has_room(l->owner);
}

static void on_connection(struct listener *l, int fd, const struct sockaddr *from)
{
	connection_accept(l->owner, l, fd, from);
}

static void end_if_empty(struct worker *w)
{
	if (w->state < WORKER_ENDS || w->session_count || w->emptied)
		return;
	w->emptied = true;
	if (w->on_empty)
		w->on_empty(w);
}

/* Sessions are freed until long after the listeners are closed and no snapshot is in force: one whose TLS handshake ran on
 * another thread, last of all. */
static void accept_waiting(struct worker *w)
{
	if (w->state >= WORKER_LEAVES)
		return;
	for (size_t i = 0; i < w->listeners.len && has_room(w); i++)
		listener_resume(w->listeners.at[i]);
}

static void session_gone(struct worker *w)
{
	accept_waiting(w);
	end_if_empty(w);
}

/* ---- what the server says ---- */

static void close_listeners(struct worker *w)
{
	for (size_t i = 0; i < w->listeners.len; i++)
		listener_close(w->listeners.at[i]);
}

static void enter(struct worker *w, enum worker_state state)
{
	struct session *next;
	if (state <= w->state)
		return;
	w->state = state;
	if (state >= WORKER_LEAVES)
		close_listeners(w);
	if (state >= WORKER_ENDS)
		mirror_stop(w);
	for (struct session *s = w->sessions; s && state >= WORKER_ENDS; s = next) {
		next = s->next;
		if (state == WORKER_STOPS)
			connection_close(s);
		else
			connection_drain(s);
	}
	end_if_empty(w);
}

static void woken(uv_async_t *wake)
{
	struct worker *w = wake->data;
	pthread_mutex_lock(&w->lock);
	struct snapshot *next = w->next_snapshot;
	enum worker_state state = w->next_state;
	bool quit = w->quit;
	w->next_snapshot = NULL;
	pthread_mutex_unlock(&w->lock);
	if (next)
		held_use(w, next);
	enter(w, state);
	if (quit) {
		uv_close((uv_handle_t *)wake, NULL);
		timeout_clear(&w->loop, &w->tick);
		held_forget(w);
		loop_stop_sweep(&w->loop);
	}
}

void worker_tell(struct worker *w, struct snapshot *next, enum worker_state state)
{
	pthread_mutex_lock(&w->lock);
	if (next) {
		if (w->next_snapshot)
			snapshot_drop(w->next_snapshot);
		snapshot_hold(next);
		w->next_snapshot = next;
	}
	if (state > w->next_state)
		w->next_state = state;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
}

static void see_places(struct worker *w)
{
	struct pool_place place;
	pthread_mutex_lock(&w->lock);
	w->seen.len = 0;
	for (unsigned b = 0; b < w->held->snapshot->backend_count; b++) {
		const struct backend *backend = &w->held->snapshot->backends[b];
		for (unsigned i = 0; pool_place(w->held->pools[b], i, &place); i++) {
			struct seen_place seen = {.version = backend->version, .up = place.up, .busy = place.busy,
						  .idle = place.idle};
			snprintf(seen.role, sizeof seen.role, "%.*s", STR_ARG(backend->role));
			snprintf(seen.address, sizeof seen.address, "%.*s", STR_ARG(place.address));
			VEC_PUSH(&w->seen, seen);
		}
	}
	pthread_mutex_unlock(&w->lock);
}

static void tick(struct timeout *t)
{
	struct worker *w = (struct worker *)((char *)t - offsetof(struct worker, tick));
	observe_tick(w->observer, clock_wall_ms());
	__atomic_store_n(&w->seen_sessions, w->session_count, __ATOMIC_RELAXED);
	__atomic_store_n(&w->seen_idle, w->idle_count, __ATOMIC_RELAXED);
	see_places(w);
	accept_waiting(w); /* a backend's connection may have made room */
	timeout_set(&w->loop, &w->tick, TICK_MS, tick);
}

/* ---- begin and end ---- */

int worker_open(struct worker *w, unsigned index, struct snapshot *snapshot, struct observer *observer)
{
	*w = (struct worker){.index = index, .observer = observer, .descriptors = UINT64_MAX};
	int error = loop_open(&w->loop);
	if (error)
		return error;
	w->loop.owner = w;
	w->on_gone = session_gone;
	CHECK(getrandom(w->id_key, sizeof w->id_key, 0) == (ssize_t)sizeof w->id_key);
	CHECK(getrandom(w->id_stir, sizeof w->id_stir, 0) == (ssize_t)sizeof w->id_stir);
	pthread_mutex_init(&w->lock, NULL);
	uv_async_init(&w->loop.uv, &w->wake, woken);
	w->wake.data = w;
	snapshot_hold(snapshot);
	held_use(w, snapshot);
	tick(&w->tick);
	return 0;
}

int worker_listen(struct worker *w, int fd, bool unix_socket)
{
	struct listener *l = must_zalloc(1, sizeof *l);
	*l = (struct listener){.owner = w, .may_accept = may_accept, .on_connection = on_connection};
	int error = listener_open(l, &w->loop, fd, unix_socket);
	if (error) {
		free(l);
		return error;
	}
	VEC_PUSH(&w->listeners, l);
	return 0;
}

static void *thread(void *argument)
{
	struct worker *w = argument;
	loop_run(&w->loop);
	return NULL;
}

int worker_start(struct worker *w)
{
	return -pthread_create(&w->thread, NULL, thread, w);
}

void worker_join(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	w->next_state = WORKER_STOPS;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
	pthread_join(w->thread, NULL);
	loop_close(&w->loop);
	for (size_t i = 0; i < w->listeners.len; i++)
		free(w->listeners.at[i]);
	VEC_FREE(&w->listeners);
	VEC_FREE(&w->pools);
	VEC_FREE(&w->seen);
	flow_free_spare(w);
	buf_free(&w->scratch);
	if (w->next_snapshot)
		snapshot_drop(w->next_snapshot);
	pthread_mutex_destroy(&w->lock);
}
