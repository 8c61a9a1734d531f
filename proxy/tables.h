/* tables: all keys that a configuration may have, as one table: vane's own, the observing rooms', and those of every
 * filter, at the top, in a version and in an operation. For refusing unknown keys, and for the manual and the JSON Schema,
 * which are written from it. Made in an arena from the chain's list; immutable. */
#ifndef PROXY_TABLES_H
#define PROXY_TABLES_H

#include "proxy/filter.h"

struct tables {
	struct key_table top;       /* `versions` in it leads to `version` */
	struct key_table version;   /* `operations` in it leads to `operation` */
	struct key_table operation;
};

/* Everything that `filters` (ends with NULL) and vane itself read. */
const struct tables *tables_of(const struct filter *const *filters, struct arena *arena);
/* False after an error for each key of the mapping `n` that is none of the table's. */
bool tables_known(const struct key_table *t, const struct node *n, struct diag *d) WARN_UNUSED;

#endif
