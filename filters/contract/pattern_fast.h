/* pattern_fast: most patterns of real contracts are a literal, a list of words, or classes with counts one behind the
 * other (`^[a-z0-9_-]{1,64}$`, `^\d{4}-\d{2}-\d{2}$`). Where the class of each loop cannot also begin what follows it,
 * there is never a choice to take back, and a walk over the bytes gives the verdict: in one pass, without PCRE2, and
 * without a limit to hit. Built by pattern.c from a simplified tree; immutable, owned by the pattern. */
#ifndef FILTERS_CONTRACT_PATTERN_FAST_H
#define FILTERS_CONTRACT_PATTERN_FAST_H

#include "filters/contract/pattern_line.h"
#include "filters/contract/pattern_parse.h"

struct pattern_fast;

/* NULL where the tree is of another kind. */
struct pattern_fast *pattern_fast_build(struct pattern_tree *t);
/* Gives it back. NULL is allowed. */
void pattern_fast_free(struct pattern_fast *f);
/* Bytes of memory that it holds. */
size_t pattern_fast_size(const struct pattern_fast *f);
/* Whether it matches; `text` is valid UTF-8. */
bool pattern_fast_match(const struct pattern_fast *f, struct str text);
/* Its alternatives as lines, *count of them; NULL where it has none. They live as long as it. */
const struct pattern_line *pattern_fast_lines(const struct pattern_fast *f, uint32_t *count);

#endif
