#include "proxy/plan/sat.h"

#include "proxy/base/vec.h"

enum { FIRST_RESTART = 100 };
#define NO_REASON  UINT32_MAX
#define TOO_ACTIVE 1e100

struct numbers {
	uint32_t *at;
	size_t len, cap;
};

struct literals {
	int *at;
	size_t len, cap;
};

struct variable {
	signed char value; /* 1, -1, 0: not decided */
	bool phase;        /* as it was last: tried first */
	bool model;
	bool seen;
	uint32_t level, reason; /* reason: offset of a clause in `store`, or NO_REASON */
	double activity;
};

struct sat {
	VEC(struct variable) variables; /* [0] is not used */
	VEC(struct numbers) watches;    /* by index_of: clauses in which the literal is one of the first two */
	struct literals store;          /* clauses: count, then literals */
	struct literals trail;          /* what holds, in the order in which it was found */
	struct numbers limits;          /* where each level begins in the trail */
	size_t head;                    /* how far the trail was followed */
	struct literals learnt, core;
	double bump;
	uint64_t work;
	bool never;
};

static int variable_of(int literal)
{
	return literal < 0 ? -literal : literal;
}

static size_t index_of(int literal)
{
	return 2 * (size_t)variable_of(literal) + (literal < 0);
}

static struct variable *at(const struct sat *s, int literal)
{
	return &s->variables.at[variable_of(literal)];
}

static int value_of(const struct sat *s, int literal)
{
	int value = at(s, literal)->value;
	return literal < 0 ? -value : value;
}

static uint32_t level_now(const struct sat *s)
{
	return (uint32_t)s->limits.len;
}

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

/* ---- what follows ---- */

static void hold(struct sat *s, int literal, uint32_t reason)
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
			hold(s, literals[0], clause);
	}
	for (; i < list->len; i++)
		list->at[kept++] = list->at[i];
	list->len = kept;
	return broken;
}

static uint32_t propagate(struct sat *s)
{
	uint32_t broken = NO_REASON;
	while (s->head < s->trail.len && broken == NO_REASON)
		broken = follow(s, -s->trail.at[s->head++]);
	return broken;
}

static void back_to(struct sat *s, uint32_t level)
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

/* ---- clauses ---- */

static uint32_t keep(struct sat *s, const int *literals, size_t count)
{
	uint32_t clause = (uint32_t)s->store.len;
	VEC_PUSH(&s->store, (int)count);
	for (size_t i = 0; i < count; i++)
		VEC_PUSH(&s->store, literals[i]);
	VEC_PUSH(&s->watches.at[index_of(literals[0])], clause);
	VEC_PUSH(&s->watches.at[index_of(literals[1])], clause);
	return clause;
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
	back_to(s, 0);
	kept->len = 0;
	for (size_t i = 0; i < count; i++) {
		if (value_of(s, literals[i]) > 0 || (count < 8 && in_list(kept, -literals[i])))
			return;
		if (value_of(s, literals[i]) == 0 && !(count < 8 && in_list(kept, literals[i])))
			VEC_PUSH(kept, literals[i]);
	}
	if (kept->len > 1)
		keep(s, kept->at, kept->len);
	else if (kept->len == 1)
		hold(s, kept->at[0], NO_REASON);
	s->never |= kept->len == 0 || propagate(s) != NO_REASON;
}

/* ---- learning ---- */

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

static void take_back(struct sat *s, uint32_t broken)
{
	uint32_t level = learn(s, broken);
	back_to(s, level);
	uint32_t reason = s->learnt.len > 1 ? keep(s, s->learnt.at, s->learnt.len) : NO_REASON;
	hold(s, s->learnt.at[0], reason);
	s->bump /= 0.95;
	s->work -= s->work < s->learnt.len ? s->work : s->learnt.len;
}

/* `assumed` is false by the other assumptions: those that did it. */
static void blame(struct sat *s, int assumed)
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

/* ---- search ---- */

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
	back_to(s, 0);
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
	back_to(s, 0);
	while (!s->never) {
		uint32_t broken = propagate(s);
		bool is_false;
		if (broken != NO_REASON && level_now(s) == 0)
			break;
		if (s->work == 0)
			return answered(s, SAT_SPENT);
		if (broken != NO_REASON) {
			take_back(s, broken);
			if (++conflicts < limit)
				continue;
			conflicts = 0;
			limit += limit / 2;
			back_to(s, 0);
			continue;
		}
		int literal = next(s, assumed, count, &is_false);
		if (is_false) {
			blame(s, literal);
			return answered(s, SAT_NO);
		}
		if (!literal)
			return answered(s, SAT_YES);
		VEC_PUSH(&s->limits, (uint32_t)s->trail.len);
		hold(s, literal, NO_REASON);
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
