/* Tables of names for the pass without a tape: a multiplier is looked for that sends few of the names to the same
 * place. */
#include "filters/contract/program_fused_name.h"

enum { TRIALS = 24, SMALL = 16 };

bool fuse_stands_plain(struct str name)
{
	bool plain = name.len <= FUSED_NAME;
	for (size_t i = 0; i < name.len; i++)
		plain &= name.at[i] != '"' && name.at[i] != '\\' && (unsigned char)name.at[i] >= 0x20;
	return plain;
}

struct fused_name fuse_name(struct str name)
{
	struct fused_name n = {.low = UINT32_MAX};
	if (!fuse_stands_plain(name))
		return n;
	if (name.len)
		memcpy(n.text, name.at, name.len);
	n.text[name.len] = '"';
	n.length = (uint16_t)(name.len + 1);
	n.low = n.length >= 16 ? 0xFFFF : (1u << n.length) - 1;
	return n;
}

/* The first bytes of names with their quotes, as many as `select` has. */
static bool same_start(struct str a, struct str b, uint64_t select)
{
	struct fused_name left = fuse_name(a), right = fuse_name(b);
	return left.length && right.length && ((name_load(left.text) ^ name_load(right.text)) & select) == 0;
}

static bool all_differ(const struct str *names, uint32_t count, uint64_t select)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (same_start(names[i], names[k], select))
				return false;
	return true;
}

/* The bytes that even the shortest name has, with its quote; 0 where they do not tell all names apart. */
static uint64_t select_bytes(const struct str *names, uint32_t count)
{
	size_t shortest = 7;
	for (uint32_t i = 0; i < count; i++)
		if (names[i].len < shortest)
			shortest = names[i].len;
	uint64_t select = UINT64_MAX >> (56 - 8 * shortest);
	return all_differ(names, count, select) ? select : 0;
}

static uint32_t hash_of(const struct fused_table *t, struct str name)
{
	struct fused_name n = fuse_name(name);
	return name_hash(t, n.text);
}

/* Puts the names into the slots, which are free; returns by how many steps they miss their places. */
static uint32_t fill(const struct fused_table *t, const struct str *names, struct fused_slot *slots)
{
	uint32_t missed = 0;
	for (uint16_t i = 0; i < t->count; i++) {
		if (!fuse_stands_plain(names[i]))
			continue;
		uint32_t at = hash_of(t, names[i]);
		for (; slots[at].name != t->count; at++)
			missed++;
		slots[at].name = i;
	}
	return missed;
}

static void clear(struct fused_slot *slots, uint32_t size, uint16_t count)
{
	for (uint32_t i = 0; i < size; i++)
		slots[i] = (struct fused_slot){.name = count, .expect = EXPECT_ANY};
}

/* Behind the last place there is room for all that could be pushed on, and a free slot. */
uint32_t fuse_table_size(const struct fused_table *t)
{
	return ((uint32_t)1 << (64 - t->shift)) + t->count + 1u;
}

struct fused_table fuse_table(struct fused_program *out, const struct str *names, uint16_t count)
{
	struct fused_table t = {.slot = (uint32_t)out->slots.len, .count = count, .shift = 63};
	uint32_t best = UINT32_MAX, size, sparse = count <= SMALL ? 4 : 2;
	uint64_t candidate = 0x9E3779B97F4A7C15u;
	for (uint16_t i = 0; i < count; i++)
		t.odd |= !fuse_stands_plain(names[i]);
	t.select = select_bytes(names, count);
	t.wide = !t.select && !all_differ(names, count, UINT64_MAX);
	while (((uint64_t)1 << (64 - t.shift)) < (uint64_t)count * sparse)
		t.shift--;
	size = fuse_table_size(&t);
	for (uint32_t i = 0; i < size; i++)
		VEC_PUSH(&out->slots, ((struct fused_slot){0, 0}));
	struct fused_slot *slots = out->slots.at + t.slot;
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
