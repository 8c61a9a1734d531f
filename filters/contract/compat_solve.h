/* compat_solve: is there a value that keeps some rules and breaks others? A tableau: a state is a set of items (a rule
 * or an op of either program, asserted or denied, or a demand on a part of the value); it is taken apart into atoms of
 * one kind of value, with choices where anyOf, oneOf, if or a denied list of keywords leave several ways; atoms are
 * decided by kind (compat_scalar.c, compat_string.c, compat_array.c, compat_object.c), which ask about states of the
 * parts.
 *
 * States are remembered. Where a state needs itself as a part of itself, it has no finite value by that way: it is
 * taken as empty while it is open (values are finite, so this is the least fixed point of "has a value"); what was
 * concluded from that is kept only when the assumption turns out true, else it is dropped and asked again. A state that
 * comes back without a part between (a schema applied to the same value) is unclear, never empty.
 *
 * A value that is found is asked of program_judge for every whole rule in the state, so EXISTS is certain for rules;
 * NEVER is a proof; everything else is UNCLEAR. Private to compat*.c. */
#ifndef FILTERS_CONTRACT_COMPAT_SOLVE_H
#define FILTERS_CONTRACT_COMPAT_SOLVE_H

#include "filters/contract/compat.h"
#include "filters/contract/program_code.h"

enum answer { NEVER, EXISTS, UNCLEAR };

struct reply {
	enum answer answer;
	struct str value; /* EXISTS: JSON text in the solver's arena */
	const char *why;  /* UNCLEAR */
};

/* (index + 1) << 4 | form << 2 | side << 1 | denied: never 0; an item and its opposite differ in the last bit. */
enum item_form { ITEM_RULE, ITEM_OP, ITEM_DEMAND };

static inline uint64_t item_make(enum item_form form, unsigned side, uint32_t index, bool denied)
{
	return ((uint64_t)index + 1) << 4 | (uint64_t)form << 2 | (uint64_t)side << 1 | denied;
}
static inline enum item_form item_form(uint64_t item)
{
	return (enum item_form)(item >> 2 & 3);
}
static inline unsigned item_side(uint64_t item)
{
	return item >> 1 & 1;
}
static inline uint32_t item_index(uint64_t item)
{
	return (uint32_t)(item >> 4) - 1;
}
static inline bool item_denied(uint64_t item)
{
	return item & 1;
}

/* A demand on the value: that it is of a kind, or that a member or item is there (denied: is not there), perhaps with
 * an item of its own. */
enum demand_what { DEMAND_KIND, DEMAND_MEMBER, DEMAND_ELEMENT };
struct demand {
	enum demand_what what;
	struct str name; /* MEMBER */
	uint32_t number; /* ELEMENT: index; KIND */
	uint64_t item;   /* 0: only that it is there */
};

enum { ANY_KIND = KIND_COUNT, VALUE_BYTES = 1 << 16, SOLVE_DEPTH = 260 };

struct state {
	uint64_t hash;
	uint64_t *item; /* sorted */
	uint32_t count;
	uint8_t kind;
	uint8_t status; /* enum state_status */
	uint32_t depth, low, level;
	struct reply reply;
};

struct item_list {
	uint64_t *at;
	size_t len, cap;
};

struct solver {
	const struct program *program[2];
	enum direction direction;
	struct arena arena; /* states, values: as long as the solver */
	struct judge *judge;
	struct pattern_scratch *patterns;
	struct tape tape;    /* scratch */
	uint32_t *same[2];   /* by rule: the number of its class; compat_class.c */
	uint64_t *canonical; /* by class: the item of the rule that stands for all of the class */
	uint32_t *first[2];  /* by class: its first rule on that side, or NONE */
	uint32_t classes;
	uint32_t *owner[2];  /* by op: its rule */
	struct state **slot; /* hash table of states */
	size_t states, slots;
	VEC(struct state *) provisional;
	VEC(struct demand) demands;
	uint32_t depth, level, low;
	uint64_t steps, step_limit;
	uint64_t deadline_ns, ms;
	const char *spent; /* why the question was given up, or NULL */
};

/* compat_solver.c: adds an item; it may be there already. */
void items_add(struct item_list *l, uint64_t item);
/* Whether the item is there; looks at all of them. */
bool items_have(const struct item_list *l, uint64_t item);

/* The item that stands for a rule: equal rules have one item. */
uint64_t solve_rule(const struct solver *s, unsigned side, uint32_t rule, bool denied);
/* The item that stands for a demand, which is copied: equal demands have one item. */
uint64_t solve_demand(struct solver *s, const struct demand *d, bool denied);
static inline const struct demand *solve_demand_of(const struct solver *s, uint64_t item)
{
	return &s->demands.at[item_index(item)];
}
/* compat_solve.c: is there a value with all these items? `kind` may be ANY_KIND. The items are copied. */
struct reply solve_items(struct solver *s, const struct item_list *items, unsigned kind);
/* The same for a part of the value at hand, of any kind. */
struct reply solve_part(struct solver *s, const struct item_list *items);
#define LOW_NONE UINT32_MAX
/* Begins a question with a fresh budget. */
void solve_begin(struct solver *s);
/* Counts work; true when the budget is spent. */
bool solve_spent(struct solver *s, uint64_t steps);
/* program_judge of one rule; limit 0. */
enum judgement solve_judge(struct solver *s, unsigned side, uint32_t rule, struct str value);
/* The same of one op, for a value of a kind that it is for. */
enum judgement solve_judge_op(struct solver *s, unsigned side, uint32_t op, struct str value);
/* Whether the value keeps and breaks every whole rule as the items say. INVALID is certain: the value is not one. */
enum judgement solve_verify(struct solver *s, const uint64_t *items, size_t count, struct str value);

