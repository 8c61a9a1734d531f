#include "proxy/observe.h"

#include "proxy/access.h"
#include "proxy/base/clock.h"
#include "proxy/observe_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { CONSUMERS_DEFAULT = 1000, FINGERPRINTS_MAX = 4096, ANNOUNCED_MAX = 50000, MESSAGE_MAX = 1024 };

static char *copy(struct str s)
{
	char *text = must_alloc(s.len + 1);
	if (s.len)
		memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return text;
}

void observe_event(struct observer *o, const struct event *e)
{
	event_log(e, o->log);
	if (event_kept(e->type))
		journal_add(&o->all->journal, e, e->wall_ms ? e->wall_ms : clock_wall_ms());
}

static void tell(void *context, const struct event *e)
{
	observe_event(context, e);
}

void observe_say(struct observer *o, enum event_type type, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	CHECK(length >= 0);
	size_t kept = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
	observe_event(o, &(struct event){.type = type, .message = str_of(text, kept)});
}

static int64_t day_of(int64_t wall_ms)
{
	return wall_ms / 86400000 - (wall_ms % 86400000 < 0);
}

/* Marks a consumer's day; true when it was not marked yet. */
static bool announce(struct observatory *o, const struct str labels[4], int64_t day)
{
	pthread_mutex_lock(&o->announcing);
	struct series *row = series_row(&o->announced, labels);
	bool news = series_get(row, 0) != (uint64_t)day + 1;
	series_set(row, 0, (uint64_t)day + 1);
	pthread_mutex_unlock(&o->announcing);
	return news;
}

/* What was told before a restart is not told again on the same day. */
static void restore_announced(struct observatory *o)
{
	struct arena a;
	size_t count;
	int64_t today = day_of(clock_wall_ms());
	arena_init(&a, 65536);
	struct known_use *uses = usage_known(&o->usage, &a, &count);
	for (size_t i = 0; i < count; i++)
		if (uses[i].deprecated && day_of(uses[i].last_ms) == today)
			announce(o, (struct str[]){uses[i].version, uses[i].route, uses[i].method, uses[i].consumer},
				 today);
	arena_free(&a);
}

static void open_observers(struct observatory *o)
{
	for (unsigned i = 0; i < o->count; i++) {
		struct observer *one = &o->observers[i];
		one->all = o;
		one->index = i;
		one->log = log_producer(o->log);
		tally_init(&one->tally);
		repeats_init(&one->repeats, FINGERPRINTS_MAX, tell, one);
	}
}

struct observatory *observe_open(const struct observe_options *options)
{
	struct observatory *o = must_zalloc(1, sizeof *o);
	o->log = options->log;
	o->facts = options->facts;
	o->count = options->workers + 1;
	o->observers = must_zalloc(o->count, sizeof *o->observers);
	o->path = options->ledger ? copy(str_from(options->ledger)) : NULL;
	o->api = copy(options->api);
	o->vane_version = copy(options->vane_version);
	o->commit = copy(options->commit);
	names_init(&o->consumers, options->consumers_max ? options->consumers_max : CONSUMERS_DEFAULT);
	series_init(&o->announced, 4, 4, 1, ANNOUNCED_MAX);
	CHECK(pthread_mutex_init(&o->announcing, NULL) == 0);
	journal_init(&o->journal);
	usage_init(&o->usage, o->count);
	field_use_init(&o->fields, o->count);
	open_observers(o);
	o->keeper = keeper_open(&(struct keeper_options){.path = o->path,
							 .keep_ms = options->keep_ms,
							 .log = o->log,
							 .usage = &o->usage,
							 .fields = &o->fields,
							 .sampled = options->sampled,
							 .journal = &o->journal});
	restore_announced(o);
	atomic_store(&o->access_log, options->access_log);
	return o;
}

/* The last counts of aggregated events, which nothing will bring later. */
static void tell_rest(struct observatory *o)
{
	for (unsigned i = 0; i < o->count; i++)
		repeats_end(&o->observers[i].repeats, clock_wall_ms());
}

