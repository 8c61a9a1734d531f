#include "proxy/plan/sat_inside.h"

#define TOO_ACTIVE 1e100

static void make_active(struct sat *s, struct variable *v)
{
	v->activity += s->bump;
	if (v->activity < TOO_ACTIVE)
		return;
	for (size_t i = 0; i < s->variables.len; i++)
		s->variables.at[i].activity /= TOO_ACTIVE;
	s->bump /= TOO_ACTIVE;
}

/* The clause's literals but for `known`: those of earlier levels are learnt, those of this level counted. */
static size_t gather(struct sat *s, uint32_t clause, int known)
{
	size_t here = 0;
	for (int i = 1; i <= s->store.at[clause]; i++) {
		int literal = s->store.at[clause + (uint32_t)i];
		struct variable *v = at(s, literal);
		if (literal == known || v->seen || v->level == 0)
			continue;
		v->seen = true;
		make_active(s, v);
		if (v->level == level_now(s))
			here++;
		else
			VEC_PUSH(&s->learnt, literal);
	}
	return here;
}

/* From a broken clause back to the one literal of this level through which all went: what has to be otherwise stands
 * first in s->learnt. The level to go back to, whose literal stands second. */
static uint32_t learn(struct sat *s, uint32_t broken)
{
	size_t top = s->trail.len, open;
	int literal;
	s->learnt.len = 0;
	VEC_PUSH(&s->learnt, 0);
	open = gather(s, broken, 0);
	for (;;) {
		while (!at(s, s->trail.at[--top])->seen)
			;
		literal = s->trail.at[top];
		at(s, literal)->seen = false;
		if (--open == 0)
			break;
		open += gather(s, at(s, literal)->reason, literal);
	}
	s->learnt.at[0] = -literal;
	size_t second = 1;
	for (size_t i = 1; i < s->learnt.len; i++) {
		at(s, s->learnt.at[i])->seen = false;
		if (at(s, s->learnt.at[i])->level > at(s, s->learnt.at[second])->level)
			second = i;
	}
	if (s->learnt.len == 1)
		return 0;
	int swap = s->learnt.at[1];
	s->learnt.at[1] = s->learnt.at[second];
	s->learnt.at[second] = swap;
	return at(s, s->learnt.at[1])->level;
}

void sat_take_back(struct sat *s, uint32_t broken)
{
	uint32_t level = learn(s, broken);
	sat_back_to(s, level);
	uint32_t reason = s->learnt.len > 1 ? sat_keep(s, s->learnt.at, s->learnt.len) : NO_REASON;
	sat_hold(s, s->learnt.at[0], reason);
	s->bump /= 0.95;
	s->work -= s->work < s->learnt.len ? s->work : s->learnt.len;
}

/* `assumed` is false by the other assumptions: those that did it. */
void sat_blame(struct sat *s, int assumed)
{
	s->core.len = 0;
	VEC_PUSH(&s->core, assumed);
	if (at(s, assumed)->level == 0)
		return;
	at(s, assumed)->seen = true;
	for (size_t i = s->trail.len; i > s->limits.at[0]; i--) {
		struct variable *v = at(s, s->trail.at[i - 1]);
		if (!v->seen)
			continue;
		v->seen = false;
		if (v->reason == NO_REASON)
			VEC_PUSH(&s->core, s->trail.at[i - 1]);
		for (int j = 1; v->reason != NO_REASON && j <= s->store.at[v->reason]; j++) {
			struct variable *other = at(s, s->store.at[v->reason + (uint32_t)j]);
			other->seen = other != v && other->level > 0 ? true : other->seen;
		}
	}
}
