/* known_of of message.h. The factors of the hash were searched so that no two names of today's list share a slot. */
#include "proxy/http/message.h"

enum { LONGEST = 24, SLOTS = 128 };

#define NAME_ENTRY(id, name) [KNOWN_##id] = STR_INIT(name),
static const struct str names[KNOWN_COUNT] = {KNOWN_FIELDS(NAME_ENTRY)};
#undef NAME_ENTRY

/* 1 + number of the first candidate of a slot; candidates of a slot are chained in the same way. */
struct table {
	uint8_t slots[SLOTS];
	uint8_t next[KNOWN_COUNT];
};

static inline unsigned slot_of(struct str name)
{
	unsigned first = (unsigned char)name.at[0] & 0x1fu, last = (unsigned char)name.at[name.len - 1] & 0x1fu;
	return ((unsigned)name.len * 5 + last * 13 + first * 3) % SLOTS;
}

static const struct table *make(struct table *made)
{
	for (unsigned i = 0; i < KNOWN_COUNT; i++) {
		uint8_t *slot = &made->slots[slot_of(names[i])];
		CHECK(names[i].len <= LONGEST);
		made->next[i] = *slot;
		*slot = (uint8_t)(i + 1);
	}
	return made;
}

/* `s` is a token, so that setting bit 5 only folds letters, and moves '^' and '_' to where no name of the list goes. */
static inline bool eight_same(const char *s, const char *lower)
{
	uint64_t x, y;
	memcpy(&x, s, sizeof x);
	memcpy(&y, lower, sizeof y);
	return (x | UINT64_C(0x2020202020202020)) == y;
}

static inline bool four_same(const char *s, const char *lower)
{
	uint32_t x, y;
	memcpy(&x, s, sizeof x);
	memcpy(&y, lower, sizeof y);
	return (x | UINT32_C(0x20202020)) == y;
}

static inline bool same(struct str s, struct str lower)
{
	if (s.len != lower.len)
		return false;
	if (s.len < 4)
		return str_eq_nocase(s, lower);
	if (s.len < 8)
		return four_same(s.at, lower.at) && four_same(s.at + s.len - 4, lower.at + s.len - 4);
	for (size_t i = 0; i + 8 < s.len; i += 8)
		if (!eight_same(s.at + i, lower.at + i))
			return false;
	return eight_same(s.at + s.len - 8, lower.at + s.len - 8);
}

enum known known_of(struct str name)
{
	static _Thread_local struct table made;
	static _Thread_local const struct table *table;
	if (name.len == 0 || name.len > LONGEST)
		return KNOWN_NONE;
	if (!table)
		table = make(&made);
	for (unsigned i = table->slots[slot_of(name)]; i; i = table->next[i - 1])
		if (same(name, names[i - 1]))
			return (enum known)(i - 1);
	return KNOWN_NONE;
}

struct str known_name(enum known id)
{
	return id < KNOWN_COUNT ? names[id] : STR("");
}
