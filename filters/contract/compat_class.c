#include "filters/contract/compat_solve.h"
#include "filters/contract/equal.h"
#include "proxy/base/hash.h"

#include <stdlib.h>

enum { ROUNDS = 200 };

uint32_t class_behind(const struct program *p, uint32_t rule)
{
	while (rule != NONE && p->rules.at[rule].flags & RULE_ALIAS) {
		uint32_t to = p->ops.at[p->rules.at[rule].code[0]].a;
		if (p->dynamic && p->rules.at[to].resource != p->rules.at[rule].resource)
			break;
		rule = to;
	}
	return rule;
}

/* One refinement: the hashes of the last round, and those of this one. */
struct refining {
	const struct program *p;
	const uint64_t *last;
	uint64_t key;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ b) * 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x = (x + b) * 0xbf58476d1ce4e5b9u;
	x ^= x >> 32;
	return x * 0x94d049bb133111ebu ^ a;
}

static uint64_t of_rule(const struct refining *r, uint32_t rule)
{
	return rule == NONE ? 7 : r->last[class_behind(r->p, rule)];
}

static uint64_t of_name(const struct refining *r, const struct name *n)
{
	return hash_local(program_name(r->p, n)) ^ r->key;
}

static uint64_t of_list(const struct refining *r, uint32_t first, uint32_t count, bool ordered)
{
	uint64_t sum = count;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t one = of_rule(r, r->p->lists.at[first + i]);
		sum = ordered ? mix(sum, one) : sum + mix(r->key, one);
	}
	return sum;
}

static uint64_t of_object(const struct refining *r, const struct object *o)
{
	const struct program *p = r->p;
	uint64_t sum = mix(r->key, of_rule(r, o->additional));
	for (uint32_t i = 0; i < o->count; i++) {
		const struct property *one = &p->properties.at[o->property + i];
		sum += mix(mix(of_name(r, &one->name), one->flags), of_rule(r, one->rule));
	}
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *one = &p->pattern_properties.at[o->pattern + i];
		sum += mix(of_name(r, &p->pattern_sources.at[one->pattern]), of_rule(r, one->rule) + 1);
	}
	return sum;
}

static uint64_t of_dependents(const struct refining *r, const struct op *op)
{
	const struct program *p = r->p;
	uint64_t sum = op->b;
	for (uint32_t i = 0; i < op->b; i++) {
		const struct dependent *d = &p->dependents.at[op->a + i];
		uint64_t one = of_name(r, &p->names.at[d->name]), needs = 0;
		for (uint32_t k = 1; k <= d->count; k++)
			needs += mix(r->key, of_name(r, &p->names.at[d->name + k]));
		sum += mix(mix(one, needs), d->count ? 3 : of_rule(r, d->rule));
	}
	return sum;
}

static uint64_t of_words(const struct refining *r, const struct words *w)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < w->count; i++)
		sum += mix(r->key, of_name(r, &r->p->names.at[w->name + i]));
	return sum;
}

static uint64_t of_dynamic(const struct refining *r, const struct op *op)
{
	const struct dynamic_name *name = &r->p->dynamic_names.at[op->b];
	uint64_t sum = of_rule(r, op->a);
	for (uint32_t i = 0; i < name->count; i++) {
		const struct dynamic_target *t = &r->p->dynamic_targets.at[name->first + i];
		sum = mix(sum, mix(t->resource, of_rule(r, t->rule)));
	}
	return sum;
}

static uint64_t of_number(const struct refining *r, uint32_t index)
{
	return decimal_hash(&r->p->numbers.at[index].decimal);
}

static uint64_t of_contains(const struct refining *r, const struct op *op)
{
	const struct contains *c = &r->p->contains.at[op->b];
	return mix(mix(of_rule(r, op->a), c->min), (uint64_t)c->max << 1 | c->marks);
}

static uint64_t tape_value_hash(const struct program *p, uint32_t first, uint32_t count,
				uint64_t (*hash)(const struct tape *, uint32_t), uint64_t key)
{
	uint64_t sum = count;
	for (uint32_t i = 0; i < count; i++)
		sum += mix(key, hash(&p->values, p->constants.at[first + i]));
	return sum;
}

static uint64_t operand(const struct refining *r, const struct op *op)
{
	const struct program *p = r->p;
	switch ((enum op_code)op->code) {
	case OP_ENUM:
		return tape_value_hash(p, op->a, op->b, tape_hash, r->key);
	case OP_WORDS:
		return of_words(r, &p->words.at[op->a]);
	case OP_DYNAMIC_REF:
		return of_dynamic(r, op);
	case OP_ALL:
	case OP_ANY:
	case OP_ONE:
		return of_list(r, op->a, op->b, false);
	case OP_PREFIX:
		return of_list(r, op->a, op->b, true);
	case OP_IF:
		return mix(of_rule(r, op->a), of_list(r, op->b, 2, true));
	case OP_MINIMUM:
	case OP_MAXIMUM:
	case OP_ABOVE:
	case OP_BELOW:
	case OP_MULTIPLE:
		return of_number(r, op->a);
	case OP_MIN_LENGTH:
	case OP_MAX_LENGTH:
	case OP_MIN_ITEMS:
	case OP_MAX_ITEMS:
	case OP_MIN_PROPERTIES:
	case OP_MAX_PROPERTIES:
		return op->a;
	case OP_PATTERN:
		return of_name(r, &p->pattern_sources.at[op->a]);
	case OP_FORMAT:
		return hash_local(str_from(p->formats.at[op->a]->name));
	case OP_OBJECT:
		return of_object(r, &p->objects.at[op->a]);
	case OP_DEPENDENTS:
		return of_dependents(r, op);
	case OP_CONTAINS:
		return of_contains(r, op);
	case OP_ITEMS:
		return mix(of_rule(r, op->a), op->b);
	case OP_REF:
	case OP_NOT:
	case OP_UNEVALUATED_ITEMS:
	case OP_NAMES:
	case OP_UNEVALUATED_PROPERTIES:
		return of_rule(r, op->a);
	case OP_NOTHING:
	case OP_INTEGER:
	case OP_UNIQUE:
	case OP_COUNT:
		break;
	}
	return 0;
}

