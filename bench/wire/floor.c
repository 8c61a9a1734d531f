/* floor: the least that a proxy of this build can cost: it ties each client's connection to one of its own to the backend and
 * passes on what comes, without looking at it: one read and one write each way, over epoll (edge-triggered: nothing is ever
 * armed twice). Nobody's proxy, but the figure under which none that copies through user space can come on this machine.
 *
 *   floor PORT BACKEND-PORT */
#include "bench/wire/wire.h"

#include <stdlib.h>
#include <string.h>

enum { READ = 256 * 1024, EVENTS = 1024 };

/* One end; what the other gave and the kernel did not take at once waits here. */
struct end {
	int fd;
	struct pair *pair;
	char *waiting;
	size_t from, to;
};

struct pair {
	struct end end[2]; /* client, backend */
	struct pair *next; /* among the dead */
	bool gone;
};

static char buffer[READ];
static int epoll;
static struct pair *dead; /* freed when no event of this round can name them any more */

static void watch(struct end *e)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = e};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, e->fd, &event) != 0)
		wire_die("epoll_ctl");
}

static void end_pair(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		close(p->end[i].fd);
		free(p->end[i].waiting);
	}
	p->gone = true;
	p->next = dead;
	dead = p;
}

/* False: the connection is gone. */
static bool pass(struct end *to, const char *at, size_t n)
{
	ssize_t sent = to->to > to->from ? 0 : send(to->fd, at, n, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN) {
		end_pair(to->pair);
		return false;
	}
	size_t gone = sent > 0 ? (size_t)sent : 0;
	if (gone == n)
		return true;
	memmove(to->waiting, to->waiting + to->from, to->to - to->from);
	to->to -= to->from;
	to->from = 0;
	to->waiting = realloc(to->waiting, to->to + n - gone);
	if (!to->waiting)
		wire_die("out of memory");
	memcpy(to->waiting + to->to, at + gone, n - gone);
	to->to += n - gone;
	return true;
}

static void readable(struct end *e)
{
	for (ssize_t n = READ; n == READ;) {
		n = recv(e->fd, buffer, READ, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			end_pair(e->pair);
			return;
		}
		if (!pass(&e->pair->end[e == e->pair->end], buffer, (size_t)n))
			return;
	}
}

static void writable(struct end *e)
{
	if (e->to == e->from)
		return;
	ssize_t n = send(e->fd, e->waiting + e->from, e->to - e->from, MSG_NOSIGNAL);
	if (n > 0)
		e->from += (size_t)n;
	else if (n < 0 && errno != EAGAIN)
		end_pair(e->pair);
}

static void take_clients(int listener, const char *backend)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		struct pair *p = calloc(1, sizeof *p);
		if (!p)
			wire_die("out of memory");
		p->end[0] = (struct end){.fd = fd, .pair = p};
		p->end[1] = (struct end){.fd = wire_connect(backend, false), .pair = p};
		if (p->end[1].fd < 0)
			wire_die("connect");
		wire_no_delay(fd);
		watch(&p->end[1]);
		watch(&p->end[0]);
	}
}

int main(int count, char **words)
{
	struct epoll_event e = {.events = EPOLLIN}, events[EVENTS];
	if (count != 3)
		wire_die("floor PORT BACKEND-PORT");
	wire_many_files();
	int listener = wire_listen(words[1]);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			struct end *end = events[i].data.ptr;
			if (!end)
				take_clients(listener, words[2]);
			else if (!end->pair->gone && (events[i].events & EPOLLOUT))
				writable(end);
			if (end && !end->pair->gone && (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
				readable(end);
		}
		while (dead) {
			struct pair *one = dead;
			dead = one->next;
			free(one);
		}
	}
}
