/* Tables of names for the pass without a tape: a multiplier is looked for that sends few of the names to the same
 * place. */
#include "filters/contract/program_fused_name.h"

enum { TRIALS = 24 };

bool fuse_stands_plain(struct str name)
{
	bool plain = name.len <= FUSED_NAME;
	for (size_t i = 0; i < name.len; i++)
		plain &= name.at[i] != '"' && name.at[i] != '\\' && (unsigned char)name.at[i] >= 0x20;
	return plain;
}

void fuse_write_name(char text[FUSED_NAME + 1], struct str name)
{
	memset(text, 0, FUSED_NAME + 1);
	if (!fuse_stands_plain(name))
		return;
	if (name.len)
		memcpy(text, name.at, name.len);
	text[name.len] = '"';
}

static uint32_t hash_of(const struct fused_table *t, struct str name)
{
	char text[FUSED_NAME + 1];
	fuse_write_name(text, name);
	return name.len < 16 ? fused_hash(t, scan_load(text), scan_load(text + 8)) : fused_long_hash(t, text, name.len);
}

/* Puts the names into the slots, which are free; returns by how many steps they miss their places. */
static uint32_t fill(const struct fused_table *t, const struct str *names, uint16_t *slots)
{
	uint32_t missed = 0;
	for (uint16_t i = 0; i < t->count; i++) {
		if (!fuse_stands_plain(names[i]))
			continue;
		uint32_t at = hash_of(t, names[i]);
		for (; slots[at] != t->count; at++)
			missed++;
		slots[at] = i;
	}
	return missed;
}

static void clear(uint16_t *slots, uint32_t size, uint16_t free)
{
	for (uint32_t i = 0; i < size; i++)
		slots[i] = free;
}

struct fused_table fuse_table(struct fused_program *out, const struct str *names, uint16_t count)
{
	struct fused_table t = {.slot = (uint32_t)out->slots.len, .count = count, .shift = 63};
	uint32_t best = UINT32_MAX, size;
	uint64_t candidate = 0x9E3779B97F4A7C15u;
	for (uint16_t i = 0; i < count; i++)
		t.odd |= !fuse_stands_plain(names[i]);
	while (((uint64_t)1 << (64 - t.shift)) < (uint64_t)count * 4)
		t.shift--;
	/* Behind the last place there is room for all that could be pushed on, and a free slot. */
	size = ((uint32_t)1 << (64 - t.shift)) + count + 1u;
	for (uint32_t i = 0; i < size; i++)
		VEC_PUSH(&out->slots, count);
	uint16_t *slots = out->slots.at + t.slot;
	struct fused_table trial = t;
	for (unsigned i = 0; i < TRIALS && best; i++) {
		trial.multiplier = candidate;
		clear(slots, size, count);
		uint32_t missed = fill(&trial, names, slots);
		if (missed < best) {
			best = missed;
			t.multiplier = candidate;
		}
		candidate = (candidate * 0xD1342543DE82EF95u + 0xAF251AF3B0F025B5u) | 1;
	}
	clear(slots, size, count);
	fill(&t, names, slots);
	return t;
}
