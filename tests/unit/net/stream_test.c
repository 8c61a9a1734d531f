/* Streams over a real pair of sockets: order of bytes, what waits, the end, reading on and off, connecting. */
#include "proxy/net/dial.h"
#include "proxy/net/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop loop;

/* One side with what it has seen. */
struct side {
	struct stream stream;
	struct buf got;
	int ended, error, drained, closed;
	void (*then)(struct side *s); /* after each callback */
};

static struct side a, b;

static void after(struct side *s)
{
	if (s->then)
		s->then(s);
}

static void on_data(struct stream *stream, struct str bytes)
{
	struct side *s = stream->owner;
	assert_false(s->closed);
	buf_add(&s->got, bytes);
	after(s);
}

static void on_end(struct stream *stream, int error)
{
	struct side *s = stream->owner;
	s->ended++;
	s->error = error;
	after(s);
}

static void on_drain(struct stream *stream, int error)
{
	struct side *s = stream->owner;
	s->drained++;
	s->error = error;
	after(s);
}

static void on_closed(struct stream *stream)
{
	struct side *s = stream->owner;
	s->closed++;
}

static const struct stream_events events = {on_data, on_end, on_drain, on_closed};

static int set_up(void **state)
{
	int pair[2];
	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	if (loop_open(&loop) != 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		return 1;
	stream_open(&a.stream, &loop, &events, &a);
	stream_open(&b.stream, &loop, &events, &b);
	stream_take(&a.stream, pair[0]);
	stream_take(&b.stream, pair[1]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stream_close(&a.stream);
	stream_close(&b.stream);
	loop_run(&loop);
	bool good = a.closed == 1 && b.closed == 1;
	buf_free(&a.got);
	buf_free(&b.got);
	loop_close(&loop);
	return good ? 0 : 1;
}

static void close_both(struct side *s)
{
	(void)s;
	stream_close(&a.stream);
	stream_close(&b.stream);
}

static int write_text(struct side *s, const char *text)
{
	struct str piece = str_from(text);
	return stream_write(&s->stream, &piece, 1);
}

/* ---- order ---- */

enum { LARGE = 3 << 20 };

static void close_at_end(struct side *s)
{
	if (s->ended)
		close_both(s);
}

/* Small writes may be held back, large ones are not, and what the kernel does not take is queued: the order is that of the
 * calls, and the end comes last. */
static void order(void **state)
{
	char *large = malloc(LARGE);
	(void)state;
	assert_non_null(large);
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (char)('a' + i / 1000 % 26);
	struct str pieces[3] = {STR("two "), str_of(large, LARGE), STR(" three ")};
	stream_read(&b.stream, true);
	b.then = close_at_end;
	loop.batch = 2; /* as within a portion */
	assert_int_equal(write_text(&a, "one "), 0);
	assert_int_equal(stream_write(&a.stream, pieces, 3), 0);
	assert_true(stream_queued(&a.stream) > 0);
	assert_true(stream_unsent(&a.stream) >= stream_queued(&a.stream));
	assert_int_equal(write_text(&a, "four"), 0);
	stream_shutdown(&a.stream);
	assert_int_equal(write_text(&a, "five"), UV_EPIPE);
	loop_run(&loop);
	assert_int_equal(a.drained, 1);
	assert_int_equal(b.error, 0);
	assert_int_equal(b.got.len, 4 + 4 + LARGE + 7 + 4);
	assert_memory_equal(b.got.at, "one two ", 8);
	assert_memory_equal(b.got.at + 8, large, LARGE);
	assert_memory_equal(b.got.at + 8 + LARGE, " three four", 11);
	free(large);
}

/* What was written just before the close goes out before the end. */
static void written_then_closed(void **state)
{
	(void)state;
	stream_read(&b.stream, true);
	b.then = close_at_end;
	loop.batch = 2;
	assert_int_equal(write_text(&a, "last "), 0);
	assert_int_equal(write_text(&a, "words"), 0);
	stream_close(&a.stream);
	loop_run(&loop);
	assert_int_equal(b.got.len, 10);
	assert_memory_equal(b.got.at, "last words", 10);
	assert_int_equal(b.ended, 1);
}

/* ---- reading on and off ---- */

static struct timeout later;

static void read_again(struct timeout *t)
{
	(void)t;
	assert_int_equal(b.got.len, 0);
	assert_int_equal(b.ended, 0);
	stream_read(&b.stream, true);
}

/* Bytes and the end that came while nobody read are not lost: the kernel does not tell of them a second time. */
static void read_late(void **state)
{
	(void)state;
	b.then = close_at_end;
	assert_int_equal(write_text(&a, "early"), 0);
	stream_close(&a.stream);
	timeout_set(&loop, &later, 60, read_again);
	loop_run(&loop);
	assert_int_equal(b.got.len, 5);
	assert_int_equal(b.ended, 1);
	loop_stop_sweep(&loop);
}

static void stop_after_one(struct side *s)
{
	stream_read(&s->stream, false);
	s->then = NULL;
}

static void go_on(struct timeout *t)
{
	(void)t;
	assert_int_equal(b.got.len, LOOP_READ_BYTES); /* what one read brought, and no more */
	b.then = close_at_end;
	stream_read(&b.stream, true);
}

static void stop_within(struct side *s)
{
	stop_after_one(s);
	timeout_set(&loop, &later, 60, go_on);
}

/* Reading that is switched off by on_data stops there. */
static void stopped_within(void **state)
{
	char *large = calloc(1, LARGE);
	(void)state;
	assert_non_null(large);
	struct str piece = str_of(large, LARGE);
	int size = LARGE;
	setsockopt(a.stream.source.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	b.then = stop_within;
	assert_int_equal(stream_write(&a.stream, &piece, 1), 0);
	stream_shutdown(&a.stream);
	loop.batch = 1;
	stream_read(&b.stream, true);
	loop_run(&loop);
	assert_int_equal(b.got.len, LARGE);
	loop_stop_sweep(&loop);
	free(large);
}

/* ---- many at once ---- */

enum { CROWD = 80, CROWD_BYTES = 180000 };

static struct side crowd[CROWD];
static int crowd_far[CROWD], crowd_left;

static char crowd_byte(int i, size_t at)
{
	return (char)('a' + (at * 7 + (size_t)i) % 26);
}

static size_t crowd_bytes(int i)
{
	return i % 9 == 0 ? CROWD_BYTES : LOOP_AHEAD_BYTES - (size_t)i % 2;
}

static void one_less(struct side *s)
{
	if (!s->ended)
		return;
	stream_close(&s->stream);
	crowd_left--;
}

static void all_write(struct timeout *t)
{
	static char bytes[CROWD_BYTES];
	(void)t;
	for (int i = 0; i < CROWD; i++) {
		for (size_t at = 0; at < CROWD_BYTES; at++)
			bytes[at] = crowd_byte(i, at);
		assert_int_equal(write(crowd_far[i], bytes, crowd_bytes(i)), crowd_bytes(i));
		close(crowd_far[i]);
	}
}

/* More than the shared buffer holds is there to be read of all of them in one turn: nobody's bytes are another's, none are
 * missing, and a full buffer is not taken for the end. */
static void crowded(void **state)
{
	struct timeout soon = {.next = NULL};
	(void)state;
	close_both(NULL);
	for (int i = 0; i < CROWD; i++) {
		int pair[2], size = 4 * CROWD_BYTES;
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
		setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
		crowd_far[i] = pair[1];
		crowd[i].then = one_less;
		stream_open(&crowd[i].stream, &loop, &events, &crowd[i]);
		stream_take(&crowd[i].stream, pair[0]);
		stream_read(&crowd[i].stream, true);
	}
	crowd_left = CROWD;
	timeout_set(&loop, &soon, 60, all_write);
	loop_run(&loop);
	assert_int_equal(crowd_left, 0);
	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(crowd[i].got.len, crowd_bytes(i));
		for (size_t at = 0; at < crowd_bytes(i); at++)
			assert_int_equal(crowd[i].got.at[at], crowd_byte(i, at));
		buf_free(&crowd[i].got);
	}
	loop_stop_sweep(&loop);
}

/* ---- the other side goes ---- */

static void close_at_error(struct side *s)
{
	if (s->error)
		close_both(s);
}

/* A queue that can never drain is told as an error. */
static void gone_while_queued(void **state)
{
	char *large = calloc(1, LARGE);
	(void)state;
	assert_non_null(large);
	struct str piece = str_of(large, LARGE);
	a.then = close_at_error;
	assert_int_equal(stream_write(&a.stream, &piece, 1), 0);
	assert_true(stream_queued(&a.stream) > 0);
	stream_close(&b.stream);
	loop_run(&loop);
	assert_int_equal(a.drained, 1);
	assert_int_equal(a.error, UV_EPIPE);
	free(large);
}

/* ---- connecting and accepting ---- */

static struct listener server;
static struct side accepted;
static bool room = true;

static bool may_accept(struct listener *l)
{
	(void)l;
	return room;
}

static void on_connection(struct listener *l, int fd, const struct sockaddr *from)
{
	char text[46];
	assert_int_equal(address_text(from, text, sizeof text), 9);
	assert_string_equal(text, "127.0.0.1");
	stream_open(&accepted.stream, &loop, &events, &accepted);
	stream_take(&accepted.stream, fd);
	stream_read(&accepted.stream, true);
	(void)l;
}

static void close_all(struct side *s)
{
	if (s->got.len < 5)
		return;
	stream_close(&accepted.stream);
	listener_close(&server);
	close_both(s);
}

static void close_self(struct side *s)
{
	if (s->ended)
		stream_close(&s->stream);
}

static bool told_within;

static void dialled(struct stream *s, int error)
{
	assert_true(told_within);
	assert_int_equal(error, 0);
	assert_int_equal(write_text(s->owner, "hello"), 0);
}

static void make_room(struct timeout *t)
{
	(void)t;
	assert_int_equal(accepted.got.len, 0); /* it waited with the kernel */
	room = true;
	listener_resume(&server);
}

static uint16_t listen_on_loopback(void)
{
	struct endpoint e;
	struct sockaddr_in bound;
	socklen_t size = sizeof bound;
	assert_true(endpoint_ip(&e, STR("127.0.0.1"), 0));
	int fd = listener_bind(&e, false);
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &size), 0);
	server.may_accept = may_accept;
	server.on_connection = on_connection;
	assert_int_equal(listener_open(&server, &loop, fd, false), 0);
	return ntohs(bound.sin_port);
}

