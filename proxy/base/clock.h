/* clock: what time it is, and dates as operators write them. Wall time is milliseconds since 1970-01-01T00:00:00Z
 * (UTC, no leap seconds); monotonic time is nanoseconds from an arbitrary start. In a build with VANE_TEST_CLOCK the wall
 * clock is shifted by the seconds in the environment variable VANE_CLOCK_SHIFT, so that tests can stand at any date. */
#ifndef PROXY_BASE_CLOCK_H
#define PROXY_BASE_CLOCK_H

#include "proxy/base/str.h"

/* Milliseconds since the epoch, as of the kernel's last tick (1 to 10 ms ago): one of the cheap clocks. */
int64_t clock_wall_ms(void);
/* Nanoseconds, never going back. */
uint64_t clock_mono_ns(void);

/* `2026-06-30`, `2026-06-30T14:00Z`, `2026-06-30T14:00:05.250+02:00` (RFC 3339 with optional seconds) to milliseconds
 * since the epoch; a bare date is its first moment in UTC. False for anything else and for impossible dates. */
bool clock_parse(struct str text, int64_t *wall_ms);

enum { CLOCK_TEXT = 32 };
/* `2026-06-30T14:00:05.250Z` into `text` (CLOCK_TEXT bytes, NUL-terminated); returns its length. */
size_t clock_format(int64_t wall_ms, char *text);
/* `2026-06-30`, the UTC day of `wall_ms`, the same way. */
size_t clock_format_day(int64_t wall_ms, char *text);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month 1 to 12, day 1 to 31. */
int64_t clock_days(int64_t year, unsigned month, unsigned day);

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second, ms;
	unsigned weekday; /* 0 is Sunday */
};
/* The UTC calendar fields of a moment. */
struct civil clock_civil(int64_t wall_ms);

#endif
