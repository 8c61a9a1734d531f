#include "filters/contract/program_explain.h"

/* Distances of a value from a branch. */
enum { OTHER_TAG = 1000, OTHER_KIND = 1000000 };

enum { LARGE = 256 }; /* tokens */

static void explain_rule(struct run *r, uint32_t rule, uint32_t index, struct marks *marks);

static void note(struct run *r, enum issue_kind what, uint32_t rule, const struct op *op, uint32_t token,
		 uint32_t detail)
{
	uint32_t at = op ? (uint32_t)(op - r->p->ops.at) : 0;
	r->noted++;
	if (r->j->issues.len < ISSUES_KEPT)
		VEC_PUSH(&r->j->issues, ((struct issue){rule, at, token, detail, what}));
}

void explain_value(struct run *r, uint32_t rule, uint32_t index)
{
	if (!r->p->closed || r->open || r->token[index].kind != JSON_OBJECT) {
		explain_rule(r, rule, index, NULL);
		return;
	}
	size_t before = r->j->issues.len;
	struct marks own = run_marks_begin(r, index);
	explain_rule(r, rule, index, &own);
	uint32_t end = r->token[index].end, n = 0;
	if (r->j->issues.len == before && own.names)
		for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i + 1), n++)
			if (!run_marked(r, &own, n))
				note(r, ISSUE_UNKNOWN, rule, NULL, i + 1, 0);
	run_marks_end(r, &own);
}

/* A verdict is quicker than an explanation; but what is large is better gone over once, for explain_value finds nothing
 * where nothing is wrong. */
static void explain_child(struct run *r, uint32_t rule, uint32_t index)
{
	bool large = r->token[index].kind >= JSON_ARRAY && r->token[index].end - index > LARGE;
	if (!r->undecided && (large || !run_part(r, rule, index)))
		explain_value(r, rule, index);
}

static void explain_member(struct run *r, const struct object *o, uint32_t key, const struct property *p)
{
	bool known = p && p->rule != NONE;
	if (known)
		explain_child(r, p->rule, key + 1);
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *pp = &r->p->pattern_properties.at[o->pattern + i];
		struct str name = tape_string(r->tape, &r->token[key]);
		if (pattern_match(r->p->patterns.at[pp->pattern], r->j->patterns, name) != PATTERN_MATCH)
			continue;
		known = true;
		explain_child(r, pp->rule, key + 1);
	}
	if (!known && o->additional != NONE)
		explain_child(r, o->additional, key + 1);
}

static void explain_missing(struct run *r, const struct object *o, uint32_t rule, uint32_t index)
{
	for (uint32_t i = 0; i < o->count; i++) {
		const struct property *p = &r->p->properties.at[o->property + i];
		if (p->flags & r->required && run_charge(r, r->token[index].length / 8) &&
		    !tape_member(r->tape, index, program_name(r->p, &p->name), p->name.hash))
			note(r, ISSUE_REQUIRED, rule, &r->p->ops.at[o->required_op], index, o->property + i);
	}
}

static bool misses_some(const struct run *r, const struct object *o, uint32_t index)
{
	const struct property *next = run_first_property(r, o), *p;
	uint32_t end = r->token[index].end, seen = 0;
	if (!o->required[r->direction] || run_forgives(r))
		return false;
	for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i + 1))
		seen += (p = run_property(r, o, &r->token[i], &next)) && p->flags & r->required;
	return seen != o->required[r->direction];
}

static void explain_object(struct run *r, uint32_t rule, const struct op *op, uint32_t index)
{
	const struct object *o = &r->p->objects.at[op->a];
	const struct property *next = run_first_property(r, o);
	uint32_t end = r->token[index].end;
	if (misses_some(r, o, index))
		explain_missing(r, o, rule, index);
	for (uint32_t i = index + 1; i < end && !r->undecided; i = tape_next(r->tape, i + 1)) {
		const struct property *p = run_property(r, o, &r->token[i], &next);
		if (p && p->flags & r->forbidden)
			note(r, r->direction == REQUEST ? ISSUE_READ_ONLY : ISSUE_WRITE_ONLY, p->rule, NULL, i + 1, 0);
		else
			explain_member(r, o, i, p);
	}
}

static void explain_items(struct run *r, const struct op *op, uint32_t index, const struct marks *marks)
{
	uint32_t end = r->token[index].end, n = 0;
	for (uint32_t i = index + 1; i < end && !r->undecided; i = tape_next(r->tape, i), n++) {
		if (op->code == OP_PREFIX && n < op->b)
			explain_child(r, r->p->lists.at[op->a + n], i);
		else if (op->code == OP_ITEMS && n >= op->b)
			explain_child(r, op->a, i);
		else if (op->code == OP_UNEVALUATED_ITEMS && !run_marked(r, marks, n))
			explain_child(r, op->a, i);
	}
}

