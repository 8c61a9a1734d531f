/* value: one value without parts held against one matcher of a rule: what the matching rules ask of strings and
 * numbers, wherever they stand. A value of a header, a path or a query is text, in which a number or a boolean may be
 * written. Pure. Called by match.c and exchange.c. */
#ifndef FILTERS_PACT_VALUE_H
#define FILTERS_PACT_VALUE_H

#include "filters/pact/rule.h"

enum agreement { DIFFERS, AGREES, UNTOLD };

struct value {
	enum node_kind kind; /* never a list or an object */
	struct str text;     /* as in a struct node */
	bool written;        /* it is text on the wire: "1" is a number as well */
};

/* Whether `actual` is what the matcher asks for, where `expected` stands in the pact. Matchers for collections, which
 * no single value can keep, do not agree. */
enum agreement value_agrees(const struct matcher *m, struct value expected, struct value actual);
/* Whether two values are the same: numbers by value, strings byte by byte. */
bool value_same(struct value a, struct value b);
/* Whether a response's status is what a rule statusCode asks for. */
bool value_status(const struct matcher *m, unsigned status);
/* What the matcher asks for, in words: "a value of the same type", "text that matches the pact's regex". A constant. */
const char *value_wanted(const struct matcher *m);

#endif
