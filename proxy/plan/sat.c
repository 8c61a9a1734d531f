#include "proxy/plan/sat_inside.h"

enum { FIRST_RESTART = 100 };

struct sat *sat_new(uint64_t work)
{
	struct sat *s = must_zalloc(1, sizeof *s);
	s->work = work;
	s->bump = 1;
	sat_variable(s);
	return s;
}

void sat_free(struct sat *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->watches.len; i++)
		free(s->watches.at[i].at);
	VEC_FREE(&s->watches);
	VEC_FREE(&s->variables);
	VEC_FREE(&s->store);
	VEC_FREE(&s->trail);
	VEC_FREE(&s->limits);
	VEC_FREE(&s->learnt);
	VEC_FREE(&s->core);
	free(s);
}

int sat_variable(struct sat *s)
{
	VEC_PUSH(&s->variables, ((struct variable){.reason = NO_REASON}));
	VEC_PUSH(&s->watches, ((struct numbers){0}));
	VEC_PUSH(&s->watches, ((struct numbers){0}));
	return (int)s->variables.len - 1;
}

static bool in_list(const struct literals *list, int literal)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i] == literal)
			return true;
	return false;
}

void sat_clause(struct sat *s, const int *literals, size_t count)
{
	struct literals *kept = &s->learnt;
	sat_back_to(s, 0);
	kept->len = 0;
	for (size_t i = 0; i < count; i++) {
		if (value_of(s, literals[i]) > 0 || (count < 8 && in_list(kept, -literals[i])))
			return;
		if (value_of(s, literals[i]) == 0 && !(count < 8 && in_list(kept, literals[i])))
			VEC_PUSH(kept, literals[i]);
	}
	if (kept->len > 1)
		sat_keep(s, kept->at, kept->len);
	else if (kept->len == 1)
		sat_hold(s, kept->at[0], NO_REASON);
	s->never |= kept->len == 0 || sat_propagate(s) != NO_REASON;
}

/* The variable that took part most, or 0: all are decided. */
static int pick(struct sat *s)
{
	int best = 0;
	for (size_t i = 1; i < s->variables.len; i++) {
		const struct variable *v = &s->variables.at[i];
		if (v->value == 0 && (!best || v->activity > s->variables.at[best].activity))
			best = (int)i;
	}
	s->work -= s->work < s->variables.len / 8 ? s->work : s->variables.len / 8;
	return best && !s->variables.at[best].phase ? -best : best;
}

static enum sat_answer answered(struct sat *s, enum sat_answer answer)
{
	for (size_t i = 1; answer == SAT_YES && i < s->variables.len; i++)
		s->variables.at[i].model = s->variables.at[i].value > 0;
	sat_back_to(s, 0);
	return answer;
}

/* The next assumption that does not hold yet, else a guess; 0: nothing is left; *false_one: an assumption that is
 * false. */
static int next(struct sat *s, const int *assumed, size_t count, bool *is_false)
{
	*is_false = false;
	while (level_now(s) < count) {
		int literal = assumed[level_now(s)];
		*is_false = value_of(s, literal) < 0;
		if (value_of(s, literal) <= 0)
			return literal;
		VEC_PUSH(&s->limits, (uint32_t)s->trail.len);
	}
	return pick(s);
}

enum sat_answer sat_solve(struct sat *s, const int *assumed, size_t count)
{
	uint64_t conflicts = 0, limit = FIRST_RESTART;
	s->core.len = 0;
	sat_back_to(s, 0);
	while (!s->never) {
		uint32_t broken = sat_propagate(s);
		bool is_false;
		if (broken != NO_REASON && level_now(s) == 0)
			break;
		if (s->work == 0)
			return answered(s, SAT_SPENT);
		if (broken != NO_REASON) {
			sat_take_back(s, broken);
			if (++conflicts < limit)
				continue;
			conflicts = 0;
			limit += limit / 2;
			sat_back_to(s, 0);
			continue;
		}
		int literal = next(s, assumed, count, &is_false);
		if (is_false) {
			sat_blame(s, literal);
			return answered(s, SAT_NO);
		}
		if (!literal)
			return answered(s, SAT_YES);
		VEC_PUSH(&s->limits, (uint32_t)s->trail.len);
		sat_hold(s, literal, NO_REASON);
	}
	s->never = true;
	return answered(s, SAT_NO);
}

bool sat_value(const struct sat *s, int variable)
{
	return s->variables.at[variable].model;
}

bool sat_blamed(const struct sat *s, int literal)
{
	return in_list(&s->core, literal);
}
