/* rooms: contract */
/* Two schemas, one behind the other with a NUL between them: no crash, bounded work, each within itself, and a witness
 * that holds; what is proved is not contradicted by the witness of the way back. */
#include "filters/contract/compat.h"
#include "filters/contract/json_tree.h"
#include "filters/contract/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct program *compile(struct arena *a, struct str text, uint32_t *entry, struct diag *d)
{
	struct schema_options options = {.assert_formats = true};
	const struct node *n = json_tree_read(a, text, "schema.json", d);
	struct schema_set *set = schema_set_new(&options);
	bool ok = n && schema_set_add(set, STR("http://a/s"), n, DIALECT_2020_12, true, d) &&
		  schema_compile(set, n, STR("http://a/s"), STR("#"), DIALECT_2020_12, entry, d);
	struct program *p = schema_set_end(set, d);
	if (p && !ok)
		program_free(p);
	return ok ? p : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str first = str_of((const char *)data, str_find(str_of((const char *)data, size), '\0'));
	struct str second = first.len < size ? str_of(first.at + first.len + 1, size - first.len - 1) : first;
	struct arena arena;
	struct diag d;
	uint32_t a, b;
	arena_init(&arena, 4096);
	diag_init(&d);
	struct program *p = compile(&arena, first, &a, &d), *q = compile(&arena, second, &b, &d);
	if (p && q) {
		struct compat *c = compat_new(p, q, REQUEST, &(struct compat_limits){.steps = 3000, .ms = 300});
		struct compat_difference found[8];
		struct compat_answer got = compat_within(c, a, b);
		CHECK(!compat_same(c, a, b) || got.verdict != COMPAT_REFUTED);
		CHECK((compat_differences(c, a, b, found, 8) == 0) == (got.verdict == COMPAT_PROVED) ||
		      got.verdict == COMPAT_UNKNOWN);
		compat_free(c);
	}
	program_free(p);
	program_free(q);
	diag_free(&d);
	arena_free(&arena);
	return 0;
}
