/* form: bodies of application/x-www-form-urlencoded (WHATWG URL, 5.1; OpenAPI 3.1.1, 4.8.15): fields become the members
 * of an object, written as their Encoding objects say, each of the type that its schema has. Hostile input: the work is
 * linear in the body. Called for bodies and for 3.2's querystring parameters. */
#ifndef FILTERS_CONTRACT_FORM_H
#define FILTERS_CONTRACT_FORM_H

#include "filters/contract/hearing.h"

enum { FORM_FIELDS = 16384 }; /* a form with more is not judged: "fields" */

void form_judge(struct hearing *h, const struct media *m, struct str text, enum location location);
/* The encoding of a property, or NULL. */
const struct encoding *form_encoding(const struct media *m, struct str name);

#endif
