#include "filters/contract/program_run.h"

bool run_undecided(struct run *r, const char *why)
{
	if (!r->undecided)
		r->undecided = why;
	return false;
}

struct marks run_marks_begin(struct run *r, uint32_t index)
{
	struct marks m = {(uint32_t)r->j->words.len, false};
	size_t words = ((size_t)r->token[index].length + 63) / 64;
	while (r->j->words.cap < m.at + words) {
		r->j->words.cap = r->j->words.cap ? r->j->words.cap * 2 : 64;
		r->j->words.at = must_realloc(r->j->words.at, r->j->words.cap * sizeof *r->j->words.at);
	}
	if (words)
		memset(r->j->words.at + m.at, 0, words * sizeof *r->j->words.at);
	r->j->words.len = m.at + words;
	return m;
}

void run_marks_end(struct run *r, const struct marks *m)
{
	r->j->words.len = m->at;
}

void run_marks_merge(struct run *r, struct marks *to, const struct marks *from, uint32_t index)
{
	size_t words = ((size_t)r->token[index].length + 63) / 64;
	for (size_t i = 0; i < words; i++)
		r->j->words.at[to->at + i] |= r->j->words.at[from->at + i];
	to->names |= from->names;
}

/* Core 2020-12, 8.2.3.2: the outermost resource of the dynamic scope that has the anchor. */
uint32_t run_dynamic(const struct run *r, const struct op *op)
{
	const struct dynamic_name *name = &r->p->dynamic_names.at[op->b];
	const struct dynamic_target *target = &r->p->dynamic_targets.at[name->first];
	for (size_t s = 0; s < r->j->scope.len; s++)
		for (uint32_t t = 0; t < name->count; t++)
			if (target[t].resource == r->j->scope.at[s])
				return target[t].rule;
	return op->a;
}

/* A rule whose failure is no failure yet: what it marked and used counts only if it passes. */
static bool try_rule(struct run *r, uint32_t rule, uint32_t index, struct marks *marks)
{
	size_t deprecated = r->j->deprecated.len, fills = r->j->fills.len;
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

static bool run_any(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	bool any = false;
	for (uint32_t i = 0; i < op->b && !r->undecided && (marks || r->fills || !any); i++)
		any |= try_rule(r, r->p->lists.at[op->a + i], index, marks);
	return any && !r->undecided;
}

static bool run_one(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	unsigned passed = 0;
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
	uint32_t rule = r->p->lists.at[op->b + !test];
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

/* What few rules have: marks of their own, a deprecation, names that close an object. */
static bool run_flagged(struct run *r, const struct rule *rule, const struct op *op, uint32_t index,
			struct marks *marks)
{
	bool ok;
	if (rule->flags & RULE_UNEVALUATED && r->token[index].kind >= JSON_ARRAY) {
		struct marks own = run_marks_begin(r, index);
		ok = run_ops(r, op, index, &own);
		if (ok && marks)
			run_marks_merge(r, marks, &own, index);
		run_marks_end(r, &own);
	} else {
		ok = run_ops(r, op, index, marks);
	}
	if (ok && rule->flags & RULE_DEPRECATED)
		VEC_PUSH(&r->j->deprecated, index);
	if (ok && marks && rule->flags & RULE_NAMES)
		marks->names = true;
	return ok;
}

bool run_rule(struct run *r, uint32_t index_of_rule, uint32_t index, struct marks *marks)
{
	const struct rule *rule = &r->rules[index_of_rule];
	const struct json_token *token = &r->token[index];
	unsigned kind = program_kind(token);
	/* Members and items without parts are not counted one by one. */
	uint64_t steps = kind == JSON_ARRAY || kind == JSON_OBJECT ? (uint64_t)token->length + 1 : 1;
	uint32_t code = rule->code[kind];
	if (!code || code == NONE)
		return !code;
	if (r->depth == RUN_DEPTH || r->steps < steps)
		return run_undecided(r, r->depth == RUN_DEPTH ? "depth" : "steps");
	const struct op *op = &r->ops[code];
	r->depth++;
	r->steps -= steps;
	bool entered = run_enter(r, rule);
	bool ok = rule->flags ? run_flagged(r, rule, op, index, marks) : run_ops(r, op, index, marks);
	run_leave(r, entered);
	r->depth--;
	return ok;
}

static bool all_marked(const struct run *r, const struct marks *m, uint32_t index)
{
	for (uint32_t i = 0; i < r->token[index].length; i++)
		if (!run_marked(r, m, i))
			return false;
	return true;
}

bool run_value(struct run *r, uint32_t rule, uint32_t index)
{
	if (!r->p->closed || r->open || r->token[index].kind != JSON_OBJECT)
		return run_rule(r, rule, index, NULL);
	struct marks own = run_marks_begin(r, index);
	bool ok = run_rule(r, rule, index, &own) && (!own.names || all_marked(r, &own, index));
	run_marks_end(r, &own);
	return ok;
}
