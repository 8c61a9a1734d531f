#include "filters/contract/compat_solve.h"
#include "filters/contract/pattern_parse.h"

#include <stdlib.h>

enum { NODES = 12000, STATES = 3000, PRODUCTS = 40000, CLASSES = 400, AUTOMATA = 24, LONGEST = 2000, AVOIDED = 400 };

/* A nondeterministic automaton: each node is left by `out`, a split by `other` too. */
enum nfa_kind { NFA_SET, NFA_SPLIT, NFA_START, NFA_END, NFA_ACCEPT };
struct nfa_node {
	enum nfa_kind kind;
	uint32_t out, other;
	const struct pattern_set *set;
};

/* A deterministic state: the nodes that it stands for. */
struct dfa_state {
	uint32_t first, count; /* in automaton.members */
	bool matched;          /* whatever follows */
	int8_t at_end;         /* matches if the text ends here: -1 not asked yet */
};

struct automaton {
	VEC(struct nfa_node) nodes;
	uint32_t entry;
	bool wanted;
	VEC(struct dfa_state) states;
	VEC(uint32_t) members;
	VEC(int32_t) step; /* by state and class; -1: not asked yet */
	uint32_t *mark;    /* by node: the walk that came there last */
	uint32_t walk;
};

struct product {
	uint32_t parent, class;
	uint32_t length;
	int32_t state[AUTOMATA];
};

struct finder {
	struct arena arena;
	const struct word_query *q;
	struct solver *s;
	struct automaton a[AUTOMATA];
	size_t count;
	uint32_t bounds[CLASSES + 8]; /* first code points of the classes */
	uint32_t sign[CLASSES + 8];   /* the character that stands for each */
	uint32_t order[CLASSES + 8];
	size_t classes;
	uint32_t cap; /* lengths from here on are alike */
	VEC(struct product) queue;
	uint32_t *slot;
	size_t slots;
};

static struct code_range all_codes[] = {{0, CODE_POINT_MAX}}, half_codes[] = {{0xd800, 0xdfff}};
static const struct pattern_set every = {.at = all_codes, .count = 1}, halves = {.at = half_codes, .count = 1};

static uint32_t node(struct automaton *a, enum nfa_kind kind, uint32_t out, uint32_t other,
		     const struct pattern_set *set)
{
	if (a->nodes.len >= NODES)
		return NONE;
	VEC_PUSH(&a->nodes, ((struct nfa_node){kind, out, other, set}));
	return (uint32_t)a->nodes.len - 1;
}

static uint32_t emit(struct automaton *a, const struct pattern_tree *t, const struct pattern_node *n, uint32_t next);

/* The children from the last to the first. The depth of the tree bounds the recursion (PATTERN_DEPTH). */
static uint32_t emit_cat(struct automaton *a, const struct pattern_tree *t, const struct pattern_node *n, uint32_t next)
{
	uint32_t count = 0;
	for (const struct pattern_node *c = n->first; c; c = c->next)
		count++;
	const struct pattern_node **child = must_alloc((count + 1) * sizeof *child);
	count = 0;
	for (const struct pattern_node *c = n->first; c; c = c->next)
		child[count++] = c;
	while (count-- && next != NONE)
		next = emit(a, t, child[count], next);
	free(child);
	return next;
}

static uint32_t emit_repeat(struct automaton *a, const struct pattern_tree *t, const struct pattern_node *n,
			    uint32_t next)
{
	uint32_t at = next;
	if (n->max == PATTERN_INFINITE) {
		at = node(a, NFA_SPLIT, next, next, NULL);
		uint32_t body = at == NONE ? NONE : emit(a, t, n->first, at);
		if (body == NONE)
			return NONE;
		a->nodes.at[at].out = body;
	} else {
		for (uint32_t i = n->min; i < n->max; i++) {
			uint32_t body = emit(a, t, n->first, at);
			at = body == NONE ? NONE : node(a, NFA_SPLIT, body, next, NULL);
			if (at == NONE)
				return NONE;
		}
	}
	for (uint32_t i = 0; i < n->min && at != NONE; i++)
		at = emit(a, t, n->first, at);
	return at;
}

