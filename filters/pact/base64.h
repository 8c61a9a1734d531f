/* base64: base64 (RFC 4648, 4) decoded, for bodies that a pact holds as bytes. Pure but for the arena. */
#ifndef FILTERS_PACT_BASE64_H
#define FILTERS_PACT_BASE64_H

#include "proxy/base/arena.h"

/* Decodes `text`, with or without padding and line breaks. False where it is something else. */
bool base64_decode(struct arena *arena, struct str text, struct str *bytes) WARN_UNUSED;

#endif
