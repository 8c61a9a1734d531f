/* coerce: text that has no types becomes JSON that has: a parameter's `5` is a number where its schema admits numbers,
 * a string where it admits strings. Where both are possible the more specific one is taken and the text is noted as
 * ambiguous: the caller judges a second time with everything as strings. Pure but for the output. */
#ifndef FILTERS_CONTRACT_COERCE_H
#define FILTERS_CONTRACT_COERCE_H

#include "filters/contract/json_out.h"
#include "filters/contract/parts.h"

struct coercion {
	const struct program *program;
	struct json_out out;
	bool strings;   /* take a string wherever one is admitted */
	bool ambiguous; /* set: another reading would have been possible */
	bool malformed; /* set: a percent-encoding is malformed */
	bool plus;      /* '+' is a space */
	bool raw;       /* values are not percent-encoded */
};

/* Writes `text` (decoded) as a value of one of `types` (1 << enum json_kind). A text that is none of them becomes a
 * string, so that the judge finds the wrong type. */
void coerce_scalar(struct coercion *c, uint32_t types, struct str text);
/* Decodes `raw` first. */
void coerce_encoded(struct coercion *c, uint32_t types, struct str raw);
/* The schema of a member or an item, with its types; one that is not known admits everything. */
struct judged coerce_property(const struct coercion *c, const struct judged *schema, struct str name);
/* The same for the item at `index` of an array. */
struct judged coerce_item(const struct coercion *c, const struct judged *schema, uint32_t index);

#endif