static uint32_t emit(struct automaton *a, const struct pattern_tree *t, const struct pattern_node *n, uint32_t next)
{
	uint32_t at;
	switch (n->kind) {
	case NODE_EMPTY:
		return next;
	case NODE_SET:
		/* Half a character, or two for one, is nothing that this can follow. */
		if (n->set.properties.len || (t->units && pattern_set_meets(&n->set, &halves)))
			return NONE;
		return node(a, NFA_SET, next, 0, &n->set);
	case NODE_CAT:
		return emit_cat(a, t, n, next);
	case NODE_ALT:
		at = NONE;
		for (const struct pattern_node *c = n->first; c; c = c->next) {
			uint32_t way = emit(a, t, c, next);
			at = way == NONE ? NONE : at == NONE ? way : node(a, NFA_SPLIT, at, way, NULL);
			if (at == NONE)
				return NONE;
		}
		return at;
	case NODE_GROUP:
		return n->first ? emit(a, t, n->first, next) : next;
	case NODE_REPEAT:
		return emit_repeat(a, t, n, next);
	case NODE_START:
		return node(a, NFA_START, next, 0, NULL);
	case NODE_END:
		return node(a, NFA_END, next, 0, NULL);
	case NODE_LOOK:
	case NODE_WORD:
	case NODE_REF:
		break;
	}
	return NONE;
}

/* Matches anywhere: what stands before is any text. */
static bool finish(struct automaton *a, uint32_t entry)
{
	uint32_t loop = entry == NONE ? NONE : node(a, NFA_SPLIT, entry, NONE, NULL);
	uint32_t skip = loop == NONE ? NONE : node(a, NFA_SET, loop, 0, &every);
	if (skip == NONE)
		return false;
	a->nodes.at[loop].other = skip;
	a->entry = loop;
	return true;
}

static bool from_pattern(struct finder *f, struct automaton *a, struct str source)
{
	struct pattern_tree t;
	struct pattern_error err;
	if (!pattern_parse(&t, &f->arena, source, true, &err) && !pattern_parse(&t, &f->arena, source, false, &err))
		return false;
	if (!pattern_simplify(&t, &err) || t.captures)
		return false;
	uint32_t accept = node(a, NFA_ACCEPT, 0, 0, NULL);
	return finish(a, emit(a, &t, t.root, accept));
}

static uint32_t decode(const char **at)
{
	const unsigned char *p = (const unsigned char *)*at;
	unsigned width = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	uint32_t code = width == 1 ? *p : *p & (0xffu >> (width + 1));
	for (unsigned i = 1; i < width; i++)
		code = code << 6 | (p[i] & 0x3fu);
	*at += width;
	return code;
}

/* The texts to be avoided, as one automaton that matches each of them whole. */
static bool from_words(struct finder *f, struct automaton *a, const struct str *words, size_t count)
{
	uint32_t accept = node(a, NFA_ACCEPT, 0, 0, NULL), end = node(a, NFA_END, accept, 0, NULL), all = NONE;
	for (size_t i = 0; i < count; i++) {
		uint32_t *code = arena_alloc(&f->arena, (words[i].len + 1) * sizeof *code), n = 0, at = end;
		for (const char *c = words[i].at; c < words[i].at + words[i].len;)
			code[n++] = decode(&c);
		while (n-- && at != NONE) {
			struct pattern_set *set = ARENA_NEW(&f->arena, struct pattern_set);
			pattern_set_add(set, &f->arena, code[n], code[n]);
			at = node(a, NFA_SET, at, 0, set);
		}
		at = at == NONE ? NONE : node(a, NFA_START, at, 0, NULL);
		all = at == NONE ? NONE : all == NONE ? at : node(a, NFA_SPLIT, all, at, NULL);
		if (all == NONE)
			return false;
	}
	a->entry = all;
	return all != NONE;
}

/* ---- the alphabet ---- */