static void explain_unevaluated(struct run *r, const struct op *op, uint32_t index, const struct marks *marks)
{
	uint32_t end = r->token[index].end, n = 0;
	for (uint32_t i = index + 1; i < end && !r->undecided; i = tape_next(r->tape, i + 1), n++)
		if (!run_marked(r, marks, n))
			explain_child(r, op->a, i + 1);
}

static void explain_names(struct run *r, uint32_t rule, const struct op *op, uint32_t index)
{
	uint32_t end = r->token[index].end;
	for (uint32_t i = index + 1; i < end && !r->undecided; i = tape_next(r->tape, i + 1))
		if (!run_rule(r, op->a, i, NULL))
			note(r, ISSUE_NAME, rule, op, i, 0);
}

static bool has(const struct run *r, uint32_t name, uint32_t index)
{
	const struct name *n = &r->p->names.at[name];
	return tape_member(r->tape, index, program_name(r->p, n), n->hash) != 0;
}

static void explain_dependents(struct run *r, uint32_t rule, const struct op *op, uint32_t index)
{
	for (uint32_t d = 0; d < op->b; d++) {
		const struct dependent *one = &r->p->dependents.at[op->a + d];
		if (!has(r, one->name, index))
			continue;
		if (one->rule != NONE && !run_rule(r, one->rule, index, NULL))
			explain_rule(r, one->rule, index, NULL);
		for (uint32_t i = 1; i <= one->count && !run_forgives(r); i++)
			if (!has(r, one->name + i, index))
				note(r, ISSUE_DEPENDENT, rule, op, index, one->name + i);
	}
}

static const struct discriminator *discriminator_of(const struct program *p, const struct op *op)
{
	for (size_t i = 0; i < p->discriminators.len; i++)
		if (p->discriminators.at[i].list == op->a)
			return &p->discriminators.at[i];
	return NULL;
}

/* The branch that the discriminator means (OpenAPI 3.2, 4.25), or NONE. */
static uint32_t chosen(const struct run *r, const struct op *op, uint32_t index)
{
	const struct program *p = r->p;
	const struct discriminator *d = discriminator_of(p, op);
	if (!d || r->token[index].kind != JSON_OBJECT)
		return NONE;
	uint32_t member = tape_member(r->tape, index, program_name(p, &d->property), d->property.hash);
	if (!member || r->token[member].kind != JSON_STRING)
		return d->fallback;
	struct str value = tape_string(r->tape, &r->token[member]);
	for (uint32_t i = 0; i < d->count; i++)
		if (str_eq(program_name(p, &p->choices.at[d->first + i].value), value))
			return p->choices.at[d->first + i].branch;
	return d->fallback;
}

/* How far the value is from a branch: another kind of value is farthest, a constant that tells branches apart is next.
 */
static uint64_t distance(const struct run *r, size_t from, uint32_t index)
{
	uint64_t sum = 0;
	for (size_t i = from; i < r->j->issues.len; i++) {
		const struct issue *one = &r->j->issues.at[i];
		unsigned code = r->p->ops.at[one->op].code;
		bool here = one->token == index, tag = code == OP_WORDS || code == OP_ENUM;
		sum += here && (one->what == ISSUE_TYPE || one->what == ISSUE_NEVER) ? OTHER_KIND : 1u;
		sum += tag && r->token[index].kind >= JSON_ARRAY ? OTHER_TAG : 0u;
	}
	return sum;
}

/* Keeps the issues [from, middle) or [middle, end), whichever is nearer. */
static bool keep_nearer(struct run *r, size_t from, size_t middle, uint64_t *best, uint32_t index)
{
	uint64_t here = distance(r, middle, index);
	bool nearer = middle < r->j->issues.len && here < *best;
	if (nearer) {
		size_t count = r->j->issues.len - middle;
		memmove(r->j->issues.at + from, r->j->issues.at + middle, count * sizeof *r->j->issues.at);
		r->j->issues.len = from + count;
		*best = here;
	} else {
		r->j->issues.len = middle;
	}
	return nearer;
}

static void explain_branches(struct run *r, uint32_t rule, const struct op *op, uint32_t index)
{
	uint32_t choice = chosen(r, op, index);
	size_t from = r->j->issues.len;
	uint64_t best = UINT64_MAX;
	unsigned passed = 0;
	for (uint32_t i = 0; op->code == OP_ONE && !run_forgives(r) && i < op->b && !r->undecided; i++)
		passed += run_rule(r, r->p->lists.at[op->a + i], index, NULL);
	if (passed > 1) {
		note(r, ISSUE_MANY, rule, op, index, passed);
		return;
	}
	for (uint32_t i = 0; i < op->b && !r->undecided; i++) {
		size_t middle = r->j->issues.len;
		if (choice != NONE && choice != i)
			continue;
		explain_rule(r, r->p->lists.at[op->a + i], index, NULL);
		keep_nearer(r, from, middle, &best, index);
	}
	/* All branches are of another kind, or none could be told from the others: then the keyword itself says it. */
	if (r->j->issues.len == from || (best >= OTHER_KIND && op->b > 1)) {
		r->j->issues.len = from;
		note(r, ISSUE_OP, rule, op, index, 0);
	}
}

