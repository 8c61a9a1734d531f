/* message: what request.c, response.c and body.c share: which media type a message has, which of a contract's content
 * covers it, and whether a body of it can be judged. */
#ifndef FILTERS_CONTRACT_MESSAGE_H
#define FILTERS_CONTRACT_MESSAGE_H

#include "filters/contract/hearing.h"

/* Fills the plan for a body of a message whose content is described by `c` (count 0: not at all). What is wrong with
 * the media type is a finding: `issue` for a type that the content does not name. */
void message_plan(struct hearing *h, const struct content *c, const struct message_head *head, enum issue issue,
		  struct body_plan *plan);
/* The value of a field; several are joined with commas, and *times says how many there were. at == NULL: none. */
struct str message_field(struct arena *arena, const struct message_head *head, struct str name, unsigned *times);
/* What the operation says of a status: the exact one, before its class, before default (OpenAPI 3.1.1, 4.8.16); NULL:
 * nothing. */
const struct response *message_response(const struct endpoint *e, unsigned status);

#endif
