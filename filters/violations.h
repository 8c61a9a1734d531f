/* violations: findings of the engine turned into what an exchange notes and what a problem answer shows. Never a value of
 * a message. Called by the contract filter. */
#ifndef FILTERS_VIOLATIONS_H
#define FILTERS_VIOLATIONS_H

#include "filters/contract/finding.h"
#include "proxy/exchange.h"

/* Notes every finding as a violation of `side`. Texts of the findings live in the exchange's arena or in the contract. */
void violations_note(struct exchange *x, enum side side, const struct findings *f, bool enforced);
/* Adds the member `violations` to the problem that x->answer is: an array of finding_to_json's objects,
 * without the places in the contract's file. */
void violations_show(struct exchange *x, const struct findings *f);

#endif
