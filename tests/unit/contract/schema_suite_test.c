/* The public suites: every required test of 2020-12 and draft 4, every optional one (big numbers, ECMA-262 patterns,
 * formats, cross-draft references, dependencies …) and the referencing suite. One optional file is left out: draft 7's
 * content.json, which has contentEncoding and contentMediaType decide; to vane they are annotations in every dialect,
 * as later drafts demand. */
#include "tests/fused_schemas.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/program.h"
#include "filters/contract/schema.h"
#include "proxy/base/vec.h"
#include "tests/unit/contract/data.h"

#include <dirent.h>

struct document {
	struct str uri;
	const struct node *root;
	enum dialect dialect;
};

static struct {
	struct arena arena;
	struct judge *judge, *tape; /* the second never goes without a tape */
	VEC(struct document) remotes;
	unsigned passed, failed;
} suite;

static const struct node *read_file(const char *path)
{
	struct diag d;
	diag_init(&d);
	const struct node *n = document_read(&suite.arena, path, 64 << 20, &d);
	diag_free(&d);
	return n;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The .json files below `folder`, sorted, as paths. */
static void list_files(const char *folder, bool deep, char ***files, size_t *count)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	while (dir && (e = readdir(dir))) {
		struct str full = arena_printf(&suite.arena, "%s/%s", folder, e->d_name);
		if (e->d_name[0] == '.')
			continue;
		if (str_ends(full, STR(".json"))) {
			*files = must_realloc(*files, (*count + 1) * sizeof **files);
			(*files)[(*count)++] = (char *)(uintptr_t)full.at;
		} else if (deep) {
			list_files(full.at, true, files, count);
		}
	}
	if (dir)
		closedir(dir);
	if (*count)
		qsort(*files, *count, sizeof **files, by_name);
}

static void load_remotes(void)
{
	static const struct {
		const char *folder;
		enum dialect dialect;
	} folders[] = {{"draft4/", DIALECT_4},
		       {"draft6/", DIALECT_6},
		       {"draft7/", DIALECT_7},
		       {"draft2019-09/", DIALECT_2019_09},
		       {"draft2020-12/", DIALECT_2020_12}};
	struct str root = arena_printf(&suite.arena, "%s/json-schema-test-suite/remotes", test_data());
	char **files = NULL;
	size_t count = 0;
	list_files(root.at, true, &files, &count);
	for (size_t i = 0; i < count; i++) {
		const char *path = files[i] + root.len + 1;
		struct document d = {arena_printf(&suite.arena, "http://localhost:1234/%s", path), read_file(files[i]),
				     DIALECT_2020_12};
		if (str_starts(str_from(path), STR("v1/")) || str_starts(str_from(path), STR("draft3/")))
			continue; /* dialects that vane does not have */
		for (size_t f = 0; f < sizeof folders / sizeof *folders; f++)
			if (str_starts(str_from(path), str_from(folders[f].folder)))
				d.dialect = folders[f].dialect;
		assert_non_null(d.root);
		VEC_PUSH(&suite.remotes, d);
	}
	free(files);
}

static void complain(const char *file, struct str group, struct str test, const char *what)
{
	suite.failed++;
	print_error("%s: %.*s: %.*s: %s\n", file, STR_ARG(group), STR_ARG(test), what);
}

static struct program *compile(const struct node *schema, enum dialect dialect, bool formats, uint32_t *entry,
			       struct diag *d)
{
	struct schema_options options = {.assert_formats = formats};
	struct schema_set *set = schema_set_new(&options);
	bool ok = true;
	for (size_t i = 0; i < suite.remotes.len; i++) {
		struct document *r = &suite.remotes.at[i];
		bool shared = str_search(r->uri, STR("/draft")) == r->uri.len;
		ok &= schema_set_add(set, r->uri, r->root, shared ? dialect : r->dialect, true, d);
	}
	ok = ok && schema_set_add(set, STR(""), schema, dialect, true, d) &&
	     schema_compile(set, schema, STR(""), STR("#"), dialect, entry, d);
	struct program *p = schema_set_end(set, d);
	assert_true(ok == (p != NULL));
	return p;
}

/* Every refusal names at least one place, and every finding can be shown. */
static void look_at_findings(const struct findings *out, enum judgement got)
{
	struct buf text = {0};
	assert_true((got == INVALID) == (out->count > 0));
	assert_true(out->total >= out->count);
	for (unsigned i = 0; i < out->count; i++) {
		assert_true(out->at[i].expected.len > 0);
		finding_to_json(&out->at[i], &text);
		finding_to_text(&out->at[i], &text);
	}
	buf_free(&text);
}

