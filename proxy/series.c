#include "proxy/series.h"

#include "proxy/base/check.h"
#include "proxy/base/hash.h"

#include <pthread.h>
#include <stdlib.h>

static uint64_t secret;

static void draw_secret(void)
{
	secret = hash_local(STR("series"));
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	return hash_folded(a ^ secret, b ^ 0x9E3779B97F4A7C15u);
}

/* Faster than hash_local, because it runs several times for each exchange. The secret keeps clients, who can choose
 * consumers, from aiming at one slot; and there are few of those. */
static uint64_t hash_labels(const struct str *labels, unsigned count)
{
	uint64_t h = count;
	for (unsigned i = 0; i < count; i++) {
		struct str s = labels[i];
		h = mix(h + 1, s.len);
		uint64_t word;
		for (; s.len >= 8; s = str_skip(s, 8)) {
			memcpy(&word, s.at, 8);
			h = mix(h, word);
		}
		word = 0;
		if (s.len)
			memcpy(&word, s.at, s.len);
		h = mix(h, word);
	}
	return h;
}

static void init_slots(struct series_table *t, unsigned count)
{
	t->slots = must_zalloc(count, sizeof(struct series *));
	t->slot_count = count;
}

void series_init(struct series_table *t, unsigned labels, unsigned keys, unsigned values, unsigned limit)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static _Atomic uint64_t numbers;
	pthread_once(&once, draw_secret);
	CHECK(labels <= SERIES_LABELS && keys <= labels);
	memset(t, 0, sizeof *t);
	t->number = atomic_fetch_add(&numbers, 1) + 1;
	t->label_count = labels;
	t->key_count = keys;
	t->value_count = values;
	t->limit = limit;
	init_slots(t, 16);
}

void series_free(struct series_table *t)
{
	struct series *next;
	for (struct series *s = series_first(t); s; s = next) {
		next = s->next;
		free(s);
	}
	free(t->slots);
	memset(t, 0, sizeof *t);
}

static bool has_labels(const struct series *s, const struct str *labels, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!str_eq(s->labels[i], labels[i]))
			return false;
	return true;
}

static bool same(const struct series *s, uint64_t hash, const struct str *labels, unsigned count)
{
	return s->hash == hash && has_labels(s, labels, count);
}

/* The slot of a row, or the free one where it belongs. At most half of the slots are taken. */
static struct series **slot_of(struct series_table *t, uint64_t hash, const struct str *labels)
{
	unsigned at = (unsigned)hash & (t->slot_count - 1);
	while (t->slots[at] && !same(t->slots[at], hash, labels, t->key_count))
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void grow(struct series_table *t)
{
	free(t->slots);
	init_slots(t, t->slot_count * 2);
	for (struct series *s = series_first(t); s; s = s->next)
		*slot_of(t, s->hash, s->labels) = s;
}

/* One piece of memory: the row, its numbers, its labels, their texts. */
static struct series *new_row(const struct series_table *t, uint64_t hash, const struct str *labels)
{
	size_t text = 0;
	for (unsigned i = 0; i < t->label_count; i++)
		text += labels[i].len;
	size_t head = sizeof(struct series) + t->value_count * sizeof(uint64_t);
	struct series *s = must_zalloc(1, head + t->label_count * sizeof(struct str) + text);
	s->hash = hash;
	s->labels = (struct str *)(void *)((char *)s + head);
	char *at = (char *)(s->labels + t->label_count);
	for (unsigned i = 0; i < t->label_count; i++) {
		s->labels[i] = str_of(at, labels[i].len);
		if (labels[i].len)
			memcpy(at, labels[i].at, labels[i].len);
		at += labels[i].len;
	}
	return s;
}

static struct series *insert(struct series_table *t, struct series **slot, struct series *s)
{
	*slot = s;
	s->next = series_first(t);
	atomic_store_explicit(&t->newest, s, memory_order_release);
	if (++t->count * 2 > t->slot_count)
		grow(t);
	return s;
}

static struct series *overflow_row(struct series_table *t)
{
	uint64_t before = atomic_load_explicit(&t->overflowed, memory_order_relaxed);
	atomic_store_explicit(&t->overflowed, before + 1, memory_order_relaxed);
	struct series *s = series_other(t);
	if (s)
		return s;
	struct str labels[SERIES_LABELS];
	for (unsigned i = 0; i < t->label_count; i++)
		labels[i] = STR("_other");
	uint64_t hash = hash_labels(labels, t->key_count);
	struct series **slot = slot_of(t, hash, labels);
	s = *slot ? *slot : insert(t, slot, new_row(t, hash, labels));
	atomic_store_explicit(&t->other, s, memory_order_release);
	return s;
}

static struct series *find_row(struct series_table *t, const struct str *labels)
{
	struct str cut[SERIES_LABELS];
	for (unsigned i = 0; i < t->label_count; i++)
		cut[i] = str_of(labels[i].at, labels[i].len < SERIES_LABEL_MAX ? labels[i].len : SERIES_LABEL_MAX);
	uint64_t hash = hash_labels(cut, t->key_count);
	struct series **slot = slot_of(t, hash, cut);
	if (*slot)
		return *slot;
	if (t->count >= t->limit)
		return overflow_row(t);
	return insert(t, slot, new_row(t, hash, cut));
}

struct series *series_row(struct series_table *t, const struct str *labels)
{
	if (!t->last || !has_labels(t->last, labels, t->key_count))
		t->last = find_row(t, labels);
	return t->last;
}

void series_merge(struct series_table *to, struct series_table *from)
{
	for (struct series *s = series_first(from); s; s = s->next) {
		struct series *sum = series_row(to, s->labels);
		for (unsigned i = 0; i < to->value_count; i++)
			series_add(sum, i, series_get(s, i));
	}
	uint64_t lost = atomic_load_explicit(&from->overflowed, memory_order_relaxed);
	atomic_fetch_add_explicit(&to->overflowed, lost, memory_order_relaxed);
}
