/* rooms: filters */
/* Two JSON texts, one after the other: a text is like itself, and whether two differ does not depend on their order. */
#include "filters/likeness.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum likeness compared(const struct tape *a, const struct tape *b, struct arena *arena)
{
	struct differences d = {.arena = arena};
	enum likeness like = likeness_compare(a, b, &d);
	if ((like == LIKENESS_DIFFERS) != (d.count > 0) || d.count > LIKENESS_DIFFERENCES)
		abort();
	return like;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {.depth = 0};
	struct tape a = {0}, b = {0};
	struct arena arena;
	size_t first = size ? data[0] % size : 0;
	arena_init(&arena, 1024);
	struct str whole = str_skip(str_of((const char *)data, size), size ? 1 : 0);
	first = first < whole.len ? first : whole.len;
	if (tape_read(&a, str_head(whole, first), &limits).error == JSON_OK &&
	    tape_read(&b, str_skip(whole, first), &limits).error == JSON_OK) {
		if (compared(&a, &a, &arena) == LIKENESS_DIFFERS || compared(&b, &b, &arena) == LIKENESS_DIFFERS)
			abort();
		enum likeness like = compared(&a, &b, &arena), back = compared(&b, &a, &arena);
		if ((like == LIKENESS_DIFFERS) != (back == LIKENESS_DIFFERS) && like != LIKENESS_UNKNOWN && back != LIKENESS_UNKNOWN)
			abort();
	}
	tape_free(&a);
	tape_free(&b);
	arena_free(&arena);
	return 0;
}
