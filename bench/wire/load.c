/* load: asks a proxy over and over and tells what that cost, as JSON. Closed loop: each of N connections sends its next
 * request when it has its answer. Open loop (--rate): requests are due at fixed times whatever happens, and their latency
 * counts from then, so that a proxy that stalls is not asked less. --new: a connection for each request. An answer that is
 * not 2xx, has another length than the first one's (or --expect), or does not come is an error. The CPU is that of the
 * processes named with --pid, all their threads, by their CPU clock, while requests were counted.
 *
 *   load [--connections N] [--seconds S] [--warm S] [--rate R] [--new] [--idle N] [--body FILE]… [--expect LENGTH]
 *        [--header 'Name: value'] [--spread N] [--first N] [--pid PID]… WHERE PATH
 *
 * WHERE is a port of 127.0.0.1 or unix:PATH. "{n}" in PATH and header becomes a number from --first up to N, drawn anew
 * for each request. --idle connections are opened beside, ask once, and stay. --requests N ends after so many. */
#include "bench/wire/histogram.h"
#include "bench/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>

enum { READ = 256 * 1024, HEAD_MOST = 16 * 1024, BODIES = 64, PIDS = 16, EVENTS = 256, REQUEST_HEAD = 1024 };

static struct {
	const char *where, *path, *header;
	unsigned connections, idle, spread, first, body_count, pid_count;
	uint64_t requests, expect;
	double seconds, warm, rate;
	bool fresh, post, expects;
	struct {
		char *bytes;
		size_t size;
	} bodies[BODIES];
	int pids[PIDS];
} o = {.connections = 1, .seconds = 1, .warm = 0.1, .spread = 1};

enum state { FREE, SENDING, READING };

struct connection {
	int fd; /* -1: none */
	enum state state;
	bool idle, wants_write, in_body, first_seen, until_close;
	uint64_t intended_ns;
	char request[REQUEST_HEAD];
	size_t request_size, sent, body;
	struct wire_head head;
	struct wire_chunks chunks;
	uint64_t left, came;
	size_t head_size;
	char answer[HEAD_MOST];
};

static struct histogram whole, first_byte;
static uint64_t done, errors, bytes_in, sent_count;
static struct {
	uint64_t connect, status, length, cut;
} kinds;
static bool counting, some_free = true;
static unsigned last_status;
static int epoll;
static char buffer[READ];
static struct connection *connections;

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu_seconds(void)
{
	double sum = 0;
	for (unsigned i = 0; i < o.pid_count; i++) {
		clockid_t id;
		struct timespec t;
		if (clock_getcpuclockid(o.pids[i], &id) != 0 || clock_gettime(id, &t) != 0)
			wire_die("the process whose CPU is to be read is gone");
		sum += (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	}
	return sum;
}

static uint32_t draw(uint32_t below)
{
	static uint64_t seed = 88172645463325252u;
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 16) % below);
}

/* ---- a request ---- */

static size_t put(char *to, size_t room, const char *pattern, unsigned n)
{
	const char *hole = strstr(pattern, "{n}");
	int size = hole ? snprintf(to, room, "%.*s%u%s", (int)(hole - pattern), pattern, n, hole + 3)
			: snprintf(to, room, "%s", pattern);
	if (size < 0 || (size_t)size >= room)
		wire_die("the request's head is too long");
	return (size_t)size;
}

static void make_request(struct connection *c)
{
	char path[512], header[512] = "";
	unsigned n = o.first + draw(o.spread);
	c->body = o.body_count ? sent_count % o.body_count : 0;
	put(path, sizeof path, o.path, n);
	if (o.header)
		put(header, sizeof header, o.header, n);
	int size = snprintf(c->request, sizeof c->request, "%s %s HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: load/1\r\nAccept: application/json\r\n%s%s%s",
			    o.body_count ? "POST" : "GET", path, header, o.header ? "\r\n" : "", o.fresh ? "Connection: close\r\n" : "");
	if (o.body_count && size > 0 && (size_t)size < sizeof c->request)
		size += snprintf(c->request + size, sizeof c->request - (size_t)size,
				 "Content-Type: application/json\r\nContent-Length: %zu\r\n", o.bodies[c->body].size);
	if (size < 0 || (size_t)size + 2 >= sizeof c->request)
		wire_die("the request's head is too long");
	memcpy(c->request + size, "\r\n", 2);
	c->request_size = (size_t)size + 2;
}

