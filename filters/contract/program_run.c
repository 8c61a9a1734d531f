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
	if (ok && run_forgives(r) && rule->flags & RULE_NAMES && r->token[index].kind == JSON_OBJECT)
		VEC_PUSH(&r->j->named, ((struct named){index, (uint32_t)(rule - r->rules)}));
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