static const char *const verdicts[] = {
    [VALID] = "should be invalid", [INVALID] = "should be valid", [UNDECIDED] = "undecided"};

static void judge_test(const char *file, struct str group, const struct node *test, const struct program *p,
		       uint32_t entry)
{
	enum judgement want = tree_is_true(tree_get(test, STR("valid"))) ? VALID : INVALID, got;
	struct buf json = {0};
	struct arena arena;
	struct findings out, none;
	arena_init(&arena, 1024);
	findings_begin(&out, &arena, 8);
	findings_begin(&none, &arena, 0);
	tree_to_json(tree_get(test, STR("data")), &json);
	got = program_judge(p, entry, suite.judge, buf_str(&json), REQUEST, IN_BODY, STR(""), &out);
	look_at_findings(&out, got);
	assert_int_equal(got, program_judge(p, entry, suite.judge, buf_str(&json), REQUEST, IN_BODY, STR(""), &none));
	assert_true(fused_agree(p, entry, suite.judge, suite.tape, buf_str(&json), REQUEST, 8, &got));
	if (got == want)
		suite.passed++;
	else
		complain(file, group, tree_text(tree_get(test, STR("description"))), verdicts[got]);
	buf_free(&json);
	arena_free(&arena);
}

static void judge_group(const char *file, const struct node *group, enum dialect dialect, bool formats)
{
	struct str name = tree_text(tree_get(group, STR("description")));
	const struct node *tests = tree_get(group, STR("tests"));
	struct diag d;
	uint32_t entry;
	diag_init(&d);
	struct program *p = compile(tree_get(group, STR("schema")), dialect, formats, &entry, &d);
	for (uint32_t i = 0; p && i < tests->count; i++)
		judge_test(file, name, &tests->items[i], p, entry);
	if (!p)
		complain(file, name, STR(""), d.first->text.at);
	program_free(p);
	diag_free(&d);
}

static void run_folder(const char *folder, enum dialect dialect, bool formats, unsigned at_least)
{
	struct str path = arena_printf(&suite.arena, "%s/json-schema-test-suite/tests/%s", test_data(), folder);
	char **files = NULL;
	size_t count = 0;
	suite.passed = suite.failed = 0;
	list_files(path.at, false, &files, &count);
	if (!count) {
		print_message("skipped: no data in %s (set VANE_TEST_DATA)\n", path.at);
		free(files);
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		const struct node *groups = read_file(files[i]);
		bool assert_formats = formats || strstr(files[i], "format-assertion");
		if (dialect == DIALECT_7 && str_ends(str_from(files[i]), STR("optional/content.json")))
			continue;
		assert_non_null(groups);
		for (uint32_t g = 0; g < groups->count; g++)
			judge_group(files[i] + path.len + 1, &groups->items[g], dialect, assert_formats);
	}
	free(files);
	print_message("%s: %u passed, %u failed\n", folder, suite.passed, suite.failed);
	assert_int_equal(suite.failed, 0);
	assert_true(suite.passed >= at_least);
}

/* One test for each folder of the suite. Only 2020-12 and draft 4 are in the project's data; the others run where a
 * whole copy of the suite is. */
#define FOLDERS(X)                                                                                                     \
	X(required_2020_12, "draft2020-12", DIALECT_2020_12, false, 1299)                                              \
	X(optional_2020_12, "draft2020-12/optional", DIALECT_2020_12, false, 162)                                      \
	X(formats_2020_12, "draft2020-12/optional/format", DIALECT_2020_12, true, 764)                                 \
	X(required_4, "draft4", DIALECT_4, false, 618)                                                                 \
	X(optional_4, "draft4/optional", DIALECT_4, false, 100)                                                        \
	X(formats_4, "draft4/optional/format", DIALECT_4, true, 219)                                                   \
	X(required_2019_09, "draft2019-09", DIALECT_2019_09, false, 1000)                                              \
	X(optional_2019_09, "draft2019-09/optional", DIALECT_2019_09, false, 50)                                       \
	X(formats_2019_09, "draft2019-09/optional/format", DIALECT_2019_09, true, 500)                                 \
	X(required_7, "draft7", DIALECT_7, false, 800)                                                                 \
	X(optional_7, "draft7/optional", DIALECT_7, false, 50)                                                         \
	X(formats_7, "draft7/optional/format", DIALECT_7, true, 400)                                                   \
	X(required_6, "draft6", DIALECT_6, false, 700)                                                                 \
	X(optional_6, "draft6/optional", DIALECT_6, false, 50)                                                         \
	X(formats_6, "draft6/optional/format", DIALECT_6, true, 200)

