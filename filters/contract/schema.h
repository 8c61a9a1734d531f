/* schema: JSON Schema documents to a compiled program (program.h). A schema_set is the place of one compilation: the
 * documents it may refer to are registered with their base URI, schemas are compiled on demand, each once;
 * schema_set_end gives the immutable program that all workers share. Dialects: drafts 4, 6, 7, 2019-09, 2020-12, and
 * OpenAPI 3.0's and 3.1's. A keyword that is not understood as the dialect says is an error, never left out in silence
 * (unknown annotations are allowed as the specifications demand: JSON Schema Core 2020-12, 4.3.1). Nothing is ever
 * fetched. */
#ifndef FILTERS_CONTRACT_SCHEMA_H
#define FILTERS_CONTRACT_SCHEMA_H

#include "conf/tree.h"
#include "filters/contract/program.h"

enum dialect {
	DIALECT_4,
	DIALECT_6,
	DIALECT_7,
	DIALECT_2019_09,
	DIALECT_2020_12,
	DIALECT_OPENAPI_30,
	DIALECT_OPENAPI_31 /* 2020-12 with the base vocabulary of OpenAPI; also 3.2 */
};

struct schema_set;

struct schema_options {
	bool assert_formats; /* `format` decides (vane's default for contracts); otherwise it is an annotation */
	bool closed_objects; /* `unknown_fields: reject`: an object whose schema names properties and says nothing of
				others admits no others; the parts of an allOf
				count as one schema (README.md) */
	/* Called when a reference names a document that is not registered: reads it (a file beside the contract) and
	 * returns its root, or NULL after an error in `d`. `uri` is absolute (file:///…) and without fragment. May be
	 * NULL. */
	const struct node *(*load)(void *context, struct str uri, struct diag *d);
	void *context;
	bool dangling; /* a $ref to a place of its own document where nothing stands is a warning, and a schema of which
			  nobody knows what it accepts: for comparisons */
};

/* An empty set. Trees handed to it must live until schema_set_end; afterwards the program needs none of them. */
struct schema_set *schema_set_new(const struct schema_options *options);
/* Registers a document under its retrieval URI (absolute, no fragment; may be empty). `is_schema`: it is a schema as a
 * whole; an OpenAPI document is not, only the schemas inside are, as they are compiled. It is walked for `$id`,
 * `$anchor` and the like when something is first looked up: documents may come in any order, and what is wrong with one
 * is told when something refers to it. False after an error: another document has that URI. */
bool schema_set_add(struct schema_set *set, struct str uri, const struct node *root, enum dialect dialect,
		    bool is_schema, struct diag *d) WARN_UNUSED;
/* Finds where a reference leads: `reference` relative to `base` (both as in RFC 3986). Used for OpenAPI's own `$ref`
 * outside of schemas. *found_base is the base URI there. NULL after an error at `at`. */
const struct node *schema_set_resolve(struct schema_set *set, struct str base, struct str reference, struct place at,
				      struct str *found_base, struct diag *d) WARN_UNUSED;
/* Compiles the schema at `n`, which stands in the document with base URI `base`; `pointer` is its place there
 * ("#/components/schemas/Order"), for findings. The same node gives the same entry. False after an error in `d`. */
bool schema_compile(struct schema_set *set, const struct node *n, struct str base, struct str pointer,
		    enum dialect dialect, uint32_t *entry, struct diag *d) WARN_UNUSED;
/* Ends the compilation: patches forward references and returns the program (program_free gives it back), or NULL after
 * errors. The set is freed in either case. */
struct program *schema_set_end(struct schema_set *set, struct diag *d) WARN_UNUSED;
/* The dialect that a `$schema` URI or a word ("2020-12", "7", "openapi-3.0") names; false where it is none. */
bool dialect_from_uri(struct str uri, enum dialect *dialect);
/* The draft that a schema without $schema is most likely written in, by words that only older ones know (`items` as a
 * list, exclusiveMinimum: true, …); else 2020-12, with *word NULL. dialect_guess.c. */
enum dialect dialect_guess(const struct node *schema, const char **word);
/* The word that dialect_from_word takes for it. A constant. */
struct str dialect_word(enum dialect dialect);
/* The same for a word. */
bool dialect_from_word(struct str word, enum dialect *dialect);

#endif
