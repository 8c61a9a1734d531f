#include "filters/life.h"

#include "proxy/base/hash.h"

enum { WHOLE = 1000000 };

bool life_hits(const struct life_brownout *b, struct str request)
{
	const uint64_t key[2] = {UINT64_C(0x62726f776e6f7574), (uint64_t)b->at};
	return b->share >= WHOLE || (int64_t)(hash_keyed(request, key) % WHOLE) < b->share;
}

static bool is_within(const struct life_brownout *b, int64_t now)
{
	return now >= b->at && now - b->at < b->length;
}

static bool in_brownout(const struct life *life, int64_t now, struct str request, int64_t *until)
{
	bool hit = false;
	for (size_t i = 0; i < life->brownout_count; i++) {
		const struct life_brownout *b = &life->brownouts[i];
		if (!is_within(b, now) || !life_hits(b, request))
			continue;
		int64_t end = b->at + b->length;
		if (until && (!hit || end > *until))
			*until = end;
		hit = true;
	}
	return hit;
}

/* Brownouts apart. */
static enum life_state by_dates(const struct life *life, int64_t now)
{
	if (now >= life->sunset)
		return LIFE_SUNSET;
	bool only_sunset = life->deprecated == LIFE_NEVER && life->sunset != LIFE_NEVER;
	return only_sunset || now >= life->deprecated ? LIFE_DEPRECATED : LIFE_ACTIVE;
}

enum life_state life_state(const struct life *life, int64_t now, struct str request, int64_t *until)
{
	enum life_state state = by_dates(life, now);
	return state != LIFE_SUNSET && in_brownout(life, now, request, until) ? LIFE_BROWNOUT : state;
}

enum life_state life_shown(const struct life *life, int64_t now)
{
	enum life_state state = by_dates(life, now);
	for (size_t i = 0; state != LIFE_SUNSET && i < life->brownout_count; i++)
		if (life->brownouts[i].share && is_within(&life->brownouts[i], now))
			return LIFE_BROWNOUT;
	return state;
}

const char *life_word(enum life_state state)
{
	static const char *const words[] = {[LIFE_ACTIVE] = "active",
					    [LIFE_DEPRECATED] = "deprecated",
					    [LIFE_BROWNOUT] = "brownout",
					    [LIFE_SUNSET] = "sunset"};
	return words[state];
}
