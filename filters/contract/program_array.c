#include "filters/contract/equal.h"
#include "filters/contract/program_run.h"

static void mark_from(struct run *r, const struct marks *m, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; m && i < count; i++)
		run_mark(r, m, i);
}

enum { FEW = 8 };

/* Few items without parts: kinds and lengths mostly tell them apart. */
static bool few_repeat(struct run *r, uint32_t index)
{
	const struct json_token *token = r->token;
	uint32_t end = token[index].end;
	for (uint32_t j = index + 2; j < end; j++)
		for (uint32_t i = index + 1; i < j; i++) {
			bool string = token[j].kind == JSON_STRING;
			if (token[i].kind == token[j].kind && (!string || token[i].length == token[j].length) &&
			    tape_equal(r->tape, i, r->tape, j))
				return true;
		}
	return false;
}

bool run_unique(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	uint32_t first, second, tokens = r->token[index].end - index;
	(void)op;
	(void)marks;
	if (!run_charge(r, tokens))
		return false;
	if (tokens <= FEW && r->token[index].length == tokens - 1)
		return !few_repeat(r, index);
	return !tape_repeats(r->tape, index, &first, &second);
}

bool run_prefix(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const uint32_t *rule = &r->p->lists.at[op->a];
	uint32_t end = r->token[index].end, n = 0;
	for (uint32_t i = index + 1; i < end && n < op->b; i = tape_next(r->tape, i), n++) {
		if (!run_part(r, rule[n], i))
			return false;
		if (marks)
			run_mark(r, marks, n);
	}
	return true;
}

bool run_items(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct json_token *token = r->token;
	uint32_t end = token[index].end, i = index + 1;
	for (uint32_t n = 0; n < op->b && i < end; n++)
		i = tape_next(r->tape, i);
	for (; i < end; i = tape_next(r->tape, i))
		if (!run_part(r, op->a, i))
			return false;
	mark_from(r, marks, op->b, token[index].length);
	return true;
}

bool run_contains(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct contains *c = &r->p->contains.at[op->b];
	uint32_t end = r->token[index].end, n = 0, found = 0;
	bool all = marks && c->marks;
	r->open++;
	for (uint32_t i = index + 1; i < end && !r->undecided; i = tape_next(r->tape, i), n++) {
		size_t deprecated = r->j->deprecated.len;
		if (!run_value(r, op->a, i)) {
			r->j->deprecated.len = deprecated;
			continue;
		}
		found++;
		if (all)
			run_mark(r, marks, n);
		else if (found > c->max || (c->max == UINT32_MAX && found >= c->min))
			break;
	}
	r->open--;
	return !r->undecided && (found >= c->min || run_forgives(r)) && found <= c->max;
}

bool run_unevaluated_items(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	uint32_t end = r->token[index].end, n = 0;
	for (uint32_t i = index + 1; i < end; i = tape_next(r->tape, i), n++) {
		if (run_marked(r, marks, n))
			continue;
		if (!run_part(r, op->a, i))
			return false;
		run_mark(r, marks, n);
	}
	return true;
}
