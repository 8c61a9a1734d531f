#include "filters/split.h"

#include "proxy/base/hash.h"

uint32_t split_point(struct str key, struct str salt)
{
	static const uint64_t for_salts[2] = {SPLIT_FIRST, SPLIT_SECOND};
	const uint64_t for_keys[2] = {SPLIT_FIRST, hash_keyed(salt, for_salts)};
	return (uint32_t)(hash_keyed(key, for_keys) % SPLIT_WHOLE);
}

int64_t split_ramp_weight(const struct split_ramp *r, int64_t elapsed)
{
	if (elapsed <= 0)
		return r->from;
	if (elapsed >= r->over)
		return r->to;
	return r->from + (int64_t)((double)(r->to - r->from) * ((double)elapsed / (double)r->over));
}
