/* presence: which of the parameters, headers and properties that a contract names a message really has: names only,
 * never a look at a value. A place is written "query:limit", "header:X-Total", "path:id", "cookie:session", or as a
 * template of a JSON pointer into the body, "/customer/name": each step is a name of the contract, or `*` for what is
 * an item or a key that is data, or `?` for whatever the contract does not name (program_place.h); in a query that is
 * "query:?". One struct presence for each worker and snapshot; it may look at any contract of that snapshot. Bounded in
 * places; a hostile message costs time by its length. Called by the filter that samples field use. */
#ifndef FILTERS_CONTRACT_PRESENCE_H
#define FILTERS_CONTRACT_PRESENCE_H

#include "filters/contract/contract.h"

enum { PRESENCE_DEEPEST = 64 /* nesting of a body that is looked at */ };

struct presence;

/* Memory of one worker. */
struct presence *presence_new(void);
/* Gives it back. NULL is allowed. */
void presence_free(struct presence *p);

/* What is to be looked at. Slices are borrowed for the call. */
struct presence_message {
	const struct contract *contract;
	const struct operation *operation;
	enum direction direction;
	const struct message_head *head; /* has_body: there was content */
	struct str body;                 /* all of it, as it came; at NULL: it is not here */
};

struct presence_place {
	struct str place; /* lives as long as the presence */
	bool there;       /* the message has it; otherwise the contract only names it */
};

struct presence_report {
	bool head;                     /* all parameters and headers were looked at */
	bool body;                     /* the whole body was, or there was none */
	struct presence_place *places; /* in the arena; what the message has, each once */
	unsigned count;
};

/* Looks at a message. With the first one of its kind (operation, direction, status, media type) on a day, `day` counted
 * as the caller likes, the places that the contract names for such messages are reported too, as far as they are known
 * ahead (1,024 of a schema). */
void presence_look(struct presence *p, const struct presence_message *m, int64_t day, struct arena *arena,
		   struct presence_report *r);

#endif
