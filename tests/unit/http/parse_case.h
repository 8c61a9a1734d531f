/* parse_case: parses a head in one piece, then again split at every byte and again byte by byte, from memory that
 * moves, and insists on the same verdict each time. For the tests of proxy/http. */
#ifndef TESTS_UNIT_HTTP_PARSE_CASE_H
#define TESTS_UNIT_HTTP_PARSE_CASE_H

#include "proxy/http/h1_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct h1_limits roomy = {32768, 8192, 100};

struct parsed {
	struct arena arena;
	struct h1_parser parser;
	struct message m;
	enum h1_result result;
	char *bytes; /* what the message's slices borrow from */
};

static inline void parsed_free(struct parsed *p)
{
	arena_free(&p->arena);
	free(p->bytes);
	p->bytes = NULL;
}

/* Feeds `text` growing by `step` bytes from `first` on, each time in a fresh block of exactly that size. */
static inline void parse_in_steps(struct parsed *p, enum h1_kind kind, enum method request,
				  const struct h1_limits *limits, struct str text, size_t first, size_t step)
{
	memset(p, 0, sizeof *p);
	arena_init(&p->arena, 1024);
	h1_parser_reset(&p->parser, kind, request, limits);
	for (size_t len = first;; len = len + step < text.len ? len + step : text.len) {
		char *bytes = must_alloc(len ? len : 1);
		memcpy(bytes, text.at, len);
		free(p->bytes);
		p->bytes = bytes;
		p->result = h1_parse(&p->parser, str_of(bytes, len), &p->arena, &p->m);
		if (p->result != H1_MORE || len == text.len)
			return;
	}
}

static inline void same_verdict(const struct parsed *a, const struct parsed *b, struct str text, size_t first)
{
	if (a->result != b->result || a->parser.status != b->parser.status || a->parser.head != b->parser.head ||
	    a->m.count != b->m.count || (a->parser.why && strcmp(a->parser.why, b->parser.why) != 0))
		fail_msg("split at %zu: %d %u (%s) instead of %d %u (%s): %.*s", first, b->result, b->parser.status,
			 b->parser.why ? b->parser.why : "", a->result, a->parser.status,
			 a->parser.why ? a->parser.why : "", STR_ARG(text));
	for (uint32_t i = 0; a->result == H1_DONE && i < a->m.count; i++) {
		assert_true(str_eq(a->m.fields[i].name, b->m.fields[i].name));
		assert_true(str_eq(a->m.fields[i].value, b->m.fields[i].value));
		assert_int_equal(a->m.ids[i], b->m.ids[i]);
	}
	if (a->result == H1_DONE) {
		assert_true(a->m.present == b->m.present && a->m.repeated == b->m.repeated);
		assert_memory_equal(a->m.known, b->m.known, sizeof a->m.known);
		assert_true(str_eq(a->m.path, b->m.path) && str_eq(a->m.query, b->m.query));
		assert_true(str_eq(a->m.target, b->m.target));
		assert_true(str_eq(a->m.authority, b->m.authority));
	}
}

/* Parses in all ways; *p keeps the parse in one piece, to be freed with parsed_free. */
static inline void parse_all_ways(struct parsed *p, enum h1_kind kind, enum method request,
				  const struct h1_limits *limits, struct str text)
{
	parse_in_steps(p, kind, request, limits, text, text.len, 1);
	size_t stride = text.len > 2000 ? 97 : 1;
	for (size_t first = 0; first <= text.len; first += stride) {
		struct parsed split;
		parse_in_steps(&split, kind, request, limits, text, first, first == 0 ? stride : text.len);
		same_verdict(p, &split, text, first);
		parsed_free(&split);
	}
}

static inline void request_ok(struct parsed *p, const char *text)
{
	parse_all_ways(p, H1_REQUEST, METHOD_OTHER, &roomy, str_from(text));
	if (p->result != H1_DONE)
		fail_msg("refused with %u (%s): %s", p->parser.status, p->parser.why ? p->parser.why : "needs more",
			 text);
}

static inline void request_refused_bytes(struct str text, unsigned status)
{
	struct parsed p;
	parse_all_ways(&p, H1_REQUEST, METHOD_OTHER, &roomy, text);
	if (p.result != H1_BAD || p.parser.status != status)
		fail_msg("result %d, status %u instead of %u: %.*s", p.result, p.parser.status, status, STR_ARG(text));
	assert_non_null(p.parser.why);
	parsed_free(&p);
}

static inline void request_refused(const char *text, unsigned status)
{
	request_refused_bytes(str_from(text), status);
}

static inline void response_ok(struct parsed *p, enum method request, const char *text)
{
	parse_all_ways(p, H1_RESPONSE, request, &roomy, str_from(text));
	if (p->result != H1_DONE)
		fail_msg("refused (%s): %s", p->parser.why ? p->parser.why : "needs more", text);
}

static inline void response_refused_bytes(struct str text)
{
	struct parsed p;
	parse_all_ways(&p, H1_RESPONSE, METHOD_GET, &roomy, text);
	if (p.result != H1_BAD || p.parser.status != 502)
		fail_msg("result %d, status %u: %.*s", p.result, p.parser.status, STR_ARG(text));
	parsed_free(&p);
}

static inline void response_refused(const char *text)
{
	response_refused_bytes(str_from(text));
}

#define assert_str(actual, expected)                                                                                   \
	do {                                                                                                           \
		struct str actual_ = (actual);                                                                         \
		if (!str_eq(actual_, str_from(expected)))                                                              \
			fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(actual_), expected);                            \
	} while (0)

#define H "Host: a\r\n"

#endif
