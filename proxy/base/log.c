#include "proxy/base/log.h"

#include "proxy/base/log_inside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	RING_DEFAULT = 1 << 20,
	RING_MIN = 1 << 16,
	WRITE_MAX = 1 << 16,
	NAP_MS = 3,
	NAPS_BEFORE_SLEEP = 30,
	CLOSE_S = 2
};

static uint64_t lines_in(struct str s)
{
	uint64_t lines = 0;
	for (size_t i = 0; i < s.len; i++)
		lines += s.at[i] == '\n';
	return lines;
}

static void wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	poll(&p, 1, 100);
}

/* Writes it all, or says that it could not. A descriptor that somebody else has made non-blocking is waited for. */
static bool write_all(struct log *l, struct iovec *parts, int count)
{
	while (count) {
		ssize_t n = writev(l->fd, parts, count);
		if (n < 0 && errno == EAGAIN)
			wait_writable(l->fd);
		else if (n < 0 && errno != EINTR)
			return false;
		size_t done = n > 0 ? (size_t)n : 0;
		for (; count && done >= parts->iov_len; count--)
			done -= parts++->iov_len;
		if (count) {
			parts->iov_base = (char *)parts->iov_base + done;
			parts->iov_len -= done;
			l->cut |= done > 0;
		}
	}
	l->cut = false;
	return true;
}

static struct iovec part(struct str s)
{
	return (struct iovec){(char *)(uintptr_t)s.at, s.len};
}

/* Cuts what was peeked behind its last whole line within WRITE_MAX bytes, which is more than any line has: space comes
 * back bit by bit even from a slow pipe, and no two rings' lines are mixed. */
static void whole_lines(struct str pieces[2])
{
	if (pieces[0].len + pieces[1].len <= WRITE_MAX)
		return;
	pieces[0].len = pieces[0].len < WRITE_MAX ? pieces[0].len : WRITE_MAX;
	pieces[1].len = pieces[1].len < WRITE_MAX - pieces[0].len ? pieces[1].len : WRITE_MAX - pieces[0].len;
	const char *end = NULL;
	for (int i = 1; i >= 0 && !end; i--) {
		end = pieces[i].len ? memrchr(pieces[i].at, '\n', pieces[i].len) : NULL;
		pieces[i].len = end ? (size_t)(end - pieces[i].at) + 1 : 0;
	}
	CHECK(end);
}

static bool drain_some(struct log *l, struct ring *r)
{
	struct str pieces[2];
	if (!ring_peek(r, pieces))
		return false;
	whole_lines(pieces);
	struct iovec parts[3] = {part(l->cut ? STR("\n") : STR("")), part(pieces[0]), part(pieces[1])};
	if (!write_all(l, parts, 3))
		atomic_fetch_add_explicit(&l->lost, lines_in(pieces[0]) + lines_in(pieces[1]), memory_order_relaxed);
	ring_take(r, pieces[0].len + pieces[1].len);
	return true;
}

/* A line about lost lines, written past the rings. */
static void tell_lost(struct log *l)
{
	uint64_t lost = log_dropped(l), now = lost - l->told;
	if (!now)
		return;
	char time[CLOCK_TEXT];
	clock_format(clock_wall_ms(), time);
	struct buf line = {0};
	if (l->cut)
		buf_addc(&line, '\n');
	if (atomic_load(&l->format) == LOG_TEXT)
		buf_addf(&line, "%s WARN  log.dropped  %llu lines were lost\n", time, (unsigned long long)now);
	else
		buf_addf(&line,
			 "{\"@timestamp\":\"%s\",\"log.level\":\"warn\",\"event.action\":\"log.dropped\","
			 "\"vane.dropped\":%llu}\n",
			 time, (unsigned long long)now);
	struct iovec parts[1] = {part(buf_str(&line))};
	if (write_all(l, parts, 1))
		l->told = lost;
	buf_free(&line);
}

static bool any_half_full(struct log *l)
{
	for (struct log_producer *p = atomic_load(&l->producers); p; p = p->next)
		if (ring_used(&p->ring) >= p->ring.size / 2)
			return true;
	return false;
}

