/* event: something that happened and is worth a line of its own: a contract was violated, a deprecated version was
 * used, the configuration was reloaded. Plain data that borrows everything; written at once as a log line, and kept in
 * the journal where event.def says so. Never holds a value of a message. Made by the observing rooms from an exchange,
 * and by server, snapshot and health through observe_event. */
#ifndef PROXY_EVENT_H
#define PROXY_EVENT_H

#include "proxy/base/buf.h"
#include "proxy/base/log.h"

enum event_type {
#define X(name, word, level, kept) EVENT_##name,
#include "proxy/event.def"
#undef X
	EVENT_TYPE_COUNT
};

/* What else is to be told: `name` is a constant such as "vane.violation.code". */
struct event_detail {
	const char *name;
	struct str value;
};
enum { EVENT_DETAILS = 12 };

struct event {
	enum event_type type;
	int64_t wall_ms;                                /* 0: now */
	struct str message;                             /* a sentence for people; may be empty */
	struct str version, consumer, trace_id, digest; /* digest: of the version's contract */
	struct str method, route;
	uint64_t count; /* how many it stands for; 0: not told */
	struct event_detail details[EVENT_DETAILS];
	unsigned detail_count;
};

/* Its word in event.def. */
struct str event_word(enum event_type type);
/* The level of its line. */
enum log_level event_level(enum event_type type);
/* Whether the journal keeps it. */
bool event_kept(enum event_type type);
/* Adds a detail; empty values are left out. */
void event_detail(struct event *e, const char *name, struct str value);
/* Writes the line. */
void event_log(const struct event *e, struct log_producer *p);
/* The event's data (message, method, route, count, details) as a JSON object: what the journal keeps beside its
 * columns. */
void event_json(const struct event *e, struct buf *out);

#endif