static int by_code(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* A character of low..high that reads well. */
static uint32_t readable(uint32_t low, uint32_t high, uint32_t *rank)
{
	static const struct {
		uint32_t low, high;
	} nice[] = {{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'-', '_'}, {'!', '~'}, {' ', ' '}, {0xe0, 0xff}};
	for (uint32_t i = 0; i < sizeof nice / sizeof *nice; i++) {
		uint32_t from = low > nice[i].low ? low : nice[i].low;
		*rank = i;
		if (from <= high && from <= nice[i].high)
			return from;
	}
	*rank = low >= 0xa1 ? 8 : 9;
	return low;
}

static bool alphabet(struct finder *f)
{
	VEC(uint32_t) bound = {0};
	uint32_t rank[CLASSES + 8];
	VEC_PUSH(&bound, 0);
	VEC_PUSH(&bound, 0xd800);
	VEC_PUSH(&bound, 0xe000);
	for (size_t i = 0; i < f->count; i++)
		for (size_t k = 0; k < f->a[i].nodes.len; k++) {
			const struct pattern_set *set =
			    f->a[i].nodes.at[k].kind == NFA_SET ? f->a[i].nodes.at[k].set : NULL;
			for (uint32_t r = 0; set && r < set->count; r++) {
				VEC_PUSH(&bound, set->at[r].low);
				VEC_PUSH(&bound, set->at[r].high + 1);
			}
		}
	qsort(bound.at, bound.len, sizeof *bound.at, by_code);
	f->classes = 0;
	for (size_t i = 0; i < bound.len && f->classes <= CLASSES; i++) {
		uint32_t low = bound.at[i], high;
		if ((i && bound.at[i - 1] == low) || low > CODE_POINT_MAX || (low >= 0xd800 && low < 0xe000))
			continue;
		size_t next = i + 1;
		while (next < bound.len && bound.at[next] == low)
			next++;
		high = next < bound.len ? bound.at[next] - 1 : CODE_POINT_MAX;
		f->sign[f->classes] = readable(low, high, &rank[f->classes]);
		f->classes++;
	}
	VEC_FREE(&bound);
	size_t n = 0;
	for (uint32_t want = 0; want < 10; want++)
		for (uint32_t i = 0; i < f->classes && i < CLASSES; i++)
			if (rank[i] == want)
				f->order[n++] = i;
	return f->classes <= CLASSES;
}

/* ---- determinised on the way ---- */

/* What is reached from `from` without reading; a stack, because automata may be deep. */
static void close_over(struct automaton *a, uint32_t from, bool start, bool end, uint32_t *stack, uint32_t *list,
		       uint32_t *count, bool *accepted)
{
	uint32_t depth = 0;
	stack[depth++] = from;
	while (depth) {
		uint32_t at = stack[--depth];
		if (a->mark[at] == a->walk)
			continue;
		a->mark[at] = a->walk;
		const struct nfa_node *n = &a->nodes.at[at];
		if (n->kind == NFA_ACCEPT)
			*accepted = true;
		else if (n->kind == NFA_SPLIT)
			stack[depth++] = n->out, stack[depth++] = n->other;
		else if ((n->kind == NFA_START && start) || (n->kind == NFA_END && end))
			stack[depth++] = n->out;
		if (n->kind == NFA_SET || n->kind == NFA_END)
			list[(*count)++] = at;
	}
}

/* The state with these nodes: an old one or a new one; -1: too many. */
static int32_t state_of(struct finder *f, struct automaton *a, uint32_t *list, uint32_t count, bool matched)
{
	if (matched)
		count = 0;
	if (count)
		qsort(list, count, sizeof *list, by_code);
	for (size_t i = 0; i < a->states.len; i++) {
		const struct dfa_state *s = &a->states.at[i];
		if (i && s->matched == matched && s->count == count &&
		    memcmp(a->members.at + s->first, list, count * sizeof *list) == 0)
			return (int32_t)i;
	}
	if (a->states.len >= STATES)
		return -1;
	VEC_PUSH(&a->states, ((struct dfa_state){(uint32_t)a->members.len, count, matched, -1}));
	for (uint32_t i = 0; i < count; i++)
		VEC_PUSH(&a->members, list[i]);
	for (size_t i = 0; i < f->classes; i++)
		VEC_PUSH(&a->step, -1);
	return (int32_t)a->states.len - 1;
}

/* State 0 is the start, which nothing leads back to: only there ^ holds. */
static bool begin(struct finder *f, struct automaton *a)
{
	size_t n = a->nodes.len;
	uint32_t *stack = must_alloc((2 * n + 2) * sizeof *stack), *list = must_alloc((n + 1) * sizeof *list),
		 count = 0;
	bool matched = false;
	a->mark = must_zalloc(n, sizeof *a->mark);
	a->walk = 1;
	close_over(a, a->entry, true, false, stack, list, &count, &matched);
	int32_t s = state_of(f, a, list, count, matched);
	free(stack);
	free(list);
	return s >= 0;
}

static int32_t advance(struct finder *f, struct automaton *a, int32_t from, uint32_t class)
{
	size_t cell = (size_t)from * f->classes + class;
	if (a->states.at[from].matched)
		return from;
	if (a->step.at[cell] >= 0)
		return a->step.at[cell];
	size_t n = a->nodes.len;
	uint32_t *stack = must_alloc((2 * n + 2) * sizeof *stack), *list = must_alloc((n + 1) * sizeof *list),
		 count = 0;
	bool matched = false;
	a->walk++;
	for (uint32_t i = 0; i < a->states.at[from].count; i++) {
		const struct nfa_node *one = &a->nodes.at[a->members.at[a->states.at[from].first + i]];
		if (one->kind == NFA_SET && pattern_set_has(one->set, f->sign[class]))
			close_over(a, one->out, false, false, stack, list, &count, &matched);
	}
	int32_t to = state_of(f, a, list, count, matched);
	a->step.at[cell] = to;
	free(stack);
	free(list);
	solve_spent(f->s, 1);
	return to;
}

static bool ends_here(struct automaton *a, int32_t state)
{
	if (a->states.at[state].matched)
		return true;
	if (a->states.at[state].at_end < 0) {
		size_t n = a->nodes.len;
		uint32_t *stack = must_alloc((2 * n + 2) * sizeof *stack), *list = must_alloc((n + 1) * sizeof *list),
			 count = 0;
		bool matched = false;
		a->walk++;
		for (uint32_t i = 0; i < a->states.at[state].count; i++) {
			uint32_t one = a->members.at[a->states.at[state].first + i];
			if (a->nodes.at[one].kind == NFA_END)
				close_over(a, one, state == 0, true, stack, list, &count, &matched);
		}
		a->states.at[state].at_end = matched;
		free(stack);
		free(list);
	}
	return a->states.at[state].at_end;
}

/* ---- all of them side by side, breadth first ---- */

static uint64_t product_hash(const struct finder *f, const struct product *p)
{
	uint64_t h = p->length * 0x9e3779b97f4a7c15u + 1;
	for (size_t i = 0; i < f->count; i++)
		h = (h ^ (uint64_t)(uint32_t)p->state[i]) * 0xff51afd7ed558ccdu, h ^= h >> 33;
	return h;
}

static bool known(struct finder *f, const struct product *p)
{
	size_t at = (size_t)product_hash(f, p) & (f->slots - 1);
	for (; f->slot[at]; at = (at + 1) & (f->slots - 1)) {
		const struct product *old = &f->queue.at[f->slot[at] - 1];
		if (old->length == p->length && memcmp(old->state, p->state, f->count * sizeof *p->state) == 0)
			return true;
	}
	f->slot[at] = (uint32_t)f->queue.len + 1;
	return false;
}

static struct str spell(struct finder *f, uint32_t index)
{
	uint32_t chain[LONGEST + 2], n = 0;
	struct buf out = {0};
	for (; index && n < LONGEST + 1; index = f->queue.at[index].parent)
		chain[n++] = f->sign[f->queue.at[index].class];
	while (n--) {
		uint32_t c = chain[n];
		if (c < 0x80) {
			buf_addc(&out, (char)c);
		} else {
			unsigned width = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
			buf_addc(&out, (char)((0xf00 >> width & 0xff) | c >> (6 * (width - 1))));
			for (unsigned i = width - 1; i-- > 0;)
				buf_addc(&out, (char)(0x80 | (c >> 6 * i & 0x3f)));
		}
	}
	struct str word = arena_dup(&f->s->arena, buf_str(&out));
	buf_free(&out);
	return word;
}

static bool accepts(struct finder *f, const struct product *p)
{
	if (p->length < f->q->min || p->length > f->q->max)
		return false;
	for (size_t i = 0; i < f->count; i++)
		if (ends_here(&f->a[i], p->state[i]) != f->a[i].wanted)
			return false;
	return true;
}

/* A wanted automaton that has no node left, or an unwanted one that has matched for good: nothing follows. */
static bool dead(const struct finder *f, const struct product *p)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct dfa_state *s = &f->a[i].states.at[p->state[i]];
		if (f->a[i].wanted ? !s->matched && s->count == 0 : s->matched)
			return true;
	}
	return p->length > f->q->max;
}