/* The ops of one kind, in any order. */
static uint64_t of_code(const struct refining *r, uint32_t code)
{
	uint64_t sum = 11;
	for (const struct op *op = &r->p->ops.at[code];; op++) {
		if (op->code != OP_NOTHING)
			sum += mix(mix(r->key, op->code), operand(r, op));
		if (op->last)
			return sum;
	}
}

static uint64_t of_whole_rule(const struct refining *r, uint32_t index)
{
	const struct rule *rule = &r->p->rules.at[index];
	uint64_t sum = r->p->dynamic ? mix(r->key, rule->resource + 1) : r->key, known[KIND_COUNT];
	for (unsigned k = 0; k < KIND_COUNT; k++) {
		known[k] = 5;
		if (rule->code[k] == NONE || rule->code[k] == 0)
			known[k] = rule->code[k] ? 2 : 11;
		for (unsigned same = 0; same < k && known[k] == 5; same++)
			if (rule->code[same] == rule->code[k])
				known[k] = known[same];
		if (known[k] == 5)
			known[k] = of_code(r, rule->code[k]);
		sum = mix(sum, known[k]);
	}
	return sum;
}

static int by_hash(const void *a, const void *b)
{
	const uint64_t *const *x = a, *const *y = b;
	return **x != **y ? (**x < **y ? -1 : 1) : *x < *y ? -1 : *x > *y;
}

/* How many different hashes there are; sorts `order`. */
static uint32_t distinct(const uint64_t **order, size_t count)
{
	uint32_t n = 0;
	qsort(order, count, sizeof *order, by_hash);
	for (size_t i = 0; i < count; i++)
		n += i == 0 || *order[i] != *order[i - 1];
	return n;
}

static void keep(struct solver *s, const uint64_t **order, const uint64_t *hash, size_t first_count, size_t count)
{
	uint32_t n = 0;
	s->canonical = arena_alloc(&s->arena, count * sizeof *s->canonical);
	s->first[0] = arena_alloc(&s->arena, count * sizeof *s->first[0]);
	s->first[1] = arena_alloc(&s->arena, count * sizeof *s->first[1]);
	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)(order[i] - hash);
		unsigned side = at >= first_count;
		uint32_t rule = (uint32_t)(at - (side ? first_count : 0));
		if (i == 0 || *order[i] != *order[i - 1]) {
			s->first[0][n] = s->first[1][n] = NONE;
			/* Never one that is nothing but a $ref: what it means would be itself. */
			s->canonical[n++] = item_make(ITEM_RULE, side, class_behind(s->program[side], rule), false);
		}
		s->same[side][rule] = n - 1;
		if (s->first[side][n - 1] == NONE)
			s->first[side][n - 1] = rule;
	}
	s->classes = n;
}

void class_number(struct solver *s)
{
	size_t counts[2] = {s->program[0]->rules.len, s->program[1]->rules.len}, all = counts[0] + counts[1];
	uint64_t *hash = must_zalloc(all, sizeof *hash), *next = must_zalloc(all, sizeof *next);
	const uint64_t **order = must_alloc(all * sizeof *order);
	uint32_t classes = 1;
	for (unsigned side = 0; side < 2; side++)
		s->same[side] = arena_alloc(&s->arena, (counts[side] + 1) * sizeof *s->same[side]);
	for (size_t i = 0; i < all; i++)
		order[i] = &hash[i];
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < all; i++) {
			bool second = i >= counts[0];
			const uint64_t *last = second ? hash + counts[0] : hash;
			uint32_t rule = class_behind(s->program[second], (uint32_t)(second ? i - counts[0] : i));
			struct refining r = {s->program[second], last, hash_local(STR("class"))};
			next[i] = of_whole_rule(&r, rule);
		}
		memcpy(hash, next, all * sizeof *hash);
		uint32_t found = distinct(order, all);
		/* Never equal before it is stable: what the last round could not tell apart may differ deeper. */
		if (found == classes && round)
			break;
		classes = found;
		if (round + 1 == ROUNDS)
			for (size_t i = 0; i < all; i++)
				hash[i] = i; /* given up: nothing is the same */
	}
	distinct(order, all);
	keep(s, order, hash, counts[0], all);
	free(hash);
	free(next);
	free(order);
}
