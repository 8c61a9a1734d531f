/* compat_evaluated: what `unevaluatedProperties` and `unevaluatedItems` leave of a value in a given state of the
 * tableau. `op` is the op that asks (OP_UNEVALUATED_…) of that side. Private to compat*.c. */
#ifndef FILTERS_CONTRACT_COMPAT_EVALUATED_H
#define FILTERS_CONTRACT_COMPAT_EVALUATED_H

#include "filters/contract/compat_solve.h"

/* Whether the rules beside the op have looked at a part (JSON Schema Core 2020-12, 11). NOT and SURELY are certain. */
enum evaluation { EVALUATED_NOT, EVALUATED_MAYBE, EVALUATED_SURELY };

/* Of the member of that name, in the state of the leaf. */
enum evaluation evaluated_member(const struct leaf *l, unsigned side, uint32_t op, struct str name);
/* Of the item at that index. */
enum evaluation evaluated_item(const struct leaf *l, unsigned side, uint32_t op, uint64_t index);
/* From this index on all items are alike, in every branch. */
uint32_t evaluated_prefix(struct solver *s, unsigned side, uint32_t op);
/* Adds the rules (as asserted items) whose holding decides what is looked at in values of that kind; none where they
 * are too many to take both ways of each. */
void evaluated_conditions(struct solver *s, unsigned side, uint32_t op, unsigned kind, struct item_list *out);
/* The property of that name, or NULL. */
const struct property *evaluated_property(const struct program *p, const struct object *o, struct str name);

#endif
