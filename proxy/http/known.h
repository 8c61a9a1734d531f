/* known: the table behind known_of (message.h), for those who look up many names at once. Internal to this room. */
#ifndef PROXY_HTTP_KNOWN_H
#define PROXY_HTTP_KNOWN_H

#include "proxy/http/message.h"
#include "proxy/http/sixteen.h"

enum { KNOWN_LONGEST = 24, KNOWN_SLOTS = 128 };

struct known_row {
	char text[KNOWN_LONGEST + 4]; /* in lower case, a colon behind it, then zeros */
	uint16_t mask; /* a bit for each of the first sixteen bytes that belong to it, with the colon */
	uint8_t len;
	uint8_t next; /* 1 + the number of the next candidate of its slot; 0: none, as today everywhere */
};

struct known_table {
	uint8_t slots[KNOWN_SLOTS]; /* 1 + the number of the first candidate */
	struct known_row rows[KNOWN_COUNT];
};

/* This thread's; NULL until it has asked for it. */
extern _Thread_local const struct known_table *known_made;
const struct known_table *known_make(void);

static inline const struct known_table *known_table(void)
{
	return known_made ? known_made : known_make();
}

/* The factors were searched so that no two names of today's list share a slot. */
static inline unsigned known_slot(const char *name, size_t len)
{
	unsigned first = (unsigned char)name[0] & 0x1fu, last = (unsigned char)name[len - 1] & 0x1fu;
	return ((unsigned)len * 5 + last * 13 + first * 3) % KNOWN_SLOTS;
}

#ifdef __SSE2__
/* known_of for a name of letters, digits, '-' and '.', at most fifteen of them, with the colon behind it: its first sixteen
 * bytes in lower case are at hand, whatever is behind the colon. */
static inline enum known known_short(const struct known_table *t, const char *name, size_t len, __m128i lower)
{
	for (unsigned i = t->slots[known_slot(name, len)]; i; i = t->rows[i - 1].next) {
		const struct known_row *row = &t->rows[i - 1];
		unsigned same = sixteen_bits(_mm_cmpeq_epi8(lower, sixteen_at(row->text)));
		if (!(~same & row->mask)) /* no longer name and no shorter one has its colon there */
			return (enum known)(i - 1);
	}
	return KNOWN_NONE;
}
#endif

#endif
