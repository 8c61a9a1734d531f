/* path_index: from the path of a request to the path template of the contract that it matches, at the cost of the
 * path's length. A tree over segments: a literal segment is tried before a templated one (OpenAPI 3.1.1, 4.8.8.2),
 * templated ones with more literal bytes before those with fewer. Two templates that match the same paths are told.
 * Built at load in the contract's arena, then immutable and shared. */
#ifndef FILTERS_CONTRACT_PATH_INDEX_H
#define FILTERS_CONTRACT_PATH_INDEX_H

#include "filters/contract/path_pattern.h"

struct path_index;

enum { PATH_SEGMENTS = 64 }; /* of a template, at most */

struct path_index *path_index_new(struct arena *arena);
/* Adds `template` under `id`. Its parameters' names, in order, go to `names` (at most `limit`), their count to *count.
 * False where it is refused: *why says why in words; or *other, else UINT32_MAX, is the id of a template that matches
 * the same paths. */
bool path_index_add(struct path_index *ix, struct str template, uint32_t id, struct str *names, unsigned limit,
		    unsigned *count, const char **why, uint32_t *other) WARN_UNUSED;
/* The id of the template that `path` matches and its parameters (still encoded, at most `limit`), or UINT32_MAX. With
 * `sets`, one for each id, only among the templates whose set holds the number `set`. */
uint32_t path_index_find(const struct path_index *ix, struct str path, const uint64_t *sets, unsigned set,
			 struct str *value, unsigned limit, unsigned *count);

#endif
