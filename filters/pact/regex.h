/* regex: a regular expression of a matching rule. Pacts are written by tools in Java, Ruby, JavaScript, Rust …, whose
 * common ground is Perl's syntax: PCRE2 reads them, without the rewriting that a contract's `pattern` needs. The whole
 * text must match, as the specification's cases ask. Bounded in steps and memory. */
#ifndef FILTERS_PACT_REGEX_H
#define FILTERS_PACT_REGEX_H

#include "proxy/base/check.h"
#include "proxy/base/str.h"

struct regex {
	struct regex *next; /* of the same owner */
	void *code, *data;  /* PCRE2's */
};

enum { REGEX_MESSAGE = 160 };

/* Compiles `source` (UTF-8, at most 64 KiB) into a struct that regex_free gives back. NULL with the reason in `why` (of
 * REGEX_MESSAGE bytes) where it is none. */
struct regex *regex_compile(struct str source, char *why) WARN_UNUSED;
/* Gives one back. */
void regex_free(struct regex *r);

enum regex_verdict { REGEX_NO, REGEX_YES, REGEX_UNTOLD };
/* Whether all of `text` matches. UNTOLD: a limit was reached, or the text is no UTF-8. */
enum regex_verdict regex_matches(const struct regex *r, struct str text);

#endif
