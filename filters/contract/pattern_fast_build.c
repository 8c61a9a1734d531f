#include "filters/contract/pattern_steps.h"

#include <stdlib.h>

enum { SEQUENCES = 64, PARTS = 256, COPIES = 1024, WIDE = 24, LITERAL = 256 };

/* One alternative while it is put together: the tree's nodes in order. */
struct draft {
	struct pattern_node *parts[PARTS];
	uint32_t count;
};

struct builder {
	struct pattern_fast *fast;
	struct arena scratch; /* drafts */
	bool units;
	uint32_t drafts, copies;
	struct draft *draft[SEQUENCES];
};

/* ---- from a tree to alternatives ---- */

static struct draft *copy(struct builder *b, const struct draft *d)
{
	struct draft *n;
	if (b->copies++ == COPIES)
		return NULL;
	n = arena_alloc(&b->scratch, sizeof *n);
	n->count = d->count;
	for (uint32_t i = 0; i < d->count; i++)
		n->parts[i] = d->parts[i];
	return n;
}

static bool put(struct draft *d, struct pattern_node *n)
{
	if (d->count == PARTS)
		return false;
	d->parts[d->count++] = n;
	return true;
}

static bool spread(struct builder *b, struct draft *prefix, struct pattern_node *n, struct pattern_node *const *rest,
		   uint32_t rest_count);

static bool spread_rest(struct builder *b, struct draft *d, struct pattern_node *const *rest, uint32_t count)
{
	if (!d)
		return false;
	if (count)
		return spread(b, d, rest[0], rest + 1, count - 1);
	if (b->drafts == SEQUENCES)
		return false;
	b->draft[b->drafts++] = d;
	return true;
}

static bool spread_children(struct builder *b, struct draft *d, struct pattern_node *n,
			    struct pattern_node *const *rest, uint32_t rest_count)
{
	struct pattern_node *parts[PARTS];
	uint32_t count = 0;
	for (struct pattern_node *child = n->first; child; child = child->next) {
		if (count == PARTS)
			return false;
		parts[count++] = child;
	}
	if (rest_count > PARTS - count)
		return false;
	for (uint32_t i = 0; i < rest_count; i++)
		parts[count + i] = rest[i];
	return spread_rest(b, d, parts, count + rest_count);
}

/* Adds `n` and then `rest` to the draft; where there is a choice, each way becomes a draft of its own. The recursion is
 * as deep as the parts are many (PARTS), and each leaf is counted (SEQUENCES). */
static bool spread(struct builder *b, struct draft *d, struct pattern_node *n, struct pattern_node *const *rest,
		   uint32_t rest_count)
{
	switch (n->kind) {
	case NODE_EMPTY:
		return spread_rest(b, d, rest, rest_count);
	case NODE_CAT:
		return spread_children(b, d, n, rest, rest_count);
	case NODE_ALT:
		for (struct pattern_node *child = n->first; child; child = child->next) {
			struct draft *way = copy(b, d);
			if (!way || !spread(b, way, child, rest, rest_count))
				return false;
		}
		return true;
	case NODE_REPEAT:
		if (n->first->kind == NODE_SET)
			break;
		if (n->min != 0 || n->max != 1)
			return false;
		return spread_rest(b, copy(b, d), rest, rest_count) && spread(b, d, n->first, rest, rest_count);
	case NODE_SET:
	case NODE_START:
	case NODE_END:
		break;
	default:
		return false;
	}
	return put(d, n) && spread_rest(b, d, rest, rest_count);
}

/* ---- from an alternative to steps ---- */

static const struct pattern_set *set_of(const struct pattern_node *n)
{
	return n->kind == NODE_REPEAT ? &n->first->set : &n->set;
}

static uint32_t min_of(const struct pattern_node *n)
{
	return n->kind == NODE_REPEAT ? n->min : 1;
}

static uint32_t max_of(const struct pattern_node *n)
{
	return n->kind == NODE_REPEAT ? n->max : 1;
}

/* Without `u` a character over U+FFFF is two: sets that hold neither half cannot tell the difference. */
static bool set_fits(const struct builder *b, const struct pattern_set *s)
{
	static struct code_range surrogates[] = {{0xd800, 0xdfff}};
	static const struct pattern_set halves = {.at = surrogates, .count = 1};
	if (s->properties.len || s->count > WIDE)
		return false;
	if (pattern_set_single(s) && s->at[0].low >= 0xd800 && s->at[0].low <= 0xdfff)
		return false;
	return !b->units || !pattern_set_meets(s, &halves);
}

/* A loop that takes all it can is right only if nothing that may follow could have begun with what it took. */
static bool no_choice(const struct draft *d, uint32_t i)
{
	if (min_of(d->parts[i]) == max_of(d->parts[i]))
		return true;
	for (uint32_t k = i + 1; k < d->count; k++) {
		if (pattern_set_meets(set_of(d->parts[i]), set_of(d->parts[k])))
			return false;
		if (min_of(d->parts[k]))
			break;
	}
	return true;
}

