/* backend: the service behind the proxies, HTTP/1.1 over epoll in one thread, at as little cost as can be: what it spends
 * is the same for all. GET / and below: 300 bytes of JSON. GET /big: 1 MiB. GET /bytes/N: N bytes. POST to /orders…: the
 * file given for the size class of the body that came (1, 16, 256 KiB …: the answer file nearest to its length). POST to
 * /sink…: the 300 bytes, whatever came. Bodies are counted, not looked at, by Content-Length or chunks. "Connection: close"
 * is obeyed. Up to 64 different N are answered.
 *
 *   backend PORT|unix:PATH [ANSWER.json …] */
#include "bench/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ = 256 * 1024, HEAD_MOST = 16 * 1024, ANSWERS = 16, SIZES = 64, BIG = 1 << 20, EVENTS = 256 };

struct answer {
	char *bytes;  /* head and body */
	size_t size, body;
};

struct client {
	int fd;
	bool chunked, in_body, close, closing, writing;
	uint64_t left;          /* of a body with a length */
	uint64_t came;          /* of the body */
	struct wire_chunks chunks;
	bool post;
	size_t head_len;        /* bytes of an unfinished head in `head` */
	char target[64];
	const char *out;        /* what is still to be written */
	size_t out_left;
	char head[HEAD_MOST];
};

static struct answer small, big, answers[ANSWERS], sizes[SIZES];
static size_t answer_count, size_count;
static char buffer[READ];
static int epoll;

static struct answer answer_of(const char *body, size_t size)
{
	char head[160];
	int n = snprintf(head, sizeof head,
			 "HTTP/1.1 200 OK\r\nServer: backend\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", size);
	struct answer a = {.bytes = malloc((size_t)n + size), .size = (size_t)n + size, .body = size};
	if (!a.bytes)
		wire_die("out of memory");
	memcpy(a.bytes, head, (size_t)n);
	memcpy(a.bytes + n, body, size);
	return a;
}

static struct answer letters(size_t size)
{
	char *body = malloc(size + 1);
	if (!body)
		wire_die("out of memory");
	memset(body, 'x', size);
	if (size >= 2)
		body[0] = body[size - 1] = '"';
	struct answer a = answer_of(body, size);
	free(body);
	return a;
}

static const struct answer *nearest(uint64_t size)
{
	const struct answer *best = &small;
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i < answer_count; i++) {
		uint64_t off = answers[i].body > size ? answers[i].body - size : size - answers[i].body;
		if (off < least) {
			least = off;
			best = &answers[i];
		}
	}
	return best;
}

static const struct answer *choose(const struct client *c)
{
	if (c->post)
		return strstr(c->target, "/sink") ? &small : nearest(c->came);
	if (strstr(c->target, "/big"))
		return &big;
	const char *bytes = strstr(c->target, "/bytes/");
	if (!bytes)
		return &small;
	size_t size = strtoul(bytes + 7, NULL, 10), i = 0;
	while (i < size_count && sizes[i].body != size)
		i++;
	if (i == SIZES)
		return &small;
	if (i == size_count)
		sizes[size_count++] = letters(size);
	return &sizes[i];
}

static void end(struct client *c)
{
	close(c->fd);
	free(c);
}

static void interest(struct client *c, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = c};
	epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* False: the client is gone. */
static bool flush(struct client *c)
{
	while (c->out_left) {
		ssize_t n = write(c->fd, c->out, c->out_left);
		if (n < 0 && errno == EAGAIN) {
			if (!c->writing)
				interest(c, EPOLLOUT);
			c->writing = true;
			return true;
		}
		if (n < 0) {
			end(c);
			return false;
		}
		c->out += n;
		c->out_left -= (size_t)n;
	}
	if (c->close) {
		end(c);
		return false;
	}
	if (c->writing)
		interest(c, EPOLLIN);
	c->writing = false;
	return true;
}

static bool answer(struct client *c)
{
	const struct answer *a = choose(c);
	c->out = a->bytes;
	c->out_left = a->size;
	return flush(c);
}

