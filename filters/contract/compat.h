/* compat: may a message of one schema stand where another schema judges? Inclusion of what two compiled schemas accept:
 * L(a) within L(b) is proved, or refuted by a message that `a` accepts and `b` refuses (both asked again by
 * program_judge), or it stays unknown, with a reason. It is decided as emptiness of "a and not b": a tableau over the
 * rules of both programs (compat_solve.h). One engine compares one pair of programs in one direction of messages; it
 * remembers what it has found, so that schemas that many operations share are compared once. Time and memory are
 * bounded. Called by `vane diff`, by what checks contracts of one major at load, and by tests. Not thread-safe. */
#ifndef FILTERS_CONTRACT_COMPAT_H
#define FILTERS_CONTRACT_COMPAT_H

#include "filters/contract/program.h"

struct compat;

struct compat_limits {
	uint64_t steps; /* states looked at for one question; 0 means 100,000 */
	uint64_t ms;    /* time for one question, 0: 2,000 */
};

enum compat_verdict { COMPAT_PROVED, COMPAT_REFUTED, COMPAT_UNKNOWN };

/* Instead of an entry: what accepts everything. */
#define COMPAT_ANYTHING UINT32_MAX

struct compat_answer {
	enum compat_verdict verdict;
	struct str witness; /* REFUTED: JSON text that `a` accepts and `b` refuses */
	const char *why;    /* UNKNOWN: the reason, in words */
};

/* One place where `a` lets something pass that `b` does not. Texts live as long as the engine. */
struct compat_difference {
	enum compat_verdict verdict; /* REFUTED or UNKNOWN */
	struct str witness;          /* REFUTED: a whole message that shows it */
	struct str pointer;          /* into the message; "*" stands for names and items without number */
	struct str keyword;          /* of b: "maxLength", "type"; of a where b says nothing there */
	struct str member;           /* of `required`: the name that is missed; else empty */
	struct str keyword_pointer;  /* in b's document; empty where unknown */
	struct str expected;         /* by b, in words; empty where unknown */
	const char *found;           /* the type that the witness has there, or NULL */
	struct place a, b;           /* where the two schemas stand that were compared */
	bool undeclared;             /* it takes a member that `a` allows without naming it */
	bool changed;                /* `a` has that keyword too, with another value */
	const char *why;             /* UNKNOWN: the reason */
};

/* Both programs must outlive the engine and must not be compiled with closed_objects. */
struct compat *compat_new(const struct program *a, const struct program *b, enum direction direction,
			  const struct compat_limits *limits);
/* Gives it back with all witnesses. NULL is allowed. */
void compat_free(struct compat *c);
/* Whether every message that entry `a` of the first program accepts is accepted by entry `b` of the second. The witness
 * lives as long as the engine. */
struct compat_answer compat_within(struct compat *c, uint32_t a, uint32_t b);
/* The same, naming up to `limit` places: 0 where it is proved, else at least one. */
unsigned compat_differences(struct compat *c, uint32_t a, uint32_t b, struct compat_difference *out, unsigned limit);
/* Whether the two schemas are the same but for words and order. */
bool compat_same(struct compat *c, uint32_t a, uint32_t b);

#endif
