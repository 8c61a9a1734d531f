/* rooms: contract */
/* A schema and an instance, apart by a NUL; the first byte says which dialect. Any schema compiles or fails with a
 * message; any instance is judged, and the verdict is the same whether findings are wanted or not. */
#include "filters/contract/json_tree.h"
#include "filters/contract/program.h"
#include "filters/contract/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct program *p, uint32_t entry, struct str json, enum direction direction,
		  struct arena *arena)
{
	struct judge_limits limits = {64, 1 << 20, 20000};
	struct judge *j = judge_new(&limits);
	struct findings some, none;
	findings_begin(&some, arena, 4);
	findings_begin(&none, arena, 0);
	enum judgement a = program_judge(p, entry, j, json, direction, IN_BODY, STR(""), &some);
	enum judgement b = program_judge(p, entry, j, json, direction, IN_BODY, STR(""), &none);
	CHECK(a == b && (a == INVALID) == (some.total > 0) && (a == UNDECIDED) == (some.unchecked != NULL));
	judge_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct diag d;
	uint32_t entry, kind = size ? data[0] : 0;
	struct str json = size ? str_of((const char *)data + 1, size - 1) : STR(""), schema = str_cut(&json, '\0');
	struct schema_options options = {.assert_formats = kind & 8, .closed_objects = kind & 16};
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *root = json_tree_read(&arena, schema, "schema", &d);
	struct schema_set *set = schema_set_new(&options);
	bool ok = root && schema_set_add(set, STR("http://a.org/"), root, (enum dialect)(kind % 7), true, &d) &&
		  schema_compile(set, root, STR("http://a.org/"), STR("#"), (enum dialect)(kind % 7), &entry, &d);
	struct program *p = schema_set_end(set, &d);
	CHECK(!root || (p == NULL) == (d.errors > 0));
	if (ok && p)
		judge(p, entry, json, kind & 32 ? REQUEST : RESPONSE, &arena);
	program_free(p);
	diag_free(&d);
	arena_free(&arena);
	return 0;
}
