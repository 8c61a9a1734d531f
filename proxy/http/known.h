/* known: the table behind known_of (message.h), for those who look up many names at once. Internal to this room. */
#ifndef PROXY_HTTP_KNOWN_H
#define PROXY_HTTP_KNOWN_H

#include "proxy/http/message.h"
#include "proxy/http/sixteen.h"

enum { KNOWN_LONGEST = 24, KNOWN_SLOTS = 128 };

struct known_row {
	char text[KNOWN_LONGEST]; /* in lower case, zeros behind it */
	uint32_t len;
	uint8_t next; /* 1 + the number of the next candidate of its slot; 0: none, as today everywhere */
};

struct known_table {
	uint8_t slots[KNOWN_SLOTS]; /* 1 + the number of the first candidate */
	struct known_row rows[KNOWN_COUNT];
};

/* Made by a thread when it asks for the first time. */
const struct known_table *known_table(void);

/* The factors were searched so that no two names of today's list share a slot. */
static inline unsigned known_slot(const char *name, size_t len)
{
	unsigned first = (unsigned char)name[0] & 0x1fu, last = (unsigned char)name[len - 1] & 0x1fu;
	return ((unsigned)len * 5 + last * 13 + first * 3) % KNOWN_SLOTS;
}

#ifdef __SSE2__
/* known_of for a name of letters, digits, '-' and '.', at most sixteen of them, whose first sixteen bytes in lower case are
 * at hand (whatever is behind the name). */
static inline enum known known_short(const struct known_table *t, const char *name, size_t len, __m128i lower)
{
	for (unsigned i = t->slots[known_slot(name, len)]; i; i = t->rows[i - 1].next) {
		const struct known_row *row = &t->rows[i - 1];
		unsigned same = sixteen_bits(_mm_cmpeq_epi8(lower, sixteen_at(row->text)));
		if (row->len == len && !(~same & ((1u << len) - 1)))
			return (enum known)(i - 1);
	}
	return KNOWN_NONE;
}
#endif

#endif
