/* observe: what can be seen of vane, in one place: the log, the metrics, the usage ledger, the journal. One observatory
 * per process, one observer per worker. An exchange is observed once, in the session's finish, by observe_exchange: its
 * access line, its violations and deprecated uses, its counters and its usage; nothing shared is touched but what is
 * already in the worker's hands. Everything else that happens is told with observe_event. A scrape adds up the workers.
 */
#ifndef PROXY_OBSERVE_H
#define PROXY_OBSERVE_H

#include "conf/key.h"
#include "proxy/event.h"
#include "proxy/exchange.h"
#include "proxy/facts.h"
#include "proxy/ledger_fields.h"
#include "proxy/page.h"
#include "proxy/usage.h"

/* The settings `log:`, `usage:` and `admin:`; their key tables go into the configuration's top table. */
enum access_log { ACCESS_STDOUT, ACCESS_OFF };
struct log_settings {
	enum log_level level;
	enum log_format format;
	enum access_log access;
};
struct usage_settings {
	struct str ledger; /* a file; empty: in memory */
	int64_t keep;      /* milliseconds */
	int64_t fields;    /* the share of exchanges in which field use is sampled, parts per million */
};
struct admin_settings {
	struct address listen;
	struct str token_file; /* empty: no POST is allowed */
};
extern const struct key_table log_keys, usage_keys, admin_keys;

struct observe_options {
	struct log *log;    /* opened by the caller, closed by it after observe_close */
	unsigned workers;   /* observers 0 to workers - 1; the main thread has one more */
	const char *ledger; /* path of the SQLite file; NULL: in memory, with a warning in the log */
	int64_t keep_ms;    /* of usage and journal; 0: 400 days */
	bool sampled;       /* field use is */
	bool access_log;
	unsigned consumers_max;               /* distinct consumers in metrics and usage; 0: 1000; beyond it: _other */
	struct str api, vane_version, commit; /* copied */
	struct facts_source facts;            /* asked on the main loop for scrapes and pages */
};

struct observatory;
struct observer;

/* Opens the ledger, restores what it knows, starts its thread. Never fails: a ledger that cannot be used is reported in
 * the log, counted, and replaced by one in memory. Before the workers start. */
struct observatory *observe_open(const struct observe_options *o);
/* Writes what is pending. After the last observer was used. */
void observe_close(struct observatory *o);
/* After a reload: what may change while running. Main thread. */
void observe_set(struct observatory *o, bool access_log, int64_t keep_ms, bool sampled);

/* The observer of a worker's loop (index below workers), and the main thread's. When the main thread runs worker 0
 * itself it has both. Each is used by one thread only. */
struct observer *observe_worker(struct observatory *o, unsigned worker);
/* The main thread's observer. */
struct observer *observe_main(struct observatory *o);

/* Everything of an exchange that has ended. Call it once, before its snapshot is let go. */
void observe_exchange(struct observer *o, const struct exchange *x);
/* A copy of which something has come. */
void observe_copy(struct observer *o, const struct copy *c);
/* About once a second on each observer's thread: lines of aggregated events whose minute is over; on the main thread
 * also versions whose state has changed since the last time. */
void observe_tick(struct observer *o, int64_t wall_ms);
/* A line in the log, and in the journal where event.def says so. */
void observe_event(struct observer *o, const struct event *e);
/* The same with a message and nothing else. */
void observe_say(struct observer *o, enum event_type type, const char *format, ...) PRINTF_LIKE(3, 4);
/* The observer's ring, for plain log lines. */
struct log_producer *observe_log(struct observer *o);

/* What the pages of the admin port show; main thread. Texts are in the arena. */
void observe_metrics(struct observatory *o, bool open_metrics, struct buf *out);
/* The api's name, as it was at the start. */
struct str observe_api(const struct observatory *o);
/* Asks the source of facts for what is so now; texts and lists are in the arena. */
void observe_facts(struct observatory *o, struct arena *a, struct facts *f);
/* Kinds of violations or refusals, newest first, at most `limit`; event.count is the total, event.wall_ms the last
 * time. */
struct repeated {
	struct event event;
	int64_t first_ms;
};
/* In the arena with their texts; *count of them. Main thread. */
struct repeated *observe_repeated(struct observatory *o, enum event_type type, struct arena *a, size_t limit,
				  size_t *count);
/* Usage as the ledger has it, with what was pending written to it first. False with a sentence in `error`. */
bool observe_usage(struct observatory *o, const struct usage_query *q, struct arena *a, struct usage_report *r,
		   struct buf *error) WARN_UNUSED;
/* Field use, in the same way. */
bool observe_fields(struct observatory *o, const struct field_query *q, struct arena *a, struct field_report *r,
		    struct buf *error) WARN_UNUSED;
/* Who uses what, as far as this process knows without asking the ledger; newest last use first. */
struct known_use *observe_known(struct observatory *o, struct arena *a, size_t *count);
/* Kept events behind a sequence number. */
bool observe_journal(struct observatory *o, uint64_t after, unsigned limit, struct arena *a, struct event_report *r,
		     struct buf *error) WARN_UNUSED;
/* The sequence number of the newest kept event; costs nothing. */
uint64_t observe_last_event(struct observatory *o);
/* The sum of a tally over all workers, to be freed with tally_free. */
struct tally;
/* Fills *sum with the counters of all observers at this moment; main thread. */
void observe_tally(struct observatory *o, struct tally *sum);

/* Registers families that another room writes on each scrape (main thread): canary and backend gauges, for instance. */
void observe_collector(struct observatory *o, void (*collect)(void *context, struct page *p), void *context);

#endif
