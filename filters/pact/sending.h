/* sending: one side of an interaction as it goes over the wire: the path and the query encoded, the headers as fields,
 * the body as bytes; for the contract's judgement of it, and to send it to a backend. */
#ifndef FILTERS_PACT_SENDING_H
#define FILTERS_PACT_SENDING_H

#include "filters/contract/contract.h"
#include "filters/pact/message.h"

struct sending {
	struct message_head head; /* its slices are in the arena and the pact */
	struct str body;
	struct buf bytes, query; /* memory of body and head.query */
	struct field *field;
};

/* Makes it: a Content-Type is added where there is a body and the pact gives none; a form or multipart body that the
 * pact holds as an object is written as such. sending_free is due. */
void sending_make(struct sending *s, const struct pact_message *m, struct arena *arena);
/* Gives its memory back. */
void sending_free(struct sending *s);
/* The query string of decoded parameters, encoded, without a `?`. Into `out`, which is emptied first. */
void sending_query(const struct pact_list *query, struct buf *out);
/* The path with its first slash; bytes that may not stand in one are encoded, escapes stay. */
struct str sending_path(struct arena *arena, struct str path);
/* The method in capitals: pacts write it in either case. */
struct str sending_method(struct arena *arena, struct str method);

#endif
