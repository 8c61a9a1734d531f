/* multipart_form: a body of multipart/form-data judged as the object that its schema describes (OpenAPI 3.1.1, 4.8.15):
 * a part is a member, several of one name an array; each is read as its Content-Type and Encoding object say. Parts
 * that are bytes become strings with one code point for each byte. Called by body.c. */
#ifndef FILTERS_CONTRACT_MULTIPART_FORM_H
#define FILTERS_CONTRACT_MULTIPART_FORM_H

#include "filters/contract/hearing.h"

/* `boundary` is the parameter of the body's own type (RFC 2046, 5.1.1). What is found, or why nothing could be, goes to
 * the hearing. */
void multipart_form_judge(struct hearing *h, const struct media *m, struct str boundary, struct str body);

#endif
