#include "filters/contract/json_keys.h"
#include "filters/contract/program_fused_pass.h"

enum { SMALL_OBJECT = 32 };

const struct fused_property *fused_search_odd(const struct fused *f, const struct fused_plan *plan, struct str name,
					      uint32_t hash)
{
	const struct fused_property *one = &f->properties[plan->property], *end = one + plan->count;
	for (; one < end; one++)
		if (!one->key.length && one->name.hash == hash && one->name.length == name.len &&
		    run_same_text(f->run.p->text.at + one->name.text, name.at, one->name.length))
			return one;
	return NULL;
}

/* Room for three more. */
static inline void reserve_keys(struct tape *keys)
{
	if (LIKELY(keys->count + 3 <= keys->capacity))
		return;
	keys->capacity = keys->capacity * 2 + 64;
	keys->token = must_realloc(keys->token, keys->capacity * sizeof *keys->token);
}

/* Adds a key to those of the object that is the last one open; false: it stands there already. */
static bool add_key(struct fused *f, struct strangers *s, struct str name, uint32_t hash, uint32_t before)
{
	struct tape *keys = f->keys;
	uint64_t bit = (uint64_t)1 << (hash >> 26);
	uint32_t key = keys->count;
	reserve_keys(keys);
	keys->token[key] = (struct json_token){.at = (uint32_t)(name.at - f->run.source),
					       .length = (uint32_t)name.len,
					       .hash = hash,
					       .kind = JSON_STRING,
					       .flags = JSON_KEY};
	keys->token[key + 1] = (struct json_token){.kind = JSON_NULL};
	keys->count += 2;
	if (s->seen & bit && before < SMALL_OBJECT && keys_hold(keys, s->open + 1, key))
		return false;
	s->seen |= bit;
	return true;
}

/* Keeps a key that the plan does not know; false: it stands there already. */
static bool add_stranger(struct fused *f, struct strangers *s, struct str name)
{
	uint32_t before = s->count++;
	if (!before) {
		s->first = name;
		return true;
	}
	if (before == 1) {
		reserve_keys(f->keys);
		s->open = f->keys->count;
		f->keys->token[f->keys->count++] = (struct json_token){.kind = JSON_OBJECT};
		add_key(f, s, s->first, scan_key_hash(s->first.at, s->first.len), 0);
	}
	return add_key(f, s, name, scan_key_hash(name.at, name.len), before);
}

bool fused_forget_strangers(struct fused *f, const struct strangers *s)
{
	if (s->count < 2)
		return true;
	struct json_token *open = &f->keys->token[s->open];
	open->length = s->count;
	open->end = f->keys->count;
	if (s->count > SMALL_OBJECT && keys_repeat(f->keys, s->open))
		return false;
	f->keys->count = s->open;
	return true;
}

__attribute__((noinline)) const char *fused_read_key(struct fused *f, const struct fused_plan *plan, const char *p,
						     struct strangers *s, const struct fused_property **found)
{
	struct scanned_string key = scan_string(p + 1, JSON_WIDE);
	if (UNLIKELY(key.error != JSON_OK || key.escaped))
		return NULL;
	struct str name = str_of(p + 1, (size_t)(key.end - p - 1));
	*found = plan->names.odd ? fused_search_odd(f, plan, name, scan_key_hash(name.at, name.len)) : NULL;
	if (!*found && !add_stranger(f, s, name))
		return NULL;
	return fused_behind_colon(key.end + 1);
}
