/* percent: percent-encoding (RFC 3986, 2.1) undone, for path segments, query strings, form bodies and parameters. Pure;
 * whoever calls splits first and decodes each piece afterwards, so that an encoded delimiter stays data. */
#ifndef FILTERS_CONTRACT_PERCENT_H
#define FILTERS_CONTRACT_PERCENT_H

#include "proxy/base/arena.h"

/* Decodes `text` into `out` (at least text.len bytes) and returns the length there. `plus`: a plus sign is a space
 * (application/x-www-form-urlencoded). A percent sign without two hexadecimal digits stays as it is and sets *malformed
 * (which is never cleared). */
size_t percent_decode(struct str text, bool plus, char *out, bool *malformed);
/* The same into `arena`; `text` itself where there is nothing to decode. */
struct str percent_decoded(struct arena *arena, struct str text, bool plus, bool *malformed);
/* The byte at `*at` of `text`, decoded, and *at moved behind it; a malformed escape is read as its first byte. */
unsigned char percent_next(struct str text, size_t *at);

#endif
