/* judge: one schema, given as JSON text, compiled and asked; for the tests of schemas and programs. Zero it, call
 * bench_open, ask, call bench_close. The diag and the findings of the last question stay to be looked at. */
#ifndef TESTS_UNIT_CONTRACT_JUDGE_H
#define TESTS_UNIT_CONTRACT_JUDGE_H

#include "filters/contract/json.h"
#include "filters/contract/json_tree.h"
#include "filters/contract/program.h"
#include "filters/contract/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct bench {
	struct arena arena;
	struct diag diag;
	struct program *program; /* NULL: it does not compile */
	struct judge *judge;
	uint32_t entry;
	struct findings findings;
};

static inline void bench_open(struct bench *b, const char *schema, enum dialect dialect,
			      const struct schema_options *options)
{
	struct judge_limits limits = {0, 0, 0};
	arena_init(&b->arena, 4096);
	diag_init(&b->diag);
	b->judge = judge_new(&limits);
	b->program = NULL;
	const struct node *root = json_tree_read(&b->arena, str_from(schema), "schema.json", &b->diag);
	assert_non_null(root);
	struct schema_set *set = schema_set_new(options);
	bool ok =
	    schema_set_add(set, STR("http://example.com/root.json"), root, dialect, true, &b->diag) &&
	    schema_compile(set, root, STR("http://example.com/root.json"), STR("#"), dialect, &b->entry, &b->diag);
	b->program = schema_set_end(set, &b->diag);
	assert_true(ok || !b->program);
	assert_true((b->program == NULL) == (b->diag.errors > 0));
}

static inline enum judgement bench_ask(struct bench *b, const char *json, enum direction direction)
{
	findings_begin(&b->findings, &b->arena, 16);
	return program_judge(b->program, b->entry, b->judge, str_from(json), direction, IN_BODY, STR(""), &b->findings);
}

static inline void bench_close(struct bench *b)
{
	program_free(b->program);
	judge_free(b->judge);
	diag_free(&b->diag);
	arena_free(&b->arena);
}

/* The text of the first complaint, or "". */
static inline const char *bench_complaint(const struct bench *b)
{
	return b->diag.first ? b->diag.first->text.at : "";
}

#endif
