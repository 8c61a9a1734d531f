/* schema_keyword: the keywords of all dialects as one table: where each is known, to which vocabulary it belongs, what
 * its value must be, and where schemas stand in it. The schema set walks documents by it (schema_set.c), the compiler
 * checks values by it (schema_value.c), findings name keywords by it. Constant. */
#ifndef FILTERS_CONTRACT_SCHEMA_KEYWORD_H
#define FILTERS_CONTRACT_SCHEMA_KEYWORD_H

#include "filters/contract/dialect.h"

/* X(name, text, dialects, vocabulary, value) */
#define KEYWORDS(X)                                                                                                    \
	X(SCHEMA, "$schema", FROM_4 | IN_31, CORE, TEXT)                                                               \
	X(DRAFT_4_ID, "id", IN_4, CORE, TEXT)                                                                          \
	X(ID, "$id", FROM_6, CORE, TEXT)                                                                               \
	X(REF, "$ref", IN_ALL, CORE, TEXT)                                                                             \
	X(ANCHOR, "$anchor", FROM_2019, CORE, ANCHOR)                                                                  \
	X(DYNAMIC_ANCHOR, "$dynamicAnchor", IN_MODERN, CORE, ANCHOR)                                                   \
	X(DYNAMIC_REF, "$dynamicRef", IN_MODERN, CORE, TEXT)                                                           \
	X(RECURSIVE_ANCHOR, "$recursiveAnchor", IN_2019, CORE, BOOL)                                                   \
	X(RECURSIVE_REF, "$recursiveRef", IN_2019, CORE, TEXT)                                                         \
	X(VOCABULARY, "$vocabulary", FROM_2019, CORE, VOCABULARIES)                                                    \
	X(COMMENT, "$comment", FROM_7, CORE, TEXT)                                                                     \
	X(DEFS, "$defs", FROM_2019, CORE, SCHEMA_MAP)                                                                  \
	X(DEFINITIONS, "definitions", FROM_4, CORE, SCHEMA_MAP)                                                        \
	X(TYPE, "type", IN_ALL, VALIDATION, TYPES)                                                                     \
	X(ENUM, "enum", IN_ALL, VALIDATION, LIST)                                                                      \
	X(CONST, "const", FROM_6, VALIDATION, ANY)                                                                     \
	X(MULTIPLE_OF, "multipleOf", IN_ALL, VALIDATION, POSITIVE)                                                     \
	X(MINIMUM, "minimum", IN_ALL, VALIDATION, NUMBER)                                                              \
	X(MAXIMUM, "maximum", IN_ALL, VALIDATION, NUMBER)                                                              \
	X(EXCLUSIVE_MINIMUM, "exclusiveMinimum", IN_ALL, VALIDATION, EXCLUSIVE)                                        \
	X(EXCLUSIVE_MAXIMUM, "exclusiveMaximum", IN_ALL, VALIDATION, EXCLUSIVE)                                        \
	X(MIN_LENGTH, "minLength", IN_ALL, VALIDATION, COUNT)                                                          \
	X(MAX_LENGTH, "maxLength", IN_ALL, VALIDATION, COUNT)                                                          \
	X(PATTERN, "pattern", IN_ALL, VALIDATION, TEXT)                                                                \
	X(FORMAT, "format", IN_ALL, FORMAT, TEXT)                                                                      \
	X(MIN_ITEMS, "minItems", IN_ALL, VALIDATION, COUNT)                                                            \
	X(MAX_ITEMS, "maxItems", IN_ALL, VALIDATION, COUNT)                                                            \
	X(UNIQUE_ITEMS, "uniqueItems", IN_ALL, VALIDATION, BOOL)                                                       \
	X(PREFIX_ITEMS, "prefixItems", IN_MODERN, APPLICATOR, SCHEMAS)                                                 \
	X(ITEMS, "items", IN_ALL, APPLICATOR, ITEMS)                                                                   \
	X(ADDITIONAL_ITEMS, "additionalItems", IN_4 | IN_6 | IN_7 | IN_2019, APPLICATOR, SCHEMA)                       \
	X(CONTAINS, "contains", FROM_6, APPLICATOR, SCHEMA)                                                            \
	X(MIN_CONTAINS, "minContains", FROM_2019, VALIDATION, COUNT)                                                   \
	X(MAX_CONTAINS, "maxContains", FROM_2019, VALIDATION, COUNT)                                                   \
	X(UNEVALUATED_ITEMS, "unevaluatedItems", FROM_2019, UNEVALUATED, SCHEMA)                                       \
	X(MIN_PROPERTIES, "minProperties", IN_ALL, VALIDATION, COUNT)                                                  \
	X(MAX_PROPERTIES, "maxProperties", IN_ALL, VALIDATION, COUNT)                                                  \
	X(REQUIRED, "required", IN_ALL, VALIDATION, NAMES)                                                             \
	X(PROPERTIES, "properties", IN_ALL, APPLICATOR, SCHEMA_MAP)                                                    \
	X(PATTERN_PROPERTIES, "patternProperties", FROM_4, APPLICATOR, SCHEMA_MAP)                                     \
	X(ADDITIONAL_PROPERTIES, "additionalProperties", IN_ALL, APPLICATOR, SCHEMA)                                   \
	X(PROPERTY_NAMES, "propertyNames", FROM_6, APPLICATOR, SCHEMA)                                                 \
	X(DEPENDENCIES, "dependencies", FROM_4, APPLICATOR, DEPENDENCIES)                                              \
	X(DEPENDENT_REQUIRED, "dependentRequired", FROM_2019, VALIDATION, NAMES_MAP)                                   \
	X(DEPENDENT_SCHEMAS, "dependentSchemas", FROM_2019, APPLICATOR, SCHEMA_MAP)                                    \
	X(UNEVALUATED_PROPERTIES, "unevaluatedProperties", FROM_2019, UNEVALUATED, SCHEMA)                             \
	X(ALL_OF, "allOf", IN_ALL, APPLICATOR, SCHEMAS)                                                                \
	X(ANY_OF, "anyOf", IN_ALL, APPLICATOR, SCHEMAS)                                                                \
	X(ONE_OF, "oneOf", IN_ALL, APPLICATOR, SCHEMAS)                                                                \
	X(NOT, "not", IN_ALL, APPLICATOR, SCHEMA)                                                                      \
	X(IF, "if", FROM_7, APPLICATOR, SCHEMA)                                                                        \
	X(THEN, "then", FROM_7, APPLICATOR, SCHEMA)                                                                    \
	X(ELSE, "else", FROM_7, APPLICATOR, SCHEMA)                                                                    \
	X(CONTENT_ENCODING, "contentEncoding", FROM_7, CONTENT, TEXT)                                                  \
	X(CONTENT_MEDIA_TYPE, "contentMediaType", FROM_7, CONTENT, TEXT)                                               \
	X(CONTENT_SCHEMA, "contentSchema", FROM_2019, CONTENT, SCHEMA)                                                 \
	X(TITLE, "title", IN_ALL, META_DATA, ANY)                                                                      \
	X(DESCRIPTION, "description", IN_ALL, META_DATA, ANY)                                                          \
	X(DEFAULT, "default", IN_ALL, META_DATA, ANY)                                                                  \
	X(EXAMPLES, "examples", FROM_6, META_DATA, ANY)                                                                \
	X(DEPRECATED, "deprecated", FROM_2019 | IN_30, META_DATA, BOOL)                                                \
	X(READ_ONLY, "readOnly", FROM_7 | IN_30, META_DATA, BOOL)                                                      \
	X(WRITE_ONLY, "writeOnly", FROM_7 | IN_30, META_DATA, BOOL)                                                    \
	X(NULLABLE, "nullable", IN_30, OPENAPI, BOOL)                                                                  \
	X(DISCRIMINATOR, "discriminator", IN_OPENAPI, OPENAPI, DISCRIMINATOR)                                          \
	X(XML, "xml", IN_OPENAPI, OPENAPI, ANY)                                                                        \
	X(EXTERNAL_DOCS, "externalDocs", IN_OPENAPI, OPENAPI, ANY)                                                     \
	X(EXAMPLE, "example", IN_OPENAPI, OPENAPI, ANY)

