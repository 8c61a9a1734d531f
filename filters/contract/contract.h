/* contract: one version's OpenAPI document, compiled. Loaded once per snapshot, immutable, shared by all workers. The
 * filter asks: which operation is this, is the request's head allowed, is the body, is the response. Everything that
 * can be refused at load is; nothing is looked up by name per request that could be an index. */
#ifndef FILTERS_CONTRACT_CONTRACT_H
#define FILTERS_CONTRACT_CONTRACT_H

#include "filters/contract/program_fill.h"
#include "proxy/base/field.h"

struct contract;

struct contract_options {
	struct str dialect; /* overrides the document's own, a word as in schema.h; empty: as the document says */
	bool assert_formats;
	bool closed_objects;  /* unknown_fields: reject */
	bool tolerant;        /* for comparisons, never to judge by: a schema's reference that leads nowhere (schema.h) and an
				 operationId that stands twice are warnings */
	uint32_t max_decoded; /* bytes of a decoded body (Content-Encoding), 0: 16 MiB */
};

/* Reads and compiles the OpenAPI document at `path` (JSON or YAML, told by its first byte) with the files it refers to.
 * NULL after at least one error in `d`; warnings may be added too. */
struct contract *contract_load(const char *path, const struct contract_options *options, struct diag *d) WARN_UNUSED;
/* The same from memory, for tests and pipes: references to other documents are errors. */
struct contract *contract_load_text(struct str text, const char *name, const struct contract_options *options,
				    struct diag *d) WARN_UNUSED;
/* Reads the document as contract_load does and judges everything in it: also the parts that nothing refers to, and its
 * own examples and defaults: one that breaks its schema is a warning that names both places. For `vane check`. False
 * after an error. */
bool contract_check(const char *path, const struct contract_options *options, struct diag *d) WARN_UNUSED;
/* Gives it back. NULL is allowed. */
void contract_free(struct contract *c); /* NULL: nothing */

struct str contract_title(const struct contract *c);
/* The document's info.version. */
struct str contract_version(const struct contract *c); /* info.version */
size_t contract_size(const struct contract *c);        /* bytes of memory */
/* What stands for the bytes of all documents that it was read from, within this process. */
void contract_mark(const struct contract *c, uint64_t mark[2]);

/* One operation of the document. Constant texts live as long as the contract. */
struct operation {
	uint32_t index;      /* dense from 0: for tables per operation */
	struct str method;   /* "GET" */
	struct str template; /* as in the document: "/orders/{id}", without the server's base path */
	struct str id;       /* operationId, or empty */
	bool deprecated;
	bool has_request_body; /* a requestBody is described */
	struct place place;
};

/* How many operations there are; they are numbered from 0. */
size_t contract_operation_count(const struct contract *c);
/* The operation of that number; lives as long as the contract. */
const struct operation *contract_operation(const struct contract *c, uint32_t index);
/* By operationId, or by "METHOD /template". NULL: there is none. */
const struct operation *contract_operation_named(const struct contract *c, struct str name);

enum { CONTRACT_PARAMETERS = 32 };

/* What the path of a request leads to. `method_known` false with a template: 405, `allow` lists the methods. */
struct path_match {
	const struct operation *operation;     /* NULL: no such path, or not with that method */
	struct str template;                   /* empty: no path of the contract matches */
	struct str allow;                      /* "GET, POST", constant text; empty without a template */
	unsigned count;                        /* path parameters, in the order of the template */
	struct str value[CONTRACT_PARAMETERS]; /* `count` are set: still percent-encoded; slices of the path that was given */
	uint32_t path;                         /* internal */
};

/* `path`: the path of the request without query, dot segments and empty segments already resolved, still
 * percent-encoded, with the base path of one of the operation's servers (its own, else its path's, else the
 * document's), or, for the document's, without it: what stands in front may have taken it off. Segments are compared
 * decoded (RFC 3986, 6.2.2). The cost is that of the path's length. HEAD leads to GET where the document has no HEAD of
 * its own (RFC 9110, 9.3.2). */
void contract_find(const struct contract *c, struct str method, struct str path, struct path_match *match);

/* What is judged of a head. Slices are borrowed for the call. */
struct message_head {
	struct str method; /* of the request, also for its response: HEAD has no body */
	struct str query;  /* requests: without '?', still encoded */
	unsigned status;   /* responses */
	const struct field *fields;
	size_t field_count;
	bool has_body; /* framing says that a body follows (Content-Length above 0, or chunked) */
};

/* What the head said of the body: how to judge it. */
struct body_plan {
	bool judge;            /* there is a schema (or a form) to judge a body with */
	bool json;             /* it is JSON, as it comes */
	const char *unchecked; /* why a body that is there will not be judged ("no_schema", "media_type" …), or NULL */
	const void *media;     /* internal */
	struct str content_type, content_encoding; /* borrowed from the head */
};

/* Judges parameters, headers, required body and media type of a request. Fills *plan. Parameters are put into JSON in
 * the arena of `out`, which must be there even when out->limit is 0. A match without an operation is INVALID with the
 * finding "operation.path" or "operation.method". */
enum judgement contract_request_head(const struct contract *c, const struct path_match *match,
				     const struct message_head *head, struct judge *j, struct findings *out,
				     struct body_plan *plan);
/* Judges status, headers and media type of a response to `operation`; `request_method` HEAD has no body. */
enum judgement contract_response_head(const struct contract *c, const struct operation *operation,
				      const struct message_head *head, struct judge *j, struct findings *out,
				      struct body_plan *plan);
/* Whether the contract names that header for the response that it would judge such a status by, or says nothing of
 * responses at all; in any case. For pacts: others are what a consumer cannot rely on. */
bool contract_names_header(const struct contract *c, const struct operation *operation, unsigned status,
			   struct str name);
/* Judges a whole body (as it came, still with its Content-Encoding). Afterwards judge_deprecated tells of this body alone:
 * of none that could not be read. */
enum judgement contract_body(const struct contract *c, const struct body_plan *plan, enum direction direction,
			     struct str body, struct judge *j, struct findings *out);
/* A body that is judged while it passes. Begin with zeros; its owner frees the buffer. */
struct body_items {
	struct buf text; /* of the item that is not complete */
	unsigned index;  /* items judged so far */
};
/* Whether a body can be judged so: a sequence whose items have a schema (OpenAPI 3.2, itemSchema), and the whole has
 * none, without a Content-Encoding. */
bool contract_by_items(const struct body_plan *plan);
/* Judges the items that are complete with `part`: all of them with the `last`. */
enum judgement contract_items(const struct contract *c, const struct body_plan *plan, enum direction direction,
			      struct body_items *items, struct str part, bool last, struct judge *j,
			      struct findings *out);
/* Fills in what the JSON object of a request's body leaves out and has a default for (program_fill.h), at most to
 * `limit` bytes. Bodies of other kinds are left alone; those with a Content-Encoding are FILL_REFUSED. */
enum filling contract_fill(const struct contract *c, const struct body_plan *plan, struct str body, struct judge *j,
			   size_t limit, struct buf *out);
/* Whether the document's defaults are fit for that: program_check_defaults. False after an error. */
bool contract_check_defaults(const struct contract *c, struct diag *d) WARN_UNUSED;
/* Whether the last judged head used parameters that are marked deprecated: their names, at most `limit`. */
unsigned contract_deprecated_parameters(const struct contract *c, const struct path_match *match,
					const struct message_head *head, struct str *names, unsigned limit);

#endif
