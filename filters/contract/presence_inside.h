/* presence_inside: what the files of presence.h share. Not for others. */
#ifndef FILTERS_CONTRACT_PRESENCE_INSIDE_H
#define FILTERS_CONTRACT_PRESENCE_INSIDE_H

#include "filters/contract/coding.h"
#include "filters/contract/message.h"
#include "filters/contract/presence.h"
#include "filters/contract/program_place.h"

/* What one kind of message of an operation may have: made when the first one comes. */
struct presence_root {
	const void *owner; /* an endpoint, a response or a media */
	uint32_t operation, direction;
	uint32_t edge, edges; /* of parameters or headers, then the bucket of a query */
	uint32_t bucket;      /* or NONE */
	uint32_t node;        /* of a body */
	int64_t told;         /* the day on which its places were reported last */
	bool cut;             /* parameters found no room */
};

struct presence {
	struct places places;
	VEC(struct presence_root) roots;
	struct schema_map by_owner;
	struct tape tape;
	struct coding_scratch *coding;
};

/* One message under a look. */
struct look {
	struct presence *p;
	const struct presence_message *m;
	const struct endpoint *endpoint;
	const struct response *response; /* of responses; NULL: the contract does not describe this status */
	struct arena *arena;             /* of the report */
};

/* presence_root.c: the root of that owner; *made: it is new and empty. */
uint32_t presence_root(struct look *l, const void *owner, bool *made);
/* presence_head.c: notes parameters or headers. False: some found no room. */
bool presence_head(struct look *l, uint32_t *root);
/* presence_body.c: notes the places of the body. False: it could not be looked at, or not as a whole. *root is NONE
 * where the contract names nothing in it. */
bool presence_body(struct look *l, uint32_t *root);

#endif
