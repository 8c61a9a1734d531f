/* pattern_emit: a simplified tree written for PCRE2 (options UTF, DOTALL, DOLLAR_ENDONLY, MATCH_UNSET_BACKREF, and
 * EXTRA_ALLOW_SURROGATE_ESCAPES). Every character is written as PCRE2 cannot misread it, so that nothing of what only
 * PCRE2 knows can get through. Called by pattern.c. */
#ifndef FILTERS_CONTRACT_PATTERN_EMIT_H
#define FILTERS_CONTRACT_PATTERN_EMIT_H

#include "filters/contract/pattern_parse.h"

/* Adds the text to `out`; false with *err filled where PCRE2 has no way to say it. `calls`: what is counted is written
 * once and called, for patterns that PCRE2 finds too large otherwise. */
bool pattern_emit(struct pattern_tree *t, bool calls, struct buf *out, struct pattern_error *err) WARN_UNUSED;

#endif
