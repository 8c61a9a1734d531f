/* The loop: who hears of which descriptor, when what was put off is done, when it ends. */
#include "proxy/net/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop loop;

static int open_loop(void **state)
{
	(void)state;
	return loop_open(&loop);
}

static int close_loop(void **state)
{
	(void)state;
	loop_close(&loop);
	return 0;
}

/* ---- an event may be older than the close of its descriptor ---- */

struct end {
	struct source source;
	struct end *other;
	int far; /* the other end of the pair */
	int told;
};

static struct end ends[2], successor;
static struct task look;

static void pair_of(struct end *e, void (*ready)(struct source *s, uint32_t events))
{
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	e->source = (struct source){pair[0], ready};
	e->far = pair[1];
	assert_int_equal(loop_watch(&loop, &e->source, EPOLLIN | EPOLLET), 0);
}

static void forget(struct end *e)
{
	loop_forget(&loop, &e->source, false);
	close(e->source.fd);
	close(e->far);
}

static void told(struct source *s, uint32_t events)
{
	struct end *e = (struct end *)((char *)s - offsetof(struct end, source));
	assert_true(events & EPOLLIN);
	e->told++;
	forget(e);
}

/* Whoever is told first closes the other, and opens something that gets its number. */
static void first_wins(struct source *s, uint32_t events)
{
	struct end *e = (struct end *)((char *)s - offsetof(struct end, source));
	int number = e->other->source.fd;
	(void)events;
	e->told++;
	forget(e->other);
	pair_of(&successor, told);
	assert_int_equal(successor.source.fd, number < e->other->far ? number : e->other->far);
	loop_later(&loop, &look);
	forget(e);
}

static void successor_is_untold(struct task *t)
{
	(void)t;
	assert_int_equal(successor.told, 0);
	assert_int_equal(write(successor.far, "y", 1), 1);
}

static void stale_events(void **state)
{
	(void)state;
	look.run = successor_is_untold;
	for (int i = 0; i < 2; i++) {
		ends[i].other = &ends[1 - i];
		pair_of(&ends[i], first_wins);
		assert_int_equal(write(ends[i].far, "x", 1), 1);
	}
	loop_run(&loop);
	assert_int_equal(ends[0].told + ends[1].told, 1);
	assert_int_equal(successor.told, 1); /* of its own byte */
}

/* ---- what is put off ---- */

static struct task first, second, again;
static int order[8], count;

static void run_second(struct task *t)
{
	(void)t;
	order[count++] = 2;
}

static void run_again(struct task *t)
{
	order[count++] = 3;
	if (count < 6)
		loop_later(&loop, t);
}

static void run_first(struct task *t)
{
	(void)t;
	order[count++] = 1;
	loop_later(&loop, &again);
	loop_later(&loop, &again); /* once is enough */
}

static void put_off(void **state)
{
	static const int expected[] = {1, 2, 3, 3, 3, 3};
	(void)state;
	first.run = run_first;
	second.run = run_second;
	again.run = run_again;
	loop_later(&loop, &first);
	loop_later(&loop, &second);
	loop_run(&loop);
	assert_int_equal(count, 6);
	assert_memory_equal(order, expected, sizeof expected);
}

/* ---- time, and work on other threads ---- */

static struct timeout soon, never;
static int fired;
static uv_work_t work;

static void fire(struct timeout *t)
{
	(void)t;
	fired++;
	timeout_clear(&loop, &never);
	loop_stop_sweep(&loop);
}

static void timers(void **state)
{
	(void)state;
	timeout_set(&loop, &soon, 60, fire);
	timeout_set(&loop, &never, 60000, fire);
	loop_run(&loop); /* ends with the last of them */
	assert_int_equal(fired, 1);
}

static void sleep_a_little(uv_work_t *w)
{
	(void)w;
	usleep(30000);
}

static void has_slept(uv_work_t *w, int status)
{
	(void)w;
	fired += status == 0;
}

/* Nothing is open, no timer is set: what a thread still does keeps the loop waiting for it, neither ended nor turning. */
static void work_alone(void **state)
{
	(void)state;
	fired = 0;
	assert_int_equal(uv_queue_work(&loop.uv, &work, sleep_a_little, has_slept), 0);
	loop_run(&loop);
	assert_int_equal(fired, 1);
}

/* ---- events of a source can be switched off ---- */

static struct end listener;
static struct task resume;
static bool paused;

static void pauses(struct source *s, uint32_t events)
{
	(void)events;
	assert_false(paused);
	listener.told++;
	if (listener.told == 2) {
		forget(&listener);
		return;
	}
	paused = true;
	loop_change(&loop, s, 0);
	loop_later(&loop, &resume);
}

static void resumes(struct task *t)
{
	(void)t;
	paused = false;
	loop_change(&loop, &listener.source, EPOLLIN | EPOLLET);
}

static void changes(void **state)
{
	(void)state;
	resume.run = resumes;
	pair_of(&listener, pauses);
	assert_int_equal(write(listener.far, "z", 1), 1);
	loop_run(&loop);
	assert_int_equal(listener.told, 2); /* what is so already is told again */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(stale_events, open_loop, close_loop),
	    cmocka_unit_test_setup_teardown(put_off, open_loop, close_loop),
	    cmocka_unit_test_setup_teardown(timers, open_loop, close_loop),
	    cmocka_unit_test_setup_teardown(work_alone, open_loop, close_loop),
	    cmocka_unit_test_setup_teardown(changes, open_loop, close_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
