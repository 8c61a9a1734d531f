#include "proxy/net/calls.h"
#include "proxy/net/loop.h"

#include <errno.h>
#include <stdlib.h>

enum { EVENTS = 512 };

/* Who watches a descriptor. `use` tells apart those that had the same number: an event may be older than its close. */
struct watched {
	struct source *source;
	uint32_t use;
};

/* ---- descriptors ---- */

static struct watched *place_of(struct loop *l, int fd)
{
	size_t room = l->watched_room ? l->watched_room : 64;
	while (room <= (size_t)fd)
		room *= 2;
	if (room > l->watched_room) {
		l->watched = must_realloc(l->watched, room * sizeof *l->watched);
		memset(l->watched + l->watched_room, 0, (room - l->watched_room) * sizeof *l->watched);
		l->watched_room = room;
	}
	return &l->watched[fd];
}

static int control(struct loop *l, const struct source *s, int what, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u64 = (uint64_t)l->watched[s->fd].use << 32 | (uint32_t)s->fd};
	return epoll_ctl(l->epoll, what, s->fd, &event) == 0 ? 0 : uv_translate_sys_error(errno);
}

int loop_watch(struct loop *l, struct source *s, uint32_t events)
{
	struct watched *place = place_of(l, s->fd);
	place->source = s;
	place->use++;
	l->open++;
	int error = control(l, s, EPOLL_CTL_ADD, events);
	if (error)
		loop_forget(l, s, false);
	return error;
}

void loop_change(struct loop *l, struct source *s, uint32_t events)
{
	CHECK(control(l, s, EPOLL_CTL_MOD, events) == 0);
}

void loop_forget(struct loop *l, struct source *s, bool shared)
{
	l->watched[s->fd].source = NULL;
	l->open--;
	if (shared)
		CHECK(control(l, s, EPOLL_CTL_DEL, 0) == 0);
}

void loop_later(struct loop *l, struct task *t)
{
	if (t->due)
		return;
	t->due = true;
	t->next = NULL;
	*l->last_task = t;
	l->last_task = &t->next;
}

/* Those that become due meanwhile are for the next turn. */
static void run_tasks(struct loop *l)
{
	struct task *t = l->tasks;
	l->tasks = NULL;
	l->last_task = &l->tasks;
	while (t) {
		struct task *next = t->next;
		t->due = false;
		t->run(t);
		t = next;
	}
}

/* ---- turns ---- */

static void run_uv(struct source *s, uint32_t events)
{
	struct loop *l = (struct loop *)((char *)s - offsetof(struct loop, uv_source));
	(void)events;
	uv_run(&l->uv, UV_RUN_NOWAIT);
}

/* Milliseconds that there is nothing to do for, as far as is known; -1: for ever. What libuv has to do now is done first. */
static int patience(struct loop *l)
{
	if (l->tasks)
		return 0;
	int wait = uv_backend_timeout(&l->uv);
	if (wait == 0) { /* a timer is due, or nothing of libuv is left */
		run_uv(&l->uv_source, 0);
		if (l->held)
			l->send_held(l);
		wait = l->tasks ? 0 : uv_loop_alive(&l->uv) ? uv_backend_timeout(&l->uv) : -1;
	}
	return wait;
}

static void tell(struct loop *l, const struct epoll_event *event)
{
	const struct watched *w = &l->watched[(uint32_t)event->data.u64];
	if (w->source && w->use == event->data.u64 >> 32)
		w->source->ready(w->source, event->events);
}

static void end_portion(struct loop *l)
{
	run_tasks(l);
	l->read_used = 0;
	if (l->held)
		l->send_held(l);
}

/* Events are served a portion at a time: what is small is read of all of them, then all is served, then all is sent. The
 * kernel's code for the one and for the other, and ours, then each serve many requests in a row before they push one another
 * out of the cache. */
static void serve(struct loop *l, const struct epoll_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		tell(l, &events[i]);
		if (i % LOOP_PORTION == LOOP_PORTION - 1)
			end_portion(l);
	}
	end_portion(l);
}

static bool has_work(const struct loop *l)
{
	return l->open > 1 || l->tasks || uv_loop_alive(&l->uv); /* one source is libuv's */
}

static void turn(struct loop *l)
{
	struct epoll_event events[EVENTS];
	int wait = patience(l);
	if (wait < 0 && !has_work(l)) /* that was the last of it */
		return;
	int count = call_epoll_wait(l->epoll, events, EVENTS, wait);
	CHECK(count >= 0 || errno == EINTR);
	uv_update_time(&l->uv);
	l->batch = count > 0 ? (unsigned)count : 0;
	serve(l, events, count);
}

void loop_run(struct loop *l)
{
	run_uv(&l->uv_source, 0); /* what was opened before is registered by this */
	while (has_work(l))
		turn(l);
}

/* ---- begin and end ---- */

int loop_open(struct loop *l)
{
	*l = (struct loop){.last_task = &l->tasks};
	int error = uv_loop_init(&l->uv);
	if (error)
		return error;
	l->uv.data = l;
	uv_timer_init(&l->uv, &l->sweep);
	l->sweep.data = l;
	l->uv_source = (struct source){uv_backend_fd(&l->uv), run_uv};
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		return uv_translate_sys_error(errno);
	l->read_buffer = must_alloc(LOOP_READ_BYTES);
	return loop_watch(l, &l->uv_source, EPOLLIN);
}

void loop_stop_sweep(struct loop *l)
{
	if (!uv_is_closing((uv_handle_t *)&l->sweep))
		uv_close((uv_handle_t *)&l->sweep, NULL);
}

void loop_close(struct loop *l)
{
	loop_stop_sweep(l);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	if (l->free_queues)
		l->free_queues(l);
	CHECK(uv_loop_close(&l->uv) == 0);
	close(l->epoll);
	free(l->watched);
	free(l->read_buffer);
	free(l->plain_buffer);
	buf_free(&l->joined);
}
