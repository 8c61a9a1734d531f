/* pointer: JSON pointers (RFC 6901) to places in a message, written only when a finding needs one. Who walks a message
 * keeps a stack of steps, which costs two words a level, and has it turned into text here. Pure but for the buffer. */
#ifndef FILTERS_CONTRACT_POINTER_H
#define FILTERS_CONTRACT_POINTER_H

#include "filters/contract/json.h"

/* One level down: into the member `key`, or, where key.at is NULL, into the item `index`. */
struct pointer_step {
	struct str key;
	uint32_t index;
};

/* Adds one reference token with its slash: `~` and `/` escaped (RFC 6901, 3). */
void pointer_add_key(struct buf *out, struct str key);
/* The same with an array's index. */
void pointer_add_index(struct buf *out, uint64_t index);
/* Adds the whole path. */
void pointer_add_steps(struct buf *out, const struct pointer_step *step, size_t count);
/* Adds the pointer of the token at `index` (a value, or a key: then the pointer of its value), found by walking down
 * from the document's value: needs no stack, costs the members on the way. */
void pointer_add_token(struct buf *out, const struct tape *t, uint32_t index);

#endif
