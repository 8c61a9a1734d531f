/* log_inside: what the two halves of the log share: log_line.c builds lines in a producer's ring, log.c owns the thread
 * that writes them. Included by these two only. */
#ifndef PROXY_BASE_LOG_INSIDE_H
#define PROXY_BASE_LOG_INSIDE_H

#include "proxy/base/buf.h"
#include "proxy/base/clock.h"
#include "proxy/base/log.h"
#include "proxy/base/ring.h"

#include <pthread.h>

/* What the writing thread does: looks at the rings; sleeps for milliseconds; sleeps until it is woken. */
enum writer_state { WRITER_AWAKE, WRITER_NAPS, WRITER_SLEEPS };

struct log_producer {
	struct log *log;
	struct log_producer *next; /* set before it is published */
	struct ring ring;
	struct buf line;    /* being built; its memory is kept */
	bool muted, people; /* of the line being built */
	int64_t second_ms;  /* the second that `stamp` is about */
	char stamp[CLOCK_TEXT];
	size_t stamp_len;
	atomic_uint_fast64_t dropped;
};

struct log {
	int fd, wake;
	size_t ring_bytes;
	atomic_int level, format;
	atomic_int state;
	atomic_bool stop;
	_Atomic(struct log_producer *) producers;
	pthread_t thread;
	/* the writing thread's */
	atomic_uint_fast64_t lost; /* lines that could not be written */
	uint64_t told;             /* lost lines that the log has told of */
	bool cut;                  /* the last line written is incomplete */
};

#endif
