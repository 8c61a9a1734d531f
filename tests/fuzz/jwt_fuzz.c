/* rooms: filters */
/* Any field's value as a token: whatever comes out is bounded by what went in, twice the same, and nothing is read or
 * written beyond it (the value is copied to its exact size). */
#include "filters/jwt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	char *exact = must_alloc(size + 1);
	memcpy(exact, data, size);
	char *value = realloc(exact, size ? size : 1);
	CHECK(value != NULL);
	arena_init(&arena, 4096);
	struct str claim = jwt_claim(str_of(value, size), STR("sub"), &arena);
	struct str again = jwt_claim(str_of(value, size), STR("sub"), &arena);
	CHECK(claim.len <= size && str_eq(claim, again));
	CHECK((claim.at == NULL) == (claim.len == 0));
	arena_free(&arena);
	free(value);
	return 0;
}