static enum word_result search(struct finder *f)
{
	struct product first = {0};
	unsigned handed = 0;
	known(f, &first);
	VEC_PUSH(&f->queue, first);
	for (size_t i = 0; i < f->queue.len; i++) {
		struct product now = f->queue.at[i];
		if (accepts(f, &now)) {
			if (f->q->take(f->q->context, spell(f, (uint32_t)i)))
				return WORD_TAKEN;
			if (++handed >= f->q->tries)
				return WORD_UNCLEAR;
		}
		for (size_t c = 0; c < f->classes; c++) {
			struct product next = now;
			bool lost = false;
			next.parent = (uint32_t)i;
			next.class = f->order[c];
			next.length = now.length < f->cap ? now.length + 1 : now.length;
			for (size_t k = 0; k < f->count && !lost; k++) {
				next.state[k] = advance(f, &f->a[k], now.state[k], next.class);
				lost = next.state[k] < 0;
			}
			if (lost || solve_spent(f->s, 0))
				return WORD_UNCLEAR;
			if (dead(f, &next) || known(f, &next))
				continue;
			if (f->queue.len >= PRODUCTS)
				return WORD_UNCLEAR;
			VEC_PUSH(&f->queue, next);
		}
	}
	return handed ? WORD_UNCLEAR : WORD_NONE;
}

