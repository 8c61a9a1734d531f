/* log: lines for people and machines, written so that no loop ever waits for a disk or a pipe. Each thread that logs
 * has a ring of its own (log_producer) and builds one line at a time in it: log_begin, fields, log_end. One thread of
 * the log copies the rings to the file descriptor. A line that does not fit is dropped and counted (log_dropped), and
 * the log says how many when it can write again. Opened and closed by the process's start; values are escaped here, so
 * that whatever a client sends stays inside its string. Formats: one JSON object per line, or text for people. */
#ifndef PROXY_BASE_LOG_H
#define PROXY_BASE_LOG_H

#include "proxy/base/check.h"
#include "proxy/base/str.h"

/* X(NAME, word): from what always matters to what only a programmer reads. */
#define LOG_LEVELS(X)                                                                                                  \
	X(ERROR, "error")                                                                                              \
	X(WARN, "warn")                                                                                                \
	X(INFO, "info")                                                                                                \
	X(DEBUG, "debug")
enum log_level {
#define X(name, word) LOG_##name,
	LOG_LEVELS(X)
#undef X
};
enum log_format { LOG_JSON, LOG_TEXT };

struct log_options {
	int fd;               /* where lines go; stays the caller's */
	enum log_level level; /* lines above it are not made */
	enum log_format format;
	size_t ring_bytes; /* per producer; 0: 1 MiB; rounded up to a power of two of at least 64 KiB */
};

struct log;
struct log_producer;

/* Starts the writing thread. */
struct log *log_open(const struct log_options *o);
/* Writes what is there (for at most two seconds when the reader of the pipe has stalled), ends the thread, frees all
 * producers. No producer may be used any more. */
void log_close(struct log *l);
/* A ring for one thread, freed by log_close. May be called from any thread, at any time. */
struct log_producer *log_producer(struct log *l);
/* Another level or format from the next line on; any thread. */
void log_set(struct log *l, enum log_level level, enum log_format format);
/* Lines lost so far, of all producers: the ring was full, or writing failed. Any thread. */
uint64_t log_dropped(const struct log *l);

/* Whether a line of this level would be written: ask before building one. */
bool log_wants(const struct log_producer *p, enum log_level level);
/* The line that was begun is for people (log.format: text): a caller may then prefer one sentence to many fields. */
bool log_for_people(const struct log_producer *p);
/* Begins a line: time (milliseconds since the epoch), level and event.action. One line at a time per producer. */
void log_begin(struct log_producer *p, enum log_level level, struct str action, int64_t wall_ms);
/* The same whatever the log's level is: for lines that have a switch of their own. */
void log_begin_always(struct log_producer *p, enum log_level level, struct str action, int64_t wall_ms);
/* Adds a field. `name` is a constant of ours and not escaped; the value is escaped. */
void log_text(struct log_producer *p, const char *name, struct str value);
/* The same, left out where the value is empty. */
void log_text_if(struct log_producer *p, const char *name, struct str value);
/* The same as a number. */
void log_number(struct log_producer *p, const char *name, uint64_t value);
/* The same as true or false. */
void log_bool(struct log_producer *p, const char *name, bool value);
/* Ends the line and hands it over, or drops and counts it. Never blocks; no system call while the writer is awake. */
void log_end(struct log_producer *p);
/* A whole line with a message. */
void log_say(struct log_producer *p, enum log_level level, const char *action, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
