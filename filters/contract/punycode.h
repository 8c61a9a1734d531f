/* punycode: RFC 3492, as host names use it, and a step through UTF-8. Pure; called by the checks of host names. */
#ifndef FILTERS_CONTRACT_PUNYCODE_H
#define FILTERS_CONTRACT_PUNYCODE_H

#include "proxy/base/str.h"

/* Decodes `len` ASCII characters (lower case, without "xn--") to at most `cap` code points; their number, or 0 where it
 * is no Punycode or too long. */
size_t punycode_decode(const uint32_t *in, size_t len, uint32_t *out, size_t cap);
/* Encodes to at most `cap` characters; their number, or 0 where they do not fit. */
size_t punycode_encode(const uint32_t *in, size_t len, char *out, size_t cap);
/* The code point at the front of *rest (not empty, valid UTF-8), which is taken off. */
uint32_t utf8_next(struct str *rest);

#endif
