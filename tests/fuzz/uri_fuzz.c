/* rooms: http */
/* A path has one normal form: normalising it again changes nothing, and no dot or empty segment is left in it. */
#include "proxy/base/check.h"
#include "proxy/http/token.h"
#include "proxy/http/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segments(struct str path)
{
	struct str rest = str_skip(path, 1);
	while (rest.at) {
		struct str segment = str_cut(&rest, '/');
		CHECK(segment.len > 0 || !rest.at);
		CHECK(!str_eq(segment, STR(".")) && !str_eq(segment, STR("..")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str text = str_of((const char *)data, size), name, value;
	arena_init(&arena, 1024);
	if (size && text.at[0] == '/' && escapes_valid(text)) {
		bool changed = false, again = false;
		struct str normal = uri_normalise(text, &arena, &changed);
		CHECK(normal.len > 0 && normal.at[0] == '/' && normal.len <= text.len &&
		      changed == !str_eq(normal, text));
		CHECK(uri_normalise(normal, &arena, &again).at == normal.at && !again);
		check_segments(normal);
	}
	for (struct str rest = text; uri_query_next(&rest, &name, &value);) {
		CHECK(str_find(name, '=') == name.len && str_find(name, '&') == name.len);
		CHECK(uri_decode(name, true, &arena).len <= name.len &&
		      uri_decode(value, false, &arena).len <= value.len);
	}
	arena_free(&arena);
	return 0;
}
