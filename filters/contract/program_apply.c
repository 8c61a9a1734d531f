/* The instructions that apply rules to the same value, and the table of all instructions. The table is what program_run.c
 * runs them by, so that it knows none of their files. */
#include "filters/contract/program_run.h"

/* A rule whose failure is no failure yet: what it marked and used counts only if it passes. */
static bool try_rule(struct run *r, uint32_t rule, uint32_t index, struct marks *marks)
{
	size_t deprecated = r->j->deprecated.len, fills = r->j->fills.len;
	size_t known = r->j->known.len, named = r->j->named.len;
	bool ok;
	if (marks) {
		struct marks own = run_marks_begin(r, index);
		ok = run_rule(r, rule, index, &own);
		if (ok)
			run_marks_merge(r, marks, &own, index);
		run_marks_end(r, &own);
	} else {
		ok = run_rule(r, rule, index, NULL);
	}
	if (!ok) {
		r->j->deprecated.len = deprecated;
		r->j->fills.len = fills;
		r->j->known.len = known;
		r->j->named.len = named;
	}
	return ok;
}

static bool run_ref(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	return run_rule(r, op->a, index, marks);
}

static bool run_dynamic_ref(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	return run_rule(r, run_dynamic(r, op), index, marks);
}

static bool run_all(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	for (uint32_t i = 0; i < op->b; i++)
		if (!run_rule(r, r->p->lists.at[op->a + i], index, marks))
			return false;
	return true;
}

/* Of a part: any branch that the rest could still make the one will do. */
static bool run_some(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	bool any = false;
	for (uint32_t i = 0; i < op->b && !r->undecided; i++)
		any |= partial_allows(r, op, index, i) && try_rule(r, r->p->lists.at[op->a + i], index, marks);
	return any && !r->undecided;
}

static bool run_any(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	bool any = false;
	if (run_forgives(r))
		return run_some(r, op, index, marks);
	for (uint32_t i = 0; i < op->b && !r->undecided && (marks || r->fills || !any); i++)
		any |= try_rule(r, r->p->lists.at[op->a + i], index, marks);
	return any && !r->undecided;
}

static bool run_one(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	unsigned passed = 0;
	if (run_forgives(r))
		return run_some(r, op, index, marks);
	for (uint32_t i = 0; i < op->b && !r->undecided && passed < 2; i++)
		passed += try_rule(r, r->p->lists.at[op->a + i], index, marks);
	return passed == 1 && !r->undecided;
}

static bool run_not(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	size_t deprecated = r->j->deprecated.len;
	(void)marks;
	r->open++;
	bool ok = run_rule(r, op->a, index, NULL);
	r->open--;
	r->j->deprecated.len = deprecated;
	return !ok && !r->undecided;
}

static bool run_if(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	r->open++;
	bool test = try_rule(r, op->a, index, marks);
	r->open--;
	if (r->undecided)
		return false;
	uint32_t rule = r->p->lists.at[op->b + !test], other = r->p->lists.at[op->b];
	if (!test && run_forgives(r) && rule != NONE && other != NONE && try_rule(r, other, index, marks))
		return true;
	return rule == NONE || run_rule(r, rule, index, marks);
}

static bool run_nothing(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	(void)r;
	(void)op;
	(void)index;
	(void)marks;
	return true;
}

bool (*const run_table[OP_COUNT])(struct run *, const struct op *, uint32_t, struct marks *) = {
    [OP_NOTHING] = run_nothing,
    [OP_ENUM] = run_enum,
    [OP_WORDS] = run_words,
    [OP_REF] = run_ref,
    [OP_DYNAMIC_REF] = run_dynamic_ref,
    [OP_ALL] = run_all,
    [OP_ANY] = run_any,
    [OP_ONE] = run_one,
    [OP_NOT] = run_not,
    [OP_IF] = run_if,
    [OP_INTEGER] = run_integer,
    [OP_MINIMUM] = run_bound,
    [OP_MAXIMUM] = run_bound,
    [OP_ABOVE] = run_bound,
    [OP_BELOW] = run_bound,
    [OP_MULTIPLE] = run_multiple,
    [OP_MIN_LENGTH] = run_length,
    [OP_MAX_LENGTH] = run_length,
    [OP_PATTERN] = run_pattern,
    [OP_FORMAT] = run_format,
    [OP_MIN_ITEMS] = run_count,
    [OP_MAX_ITEMS] = run_count,
    [OP_UNIQUE] = run_unique,
    [OP_PREFIX] = run_prefix,
    [OP_ITEMS] = run_items,
    [OP_CONTAINS] = run_contains,
    [OP_UNEVALUATED_ITEMS] = run_unevaluated_items,
    [OP_MIN_PROPERTIES] = run_count,
    [OP_MAX_PROPERTIES] = run_count,
    [OP_OBJECT] = run_object,
    [OP_NAMES] = run_names,
    [OP_DEPENDENTS] = run_dependents,
    [OP_UNEVALUATED_PROPERTIES] = run_unevaluated_properties,
};