/* Takes ^ and $ off the ends; false where one stands elsewhere. */
static bool anchors(struct draft *d, struct sequence *q)
{
	uint32_t from = 0;
	while (from < d->count && d->parts[from]->kind == NODE_START)
		from++;
	q->start = from > 0;
	while (d->count > from && d->parts[d->count - 1]->kind == NODE_END) {
		d->count--;
		q->end = true;
	}
	d->count -= from;
	memmove(d->parts, d->parts + from, d->count * sizeof *d->parts);
	for (uint32_t i = 0; i < d->count; i++)
		if (d->parts[i]->kind == NODE_START || d->parts[i]->kind == NODE_END)
			return false;
	return true;
}

static void step_set(struct builder *b, struct step *s, const struct pattern_node *n)
{
	const struct pattern_set *set = set_of(n);
	struct code_range *wide = ARENA_ARRAY(&b->fast->arena, struct code_range, set->count + 1);
	s->min = min_of(n);
	s->max = max_of(n);
	s->wide = wide;
	for (uint32_t c = 0; c < 128; c++)
		s->ascii[c] = pattern_set_has(set, c);
	for (uint32_t i = 0; i < set->count; i++)
		if (set->at[i].high >= 0x80)
			wide[s->wide_count++] = set->at[i];
}

static void put_utf8(char *out, size_t *len, uint32_t c)
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	unsigned width = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (unsigned i = width; i-- > 0; c >>= 6)
		out[*len + i] = (char)(i ? 0x80 | (c & 0x3f) : lead[width] | c);
	*len += width;
}

/* How often a single character stands here as a literal; 0: it is a set. */
static uint32_t literal_count(const struct pattern_node *n)
{
	bool fixed = pattern_set_single(set_of(n)) && min_of(n) == max_of(n);
	return fixed && min_of(n) && min_of(n) <= LITERAL ? min_of(n) : 0;
}

/* Single characters side by side become one literal; returns the first part behind it. */
static uint32_t step_literal(struct builder *b, struct step *s, const struct draft *d, uint32_t i)
{
	size_t chars = 0, len = 0;
	uint32_t end = i;
	for (; end < d->count && literal_count(d->parts[end]); end++)
		chars += literal_count(d->parts[end]);
	char *at = arena_alloc(&b->fast->arena, chars * 4);
	for (; i < end; i++)
		for (uint32_t n = literal_count(d->parts[i]); n; n--)
			put_utf8(at, &len, set_of(d->parts[i])->at[0].low);
	s->literal = str_of(at, len);
	return end;
}

/* Without `$` only the least that the end needs is asked for. */
static void cut_end(struct builder *b, struct draft *d)
{
	while (d->count) {
		struct pattern_node *last = d->parts[d->count - 1];
		if (min_of(last) == 0) {
			d->count--;
			continue;
		}
		if (min_of(last) != max_of(last)) {
			struct pattern_node *least = arena_alloc(&b->scratch, sizeof *least);
			*least = *last;
			least->max = least->min;
			d->parts[d->count - 1] = least;
		}
		return;
	}
}

static bool supported(const struct sequence *q)
{
	return q->start || (!q->count && !q->end) || (q->count == 1 && (q->steps[0].literal.len || !q->end));
}

static bool build_sequence(struct builder *b, struct draft *d, struct sequence *q)
{
	if (!anchors(d, q))
		return false;
	if (!q->end)
		cut_end(b, d);
	for (uint32_t i = 0; i < d->count; i++)
		if (!set_fits(b, set_of(d->parts[i])) || !no_choice(d, i))
			return false;
	q->steps = ARENA_ARRAY(&b->fast->arena, struct step, d->count + 1);
	for (uint32_t i = 0; i < d->count;) {
		struct step *s = &q->steps[q->count++];
		if (literal_count(d->parts[i]))
			i = step_literal(b, s, d, i);
		else
			step_set(b, s, d->parts[i++]);
	}
	return supported(q);
}

static bool build(struct builder *b, struct pattern_tree *t)
{
	struct draft *first = arena_alloc(&b->scratch, sizeof *first);
	first->count = 0;
	if (!spread(b, first, t->root, NULL, 0))
		return false;
	b->fast->sequences = ARENA_ARRAY(&b->fast->arena, struct sequence, b->drafts);
	for (; b->fast->count < b->drafts; b->fast->count++)
		if (!build_sequence(b, b->draft[b->fast->count], &b->fast->sequences[b->fast->count]))
			return false;
	pattern_line_build(b->fast);
	return true;
}

struct pattern_fast *pattern_fast_build(struct pattern_tree *t)
{
	struct builder b = {.fast = must_zalloc(1, sizeof *b.fast), .units = t->units};
	arena_init(&b.fast->arena, 256);
	arena_init(&b.scratch, 8192);
	bool done = build(&b, t);
	arena_free(&b.scratch);
	if (done)
		return b.fast;
	pattern_fast_free(b.fast);
	return NULL;
}

void pattern_fast_free(struct pattern_fast *f)
{
	if (!f)
		return;
	arena_free(&f->arena);
	free(f);
}

size_t pattern_fast_size(const struct pattern_fast *f)
{
	return f ? sizeof *f + arena_held(&f->arena) : 0;
}
