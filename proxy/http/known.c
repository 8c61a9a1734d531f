#include "proxy/http/known.h"

#define NAME_ENTRY(id, name) [KNOWN_##id] = STR_INIT(name),
static const struct str names[KNOWN_COUNT] = {KNOWN_FIELDS(NAME_ENTRY)};
#undef NAME_ENTRY

_Thread_local const struct known_table *known_made;

const struct known_table *known_make(void)
{
	static _Thread_local struct known_table table;
	for (unsigned i = 0; i < KNOWN_COUNT; i++) {
		uint8_t *slot = &table.slots[known_slot(names[i].at, names[i].len)];
		struct known_row *row = &table.rows[i];
		CHECK(names[i].len <= KNOWN_LONGEST);
		memcpy(row->text, names[i].at, names[i].len);
		row->text[names[i].len] = ':';
		row->len = (uint8_t)names[i].len;
		row->mask = (uint16_t)(row->len < 16 ? (2u << row->len) - 1 : 0xffffu);
		row->next = *slot;
		*slot = (uint8_t)(i + 1);
	}
	known_made = &table;
	return known_made;
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

static inline bool same(struct str s, const struct known_row *row)
{
	if (s.len != row->len)
		return false;
	if (s.len < 4)
		return str_eq_nocase(s, str_of(row->text, row->len));
	if (s.len < 8)
		return four_same(s.at, row->text) && four_same(s.at + s.len - 4, row->text + s.len - 4);
	for (size_t i = 0; i + 8 < s.len; i += 8)
		if (!eight_same(s.at + i, row->text + i))
			return false;
	return eight_same(s.at + s.len - 8, row->text + s.len - 8);
}

enum known known_of(struct str name)
{
	if (name.len == 0 || name.len > KNOWN_LONGEST)
		return KNOWN_NONE;
	const struct known_table *t = known_table();
	for (unsigned i = t->slots[known_slot(name.at, name.len)]; i; i = t->rows[i - 1].next)
		if (same(name, &t->rows[i - 1]))
			return (enum known)(i - 1);
	return KNOWN_NONE;
}

struct str known_name(enum known id)
{
	return id < KNOWN_COUNT ? names[id] : STR("");
}
