/* finding: what a message does that its contract does not allow, and where. A finding never holds a value from the
 * message: property names and positions, the types that came, and what the contract expected. Names of the message are
 * cut at FINDING_TEXT bytes, for a sender chooses them. The list belongs to the judge's caller; its texts live in the
 * arena it was begun with; constant texts come from the compiled contract, which must outlive it. Bounded: beyond
 * `limit` findings are only counted. */
#ifndef FILTERS_CONTRACT_FINDING_H
#define FILTERS_CONTRACT_FINDING_H

#include "conf/diag.h"
#include "proxy/base/arena.h"

enum direction { REQUEST, RESPONSE };

/* Whether a message keeps its contract. UNDECIDED: it could not be told (a pattern hit its match limit, nesting or
 * work beyond the bounds, an unknown coding); the reason is in findings.unchecked; counted, never silent. */
enum judgement { VALID, INVALID, UNDECIDED };

/* X(name, word): which part of a message a finding is about. */
#define LOCATIONS(X)                                                                                                   \
	X(OPERATION, "operation")                                                                                      \
	X(PATH, "path")                                                                                                \
	X(QUERY, "query")                                                                                              \
	X(HEADER, "header")                                                                                            \
	X(COOKIE, "cookie")                                                                                            \
	X(MEDIA_TYPE, "media_type")                                                                                    \
	X(STATUS, "status")                                                                                            \
	X(BODY, "body")

enum location {
#define X(name, word) IN_##name,
	LOCATIONS(X)
#undef X
	    LOCATION_COUNT
};

enum { FINDING_TEXT = 512 }; /* bytes of a name or pointer, at most; the rest is an ellipsis */

struct finding {
	const char *code; /* stable and dotted: "body.type", "query.required", "status.undocumented" */
	enum location location;
	struct str name;    /* of the parameter or header; empty for bodies */
	struct str pointer; /* JSON pointer into the body or the decoded parameter (RFC 6901); empty: the whole */
	struct str keyword; /* "minLength"; empty where no schema keyword is concerned */
	struct str keyword_pointer; /* "#/components/schemas/Order/properties/id/minLength" */
	struct place place;         /* of that keyword in the contract */
	struct str expected;        /* in words, from the contract alone: "at least 3 characters" */
	const char *found;          /* the type that came: "string", "integer", "nothing", or NULL */
};

struct findings {
	struct arena *arena;
	struct finding *at;
	unsigned count;        /* kept */
	unsigned total;        /* found; more than `count` when the limit was reached */
	unsigned limit;        /* 0: only the verdict is wanted, nothing is kept */
	const char *unchecked; /* why the judgement is UNDECIDED: "pattern_limit", "depth", "coding" …; else NULL */
};

/* An empty list that keeps at most `limit` findings in `arena`. */
void findings_begin(struct findings *f, struct arena *arena, unsigned limit);
/* Adds a copy of `one`; texts that are not constants of the contract must already be in the arena. */
void findings_add(struct findings *f, const struct finding *one);
/* The word of a location, as in logs and metrics. */
const char *location_word(enum location l);
/* Adds a text of a message or contract to a line: control characters, which could end it, are percent-encoded, and
 * where it is to be one `word`, spaces too. */
void finding_add_text(struct buf *out, struct str s, bool word);
/* One line for people: `body /items/0/qty: minimum: at least 1 (found integer) [openapi.yaml:88:17]`. */
void finding_to_text(const struct finding *f, struct buf *out);
/* One JSON object with every field that is set. */
void finding_to_json(const struct finding *f, struct buf *out);
/* A verdict with its findings as one JSON object: {"verdict":"invalid","findings":[...]}, with "reason" where
 * undecided. */
void findings_to_json(enum judgement verdict, const struct findings *f, struct buf *out);
/* "valid", "invalid" or "undecided". */
const char *judgement_word(enum judgement verdict);

#endif
