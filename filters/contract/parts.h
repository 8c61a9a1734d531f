/* parts: what a contract is made of once it is loaded: flat, immutable, in the contract's arena, shared by all workers.
 * Written by the loader (load.h) and read, never changed, while messages are judged. Texts are slices of the arena. */
#ifndef FILTERS_CONTRACT_PARTS_H
#define FILTERS_CONTRACT_PARTS_H

#include "filters/contract/contract.h"
#include "filters/contract/media_range.h"
#include "filters/contract/path_index.h"

/* X(name, word): how a parameter's value is written (OpenAPI 3.1.1, 4.8.12.3; cookie: 3.2). */
#define STYLES(X)                                                                                                      \
	X(SIMPLE, "simple")                                                                                            \
	X(LABEL, "label")                                                                                              \
	X(MATRIX, "matrix")                                                                                            \
	X(FORM, "form")                                                                                                \
	X(SPACE, "spaceDelimited")                                                                                     \
	X(PIPE, "pipeDelimited")                                                                                       \
	X(DEEP, "deepObject")                                                                                          \
	X(COOKIE, "cookie")

enum style {
#define X(name, word) STYLE_##name,
	STYLES(X)
#undef X
	    STYLE_COUNT
};

/* A schema that may be absent, with the types it admits (1 << enum json_kind). */
struct judged {
	bool present;
	uint32_t entry;
	uint32_t types;
};

struct media;

/* A parameter, a header of a response or of a part, or a field of a form. */
struct parameter {
	struct str name;
	uint8_t location; /* enum location */
	uint8_t style;    /* enum style */
	bool explode, required, deprecated, allow_empty;
	bool open;  /* an object whose schema names no property: it takes all names that nothing else has */
	bool whole; /* 3.2's `in: querystring`: the whole query is the value */
	struct judged schema;
	const struct media *media; /* `content`: the value is a text of this media type; else NULL */
	struct str pointer;        /* where it stands in the document */
	struct place place;
};

struct parameters {
	const struct parameter **at; /* shared by all that refer to them */
	uint32_t count;
};

/* How one property of a form, or one part of a multipart body, is written (Encoding object). */
struct encoding {
	struct parameter field;   /* name, style and explode; its schema is not used */
	bool styled;              /* style, explode or allowReserved is given: contentType is ignored */
	struct media_range *type; /* contentType, any of them; 0: the default of the property's schema */
	uint32_t types;
	struct parameters headers;
	struct media
	    *parts; /* 3.2: how the parts of the value itself are written; without schemas; NULL: nothing is said */
};

struct media {
	struct str text; /* the range as written */
	struct media_range range;
	struct judged schema;      /* of the whole */
	struct judged item;        /* 3.2's itemSchema, of each item of a sequence */
	bool bytes;                /* the schema says no more than that these are bytes */
	bool listed;               /* 3.2: the schema of a sequence is that of the list of its items */
	struct encoding *encoding; /* by name */
	uint32_t encodings;
	struct encoding *position; /* 3.2's prefixEncoding: of the first parts */
	uint32_t positions;
	struct encoding *rest;   /* 3.2's itemEncoding: of the other parts; or NULL */
	struct str *bytes_field; /* multipart: properties that are bytes (format: binary, contentMediaType) */
	uint32_t bytes_fields;
};

struct content {
	struct media *media;
	uint32_t count;
	const struct media *json; /* the one of JSON, where a message that says its `text` is judged by it, or NULL */
	struct str expected; /* "application/json or text/plain" */
	struct str pointer;
	struct place place;
};

struct response {
	uint16_t status; /* 200; 2 for 2XX; 0 for default */
	struct parameters headers;
	struct content content;
	struct str pointer;
	struct place place;
};

/* Under which base paths an operation is found: bit i is contract.base[i], NO_BASE the path as it is in the document.
 */
enum { MOST_BASES = 63, NO_BASE = MOST_BASES };

struct endpoint {
	struct operation public;
	uint64_t bases; /* of its own servers, else of its path's, else of the document's */
	struct parameters path, query, header, cookie; /* query: sorted by name */
	uint32_t *slot;                                /* of each of `path`: index of its value in path_match */
	bool has_deprecated;                           /* any of its parameters */
	uint32_t free_form; /* query parameters that take names of their own (exploded objects) */
	bool body_required;
	struct content body;
	struct str body_pointer;
	struct place body_place;
	struct response *response;
	uint32_t responses;
	struct str responses_pointer;
	struct place responses_place;
};

struct path_method {
	struct str method;
	uint32_t operation;
};

struct path_entry {
	struct str template, allow; /* allow: of all methods */
	struct path_method *method;
	uint32_t methods;
	struct str *allow_at; /* by base, where some methods are not found under all that others are; else NULL */
};

/* A base path of a server: segments that may hold variables. */
struct base_path {
	struct path_pattern **segment;
	uint32_t count;
};

struct contract {
	struct arena arena;
	uint64_t mark[2]; /* of the bytes of all documents that it was read from */
	struct program *program;
	struct str title, version;
	struct endpoint *endpoint;
	size_t endpoints;
	struct path_index *index;
	struct path_entry *path;
	uint64_t *under;        /* by path: the bases of all its operations; all of them where it has none */
	struct base_path *base; /* longest first */
	uint32_t bases;
	struct str *key_name; /* names of apiKey security schemes in the query: known query parameters */
	uint32_t keys;
	bool closed; /* unknown query parameters are a finding */
	uint32_t max_decoded;
};

/* "form", "deepObject" …, as OpenAPI writes it. A constant. */
const char *style_word(enum style s);

#endif
