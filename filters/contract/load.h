/* load: reading an OpenAPI document into a contract's parts. One loader lives for one contract_load: it owns the trees
 * of all files, the schema set, and what is gathered on the way. Each function below reads one kind of object, once:
 * what is referred to twice is compiled once. All of them complain in the loader's diag and go on, so that one run
 * names everything that is wrong. Called by openapi.c; nothing here is used once messages are judged. */
#ifndef FILTERS_CONTRACT_LOAD_H
#define FILTERS_CONTRACT_LOAD_H

#include "filters/contract/oas.h"
#include "filters/contract/parts.h"
#include "filters/contract/schema.h"
#include "proxy/base/vec.h"

/* A place in a document: the node, the base URI of its file, its pointer there ("#/paths/~1pets"). */
struct here {
	const struct node *node; /* NULL: there is nothing */
	struct str base, pointer;
};

struct document {
	struct str uri;
	const struct node *root;
};

/* Compiled parts by the node that they were compiled from, and as what (a reference may lead to a thing of another
 * kind): an open hash table. MEMO_BROKEN: the node could not be read; that is told once. */
enum memo_kind {
	MEMO_PARAMETER,
	MEMO_HEADER,
	MEMO_PASSIVE_HEADER, /* read in a passive part: its schema is not compiled */
	MEMO_RESPONSE,
	MEMO_BODY,
	MEMO_CALLBACK,
	MEMO_SCHEMA,
	MEMO_BROKEN
};
struct memo {
	struct memo_slot {
		const struct node *node;
		enum memo_kind kind;
		const void *part;
	} * slot;
	size_t count, cap; /* cap: a power of two */
};

enum example_use { EXAMPLE_REQUEST = 1, EXAMPLE_RESPONSE = 2 };

/* An example to judge: with the schema that it belongs to, or as a body of a media type. */
struct example {
	uint32_t entry;
	const struct media *media; /* the value's text is a whole body of it; NULL: a value of the schema */
	const struct node *value;
	struct str pointer;
	uint8_t use; /* set of enum example_use: in which direction it goes */
	bool text;   /* judged as the text of a parameter may be: a string that spells the value passes too */
};

struct loader {
	struct contract *c;
	struct diag *d;
	struct arena arena; /* trees, pointers: gone when loading ends */
	struct schema_set *set;
	const struct contract_options *options;
	/* load_content: parameters and headers may have media types, which may have parts with headers. */
	void (*content)(struct loader *l, struct here map, struct content *out);
	unsigned nesting; /* media types around what is being read */
	unsigned version; /* 30, 31, 32 */
	enum dialect dialect;
	unsigned
	    passive;   /* above 0: in parts that are read for their syntax but never judged (webhooks, callbacks …) */
	bool files;    /* references may lead to files beside the document */
	uint8_t use;   /* of what is being read; 0: either */
	bool examples; /* gather examples, and compile the passive parts too */
	struct memo memo;
	VEC(struct document) documents;
	VEC(const char *) names; /* of files, in the contract's arena */
	VEC(struct parameter *) parameters;
	VEC(struct media *) media;
	VEC(struct example) example;
	VEC(struct here) schemas; /* whose examples are still to be gathered */
	VEC(struct endpoint *) endpoints;
	VEC(struct path_entry) paths;
	const struct node *servers;          /* of the document; NULL: none */
	VEC(const struct node *) servers_of; /* of each of `endpoints` */
	VEC(struct str) keys;
};

