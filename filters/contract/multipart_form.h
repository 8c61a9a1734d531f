/* multipart_form: a multipart body judged as what its schema describes. A form (multipart/form-data, OpenAPI 3.1.1, 4.8.15)
 * is an object: a part is a member, several of one name an array. Any other multipart body, and a form with
 * prefixEncoding or itemEncoding, is the list of its parts (3.2, 4.14.8), each judged by itemSchema and all by schema.
 * Each part is read as its Content-Type and Encoding object say, parts in parts too. Parts that are bytes become strings
 * with one code point for each byte. Called by body.c. */
#ifndef FILTERS_CONTRACT_MULTIPART_FORM_H
#define FILTERS_CONTRACT_MULTIPART_FORM_H

#include "filters/contract/hearing.h"

/* `type` is the body's own, with its boundary (RFC 2046, 5.1.1). What is found, or why nothing could be, goes to the
 * hearing. */
void multipart_form_judge(struct hearing *h, const struct media *m, const struct media_range *type, struct str body);

#endif