static void add(struct finder *f, const struct str *sources, size_t count, bool wanted)
{
	for (size_t i = 0; i < count && f->count < AUTOMATA; i++) {
		struct automaton *a = &f->a[f->count];
		a->wanted = wanted;
		if (from_pattern(f, a, sources[i])) {
			f->count++;
		} else {
			VEC_FREE(&a->nodes);
		}
	}
}

static void release(struct finder *f)
{
	for (size_t i = 0; i < f->count; i++) {
		VEC_FREE(&f->a[i].nodes);
		VEC_FREE(&f->a[i].states);
		VEC_FREE(&f->a[i].members);
		VEC_FREE(&f->a[i].step);
		free(f->a[i].mark);
	}
	VEC_FREE(&f->queue);
	free(f->slot);
	arena_free(&f->arena);
	free(f);
}

enum word_result word_find(struct solver *s, const struct word_query *q)
{
	struct finder *f = must_zalloc(1, sizeof *f);
	enum word_result result = WORD_UNCLEAR;
	bool ready;
	f->q = q;
	f->s = s;
	arena_init(&f->arena, 4096);
	add(f, q->wanted, q->wanted_count, true);
	add(f, q->unwanted, q->unwanted_count, false);
	if (q->avoid_count && q->avoid_count <= AVOIDED && f->count < AUTOMATA) {
		struct automaton *a = &f->a[f->count];
		if (from_words(f, a, q->avoid, q->avoid_count))
			f->count++;
		else
			VEC_FREE(&a->nodes);
	}
	/* A very large maximum is left to who takes the words. */
	uint64_t cap = q->max >= LONGEST ? q->min : q->max + 1;
	f->cap = cap > LONGEST ? LONGEST : (uint32_t)cap;
	ready = alphabet(f) && q->min <= LONGEST;
	f->slots = 1u << 17;
	f->slot = must_zalloc(f->slots, sizeof *f->slot);
	for (size_t i = 0; i < f->count; i++)
		ready = ready && begin(f, &f->a[i]);
	if (ready)
		result = search(f);
	release(f);
	return result;
}
