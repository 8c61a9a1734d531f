#include "proxy/base/log.h"

#include "proxy/base/buf.h"
#include "proxy/base/clock.h"
#include "proxy/base/ring.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct pipe {
	int read, write;
};

static struct pipe pipe_open(void)
{
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	return (struct pipe){fds[0], fds[1]};
}

/* Everything that was written, until all writers are closed. */
static struct buf pipe_all(struct pipe *p)
{
	struct buf all = {0};
	close(p->write);
	for (;;) {
		ssize_t n = read(p->read, buf_reserve(&all, 65536), 65536);
		if (n <= 0)
			break;
		all.len += (size_t)n;
	}
	close(p->read);
	return all;
}

static void a_line_is_json(void **state)
{
	(void)state;
	struct pipe p = pipe_open();
	struct log *l = log_open(&(struct log_options){.fd = p.write, .level = LOG_INFO});
	struct log_producer *me = log_producer(l);
	int64_t when;
	assert_true(clock_parse(STR("2026-06-30T14:00:05.250Z"), &when));
	log_begin(me, LOG_INFO, STR("access"), when);
	log_text(me, "url.path", STR("/a\"b\\\n\x1b[2J\xff"));
	log_number(me, "n", 18446744073709551615u);
	log_bool(me, "yes", true);
	log_text_if(me, "absent", STR(""));
	log_end(me);
	log_begin(me, LOG_WARN, STR("x"), when + 751);
	log_end(me);
	log_begin(me, LOG_INFO, STR("y"), when - 4251);
	log_end(me);
	log_begin(me, LOG_DEBUG, STR("not wanted"), when);
	log_text(me, "a", STR("b"));
	log_end(me);
	log_close(l);
	struct buf all = pipe_all(&p);
	buf_addc(&all, '\0');
	assert_string_equal(all.at,
			    "{\"@timestamp\":\"2026-06-30T14:00:05.250Z\",\"log.level\":\"info\",\"event.action\":"
			    "\"access\",\"url.path\":\"/a\\\"b\\\\\\n\\u001b[2J\xEF\xBF\xBD\",\"n\":"
			    "18446744073709551615,\"yes\":true}\n"
			    "{\"@timestamp\":\"2026-06-30T14:00:06.001Z\",\"log.level\":\"warn\",\"event.action\":"
			    "\"x\"}\n"
			    "{\"@timestamp\":\"2026-06-30T14:00:00.999Z\",\"log.level\":\"info\",\"event.action\":"
			    "\"y\"}\n");
	buf_free(&all);
}

static void text_is_for_people(void **state)
{
	(void)state;
	struct pipe p = pipe_open();
	struct log *l = log_open(&(struct log_options){.fd = p.write, .level = LOG_INFO, .format = LOG_TEXT});
	struct log_producer *me = log_producer(l);
	log_begin(me, LOG_WARN, STR("contract.violated"), 0);
	log_text(me, "message", STR("it\nbroke"));
	log_text(me, "a", STR("plain"));
	log_text(me, "b", STR("two words"));
	log_number(me, "n", 7);
	log_end(me);
	log_close(l);
	struct buf all = pipe_all(&p);
	buf_addc(&all, '\0');
	assert_string_equal(all.at, "1970-01-01T00:00:00.000Z WARN  contract.violated  it\\nbroke a=plain "
				    "b=\"two words\" n=7\n");
	buf_free(&all);
}

enum { THREADS = 4, LINES = 20000 };

