/* dialect: what a schema's words mean: its draft and, from 2019-09 on, the vocabularies in force. Pure, constant
 * tables. Called by the schema set, which asks it what `$schema` says, and by the keyword table. dialect_from_uri and
 * dialect_from_word are declared in schema.h. */
#ifndef FILTERS_CONTRACT_DIALECT_H
#define FILTERS_CONTRACT_DIALECT_H

#include "filters/contract/schema.h"

/* Sets of dialects, for tables. */
enum dialect_set {
	IN_4 = 1 << DIALECT_4,
	IN_6 = 1 << DIALECT_6,
	IN_7 = 1 << DIALECT_7,
	IN_2019 = 1 << DIALECT_2019_09,
	IN_2020 = 1 << DIALECT_2020_12,
	IN_30 = 1 << DIALECT_OPENAPI_30,
	IN_31 = 1 << DIALECT_OPENAPI_31,
	IN_MODERN = IN_2020 | IN_31,
	FROM_2019 = IN_2019 | IN_MODERN,
	FROM_7 = IN_7 | FROM_2019,
	FROM_6 = IN_6 | FROM_7,
	FROM_4 = IN_4 | FROM_6,
	IN_OPENAPI = IN_30 | IN_31,
	IN_ALL = FROM_4 | IN_30,
	REF_STANDS_ALONE = IN_4 | IN_6 | IN_7 | IN_30 /* keywords beside $ref are not looked at */
};

/* JSON Schema Core 2020-12, 8.1.2. */
enum vocabulary {
	VOCABULARY_CORE = 1,
	VOCABULARY_APPLICATOR = 2,
	VOCABULARY_UNEVALUATED = 4,
	VOCABULARY_VALIDATION = 8,
	VOCABULARY_META_DATA = 16,
	VOCABULARY_FORMAT = 32,
	VOCABULARY_FORMAT_ASSERTION = 64,
	VOCABULARY_CONTENT = 128,
	VOCABULARY_OPENAPI = 256
};

struct language {
	enum dialect dialect;
	uint32_t vocabularies; /* set of enum vocabulary */
};

static inline bool language_in(struct language l, uint32_t dialects)
{
	return dialects >> l.dialect & 1;
}

/* A dialect with the vocabularies of its own metaschema. */
struct language dialect_language(enum dialect dialect);
/* The vocabulary (a set, because 2019-09's applicators hold the unevaluated ones too) that a URI names; 0: unknown. */
uint32_t dialect_vocabulary(struct str uri);
/* The name for people: "JSON Schema draft 7", "OpenAPI 3.0". */
const char *dialect_name(enum dialect dialect);

#endif
