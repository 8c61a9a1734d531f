/* metaschema: the schemas of JSON Schema itself, as json-schema.org publishes them, so that a contract may refer to them
 * and a custom dialect may build on them without anything being fetched. Constant. Called by schema_set.c when a
 * reference names a document that nobody registered. */
#ifndef FILTERS_CONTRACT_METASCHEMA_H
#define FILTERS_CONTRACT_METASCHEMA_H

#include "filters/contract/schema.h"

struct metaschema {
	struct str uri; /* without fragment */
	enum dialect dialect;
	struct str text;
};

/* The metaschema with that absolute URI (no fragment), or NULL. */
const struct metaschema *metaschema_find(struct str uri);

#endif
