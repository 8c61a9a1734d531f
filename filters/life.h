/* life: where a version (or an operation) stands at a moment: active, deprecated, switched off for a while, past its
 * sunset. One pure function of the configuration and the clock, so that a clock that jumps changes nothing but the answer.
 * Made by deprecate.c from the configuration; immutable. Times are wall clock milliseconds (clock.h). */
#ifndef FILTERS_LIFE_H
#define FILTERS_LIFE_H

#include "proxy/base/str.h"

#define LIFE_NEVER INT64_MAX

enum life_state { LIFE_ACTIVE, LIFE_DEPRECATED, LIFE_BROWNOUT, LIFE_SUNSET };

struct life_brownout {
	int64_t at, length; /* milliseconds; the end is not part of it */
	int64_t share;      /* of requests, in parts per million */
};

struct life {
	int64_t deprecated; /* from this moment on; LIFE_NEVER. With only a sunset it is deprecated from the beginning */
	int64_t sunset;     /* LIFE_NEVER */
	const struct life_brownout *brownouts;
	size_t brownout_count;
};

/* The state at `now`. `request` is what tells requests apart, any bytes that no client
 * can choose: a brownout's share of them is hit. *until (may be
 * NULL) is set for LIFE_BROWNOUT: when the last of the brownouts that hit this request ends. */
enum life_state life_state(const struct life *life, int64_t now, struct str request, int64_t *until);
/* The state of the version as a whole, for pages and metrics: a brownout is one, however small its share. */
enum life_state life_shown(const struct life *life, int64_t now);
/* "active", "deprecated", "brownout", "sunset". */
const char *life_word(enum life_state state);
/* Whether a brownout's share hits this request. */
bool life_hits(const struct life_brownout *b, struct str request);

#endif