static void *produce(void *argument)
{
	struct log_producer *me = log_producer(argument);
	for (unsigned i = 0; i < LINES; i++) {
		log_begin(me, LOG_INFO, STR("line"), (int64_t)i);
		log_number(me, "n", i);
		log_text(me, "pad", str_of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", i % 32));
		log_end(me);
		if (i % 1000 == 0)
			usleep(2000);
	}
	return NULL;
}

static void *slurp(void *argument)
{
	struct buf *all = must_zalloc(1, sizeof *all);
	*all = pipe_all(&(struct pipe){*(int *)argument, -1});
	return all;
}

/* Lines of several threads come whole and in each thread's order; those not there are counted. */
static void nothing_is_lost_uncounted(void **state)
{
	(void)state;
	struct pipe p = pipe_open();
	pthread_t reader, producers[THREADS];
	pthread_create(&reader, NULL, slurp, &p.read);
	struct log *l = log_open(&(struct log_options){.fd = p.write, .level = LOG_INFO, .ring_bytes = 65536});
	for (int i = 0; i < THREADS; i++)
		pthread_create(&producers[i], NULL, produce, l);
	for (int i = 0; i < THREADS; i++)
		pthread_join(producers[i], NULL);
	uint64_t dropped = log_dropped(l);
	log_close(l);
	close(p.write);
	void *result;
	pthread_join(reader, &result);
	struct buf *all = result;
	uint64_t lines = 0, told = 0;
	struct str rest = buf_str(all);
	while (rest.len) {
		struct str line = str_cut(&rest, '\n');
		assert_true(str_starts(line, STR("{\"@timestamp\":")));
		assert_true(str_ends(line, STR("}")));
		size_t at = str_search(line, STR("\"vane.dropped\":"));
		uint64_t count;
		if (at < line.len) {
			assert_true(str_to_u64(str_of(line.at + at + 15, line.len - at - 16), &count));
			told += count;
		} else {
			lines++;
		}
	}
	assert_int_equal(lines + dropped, THREADS * LINES);
	assert_int_equal(told, dropped);
	buf_free(all);
	free(all);
}

/* Nobody reads: the producer goes on, and close comes back. */
static void a_stalled_reader_blocks_nobody(void **state)
{
	(void)state;
	struct pipe p = pipe_open();
	struct log *l = log_open(&(struct log_options){.fd = p.write, .level = LOG_INFO, .ring_bytes = 65536});
	struct log_producer *me = log_producer(l);
	for (unsigned i = 0; i < 100000; i++)
		log_say(me, LOG_INFO, "line", "number %u", i);
	assert_true(log_dropped(l) > 90000);
	/* With a reader again the rest comes, and the number of lost lines is told. */
	pthread_t reader;
	pthread_create(&reader, NULL, slurp, &p.read);
	usleep(50000);
	log_say(me, LOG_INFO, "line", "the last");
	log_close(l);
	close(p.write);
	void *result;
	pthread_join(reader, &result);
	struct buf *all = result;
	assert_true(str_search(buf_str(all), STR("log.dropped")) < all->len);
	assert_true(str_search(buf_str(all), STR("the last")) < all->len);
	buf_free(all);
	free(all);
}

static void a_full_disk_is_counted(void **state)
{
	(void)state;
	int fd = open("/dev/full", O_WRONLY);
	if (fd < 0)
		skip();
	struct log *l = log_open(&(struct log_options){.fd = fd, .level = LOG_INFO});
	struct log_producer *me = log_producer(l);
	for (unsigned i = 0; i < 10; i++)
		log_say(me, LOG_INFO, "line", "number %u", i);
	for (int i = 0; i < 500 && log_dropped(l) < 10; i++)
		usleep(10000);
	assert_int_equal(log_dropped(l), 10);
	log_close(l);
	close(fd);
}

static void a_ring_wraps(void **state)
{
	(void)state;
	struct ring r;
	struct str pieces[2];
	ring_init(&r, 8);
	assert_true(ring_put(&r, STR("abcdef")));
	assert_false(ring_put(&r, STR("ghi")));
	assert_int_equal(ring_peek(&r, pieces), 6);
	ring_take(&r, 5);
	assert_true(ring_put(&r, STR("ghijklm")));
	assert_int_equal(ring_used(&r), 8);
	assert_int_equal(ring_peek(&r, pieces), 8);
	assert_true(str_eq(pieces[0], STR("fgh")));
	assert_true(str_eq(pieces[1], STR("ijklm")));
	assert_false(ring_put(&r, STR("n")));
	ring_take(&r, 8);
	assert_int_equal(ring_peek(&r, pieces), 0);
	ring_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_ring_wraps),
	    cmocka_unit_test(a_line_is_json),
	    cmocka_unit_test(text_is_for_people),
	    cmocka_unit_test(nothing_is_lost_uncounted),
	    cmocka_unit_test(a_stalled_reader_blocks_nobody),
	    cmocka_unit_test(a_full_disk_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
