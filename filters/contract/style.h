/* style: how a parameter's value is written (OpenAPI 3.1.1, 4.8.12.2 and .3; RFC 6570): from the wire to JSON, for
 * every style, exploded or not. Delimiters are found before anything is decoded, so that an encoded comma is data.
 * Called by parameter.c and by form bodies, whose fields are written in the same styles. */
#ifndef FILTERS_CONTRACT_STYLE_H
#define FILTERS_CONTRACT_STYLE_H

#include "filters/contract/coerce.h"
#include "filters/contract/pairs.h"

enum style_shape { STYLE_AS_SCALAR, STYLE_AS_ARRAY, STYLE_AS_OBJECT, STYLE_SHAPES };

/* X(name, word): what came of it. word: the last part of a finding's code. */
#define STYLE_RESULTS(X)                                                                                               \
	X(READ, NULL)                                                                                                  \
	X(SYNTAX, "syntax")                                                                                            \
	X(REPEATED, "repeated")

enum style_result {
#define X(name, word) STYLE_##name,
	STYLE_RESULTS(X)
#undef X
};

/* Reads a text that stands alone (path segment, header, one form field) into c->out. */
enum style_result style_text(const struct parameter *p, const struct judged *schema, enum style_shape shape,
			     struct str raw, struct coercion *c);
/* Reads the pairs with the parameter's own name, which begin at `first`. */
enum style_result style_pairs(const struct parameter *p, const struct judged *schema, enum style_shape shape,
			      struct pairs *pairs, uint32_t first, struct coercion *c);
/* Reads an exploded object: all pairs that are not taken and that its schema knows, or (`any`) all that are not taken.
 * They are marked as matched. *found is false where there is none: c->out is an empty object. */
enum style_result style_exploded(const struct judged *schema, bool any, struct pairs *pairs, struct coercion *c,
				 bool *found);
/* Reads a deepObject: all pairs whose names begin with the parameter's and a bracket. They are taken. */
enum style_result style_deep(const struct parameter *p, const struct judged *schema, struct pairs *pairs,
			     struct coercion *c, bool *found);

#endif