static void watch(struct connection *c, bool write)
{
	if (c->wants_write == write)
		return;
	struct epoll_event e = {.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
	epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
	c->wants_write = write;
}

static void drop(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->state = FREE;
}

static void failed(struct connection *c, uint64_t *kind)
{
	*kind += 1;
	errors++;
	some_free = true;
	drop(c);
}

static bool open_connection(struct connection *c)
{
	int fd = wire_connect(o.where, o.fresh);
	if (fd < 0)
		return false;
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	c->fd = fd;
	c->wants_write = true;
	return true;
}

static void send_more(struct connection *c)
{
	size_t body = o.body_count ? o.bodies[c->body].size : 0, total = c->request_size + body;
	while (c->sent < total) {
		struct iovec v[2];
		int n = 0;
		if (c->sent < c->request_size)
			v[n++] = (struct iovec){c->request + c->sent, c->request_size - c->sent};
		size_t off = c->sent < c->request_size ? 0 : c->sent - c->request_size;
		if (off < body)
			v[n++] = (struct iovec){o.bodies[c->body].bytes + off, body - off};
		ssize_t w = writev(c->fd, v, n);
		if (w < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
			watch(c, true);
			return;
		}
		if (w < 0) {
			failed(c, &kinds.connect);
			return;
		}
		c->sent += (size_t)w;
	}
	watch(c, false);
	c->state = READING;
}

static void begin(struct connection *c, uint64_t intended)
{
	c->sent = c->head_size = 0;
	c->in_body = c->first_seen = c->until_close = false;
	c->intended_ns = intended;
	make_request(c);
	sent_count++;
	c->state = SENDING;
	if (c->fd < 0 && !open_connection(c)) {
		failed(c, &kinds.connect);
		return;
	}
	send_more(c);
}

/* ---- an answer ---- */

static void complete(struct connection *c)
{
	bool close_it = o.fresh || c->head.close || c->until_close;
	if (c->head.status < 200 || c->head.status > 299) {
		last_status = c->head.status;
		failed(c, &kinds.status);
		return;
	}
	if (!o.expects) {
		o.expects = true;
		o.expect = c->came;
	}
	if (c->came != o.expect) {
		failed(c, &kinds.length);
		return;
	}
	if (counting && !c->idle) {
		histogram_add(&whole, now_ns() - c->intended_ns);
		done++;
		bytes_in += c->came;
	}
	c->state = FREE;
	if (close_it)
		drop(c);
}

/* False: more bytes are needed. */
static bool take_head(struct connection *c, const char **at, const char *stop)
{
	size_t n = (size_t)(stop - *at), before = c->head_size, take = n < HEAD_MOST - before ? n : HEAD_MOST - before;
	memcpy(c->answer + before, *at, take);
	c->head_size += take;
	const char *end = memmem(c->answer, c->head_size, "\r\n\r\n", 4);
	*at += take;
	if (!end) {
		if (c->head_size == HEAD_MOST)
			failed(c, &kinds.cut);
		return false;
	}
	size_t size = (size_t)(end - c->answer) + 4;
	*at -= c->head_size - size;
	c->head = wire_read_head(c->answer, size);
	c->in_body = true;
	c->came = 0;
	c->chunks = (struct wire_chunks){0};
	c->left = c->head.has_length ? c->head.length : 0;
	c->until_close = !c->head.has_length && !c->head.chunked && c->head.status != 204 && c->head.status != 304;
	return true;
}

static void take(struct connection *c, const char *at, const char *stop)
{
	if (!c->first_seen && counting && !c->idle)
		histogram_add(&first_byte, now_ns() - c->intended_ns);
	c->first_seen = true;
	if (!c->in_body && !take_head(c, &at, stop))
		return;
	bool over = false;
	if (c->head.chunked) {
		wire_eat_chunks(&c->chunks, at, (size_t)(stop - at), &over);
		c->came = c->chunks.came;
	} else {
		uint64_t n = (uint64_t)(stop - at);
		c->came += n;
		over = !c->until_close && c->came >= c->left;
	}
	if (over)
		complete(c);
}

static void readable(struct connection *c)
{
	ssize_t n = read(c->fd, buffer, READ);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (c->state == FREE && !c->idle)
			drop(c);
		else if (n == 0 && c->in_body && c->until_close)
			complete(c);
		else
			failed(c, &kinds.cut);
		return;
	}
	if (c->state == FREE) /* nobody asked */
		failed(c, &kinds.cut);
	else
		take(c, buffer, buffer + n);
}

