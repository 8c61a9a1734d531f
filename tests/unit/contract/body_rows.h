/* body_rows: tables of bodies that are posted to one operation, and what is found of each. */
#ifndef TESTS_CONTRACT_BODY_ROWS_H
#define TESTS_CONTRACT_BODY_ROWS_H

#include "tests/unit/contract/contract_fixture.h"

/* One operation whose request body has the content given, in flow style. */
static inline void body_begin(struct fixture *f, const char *version, const char *content)
{
	char text[8192];
	snprintf(text, sizeof text,
		 "openapi: %s\n"
		 "info: {title: t, version: '1'}\n"
		 "paths:\n"
		 "  /x:\n"
		 "    post:\n"
		 "      requestBody: {required: true, content: {%s}}\n"
		 "      responses: {default: {description: d}}\n",
		 version, content);
	fixture_begin(f, text);
}

struct row {
	const char *type, *body, *said; /* said: findings; "" valid; "?why" undecided */
};

static inline void check_rows(const char *version, const char *content, const struct row *rows, size_t count)
{
	struct fixture f;
	body_begin(&f, version, content);
	for (size_t i = 0; i < count; i++) {
		enum judgement verdict = fixture_post(&f, "/x", rows[i].type, str_from(rows[i].body));
		const char *text = fixture_text(&f);
		bool undecided = rows[i].said[0] == '?';
		enum judgement wanted = undecided ? UNDECIDED : rows[i].said[0] ? INVALID : VALID;
		if (undecided && f.found.unchecked)
			text = f.found.unchecked;
		if (verdict != wanted || strcmp(text, rows[i].said + undecided))
			fail_msg("row %zu, %s: verdict %d, \"%s\", not \"%s\"", i, rows[i].body, verdict, text,
				 rows[i].said);
	}
	fixture_end(&f);
}

#define CHECK_BODIES(content, rows) check_rows("3.2.0", content, rows, sizeof rows / sizeof *rows)

#endif
