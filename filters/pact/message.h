/* message: one side of an interaction as a pact describes it: a request or a response, with the rules for its parts. A
 * message that was really sent is brought into the same form (its rules empty), so that one is held against the other.
 * Texts and nodes belong to the tree that the pact was read into. Read by message.c for pact.c; filled by hand by
 * whoever has a real message. */
#ifndef FILTERS_PACT_MESSAGE_H
#define FILTERS_PACT_MESSAGE_H

#include "filters/pact/rule.h"

/* A header or a query parameter with its values, in their order. */
struct pact_values {
	struct str name;
	struct str *at;
	unsigned count;
	bool listed; /* the pact gives a list: each stands for itself, a comma in it is part of it */
	struct place place;
};

struct pact_list {
	struct pact_values *at;
	unsigned count;
};

/* ABSENT: nothing is said of the body. EMPTY: there is none. NONE: null, which is either no body or JSON's null. */
enum pact_body_kind { PACT_BODY_ABSENT, PACT_BODY_EMPTY, PACT_BODY_NULL, PACT_BODY_JSON, PACT_BODY_BYTES };

struct pact_body {
	uint8_t kind;            /* enum pact_body_kind */
	const struct node *json; /* PACT_BODY_JSON */
	struct str bytes;        /* PACT_BODY_BYTES: text or decoded base64 */
	struct str type;         /* its media type: the header's, else version 4's contentType, else a guess */
	bool guessed;            /* nothing says the type */
	struct place place;
};

struct pact_message {
	struct str method, path; /* of requests; at == NULL: not given */
	unsigned status;         /* of responses; 0: not given */
	struct pact_list query, header;
	struct pact_body body;
	struct rules rules;
	const struct node *generators; /* as written (generator.h), or NULL */
	struct place place, path_place, status_place;
};

/* Reads a request or a response (`n`; a message's `contents` counts as its body). `wrapped`: version 4's body of
 * content, contentType and encoded. False after an error in `d`; message_free is due either way. */
bool message_read(struct pact_message *m, struct arena *arena, const struct node *n, bool wrapped,
		  struct diag *d) WARN_UNUSED;
/* Gives back what the rules hold. */
void message_free(struct pact_message *m);
/* A query string split and decoded into parameters: `a=1&a=2` is one with two values. */
void message_query(struct pact_list *list, struct arena *arena, struct str query, struct place place);
/* The header of that name in any case, or NULL. */
const struct pact_values *message_header(const struct pact_message *m, struct str name);
/* Puts a body that came as bytes into the form that is compared: JSON where its type says so, or where no type is given
 * and it reads as JSON. */
void message_body(struct pact_body *body, struct arena *arena, struct str bytes, struct str type);
/* The body as bytes: JSON is written compactly. Into `out`, which is emptied first. */
void message_bytes(const struct pact_body *body, struct buf *out);

#endif
