/* known_of of message.h. The factors of the hash were searched so that no two names of today's list share a slot. */
#include "proxy/http/message.h"

enum { LONGEST = 24, SLOTS = 128 };

/* 1 + number of the first candidate of a slot; candidates of a slot are chained in the same way. */
struct table {
	uint8_t slots[SLOTS];
	uint8_t next[KNOWN_COUNT];
};

static unsigned slot_of(struct str name)
{
	unsigned first = (unsigned char)name.at[0] & 0x1fu, last = (unsigned char)name.at[name.len - 1] & 0x1fu;
	return ((unsigned)name.len * 5 + last * 13 + first * 3) % SLOTS;
}

static const struct table *table(void)
{
	static _Thread_local struct table made;
	static _Thread_local bool ready;
	if (!ready) {
		for (unsigned i = 0; i < KNOWN_COUNT; i++) {
			uint8_t *slot = &made.slots[slot_of(known_name((enum known)i))];
			made.next[i] = *slot;
			*slot = (uint8_t)(i + 1);
		}
		ready = true;
	}
	return &made;
}

enum known known_of(struct str name)
{
	if (name.len == 0 || name.len > LONGEST)
		return KNOWN_NONE;
	const struct table *t = table();
	for (unsigned i = t->slots[slot_of(name)]; i; i = t->next[i - 1])
		if (str_eq_nocase(known_name((enum known)(i - 1)), name))
			return (enum known)(i - 1);
	return KNOWN_NONE;
}