void observe_close(struct observatory *o)
{
	tell_rest(o);
	keeper_close(o->keeper);
	for (unsigned i = 0; i < o->count; i++) {
		tally_free(&o->observers[i].tally);
		repeats_free(&o->observers[i].repeats);
	}
	free(o->observers);
	usage_free(&o->usage);
	field_use_free(&o->fields);
	journal_free(&o->journal);
	names_free(&o->consumers);
	series_free(&o->announced);
	pthread_mutex_destroy(&o->announcing);
	VEC_FREE(&o->collectors);
	states_free(&o->states);
	free(o->path);
	free(o->api);
	free(o->vane_version);
	free(o->commit);
	free(o);
}

void observe_set(struct observatory *o, bool access_log, int64_t keep_ms, bool sampled)
{
	atomic_store(&o->access_log, access_log);
	keeper_set(o->keeper, keep_ms, sampled);
}

struct observer *observe_worker(struct observatory *o, unsigned worker)
{
	CHECK(worker < o->count - 1);
	return &o->observers[worker];
}

struct observer *observe_main(struct observatory *o)
{
	return &o->observers[o->count - 1];
}

struct log_producer *observe_log(struct observer *o)
{
	return o->log;
}

/* The first use of a day by a consumer is an event: `row` remembers the day for this worker, `announced` for all. */
static void note_deprecated(struct observer *o, struct series *row, const struct exchange *x, struct str consumer)
{
	int64_t day = day_of(x->wall_ms);
	if (series_get(row, 1) == (uint64_t)day + 1)
		return;
	series_set(row, 1, (uint64_t)day + 1);
	if (!announce(o->all, (struct str[]){tally_version(x), tally_route(x), tally_method(x), consumer}, day))
		return;
	struct event e = {.type = EVENT_VERSION_DEPRECATED_USED,
			  .wall_ms = tally_ended_ms(x),
			  .version = tally_version(x),
			  .method = tally_method(x),
			  .route = tally_route(x),
			  .consumer = consumer,
			  .trace_id = x->trace_id,
			  .digest = x->version ? x->version->digest : STR("")};
	event_detail(&e, "vane.version_source", version_source_word(x->source));
	event_detail(&e, "vane.deprecated.what", x->deprecated->what);
	event_detail(&e, "vane.deprecated.name", x->deprecated->name);
	event_detail(&e, "client.address", x->client);
	observe_event(o, &e);
}

/* The kept spelling of its name; a consumer often comes again before another does. */
static struct str kept_name(struct observer *o, const struct exchange *x)
{
	if (x->consumer_ignored)
		return STR("_ignored");
	if (x->consumer.len == 0)
		return STR("_unknown");
	if (!str_eq(o->last_consumer, x->consumer))
		o->last_consumer = names_of(&o->all->consumers, x->consumer);
	return o->last_consumer;
}

void observe_exchange(struct observer *o, const struct exchange *x)
{
	struct str consumer = kept_name(o, x);
	struct series *deprecated = tally_exchange(&o->tally, x, consumer);
	if (atomic_load_explicit(&o->all->access_log, memory_order_relaxed))
		access_log(o->log, x);
	repeats_exchange(&o->repeats, x, consumer, tally_ended_ms(x));
	usage_note(&o->all->usage, o->index, x, consumer);
	field_use_note(&o->all->fields, o->index, x, consumer);
	if (deprecated)
		note_deprecated(o, deprecated, x, consumer);
}

static void watch_states(struct observer *o, int64_t wall_ms)
{
	struct arena a;
	struct facts f;
	arena_init(&a, 4096);
	observe_facts(o->all, &a, &f);
	states_compare(&o->all->states, &f, wall_ms, tell, o);
	arena_free(&a);
}

void observe_copy(struct observer *o, const struct copy *c)
{
	tally_copy(&o->tally, c);
}

void observe_tick(struct observer *o, int64_t wall_ms)
{
	repeats_tick(&o->repeats, wall_ms);
	if (o == observe_main(o->all))
		watch_states(o, wall_ms);
}

void observe_collector(struct observatory *o, void (*collect)(void *context, struct page *p), void *context)
{
	VEC_PUSH(&o->collectors, ((struct collector){collect, context}));
}