static void dial_and_accept(void **state)
{
	struct endpoint e;
	struct side c = {.got = {0}};
	(void)state;
	room = false;
	assert_true(endpoint_ip(&e, STR("127.0.0.1"), listen_on_loopback()));
	accepted.then = close_all;
	stream_open(&c.stream, &loop, &events, &c);
	assert_int_equal(dial_start(&c.stream, &e, dialled), 0);
	told_within = true;
	timeout_set(&loop, &later, 100, make_room);
	stream_read(&c.stream, true);
	c.then = close_self;
	loop_run(&loop);
	assert_int_equal(accepted.closed, 1);
	assert_int_equal(c.closed, 1);
	loop_stop_sweep(&loop);
	buf_free(&accepted.got);
}

static int refused_error;

static void refused(struct stream *s, int error)
{
	assert_true(told_within);
	refused_error = error;
	stream_close(s);
}

/* Whether the kernel refuses at once or later: `done` is told, once, from the loop. */
static void dial_refused(void **state)
{
	static const char *const where[] = {"127.0.0.1", "/nowhere/socket"};
	(void)state;
	close_both(NULL);
	for (int i = 0; i < 2; i++) {
		struct endpoint e;
		struct side c = {.got = {0}};
		assert_true(i ? endpoint_unix(&e, str_from(where[i])) : endpoint_ip(&e, str_from(where[i]), 1));
		told_within = false;
		refused_error = 0;
		stream_open(&c.stream, &loop, &events, &c);
		assert_int_equal(dial_start(&c.stream, &e, refused), 0);
		told_within = true;
		loop_run(&loop);
		assert_int_equal(refused_error, i ? UV_ENOENT : UV_ECONNREFUSED);
		assert_int_equal(c.closed, 1);
	}
}

