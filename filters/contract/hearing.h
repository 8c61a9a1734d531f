/* hearing: one message being judged: what it is judged against, with whose scratch memory, and what was found. Lives on
 * the stack of one call of the contract's face (contract.h); handed down to the files that judge its parts. */
#ifndef FILTERS_CONTRACT_HEARING_H
#define FILTERS_CONTRACT_HEARING_H

#include "filters/contract/parts.h"

struct hearing {
	const struct contract *c;
	struct judge *j;
	enum direction direction;
	struct findings *out;
	enum judgement result; /* the worst so far */
};

/* X(name, word): what can be wrong beside what schemas say. The code of a finding is location.word. */
#define ISSUES(X)                                                                                                      \
	X(REQUIRED, "required")                                                                                        \
	X(UNKNOWN, "unknown")                                                                                          \
	X(REPEATED, "repeated")                                                                                        \
	X(ENCODING, "encoding")                                                                                        \
	X(SYNTAX, "syntax")                                                                                            \
	X(EMPTY, "empty")                                                                                              \
	X(UNSUPPORTED, "unsupported")                                                                                  \
	X(UNDOCUMENTED, "undocumented")                                                                                \
	X(MALFORMED, "malformed")                                                                                      \
	X(MISSING, "missing")                                                                                          \
	X(CODING, "coding")                                                                                            \
	X(PATH, "path")                                                                                                \
	X(METHOD, "method")

enum issue {
#define X(name, word) ISSUE_##name,
	ISSUES(X)
#undef X
	    ISSUE_COUNT
};

/* Notes a verdict of a part. */
void hearing_verdict(struct hearing *h, enum judgement verdict);
/* Notes that something could not be judged, and why. */
void hearing_undecided(struct hearing *h, const char *why);
/* Adds a finding; `name` is copied into the arena. keyword, expected, found as in struct finding. */
void hearing_find(struct hearing *h, enum location location, enum issue issue, struct str name, struct str pointer,
		  struct place place, struct str expected, const char *found);
/* The same about a parameter. */
void hearing_find_parameter(struct hearing *h, const struct parameter *p, enum issue issue, struct str expected,
			    const char *found);
/* Judges JSON against a schema of the contract. */
enum judgement hearing_judge(struct hearing *h, const struct judged *schema, struct str json, enum location location,
			     struct str name, struct findings *out);

#endif
