/* contract_fixture: what the tests of contracts share: a document from text, one request or response judged, and what
 * was found as one word list ("query.required limit; body.type /qty"). */
#ifndef TESTS_CONTRACT_FIXTURE_H
#define TESTS_CONTRACT_FIXTURE_H

#include "filters/contract/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct contract *c;
	struct judge *j;
	struct arena arena;
	struct findings found;
	struct body_plan plan;
	struct path_match match;
	char text[4096];
};

static inline void fixture_begin_with(struct fixture *f, const char *document, bool closed)
{
	struct diag d;
	struct buf said = {0};
	memset(f, 0, sizeof *f);
	diag_init(&d);
	struct contract_options options = {.assert_formats = true, .closed_objects = closed};
	f->c = contract_load_text(str_from(document), "test.yaml", &options, &d);
	if (!f->c) {
		diag_print(&d, &said, false);
		print_message("%.*s\n%s\n", (int)said.len, said.at, document);
	}
	buf_free(&said);
	diag_free(&d);
	assert_non_null(f->c);
	f->j = judge_new(&(struct judge_limits){0});
	arena_init(&f->arena, 4096);
}

static inline void fixture_begin(struct fixture *f, const char *document)
{
	fixture_begin_with(f, document, false);
}

static inline void fixture_end(struct fixture *f)
{
	judge_free(f->j);
	arena_free(&f->arena);
	contract_free(f->c);
}

/* The codes, names and pointers of the findings. */
static inline const char *fixture_text(struct fixture *f)
{
	size_t len = 0;
	f->text[0] = '\0';
	for (unsigned i = 0; i < f->found.count && len < sizeof f->text - 200; i++) {
		const struct finding *one = &f->found.at[i];
		len += (size_t)snprintf(f->text + len, sizeof f->text - len, "%s%s%s%.*s%s%.*s", i ? "; " : "",
					one->code, one->name.len ? " " : "", (int)one->name.len,
					one->name.len ? one->name.at : "", one->pointer.len ? " " : "",
					(int)one->pointer.len, one->pointer.len ? one->pointer.at : "");
	}
	return f->text;
}

static inline enum judgement fixture_judge(struct fixture *f, const char *method, const char *path, const char *query,
					   const struct field *fields, size_t count, bool body)
{
	arena_reset(&f->arena);
	findings_begin(&f->found, &f->arena, 16);
	contract_find(f->c, str_from(method), str_from(path), &f->match);
	struct message_head head = {.method = str_from(method),
				    .query = str_from(query),
				    .fields = fields,
				    .field_count = count,
				    .has_body = body};
	return contract_request_head(f->c, &f->match, &head, f->j, &f->found, &f->plan);
}

/* A request with a body: the worse of both verdicts. */
static inline enum judgement fixture_post(struct fixture *f, const char *path, const char *type, struct str body)
{
	struct field fields[] = {{STR("Content-Type"), str_from(type)}};
	enum judgement head = fixture_judge(f, "POST", path, "", fields, type != NULL, body.len > 0);
	if (head == INVALID || body.len == 0)
		return head;
	enum judgement whole = contract_body(f->c, &f->plan, REQUEST, body, f->j, &f->found);
	return whole == VALID ? head : whole;
}

#endif
