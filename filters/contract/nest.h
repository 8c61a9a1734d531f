/* nest: values with bracketed names (`color[R]=100`, `filter[tags][]=a`: deepObject, OpenAPI 3.1.1, 4.8.12.3, and the
 * nesting that real APIs add to it) put together as one JSON value. A tree of names in an arena, bounded in depth and
 * in size; written out by the schema, which tells arrays from objects. */
#ifndef FILTERS_CONTRACT_NEST_H
#define FILTERS_CONTRACT_NEST_H

#include "filters/contract/coerce.h"

enum { NEST_DEPTH = 16, NEST_NODES = 1024, NEST_VALUES = 4096 };

struct nest {
	struct arena *arena;
	struct nest_node *root;
	unsigned nodes, values;
};

/* An empty nest whose tree will be in the arena; nothing has to be given back. */
void nest_begin(struct nest *n, struct arena *arena);
/* Adds a raw value under the brackets of a name: "[a][b]", decoded. False where they are malformed or too many. */
bool nest_add(struct nest *n, struct str brackets, struct str raw);
/* Writes it as `schema` says. False where one name has several values and its schema admits no array. */
bool nest_write(const struct nest *n, struct coercion *c, const struct judged *schema);

#endif