/* A share of every ring in turn, so that a busy worker cannot keep the others' lines waiting. */
static bool drain(struct log *l)
{
	bool any = false, more = true;
	while (more) {
		more = false;
		for (struct log_producer *p = atomic_load(&l->producers); p; p = p->next)
			more |= drain_some(l, &p->ring);
		if (more)
			tell_lost(l);
		any |= more;
		more &= any_half_full(l);
	}
	return any;
}

static bool anything(struct log *l)
{
	for (struct log_producer *p = atomic_load(&l->producers); p; p = p->next)
		if (ring_used(&p->ring))
			return true;
	return false;
}

static void rest(struct log *l, enum writer_state how)
{
	atomic_store(&l->state, how);
	atomic_thread_fence(memory_order_seq_cst);
	/* A producer that put a line before it could see the state does not wake us. */
	if (how != WRITER_SLEEPS || (!anything(l) && !atomic_load(&l->stop))) {
		struct pollfd p = {.fd = l->wake, .events = POLLIN};
		poll(&p, 1, how == WRITER_SLEEPS ? -1 : NAP_MS);
	}
	atomic_store(&l->state, WRITER_AWAKE);
	uint64_t count;
	while (read(l->wake, &count, sizeof count) > 0)
		;
}

static void *writer(void *argument)
{
	struct log *l = argument;
	unsigned idle = 0;
	for (;;) {
		bool stop = atomic_load(&l->stop);
		idle = drain(l) ? 0 : idle + 1;
		if (stop && !anything(l))
			break;
		if (!stop)
			rest(l, idle > NAPS_BEFORE_SLEEP ? WRITER_SLEEPS : WRITER_NAPS);
	}
	tell_lost(l);
	return NULL;
}

struct log *log_open(const struct log_options *o)
{
	struct log *l = must_zalloc(1, sizeof *l);
	l->fd = o->fd;
	l->ring_bytes = RING_MIN;
	while (l->ring_bytes < (o->ring_bytes ? o->ring_bytes : RING_DEFAULT))
		l->ring_bytes *= 2;
	log_set(l, o->level, o->format);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK(l->wake >= 0);
	/* Signals are for the main thread; a broken pipe is EPIPE here. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	CHECK(pthread_create(&l->thread, NULL, writer, l) == 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return l;
}

void log_close(struct log *l)
{
	uint64_t one = 1;
	atomic_store(&l->stop, true);
	ssize_t n = write(l->wake, &one, sizeof one);
	(void)n; /* it only fails when the writer is being woken already */
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_S;
	if (pthread_timedjoin_np(l->thread, NULL, &until) != 0) {
		/* Nobody reads the pipe: the thread may hang in write until the process ends, so its memory stays. */
		pthread_detach(l->thread);
		return;
	}
	for (struct log_producer *p = atomic_load(&l->producers), *next; p; p = next) {
		next = p->next;
		ring_free(&p->ring);
		buf_free(&p->line);
		free(p);
	}
	close(l->wake);
	free(l);
}

struct log_producer *log_producer(struct log *l)
{
	/* The ring's counters stand on cache lines of their own. */
	struct log_producer *p = aligned_alloc(_Alignof(struct log_producer), sizeof *p);
	CHECK(p);
	memset(p, 0, sizeof *p);
	p->log = l;
	ring_init(&p->ring, l->ring_bytes);
	p->next = atomic_load(&l->producers);
	while (!atomic_compare_exchange_weak(&l->producers, &p->next, p))
		;
	return p;
}

void log_set(struct log *l, enum log_level level, enum log_format format)
{
	atomic_store(&l->level, (int)level);
	atomic_store(&l->format, (int)format);
}

uint64_t log_dropped(const struct log *l)
{
	uint64_t sum = atomic_load_explicit(&l->lost, memory_order_relaxed);
	struct log_producer *p = atomic_load((_Atomic(struct log_producer *) *)(uintptr_t)&l->producers);
	for (; p; p = p->next)
		sum += atomic_load_explicit(&p->dropped, memory_order_relaxed);
	return sum;
}