static void explain_if(struct run *r, const struct op *op, uint32_t index)
{
	r->open++;
	bool test = run_rule(r, op->a, index, NULL);
	r->open--;
	uint32_t rule = r->p->lists.at[op->b + !test];
	if (!r->undecided && rule != NONE)
		explain_rule(r, rule, index, NULL);
}

static void explain_all(struct run *r, const struct op *op, uint32_t index)
{
	for (uint32_t i = 0; i < op->b && !r->undecided; i++)
		explain_rule(r, r->p->lists.at[op->a + i], index, NULL);
}

static void explain_op(struct run *r, uint32_t rule, const struct op *op, uint32_t index, struct marks *marks)
{
	switch (op->code) {
	case OP_REF:
		explain_rule(r, op->a, index, NULL);
		return;
	case OP_DYNAMIC_REF:
		explain_rule(r, run_dynamic(r, op), index, NULL);
		return;
	case OP_ALL:
		explain_all(r, op, index);
		return;
	case OP_ANY:
	case OP_ONE:
		explain_branches(r, rule, op, index);
		return;
	case OP_IF:
		explain_if(r, op, index);
		return;
	case OP_PREFIX:
	case OP_ITEMS:
	case OP_UNEVALUATED_ITEMS:
		explain_items(r, op, index, marks);
		return;
	case OP_OBJECT:
		explain_object(r, rule, op, index);
		return;
	case OP_NAMES:
		explain_names(r, rule, op, index);
		return;
	case OP_DEPENDENTS:
		explain_dependents(r, rule, op, index);
		return;
	case OP_UNEVALUATED_PROPERTIES:
		explain_unevaluated(r, op, index, marks);
		return;
	default:
		note(r, ISSUE_OP, rule, op, index, 0);
	}
}

/* Instructions whose explanation finds nothing where nothing is wrong: they need not be run before. They set no marks.
 */
static bool explains_itself(const struct op *op, const struct marks *marks)
{
	static const bool does[OP_COUNT] = {
	    [OP_REF] = true, [OP_ALL] = true, [OP_PREFIX] = true, [OP_ITEMS] = true, [OP_OBJECT] = true};
	return does[op->code] && !marks;
}

/* What is unevaluated is only worth telling when nothing else is wrong: a keyword that fails marks nothing. */
static void explain_ops(struct run *r, uint32_t rule, uint32_t index, struct marks *marks)
{
	const struct rule *u = &r->p->rules.at[rule];
	const struct op *op = &r->p->ops.at[u->code[program_kind(&r->token[index])]];
	bool failed = false, more = true;
	for (; more && !r->undecided; op++) {
		more = !op->last;
		bool rest = op->code == OP_UNEVALUATED_ITEMS || op->code == OP_UNEVALUATED_PROPERTIES;
		uint64_t before = r->noted;
		if ((rest && failed) || (!explains_itself(op, marks) && run_op(r, op, index, marks)))
			continue;
		if (!r->undecided)
			explain_op(r, rule, op, index, marks);
		failed |= r->noted != before;
	}
	if (!failed && marks && u->flags & RULE_NAMES)
		marks->names = true;
}

static void explain_rule(struct run *r, uint32_t rule, uint32_t index, struct marks *marks)
{
	const struct rule *u = &r->p->rules.at[rule];
	if (!(u->kinds >> program_kind(&r->token[index]) & 1)) {
		note(r, u->flags & RULE_FALSE ? ISSUE_NEVER : ISSUE_TYPE, rule, NULL, index, 0);
		return;
	}
	uint64_t steps = r->token[index].kind >= JSON_ARRAY ? (uint64_t)r->token[index].length + 1 : 1;
	if (r->depth == RUN_DEPTH || !run_charge(r, steps)) {
		run_undecided(r, "depth");
		return;
	}
	if (u->flags & RULE_DEPRECATED)
		VEC_PUSH(&r->j->deprecated, index);
	r->depth++;
	bool entered = run_enter(r, u);
	if (u->flags & RULE_UNEVALUATED && r->token[index].kind >= JSON_ARRAY) {
		struct marks own = run_marks_begin(r, index);
		explain_ops(r, rule, index, &own);
		if (marks)
			run_marks_merge(r, marks, &own, index);
		run_marks_end(r, &own);
	} else {
		explain_ops(r, rule, index, marks);
	}
	run_leave(r, entered);
	r->depth--;
}