enum keyword {
#define X(name, text, dialects, vocabulary, value) KEYWORD_##name,
	KEYWORDS(X)
#undef X
	    KEYWORD_COUNT
};

/* What a keyword's value must be. */
enum value_shape {
	VALUE_ANY,
	VALUE_TEXT,
	VALUE_ANCHOR,
	VALUE_BOOL,
	VALUE_COUNT, /* a whole number from 0 */
	VALUE_NUMBER,
	VALUE_POSITIVE,
	VALUE_EXCLUSIVE, /* true or false in draft 4 and OpenAPI 3.0, a number later */
	VALUE_TYPES,
	VALUE_LIST,
	VALUE_NAMES, /* strings, each once */
	VALUE_NAMES_MAP,
	VALUE_SCHEMA,
	VALUE_SCHEMAS, /* a list, not empty */
	VALUE_SCHEMA_MAP,
	VALUE_ITEMS,        /* a schema, or up to 2019-09 a list of schemas */
	VALUE_DEPENDENCIES, /* by name: a schema or a list of names */
	VALUE_VOCABULARIES,
	VALUE_DISCRIMINATOR
};

struct keyword_row {
	struct str text;
	uint16_t dialects;   /* set of enum dialect_set */
	uint16_t vocabulary; /* enum vocabulary */
	uint8_t value;       /* enum value_shape */
};

extern const struct keyword_row schema_keywords[KEYWORD_COUNT];

/* The keyword of that name which `language` understands, or KEYWORD_COUNT. */
enum keyword schema_keyword_find(struct language language, struct str name);
/* The nearest keyword that the dialect knows, or the empty slice; for hints. */
struct str schema_keyword_near(enum dialect dialect, struct str name);

#endif
