/* keys: a filter's rows of keys (filter.h: ended by a row without name) read from a mapping that holds other modules'
 * keys too. The rows are looked up, what is not theirs is left alone: the snapshot knows all filters' rows and refuses
 * what is nobody's. And where the files are that keys name. Called by the filters' `configure`; the settings live where
 * the caller says. */
#ifndef FILTERS_KEYS_H
#define FILTERS_KEYS_H

#include "conf/key.h"

/* The defaults of `rows` into `settings` (`size` bytes, cleared first). */
void keys_defaults(const struct key *rows, size_t size, void *settings, struct arena *arena);
/* The keys of `rows` that stand in `mapping` (NULL or no mapping: nothing stands there) over what `settings` holds; false
 * after an error in r->diag. `what` names the mapping in messages: "a version". */
bool keys_read(const struct key *rows, size_t size, const char *what, const struct node *mapping, void *settings,
	       struct key_reader *r) WARN_UNUSED;
/* The path of a file that a key names, NUL-terminated, in the arena: beside the configuration's own file, or absolute. */
const char *keys_path(struct str file, const char *configuration, struct arena *arena);

#endif