/* A stream that is closed while it connects is told that nobody waits any more. */
static void dial_cancelled(void **state)
{
	struct endpoint e;
	struct side c = {.got = {0}};
	(void)state;
	close_both(NULL);
	assert_true(endpoint_ip(&e, STR("192.0.2.1"), 9)); /* TEST-NET-1: nobody answers (RFC 5737) */
	refused_error = 0;
	stream_open(&c.stream, &loop, &events, &c);
	if (dial_start(&c.stream, &e, refused) != 0)
		skip(); /* no route at all */
	told_within = true;
	stream_close(&c.stream);
	loop_run(&loop);
	assert_true(refused_error != 0);
	assert_int_equal(c.closed, 1);
}

/* ---- addresses in words ---- */

static void addresses(void **state)
{
	static const char *const texts[] = {"0.0.0.0", "1.20.255.100", "255.255.255.255", "::1", "2001:db8::ff", "::ffff:10.0.0.9"};
	struct endpoint e;
	char text[46];
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(endpoint_ip(&e, str_from(texts[i]), 1));
		assert_int_equal(address_text((struct sockaddr *)&e.ip, text, sizeof text), strlen(texts[i]));
		assert_string_equal(text, texts[i]);
	}
	assert_int_equal(address_text(&(struct sockaddr){.sa_family = AF_UNIX}, text, sizeof text), 4);
	assert_string_equal(text, "unix");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(written_then_closed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(read_late, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(stopped_within, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(crowded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(gone_while_queued, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(dial_and_accept, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(dial_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(dial_cancelled, set_up, tear_down),
	    cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