/* load_tree.c: moving about, references, files. */
struct here load_child(struct loader *l, struct here h, struct str key);
/* The item of a list. */
struct here load_item(struct loader *l, struct here list, uint32_t index);
/* The value of a mapping's member by its number. */
struct here load_member(struct loader *l, struct here map, uint32_t index);
/* Calls `each` for every member of the mapping under `key`, if there is one. */
void load_each(struct loader *l, struct here owner, struct str key, void (*each)(struct loader *, struct here));
/* Follows `$ref` until there is none. node is NULL after an error. */
struct here load_follow(struct loader *l, struct here h);
/* The place of a node with the name of its file in the contract's arena: for parts that outlive the trees. */
struct place load_place(struct loader *l, const struct node *n);
/* A copy in the contract's arena. */
struct str load_keep(struct loader *l, struct str s);
/* What was made of a node before, or NULL. */
const void *memo_get(const struct memo *m, enum memo_kind kind, const struct node *n);
/* Remembers what was made of a node. */
void memo_put(struct memo *m, enum memo_kind kind, const struct node *n, const void *part);
/* Reads a text and registers it under `uri`. NULL after an error. */
const struct node *load_text(struct loader *l, struct str uri, const char *name, struct str text);
/* The same with the text of a file. */
const struct node *load_file(struct loader *l, struct str uri, const char *path);
/* For schema_options.load. */
const struct node *load_uri(void *loader, struct str uri, struct diag *d);
/* A file: URI of a path, absolute and normal. */
struct str load_path_to_uri(struct loader *l, const char *path);
/* Frees all but the contract and its diag. */
void load_free(struct loader *l);

/* load_schema.c: compiles the schema at `h`; *out says that there is none where h.node is NULL or the schema is wrong.
 */
void load_schema(struct loader *l, struct here h, struct judged *out);

/* load_example.c: notes a value that is an example of the schema `entry`; none where value.node is NULL. `use`: a set
 * of enum example_use, 0: either. `text`: see struct example. */
void load_add_example(struct loader *l, uint32_t entry, struct here value, uint8_t use, bool text);
/* Follows and checks an Example object; node is NULL after an error. */
struct here load_example(struct loader *l, struct here h);
/* Gathers `example` and `examples` of a parameter or header (m is NULL) or media type that has this schema. */
void load_examples(struct loader *l, struct here owner, const struct judged *schema, const struct media *m);
/* Warns of gathered examples that break their schemas. */
void load_judge_examples(struct loader *l);

/* load_parameter.c: one parameter, a list of them, response headers. */
const struct parameter *load_parameter(struct loader *l, struct here h);
/* The headers of a response, or of a part of a multipart body. */
struct parameters load_headers(struct loader *l, struct here map, bool of_part);
/* Reads style, explode and allowReserved of a parameter or header. */
bool load_style(struct loader *l, struct here owner, enum location location, struct parameter *p);

/* load_content.c: media types. `what` is said of it in messages. */
void load_content(struct loader *l, struct here map, struct content *out);
/* One media type object, for messages of the range `text`; `m` must be zero, and last as long as the contract. */
bool load_media(struct loader *l, struct here h, struct str text, struct media *m);

/* load_encoding.c: `encoding`, `prefixEncoding` and `itemEncoding` of a media type object, with those that they hold.
 */
void load_encodings(struct loader *l, struct here owner, struct media *m);

/* load_response.c */
void load_responses(struct loader *l, struct here map, struct endpoint *e);
/* One response object; NULL after an error. */
const struct response *load_response(struct loader *l, struct here h);

/* load_operation.c: a path item with its operations. `path` is UINT32_MAX where it is not one of `paths`. */
struct path_names {
	const struct str *name; /* of the template's parameters, in order */
	unsigned count;
};
/* Registers the operations of a path item. */
void load_path_item(struct loader *l, struct here item, struct str template, uint32_t path,
		    const struct path_names *names);
/* A callback is read and checked; nothing is judged by it. */
void load_callback(struct loader *l, struct here h);
/* Its content, and whether it is required. */
const struct content *load_request_body(struct loader *l, struct here h, bool *required);

/* load_components.c: what nothing else refers to, read for its form: every part of `components`. */
void load_components(struct loader *l, struct here components);

/* load_form.c: a link, checked for its form. */
void load_link(struct loader *l, struct here h);
/* A map of links. */
void load_links(struct loader *l, struct here map);
/* Checks `servers` of the document, a path item or an operation. Returns the list, or `outer` where it says nothing. */
const struct node *load_servers(struct loader *l, struct here owner, const struct node *outer);
/* Reads title and version. */
void load_info(struct loader *l, struct here root);
/* A list of security requirements: each has to be a mapping. */
void load_security(struct loader *l, struct here list);
/* A security scheme: an API key in the query is a query parameter that every operation knows. */
void load_scheme(struct loader *l, struct here h);

/* server.c: the base paths of all operations' servers. Called when all are read. */
void load_bases(struct loader *l);

#endif
