#include "proxy/keeper.h"

#include "proxy/base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
	EVENTS_EVERY_S = 1,
	USAGE_EVERY_MS = 10000,
	PRUNE_EVERY_MS = 3600000,
	REPORT_EVERY_MS = 60000,
	KEEP_DEFAULT_DAYS = 400,
	RESTORED_MAX = 50000
};

struct keeper {
	struct usage *usage;
	struct field_use *fields;
	struct journal *journal;
	struct ledger ledger;
	bool file;
	const char *path;
	struct log_producer *log; /* used with `writing` held */
	pthread_mutex_t writing;  /* one batch at a time; also of the times and the report's state */
	int64_t usage_ms, pruned_ms, reported_ms, failed_ms; /* monotonic */
	struct arena arena;                                  /* of one batch */
	atomic_bool failing;
	_Atomic uint64_t failures;
	_Atomic int64_t keep_ms;
	atomic_bool sampled;
	pthread_mutex_t lock; /* of stop */
	pthread_cond_t wake;
	bool stop;
	pthread_t thread;
};

static int64_t mono_ms(void)
{
	return (int64_t)(clock_mono_ns() / 1000000);
}

static void say(struct keeper *k, enum event_type type, const char *what, struct str why)
{
	struct event e = {.type = type, .wall_ms = clock_wall_ms(), .message = str_from(what)};
	event_detail(&e, "file.path", str_from(k->path));
	event_detail(&e, "error.message", why);
	event_log(&e, k->log);
	if (event_kept(type))
		journal_add(k->journal, &e, e.wall_ms);
}

static void note_failure(struct keeper *k, const char *what, struct str why)
{
	int64_t now = mono_ms();
	atomic_fetch_add(&k->failures, 1);
	k->failed_ms = now;
	if (!atomic_exchange(&k->failing, true) || now - k->reported_ms >= REPORT_EVERY_MS) {
		k->reported_ms = now;
		say(k, EVENT_LEDGER_FAILED, what, why);
	}
}

static void note_success(struct keeper *k)
{
	if (atomic_exchange(&k->failing, false))
		say(k, EVENT_LEDGER_RECOVERED,
		    "the usage ledger can be written again; nothing that was kept meanwhile is lost", STR(""));
}

static void take_usage(struct keeper *k, struct ledger_batch *b)
{
	usage_collect(k->usage);
	b->usage = usage_pending(k->usage, &k->arena, &b->usage_count);
	field_use_collect(k->fields);
	b->fields = field_use_pending(k->fields, &k->arena, &b->field_count, &b->lost);
}

static void write_batch(struct keeper *k, bool usage)
{
	struct buf error = {0};
	struct ledger_batch b = {.sampled = atomic_load(&k->sampled)};
	arena_reset(&k->arena);
	struct event_row *events = journal_take(k->journal, &k->arena, &b.event_count);
	b.events = events;
	if (usage)
		take_usage(k, &b);
	/* A batch of usage is written when it is empty too: that is how readers of the file know that nobody has called. */
	if (usage || b.event_count) {
		if (ledger_write(&k->ledger, &b, clock_wall_ms(), &error)) {
			if (usage) {
				usage_written(k->usage);
				field_use_written(k->fields);
			}
			note_success(k);
		} else {
			journal_untake(k->journal, events, b.event_count);
			note_failure(k, "the usage ledger cannot be written; usage is kept in memory until it can",
				     buf_str(&error));
		}
	}
	buf_free(&error);
}

static void prune(struct keeper *k)
{
	struct buf error = {0};
	if (!ledger_prune(&k->ledger, clock_wall_ms() - atomic_load(&k->keep_ms), JOURNAL_KEEPS, &error))
		note_failure(k, "old rows of the usage ledger cannot be removed", buf_str(&error));
	buf_free(&error);
}

static void work(struct keeper *k, bool all)
{
	pthread_mutex_lock(&k->writing);
	int64_t now = mono_ms();
	bool usage = all || now - k->usage_ms >= USAGE_EVERY_MS;
	/* A ledger that fails is tried again with the next batch of usage, not every second. */
	if (usage || !atomic_load(&k->failing))
		write_batch(k, usage);
	if (usage)
		k->usage_ms = now;
	if (now - k->pruned_ms >= PRUNE_EVERY_MS || !k->pruned_ms) {
		prune(k);
		k->pruned_ms = now;
	}
	pthread_mutex_unlock(&k->writing);
}

