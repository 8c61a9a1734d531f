/* pattern: the `pattern` and `patternProperties` of a contract: regular expressions of ECMA-262 with the `u` flag
 * (JSON Schema Core 2020-12, 6.4). Parsed by our own reader (pattern_parse.h) and refused, with reason and position,
 * where ECMA-262 does not know them or where the same text would mean something else to another engine; then run by a
 * table matcher where that is enough (pattern_fast.h), else by PCRE2. What is valid only without `u` (Annex B: `\-`,
 * `\_`, a lone `{` or `]`, `[\w-.]`) is accepted with the meaning that it has there, code units included, unless the
 * pattern also holds something that changes its meaning with the flag. The schema compiler owns patterns, all workers
 * share them; each judge owns a scratch. */
#ifndef FILTERS_CONTRACT_PATTERN_H
#define FILTERS_CONTRACT_PATTERN_H

#include "filters/contract/pattern_line.h"
#include "proxy/base/check.h"
#include "proxy/base/str.h"

struct pattern;
struct pattern_scratch;

struct pattern_error {
	char message[160]; /* why it was refused, for people; NUL-terminated */
	size_t offset;     /* in bytes of the source, at most its length */
};

/* UNDECIDED: the match limit (100,000 steps; fewer on texts over 20 KiB, where a step may cost as much as the text is
 * long; 100 ms for a search) was hit before the answer was known; counted as unchecked. */
enum pattern_verdict { PATTERN_NO_MATCH, PATTERN_MATCH, PATTERN_UNDECIDED };

/* Compiles `source` (UTF-8; anything else is refused). NULL with *err filled where it is refused. The source is not
 * kept. Time and memory are bounded by the source's length; a source over 64 KiB is refused. */
struct pattern *pattern_compile(struct str source, struct pattern_error *err) WARN_UNUSED;
/* Gives it back. NULL is allowed. */
void pattern_free(struct pattern *p);
/* Bytes of memory that it holds. */
size_t pattern_size(const struct pattern *p);

/* One thread's working memory for any number of patterns. */
struct pattern_scratch *pattern_scratch_new(void);
/* Gives a worker's scratch memory back. */
void pattern_scratch_free(struct pattern_scratch *s);

/* Whether the pattern matches anywhere in `text`, which must be valid UTF-8 (a NUL is an ordinary character). Allocates
 * nothing once the scratch is warm. */
enum pattern_verdict pattern_match(const struct pattern *p, struct pattern_scratch *s, struct str text);

/* Whether `source` is a regular expression as pattern_compile reads it, without compiling it: the format "regex". */
bool pattern_valid(struct str source);

/* Whether pattern_match decides it by tables alone (PCRE2 is never asked). */
bool pattern_is_fast(const struct pattern *p);
/* The pattern as lines (pattern_line.h), *count of them: it matches where one of them does. NULL: it has none. They
 * live as long as the pattern. */
const struct pattern_line *pattern_lines(const struct pattern *p, uint32_t *count);

#endif
