/* pattern_code: what a compiled pattern is; private to pattern.c, which makes it, and pattern_match.c, which runs it.
 */
#ifndef FILTERS_CONTRACT_PATTERN_CODE_H
#define FILTERS_CONTRACT_PATTERN_CODE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include "filters/contract/pattern_fast.h"

#include <pcre2.h>

struct pattern {
	struct pattern_fast *fast; /* or: */
	pcre2_code *code;
	bool units;    /* the text is matched as UTF-16 code units */
	bool anchored; /* can match from the text's start only */
};

#endif
