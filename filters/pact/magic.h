/* magic: what a body's first bytes say of its media type, for the matching rule contentType. Pure. */
#ifndef FILTERS_PACT_MAGIC_H
#define FILTERS_PACT_MAGIC_H

#include "proxy/base/str.h"

enum magic_verdict { MAGIC_NO, MAGIC_YES, MAGIC_UNTOLD };

/* Whether `bytes` can be of that media type (parameters do not count). UNTOLD: nothing is known of how it begins. */
enum magic_verdict magic_is(struct str bytes, struct str type);

#endif