static inline struct reply reply_never(void)
{
	return (struct reply){NEVER, {NULL, 0}, NULL};
}
static inline struct reply reply_exists(struct str value)
{
	return (struct reply){EXISTS, value, NULL};
}
static inline struct reply reply_unclear(const char *why)
{
	return (struct reply){UNCLEAR, {NULL, 0}, why};
}

/* compat_expand.c: a state of one kind, taken apart. */
struct atom {
	const struct op *op;
	unsigned side;
	uint32_t index; /* of the op */
	bool denied;
};

struct choice {
	uint64_t item;       /* what it comes from */
	size_t first, count; /* alternatives, in expansion.way */
};
struct way {
	size_t first, count; /* items, in expansion.pool */
};

struct expansion {
	unsigned kind;
	bool closed;        /* no value has all of this */
	const char *opaque; /* something was left out: a value found may fail; NEVER is still right */
	struct item_list seen;
	uint64_t filter[64]; /* of `seen`: a bit for each item */
	VEC(struct atom) atoms;
	VEC(struct choice) choices;
	VEC(struct way) ways;
	struct item_list pool;
	struct item_list demands; /* items of DEMAND_MEMBER and DEMAND_ELEMENT */
};

/* Takes the items (sorted, each once) apart for values of that kind, as far as there is only one way; expand_free is due. */
void expand_state(struct solver *s, struct expansion *e, const uint64_t *items, size_t count, unsigned kind);
/* Gives back what expand_state took. */
void expand_free(struct expansion *e);
/* Whether the item is among the seen ones. */
static inline uint64_t expand_bit(uint64_t item)
{
	return item * 0x9e3779b97f4a7c15u >> 52;
}
static inline bool expand_seen(const struct expansion *e, uint64_t item)
{
	uint64_t bit = expand_bit(item);
	return e->filter[bit / 64] >> bit % 64 & 1 && items_have(&e->seen, item);
}
/* Kinds at which an op has a say: a set of 1 << kind. */
uint32_t expand_kinds(const struct program *p, const struct op *op);

/* What decides the atoms of one kind; `items` are the state's, for solve_verify. */
struct leaf {
	struct solver *s;
	const struct expansion *e;
	const uint64_t *item;
	size_t count;
};
/* null, true, false. */
struct reply leaf_literal(const struct leaf *l);
/* Numbers, and integers by themselves. */
struct reply leaf_number(const struct leaf *l);
/* Strings: words of an automaton where patterns ask for them. */
struct reply leaf_string(const struct leaf *l);
/* Arrays, item by item. */
struct reply leaf_array(const struct leaf *l);
/* Objects, member by member. */
struct reply leaf_object(const struct leaf *l);
/* compat_leaf.c: these, by kind. */
extern struct reply (*const leaf_table[KIND_COUNT])(const struct leaf *l);
/* compat_scalar.c: whether the value keeps (or, denied, breaks) one atom, or all of the leaf's. False with *unclear set
 * where it cannot be told. */
bool leaf_holds(const struct leaf *l, const struct atom *a, struct str text, bool *unclear);
/* The same of all atoms of the leaf; counts as work. */
bool leaf_holds_all(const struct leaf *l, struct str text, bool *unclear);
/* Of the values that an asserted enum lists, one that keeps all else; NEVER is certain. */
struct reply leaf_values(const struct leaf *l, const struct atom *a);
/* The asserted enum with the fewest values, or NULL. */
const struct atom *leaf_enum(const struct leaf *l);
/* A copy of `s` as JSON string text, in the solver's arena. */
struct str solve_quote(struct solver *s, struct str plain);
/* The bytes of a JSON string text. */
struct str solve_unquote(struct solver *s, struct str text);
/* Other values like this one, that keep the items: for uniqueItems. Writes up to `limit` texts. */
unsigned solve_variants(struct solver *s, const struct item_list *items, struct str value, struct str *out,
			unsigned limit);

/* compat_class.c: numbers the rules of both programs so that equal numbers mean the same schema but for words and
 * order (the coarsest bisimulation, by refining hashes that are keyed by process). */
void class_number(struct solver *s);
/* A rule behind those that are nothing but a $ref. */
uint32_t class_behind(const struct program *p, uint32_t rule);

/* compat_word.c: strings by patterns. Finds strings that match all of `wanted`, none of `unwanted` and are none of
 * `avoid`, of min to max code points, shortest first, and hands them to `take` until that says true. Patterns that are
 * not regular (or too large) are passed over, so that more strings are handed out than there are. */
struct word_query {
	const struct str *wanted, *unwanted, *avoid;
	size_t wanted_count, unwanted_count, avoid_count;
	uint64_t min, max; /* max UINT64_MAX: none */
	bool (*take)(void *context, struct str word);
	void *context;
	unsigned tries; /* words handed out at most */
};
/* WORD_NONE is certain: there is no such string. */
enum word_result { WORD_NONE, WORD_TAKEN, WORD_UNCLEAR };
enum word_result word_find(struct solver *s, const struct word_query *q);

/* compat.c: for compat_difference.c. */
struct solver *compat_solver(struct compat *c);
/* A reply about "a and not b" as an answer; what a message shows is asked of both programs once more. */
struct compat_answer compat_answer_of(struct compat *c, uint32_t a, uint32_t b, struct reply r);

#endif
