/* rooms: conf */
/* What is read from YAML, replaced and merged keeps its promises: JSON written from a tree reads (as YAML, which has
 * JSON within) to the same JSON; places lie within the text; NULL comes with an error and only then. */
#include "conf/env.h"
#include "conf/yaml.h"
#include "proxy/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *no_environment(const char *name)
{
	static char value[] = "7";
	return name[0] == 'A' ? value : NULL;
}

/* Line breaks to YAML 1.1, plain characters to JSON. */
static bool has_odd_breaks(struct str s)
{
	return str_search(s, STR("\xC2\x85")) < s.len || str_search(s, STR("\xE2\x80\xA8")) < s.len ||
	       str_search(s, STR("\xE2\x80\xA9")) < s.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct diag d;
	struct buf first = {0}, again = {0};
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *root = yaml_read(&arena, str_of((const char *)data, size), "fuzz", &d);
	CHECK((root == NULL) == (d.errors > 0));
	for (const struct complaint *c = d.first; c; c = c->next)
		CHECK(c->place.line <= size + 1 && c->place.column <= size + 2);
	if (root && size < 4096) {
		tree_to_json(root, &first);
		bool comparable = first.len < 60000 && !has_odd_breaks(buf_str(&first));
		const struct node *same = comparable ? yaml_read(&arena, buf_str(&first), "json", &d) : NULL;
		if (same) {
			tree_to_json(same, &again);
			CHECK(str_eq(buf_str(&first), buf_str(&again)));
		}
		CHECK(env_replace(root, &arena, no_environment, &d));
	}
	diag_print(&d, &again, true);
	diag_print_json(&d, &again);
	buf_free(&first);
	buf_free(&again);
	diag_free(&d);
	arena_free(&arena);
	return 0;
}
