/* pattern_set: a set of code points, as a regular expression's class has it: ranges, and names of Unicode properties
 * that only PCRE2 can resolve. Built by the parser in its arena; settled (sorted, merged, complement taken) before use.
 */
#ifndef FILTERS_CONTRACT_PATTERN_SET_H
#define FILTERS_CONTRACT_PATTERN_SET_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"

#define CODE_POINT_MAX 0x10ffffu

struct code_range {
	uint32_t low, high; /* both in the range */
};

struct pattern_set {
	struct code_range *at; /* in the arena */
	uint32_t count, cap;
	struct str properties; /* "\p{Lu}\P{sc:Grek}", as PCRE2 reads them; empty: the ranges are all */
	bool complement;       /* only with properties: what is not in it */
};

/* Adds the code points first to last. */
void pattern_set_add(struct pattern_set *s, struct arena *a, uint32_t low, uint32_t high);
/* The classes of ECMA-262, 22.2.2.9: 'd', 'D', 's', 'S', 'w', 'W'. */
void pattern_set_add_class(struct pattern_set *s, struct arena *a, char letter);
/* `.` without the `s` flag: all but the line terminators. */
void pattern_set_add_dot(struct pattern_set *s, struct arena *a);
/* \p{name} or \p{name=value} (the text between the braces; negated: \P), by the names of ECMA-262, 22.2.1.1, tables 66
 * to
 * 68. False where no such property is known here. */
bool pattern_set_add_property(struct pattern_set *s, struct arena *a, struct str text, bool negated);
/* Sorts and merges; takes the complement where `complement` is asked. */
void pattern_set_settle(struct pattern_set *s, struct arena *a, bool complement);
/* Whether a code point is in the set. */
bool pattern_set_has(const struct pattern_set *s, uint32_t code);
/* Whether a code point is in both; true where properties keep it from being known. */
bool pattern_set_meets(const struct pattern_set *a, const struct pattern_set *b);
/* Whether it is one code point. */
bool pattern_set_single(const struct pattern_set *s);
/* Writes it for PCRE2 (needs PCRE2_DOTALL). */
void pattern_set_emit(const struct pattern_set *s, struct buf *out);

/* A property for PCRE2: its text inside of \p{…}, written to `out` (64 bytes), or NULL where ECMA-262 has no such name;
 * *inverted says that \P is to be used. (pattern_property.c) */
const char *pattern_property(struct str name, struct str value, char out[64], bool *inverted);

#endif