static void begin(struct client *c, const char *head, size_t size)
{
	struct wire_head h = wire_read_head(head, size);
	c->post = memcmp(head, "GET ", 4) != 0 && memcmp(head, "HEAD", 4) != 0;
	const char *target = memchr(head, ' ', size);
	size_t n = 0;
	for (target++; n < sizeof c->target - 1 && target[n] != ' '; n++)
		c->target[n] = target[n];
	c->target[n] = '\0';
	c->close = h.close;
	c->chunked = h.chunked;
	c->left = h.length;
	c->came = 0;
	c->chunks = (struct wire_chunks){0};
	c->in_body = h.chunked || h.length > 0;
}

/* Uses up to n bytes; returns how many. Sets *complete when a request is. */
static size_t eat_body(struct client *c, const char *at, size_t n, bool *complete)
{
	if (c->chunked) {
		size_t used = wire_eat_chunks(&c->chunks, at, n, complete);
		c->came = c->chunks.came;
		return used;
	}
	uint64_t take = n < c->left ? n : c->left;
	c->left -= take;
	c->came += take;
	*complete = c->left == 0;
	return take;
}

static size_t eat_head(struct client *c, const char *at, size_t n)
{
	const char *stop = NULL;
	if (!c->head_len && (stop = memmem(at, n, "\r\n\r\n", 4))) {
		begin(c, at, (size_t)(stop - at) + 4);
		return (size_t)(stop - at) + 4;
	}
	size_t room = HEAD_MOST - c->head_len, take = n < room ? n : room, before = c->head_len;
	memcpy(c->head + before, at, take);
	c->head_len += take;
	stop = memmem(c->head, c->head_len, "\r\n\r\n", 4);
	if (!stop) {
		if (c->head_len == HEAD_MOST)
			c->closing = true;
		return take;
	}
	size_t head = (size_t)(stop - c->head) + 4;
	begin(c, c->head, head);
	c->head_len = 0;
	return head - before;
}

static void readable(struct client *c)
{
	for (;;) {
		ssize_t n = read(c->fd, buffer, READ);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			end(c);
			return;
		}
		for (size_t at = 0; at < (size_t)n;) {
			bool complete = false;
			if (!c->in_body) {
				at += eat_head(c, buffer + at, (size_t)n - at);
				if (c->closing) {
					end(c);
					return;
				}
				complete = !c->in_body && !c->head_len;
			} else {
				at += eat_body(c, buffer + at, (size_t)n - at, &complete);
			}
			if (!complete)
				continue;
			c->in_body = false;
			if (!answer(c))
				return;
		}
		if (n < READ || c->writing) /* a further read would only say EAGAIN */
			return;
	}
}

static void take_clients(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		wire_no_delay(fd);
		struct client *c = calloc(1, sizeof *c);
		if (!c)
			wire_die("out of memory");
		c->fd = fd;
		struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	}
}

static void serve(int listener)
{
	struct epoll_event e = {.events = EPOLLIN}, events[EVENTS];
	epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;
			if (!c)
				take_clients(listener);
			else if (c->writing)
				flush(c);
			else
				readable(c);
		}
	}
}

int main(int count, char **words)
{
	static const char json[] =
	    "{\"id\":8731,\"state\":\"open\",\"customer\":{\"id\":\"c-1207\",\"name\":\"Acme\",\"tier\":\"gold\"},\"lines\":[{\"sku\":\"AB-1234\","
	    "\"quantity\":3,\"price\":\"19.90\"},{\"sku\":\"CD-5678\",\"quantity\":1,\"price\":\"5.00\"}],\"total\":\"64.70\",\"currency\":\"EUR\","
	    "\"created\":\"2026-03-01T10:15:30Z\",\"note\":\"leave it at the door, please! Thank you.\"}";
	if (count < 2 || count - 2 > ANSWERS) {
		fprintf(stderr, "backend PORT|unix:PATH [ANSWER.json …]\n");
		return 2;
	}
	wire_many_files();
	small = answer_of(json, sizeof json - 1);
	big = letters(BIG);
	for (int i = 2; i < count; i++) {
		size_t size;
		char *body = wire_file(words[i], &size);
		answers[answer_count++] = answer_of(body, size);
		free(body);
	}
	serve(wire_listen(words[1]));
}