#define X(name, folder, dialect, formats, at_least)                                                                    \
	static void name(void **state)                                                                                 \
	{                                                                                                              \
		(void)state;                                                                                           \
		run_folder(folder, dialect, formats, at_least);                                                        \
	}
FOLDERS(X)
#undef X

static void resolve_one(struct schema_set *set, const char *file, const struct node *test, struct str base)
{
	const struct node *own = tree_get(test, STR("base_uri")), *want = tree_get(test, STR("target"));
	const struct node *then = tree_get(test, STR("then"));
	struct str reference = tree_text(tree_get(test, STR("ref"))), found_base = STR("");
	struct buf a = {0}, b = {0};
	struct diag d;
	diag_init(&d);
	base = own ? own->text : base;
	const struct node *got = schema_set_resolve(set, base, reference, tree_place(test), &found_base, &d);
	if (got)
		tree_to_json(got, &a);
	if (want)
		tree_to_json(want, &b);
	assert_true((got != NULL) == (d.errors == 0));
	if (tree_is_true(tree_get(test, STR("error"))) ? got != NULL : !got || !str_eq(buf_str(&a), buf_str(&b)))
		complain(file, base, reference, got ? "another target, or none expected" : d.first->text.at);
	else
		suite.passed++;
	if (then && got)
		resolve_one(set, file, then, found_base);
	buf_free(&a);
	buf_free(&b);
	diag_free(&d);
}

static void resolve_file(const char *path, const char *name, enum dialect dialect)
{
	const struct node *root = read_file(path), *registry = tree_get(root, STR("registry"));
	const struct node *tests = tree_get(root, STR("tests"));
	struct schema_options options = {.assert_formats = false};
	struct schema_set *set = schema_set_new(&options);
	struct diag d;
	diag_init(&d);
	for (uint32_t i = 0; registry && i < registry->count; i++)
		assert_true(
		    schema_set_add(set, registry->members[i].key.text, &registry->members[i].value, dialect, true, &d));
	for (uint32_t i = 0; i < tests->count; i++)
		resolve_one(set, name, &tests->items[i], STR(""));
	program_free(schema_set_end(set, &d));
	diag_free(&d);
}

static void referencing(void **state)
{
	static const struct {
		const char *folder;
		enum dialect dialect;
	} drafts[] = {{"json-schema-draft-04", DIALECT_4},
		      {"json-schema-draft-06", DIALECT_6},
		      {"json-schema-draft-07", DIALECT_7},
		      {"json-schema-draft-2019-09", DIALECT_2019_09},
		      {"json-schema-draft-2020-12", DIALECT_2020_12}};
	(void)state;
	suite.passed = suite.failed = 0;
	for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++) {
		struct str path = arena_printf(&suite.arena, "%s/referencing/tests/%s", test_data(), drafts[i].folder);
		char **files = NULL;
		size_t count = 0;
		list_files(path.at, false, &files, &count);
		if (!count) {
			print_message("skipped: no data in %s (set VANE_TEST_DATA)\n", path.at);
			skip();
		}
		for (size_t f = 0; f < count; f++)
			resolve_file(files[f], files[f] + path.len - strlen(drafts[i].folder), drafts[i].dialect);
		free(files);
	}
	print_message("referencing: %u passed, %u failed\n", suite.passed, suite.failed);
	assert_int_equal(suite.failed, 0);
	assert_true(suite.passed >= 480);
}

int main(void)
{
#define X(name, folder, dialect, formats, at_least) cmocka_unit_test(name),
	const struct CMUnitTest tests[] = {FOLDERS(X) cmocka_unit_test(referencing)};
#undef X
	struct judge_limits limits = {0, 0, 0};
	arena_init(&suite.arena, 1 << 20);
	suite.judge = judge_new(&limits);
	suite.tape = judge_new(&limits);
	judge_tape_only(suite.tape, true);
	load_remotes();
	int failed = cmocka_run_group_tests_name("schema_suite", tests, NULL, NULL);
	judge_free(suite.judge);
	judge_free(suite.tape);
	VEC_FREE(&suite.remotes);
	arena_free(&suite.arena);
	return failed;
}
