#include "filters/pact/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <stdlib.h>

enum { SOURCE_BYTES = 65536, MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_KIB = 8192 };

struct regex *regex_compile(struct str source, char *why)
{
	int error;
	PCRE2_SIZE at;
	if (source.len > SOURCE_BYTES) {
		snprintf(why, REGEX_MESSAGE, "longer than 64 KiB");
		return NULL;
	}
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(source.at ? source.at : ""), source.len,
					 PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
					     PCRE2_ALLOW_EMPTY_CLASS,
					 &error, &at, NULL);
	if (!code) {
		char text[REGEX_MESSAGE - 32];
		pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
		snprintf(why, REGEX_MESSAGE, "%s (at its byte %zu)", text, (size_t)at + 1);
		return NULL;
	}
	struct regex *r = must_zalloc(1, sizeof *r);
	r->code = code;
	r->data = pcre2_match_data_create(1, NULL);
	CHECK(r->data);
	return r;
}

void regex_free(struct regex *r)
{
	pcre2_code_free(r->code);
	pcre2_match_data_free(r->data);
	free(r);
}

enum regex_verdict regex_matches(const struct regex *r, struct str text)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	CHECK(limits);
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_KIB);
	int found = pcre2_match(r->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, 0, 0, r->data, limits);
	pcre2_match_context_free(limits);
	return found >= 0 ? REGEX_YES : found == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_UNTOLD;
}
