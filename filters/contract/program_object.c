#include "filters/contract/program_run.h"

enum { MOST_FILLS = 1 << 16 };

const struct property *run_search(const struct run *r, const struct object *o, const struct json_token *key,
				  const struct property **next)
{
	const struct property *properties = &r->properties[o->property];
	for (uint32_t at = key->hash;; at++) {
		uint32_t slot = r->p->slots.at[o->slot + (at & o->mask)];
		if (!slot)
			return NULL;
		const struct property *found = &properties[slot - 1];
		if (run_is_property(r, found, key)) {
			*next = found + !found->last;
			return found;
		}
	}
}

/* -1: fails; else whether some pattern matched the key. */
static int pattern_members(struct run *r, const struct object *o, const struct json_token *key, uint32_t value)
{
	struct str name = tape_string(r->tape, key);
	int matched = 0;
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *pp = &r->p->pattern_properties.at[o->pattern + i];
		enum pattern_verdict v = pattern_match(r->p->patterns.at[pp->pattern], r->j->patterns, name);
		if (v == PATTERN_UNDECIDED)
			return run_undecided(r, "pattern_limit"), -1;
		if (v == PATTERN_NO_MATCH)
			continue;
		if (!run_part(r, pp->rule, value))
			return -1;
		matched = 1;
	}
	return matched;
}

/* The first default of the object's properties. They are sorted by property. */
static uint32_t first_fallback(const struct program *p, const struct object *o)
{
	uint32_t low = 0, high = (uint32_t)p->fallbacks.len;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (p->fallbacks.at[middle].property < o->property)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many of the object's required properties would be there, were those with defaults filled in; what is missing is
 * collected (program_fill.h). The walk has passed but for that. */
static uint32_t collect_missing(struct run *r, const struct object *o, uint32_t index, uint32_t seen)
{
	const struct program *p = r->p;
	for (uint32_t i = first_fallback(p, o); i < p->fallbacks.len; i++) {
		const struct property *property = &p->properties.at[p->fallbacks.at[i].property];
		if (p->fallbacks.at[i].property >= o->property + o->count)
			break;
		if (!run_charge(r, r->token[index].length / 8 + 1))
			return seen;
		if (property->flags & r->forbidden ||
		    tape_member(r->tape, index, program_name(p, &property->name), property->name.hash))
			continue;
		if (r->j->fills.len == MOST_FILLS) {
			run_undecided(r, "size");
			return seen;
		}
		VEC_PUSH(&r->j->fills, ((struct fill){index, i}));
		seen += r->tolerant && property->flags & r->required;
	}
	return seen;
}

/* One walk over the members. `others`: there are patterns, or somebody keeps marks; most objects have neither, and the
 * compiler makes a loop of its own for them. */
static inline __attribute__((always_inline)) bool walk_members(struct run *r, const struct object *o, uint32_t index,
							       struct marks *marks, bool others)
{
	const struct json_token *token = r->token;
	const struct property *next = run_first_property(r, o);
	uint32_t end = token[index].end, seen = 0, n = 0;
	for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i + 1), n++) {
		const struct property *p = run_property(r, o, &token[i], &next);
		uint32_t rule = NONE;
		int matched = 0;
		if (p) {
			seen += (p->flags & r->required) != 0;
			if (p->flags & r->forbidden)
				return false;
			rule = p->rule;
		}
		if (others && o->pattern_count && (matched = pattern_members(r, o, &token[i], i + 1)) < 0)
			return false;
		if (rule == NONE && !matched)
			rule = o->additional;
		if (rule != NONE && !run_part(r, rule, i + 1))
			return false;
		if (others && marks && (rule != NONE || matched))
			run_mark(r, marks, n);
		if (others && run_forgives(r) && (rule != NONE || matched || p))
			VEC_PUSH(&r->j->known, i);
	}
	if (r->fills && !r->open)
		seen = collect_missing(r, o, index, seen);
	/* The reader has refused duplicate keys, so that counting is enough. */
	return seen == o->required[r->direction] || run_forgives(r);
}

bool run_object(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct object *o = &r->objects[op->a];
	return marks || o->pattern_count || r->partial ? walk_members(r, o, index, marks, true)
					 : walk_members(r, o, index, NULL, false);
}

bool run_names(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	uint32_t end = r->token[index].end;
	(void)marks;
	for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i + 1))
		if (!run_rule(r, op->a, i, NULL))
			return false;
	return true;
}

static bool has(const struct run *r, const struct name *n, uint32_t index)
{
	return tape_member(r->tape, index, program_name(r->p, n), n->hash) != 0;
}

bool run_dependents(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	if (!run_charge(r, (uint64_t)op->b * r->token[index].length / 8))
		return false;
	for (uint32_t d = 0; d < op->b; d++) {
		const struct dependent *one = &r->p->dependents.at[op->a + d];
		const struct name *name = &r->p->names.at[one->name];
		if (!has(r, name, index))
			continue;
		if (one->rule != NONE && !run_rule(r, one->rule, index, marks))
			return false;
		for (uint32_t i = 1; i <= one->count && !run_forgives(r); i++)
			if (!has(r, &name[i], index))
				return false;
	}
	return true;
}

bool run_unevaluated_properties(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	uint32_t end = r->token[index].end, n = 0;
	for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i + 1), n++) {
		if (run_marked(r, marks, n))
			continue;
		if (!run_part(r, op->a, i + 1))
			return false;
		run_mark(r, marks, n);
	}
	return true;
}
