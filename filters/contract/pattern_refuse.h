/* pattern_refuse: what all the steps from a pattern's text to its code complain with. Private to pattern*.c. */
#ifndef FILTERS_CONTRACT_PATTERN_REFUSE_H
#define FILTERS_CONTRACT_PATTERN_REFUSE_H

#include "filters/contract/pattern.h"

/* Fills *err with the message (cut to its room) and the byte offset in the source; returns false, so that a step can
 * return what it returns. */
bool pattern_refuse(struct pattern_error *err, size_t offset, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
