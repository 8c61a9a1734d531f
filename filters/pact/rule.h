/* rule: the matching rules of a pact (Pact specification 2 to 4, "Matching Rules"): which values of a message need not
 * equal the example, and what is asked of them instead. Read once, with the pact: paths are parsed and regular
 * expressions compiled then, so that what is broken is told with its place. Version 2's `$.body.a[*]` and version 3's
 * `body: {"$.a[*]": {matchers: […], combine}}` become the same list. Everything lives in the pact's arena, but for
 * compiled expressions: rules_free gives those back. Called by pact.c; used by match.c. */
#ifndef FILTERS_PACT_RULE_H
#define FILTERS_PACT_RULE_H

#include "conf/tree.h"
#include "filters/pact/regex.h"

/* X(name, word): what a matching rule may ask. */
#define MATCHERS(X)                                                                                                    \
	X(EQUALITY, "equality")                                                                                        \
	X(REGEX, "regex")                                                                                              \
	X(TYPE, "type")                                                                                                \
	X(INCLUDE, "include")                                                                                          \
	X(INTEGER, "integer")                                                                                          \
	X(DECIMAL, "decimal")                                                                                          \
	X(NUMBER, "number")                                                                                            \
	X(DATE, "date")                                                                                                \
	X(TIME, "time")                                                                                                \
	X(DATETIME, "datetime")                                                                                        \
	X(NULL, "null")                                                                                                \
	X(BOOLEAN, "boolean")                                                                                          \
	X(CONTENT_TYPE, "contentType")                                                                                 \
	X(VALUES, "values")                                                                                            \
	X(ARRAY_CONTAINS, "arrayContains")                                                                             \
	X(STATUS_CODE, "statusCode")                                                                                   \
	X(NOT_EMPTY, "notEmpty")                                                                                       \
	X(SEMVER, "semver")                                                                                            \
	X(EACH_KEY, "eachKey")                                                                                         \
	X(EACH_VALUE, "eachValue")                                                                                     \
	X(UNKNOWN, "(unknown)") /* of a plugin, or of a later version: cannot be told */

enum matcher_kind {
#define X(name, word) MATCHER_##name,
	MATCHERS(X)
#undef X
	    MATCHER_KINDS
};

struct variant;

struct matchers {
	struct matcher *at;
	unsigned count;
	bool any; /* combine: OR */
};

struct matcher {
	uint8_t kind;          /* enum matcher_kind */
	bool has_min, has_max; /* lengths of a collection */
	uint64_t min, max;
	struct str text;          /* of include, contentType; the format of dates; the word of statusCode */
	const struct node *codes; /* of statusCode: a list of them; else NULL */
	struct regex *regex;      /* NULL where there is none */
	struct matchers each;     /* of eachKey and eachValue */
	struct variant *variant;  /* of arrayContains */
	unsigned variants;
	struct place place;
};

/* X(name, word): which part of a message a rule is about. */
#define CATEGORIES(X)                                                                                                  \
	X(METHOD, "method")                                                                                            \
	X(PATH, "path")                                                                                                \
	X(STATUS, "status")                                                                                            \
	X(QUERY, "query")                                                                                              \
	X(HEADER, "header")                                                                                            \
	X(BODY, "body")                                                                                                \
	X(METADATA, "metadata")

enum category {
#define X(name, word) CATEGORY_##name,
	CATEGORIES(X)
#undef X
	    CATEGORY_COUNT
};

/* One level of a path: a member's name, an item's index, or `*`, which is either. */
enum step_kind { STEP_NAME, STEP_INDEX, STEP_STAR };
struct step {
	uint8_t kind; /* enum step_kind */
	struct str name;
	uint64_t index;
};

struct rule {
	uint8_t category; /* enum category */
	struct step *step;
	unsigned steps;
	struct matchers matchers;
	struct place place;
};

struct rules {
	struct rule *at;
	unsigned count;
	struct regex *regexes; /* all of them, chained */
};

/* One of the items that an array must hold, in any order: which of the example's, and the rules for it alone. */
struct variant {
	uint64_t index;
	struct rules rules; /* its regexes are chained in those of the whole */
};

/* Reads a message's `matchingRules` (NULL: none) of either form. False after an error in `d`; a rule of a kind that the
 * specification does not know is a warning. rules_free is due either way. */
bool rules_read(struct rules *rules, struct arena *arena, const struct node *n, struct diag *d) WARN_UNUSED;
/* Gives the compiled expressions back. */
void rules_free(struct rules *rules);
/* The rule for the value at that path, or NULL: the one with the highest product of weights (2 for a name or an index
 * that is the same, 1 for `*`), the longer one among equals; one that ends above the value counts for all below it.
 * *work grows by what was looked at. */
const struct rule *rules_select(const struct rules *rules, enum category category, const struct step *path,
				unsigned depth, uint64_t *work);
/* "type", "minimum …": the matcher's word. A constant. */
const char *matcher_word(enum matcher_kind kind);

#endif
