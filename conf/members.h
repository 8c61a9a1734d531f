/* members: the members of one mapping while it is put together: each key once, merge keys (`<<`) last. Short mappings
 * are compared one by one, long ones by an index, so that the work stays in proportion. Zeroed but for arena and diag,
 * used for one mapping after the other, then freed. Errors leave out what was wrong and go on: there may be more of
 * them. Internal to conf/yaml.c. */
#ifndef CONF_MEMBERS_H
#define CONF_MEMBERS_H

#include "conf/index.h"
#include "conf/tree.h"
#include "proxy/base/vec.h"

struct members {
	struct arena *arena; /* for the finished mapping */
	struct diag *diag;
	VEC(struct member) list;
	struct index keys;
	bool indexed;
};

/* A new mapping with at most `bound` members. */
void members_begin(struct members *m, size_t bound);
/* Adds a member that is written in the mapping itself; an error where its key is there already. */
void members_add(struct members *m, const struct node *key, const struct node *value);
/* Adds what the mapping `from` (or each of a list of mappings) has and this one has not: what came earlier goes first.
 */
void members_merge(struct members *m, const struct node *from);
/* Sets count and members of the mapping `n`. */
void members_end(struct members *m, struct node *n);
/* Gives the memory back. */
void members_free(struct members *m);

#endif