/* ---- the loop ---- */

static unsigned wait_for(uint64_t until, struct epoll_event *events)
{
	uint64_t now = now_ns(), left = until > now ? until - now : 0;
	struct timespec t = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
	int n = epoll_pwait2(epoll, events, EVENTS, &t, NULL);
	return n > 0 ? (unsigned)n : 0;
}

static void handle(struct connection *c, uint32_t events)
{
	if (c->fd >= 0 && c->state == SENDING && (events & EPOLLOUT))
		send_more(c);
	else if (c->fd >= 0 && c->wants_write && (events & EPOLLOUT))
		watch(c, false);
	if (c->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		readable(c);
}

/* Opens the idle ones and has each ask once, a few at a time. */
static void settle_idle(void)
{
	struct epoll_event events[EVENTS];
	for (unsigned at = 0; at < o.idle;) {
		unsigned end = at + 100 < o.idle ? at + 100 : o.idle, busy = 1;
		for (unsigned i = at; i < end; i++) {
			connections[i].idle = true;
			begin(&connections[i], now_ns());
		}
		for (uint64_t limit = now_ns() + 5000000000u; busy && now_ns() < limit;) {
			unsigned n = wait_for(limit, events);
			for (unsigned i = 0; i < n; i++)
				handle(events[i].data.ptr, events[i].events);
			busy = 0;
			for (unsigned i = at; i < end; i++)
				busy += connections[i].state != FREE;
		}
		at = end;
	}
}

/* Runs until `until`, or until so many were counted. */
static void ask(struct connection *active, uint64_t start, uint64_t until)
{
	struct epoll_event events[EVENTS];
	uint64_t due_count = 0;
	double gap = o.rate > 0 ? 1e9 / o.rate : 0;
	for (uint64_t now = start; now < until && (!o.requests || done < o.requests) && errors < 1000; now = now_ns()) {
		uint64_t next = until;
		bool look = gap > 0 || some_free;
		some_free = false;
		for (unsigned i = 0; look && i < o.connections; i++) {
			struct connection *c = &active[i];
			if (c->state != FREE)
				continue;
			uint64_t due = gap > 0 ? start + (uint64_t)(gap * (double)due_count) : now;
			if (due > now) {
				next = due < until ? due : until;
				break;
			}
			due_count++;
			begin(c, due);
		}
		unsigned n = wait_for(next, events);
		for (unsigned i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;
			handle(c, events[i].events);
			if (gap == 0 && c->state == FREE && !c->idle && (!o.requests || done < o.requests) && errors < 1000)
				begin(c, now_ns());
		}
	}
}

static void print(double elapsed, double cpu)
{
	double n = done ? (double)done : 1;
	printf("{\"requests\": %llu, \"errors\": %llu, \"seconds\": %.4f, \"per_second\": %.0f, \"bytes\": %llu, ", (unsigned long long)done,
	       (unsigned long long)errors, elapsed, (double)done / elapsed, (unsigned long long)bytes_in);
	if (errors)
		printf("\"error_kinds\": {\"connect\": %llu, \"status\": %llu, \"length\": %llu, \"cut\": %llu}, \"last_status\": %u, ",
		       (unsigned long long)kinds.connect, (unsigned long long)kinds.status, (unsigned long long)kinds.length,
		       (unsigned long long)kinds.cut, last_status);
	if (o.pid_count)
		printf("\"cpu_us\": %.4f, ", cpu * 1e6 / n);
	printf("\"latency_us\": {\"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p999\": %.2f}, ", histogram_us(&whole, .5),
	       histogram_us(&whole, .9), histogram_us(&whole, .99), histogram_us(&whole, .999));
	printf("\"first_byte_us\": {\"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p999\": %.2f}}\n", histogram_us(&first_byte, .5),
	       histogram_us(&first_byte, .9), histogram_us(&first_byte, .99), histogram_us(&first_byte, .999));
}

static void add_body(const char *path)
{
	if (o.body_count == BODIES)
		wire_die("too many bodies");
	o.bodies[o.body_count].bytes = wire_file(path, &o.bodies[o.body_count].size);
	o.body_count++;
}

static _Noreturn void usage(void)
{
	fprintf(stderr, "load: see the head of bench/wire/load.c for its words\n");
	exit(2);
}

static void read_words(int count, char **words)
{
	int i = 1;
	for (; i < count && strncmp(words[i], "--", 2) == 0; i++) {
		const char *name = words[i] + 2, *value = i + 1 < count ? words[i + 1] : "";
		if (strcmp(name, "new") == 0) {
			o.fresh = true;
			continue;
		}
		i++;
		if (strcmp(name, "connections") == 0)
			o.connections = (unsigned)atoi(value);
		else if (strcmp(name, "seconds") == 0)
			o.seconds = atof(value);
		else if (strcmp(name, "warm") == 0)
			o.warm = atof(value);
		else if (strcmp(name, "rate") == 0)
			o.rate = atof(value);
		else if (strcmp(name, "idle") == 0)
			o.idle = (unsigned)atoi(value);
		else if (strcmp(name, "spread") == 0)
			o.spread = (unsigned)atoi(value);
		else if (strcmp(name, "first") == 0)
			o.first = (unsigned)atoi(value);
		else if (strcmp(name, "requests") == 0)
			o.requests = strtoull(value, NULL, 10);
		else if (strcmp(name, "header") == 0)
			o.header = value;
		else if (strcmp(name, "body") == 0)
			add_body(value);
		else if (strcmp(name, "pid") == 0 && o.pid_count < PIDS)
			o.pids[o.pid_count++] = atoi(value);
		else if (strcmp(name, "expect") == 0) {
			o.expect = strtoull(value, NULL, 10);
			o.expects = true;
		} else {
			usage();
		}
	}
	if (count - i != 2 || !o.connections || !o.spread)
		usage();
	o.where = words[i];
	o.path = words[i + 1];
}

int main(int count, char **words)
{
	read_words(count, words);
	wire_many_files();
	prctl(PR_SET_TIMERSLACK, 1);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	connections = calloc(o.idle + o.connections, sizeof *connections);
	if (!connections)
		wire_die("out of memory");
	for (unsigned i = 0; i < o.idle + o.connections; i++)
		connections[i].fd = -1;
	settle_idle();
	uint64_t start = now_ns();
	ask(connections + o.idle, start, start + (uint64_t)(o.warm * 1e9));
	counting = true;
	double cpu = cpu_seconds();
	start = now_ns();
	ask(connections + o.idle, start, start + (uint64_t)(o.seconds * 1e9));
	double elapsed = (double)(now_ns() - start) / 1e9;
	print(elapsed, cpu_seconds() - cpu);
	return errors ? 1 : 0;
}