/* Sleeps until the next look at the queue; false when it is time to end. */
static bool wait(struct keeper *k)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += EVENTS_EVERY_S;
	pthread_mutex_lock(&k->lock);
	while (!k->stop && pthread_cond_timedwait(&k->wake, &k->lock, &until) != ETIMEDOUT)
		;
	bool stop = k->stop;
	pthread_mutex_unlock(&k->lock);
	return !stop;
}

static void *keep(void *argument)
{
	struct keeper *k = argument;
	while (wait(k))
		work(k, false);
	work(k, true);
	return NULL;
}

static void open_ledger(struct keeper *k)
{
	struct buf error = {0};
	k->file = k->path && ledger_open(&k->ledger, k->path, LEDGER_WRITE, &error);
	if (k->file)
		say(k, EVENT_LEDGER_OPENED, "usage is kept in a file", STR(""));
	else if (k->path)
		note_failure(k,
			     "the usage ledger cannot be used and was left alone; usage is kept in memory and is lost "
			     "at the end",
			     buf_str(&error));
	else
		say(k, EVENT_LEDGER_IN_MEMORY,
		    "usage is kept in memory and is lost at the end: set usage.ledger to a file", STR(""));
	if (!k->file)
		CHECK(ledger_open(&k->ledger, NULL, LEDGER_WRITE, &error));
	/* History begins now, not with the first call. */
	const struct ledger_batch empty = {.sampled = atomic_load(&k->sampled)};
	if (!ledger_write(&k->ledger, &empty, clock_wall_ms(), &error))
		note_failure(k, "the usage ledger cannot be written; usage is kept in memory until it can", buf_str(&error));
	/* What failed was the file; memory is written without trouble, which is no recovery. */
	if (!k->file)
		atomic_store(&k->failing, false);
	buf_free(&error);
}

static void restore(struct keeper *k)
{
	struct buf error = {0};
	struct usage_report r;
	struct usage_query q = {.limit = RESTORED_MAX};
	if (ledger_usage(&k->ledger, &q, &k->arena, &r, &error))
		usage_restore(k->usage, r.rows, r.count);
	else
		note_failure(k, "the usage ledger cannot be read", buf_str(&error));
	buf_free(&error);
}

static void start_thread(struct keeper *k)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	CHECK(pthread_cond_init(&k->wake, &attributes) == 0);
	pthread_condattr_destroy(&attributes);
	CHECK(pthread_mutex_init(&k->lock, NULL) == 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	CHECK(pthread_create(&k->thread, NULL, keep, k) == 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct keeper *keeper_open(const struct keeper_options *o)
{
	struct keeper *k = must_zalloc(1, sizeof *k);
	k->usage = o->usage;
	k->fields = o->fields;
	k->journal = o->journal;
	k->path = o->path;
	k->log = log_producer(o->log);
	k->usage_ms = mono_ms();
	keeper_set(k, o->keep_ms, o->sampled);
	arena_init(&k->arena, 65536);
	CHECK(pthread_mutex_init(&k->writing, NULL) == 0);
	open_ledger(k);
	restore(k);
	start_thread(k);
	return k;
}

void keeper_close(struct keeper *k)
{
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	ledger_close(&k->ledger);
	arena_free(&k->arena);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->lock);
	pthread_mutex_destroy(&k->writing);
	free(k);
}

void keeper_set(struct keeper *k, int64_t keep_ms, bool sampled)
{
	atomic_store(&k->sampled, sampled);
	atomic_store(&k->keep_ms, keep_ms ? keep_ms : (int64_t)KEEP_DEFAULT_DAYS * 86400000);
}

void keeper_flush(struct keeper *k)
{
	pthread_mutex_lock(&k->writing);
	write_batch(k, true);
	pthread_mutex_unlock(&k->writing);
}

struct ledger *keeper_ledger(struct keeper *k)
{
	return &k->ledger;
}

uint64_t keeper_failures(struct keeper *k)
{
	return atomic_load(&k->failures);
}

bool keeper_healthy(struct keeper *k)
{
	return k->file && !atomic_load(&k->failing);
}
