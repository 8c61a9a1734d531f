#include "proxy/plan/sat_inside.h"

void sat_hold(struct sat *s, int literal, uint32_t reason)
{
	struct variable *v = at(s, literal);
	v->value = literal < 0 ? -1 : 1;
	v->level = level_now(s);
	v->reason = reason;
	VEC_PUSH(&s->trail, literal);
}

/* Makes another literal of the clause that is not false its second; false: there is none. */
static bool watch_another(struct sat *s, uint32_t clause)
{
	int *literals = &s->store.at[clause + 1];
	for (int i = 2; i < s->store.at[clause]; i++) {
		if (value_of(s, literals[i]) < 0)
			continue;
		int other = literals[i];
		literals[i] = literals[1];
		literals[1] = other;
		VEC_PUSH(&s->watches.at[index_of(other)], clause);
		return true;
	}
	return false;
}

/* `gone` has become false: the clauses that watch it. The one that cannot hold any more, or NO_REASON. */
static uint32_t follow(struct sat *s, int gone)
{
	struct numbers *list = &s->watches.at[index_of(gone)];
	uint32_t broken = NO_REASON;
	size_t kept = 0, i = 0;
	for (; i < list->len && broken == NO_REASON; i++) {
		uint32_t clause = list->at[i];
		int *literals = &s->store.at[clause + 1];
		s->work -= s->work > 0;
		if (literals[0] == gone) {
			literals[0] = literals[1];
			literals[1] = gone;
		}
		if (value_of(s, literals[0]) <= 0 && watch_another(s, clause))
			continue;
		list->at[kept++] = clause;
		if (value_of(s, literals[0]) < 0)
			broken = clause;
		else if (value_of(s, literals[0]) == 0)
			sat_hold(s, literals[0], clause);
	}
	for (; i < list->len; i++)
		list->at[kept++] = list->at[i];
	list->len = kept;
	return broken;
}

uint32_t sat_propagate(struct sat *s)
{
	uint32_t broken = NO_REASON;
	while (s->head < s->trail.len && broken == NO_REASON)
		broken = follow(s, -s->trail.at[s->head++]);
	return broken;
}

void sat_back_to(struct sat *s, uint32_t level)
{
	if (level_now(s) <= level)
		return;
	for (size_t i = s->trail.len; i > s->limits.at[level]; i--) {
		struct variable *v = at(s, s->trail.at[i - 1]);
		v->phase = v->value > 0;
		v->value = 0;
		v->reason = NO_REASON;
	}
	s->trail.len = s->head = s->limits.at[level];
	s->limits.len = level;
}

uint32_t sat_keep(struct sat *s, const int *literals, size_t count)
{
	uint32_t clause = (uint32_t)s->store.len;
	VEC_PUSH(&s->store, (int)count);
	for (size_t i = 0; i < count; i++)
		VEC_PUSH(&s->store, literals[i]);
	VEC_PUSH(&s->watches.at[index_of(literals[0])], clause);
	VEC_PUSH(&s->watches.at[index_of(literals[1])], clause);
	return clause;
}
