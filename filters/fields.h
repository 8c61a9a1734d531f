/* The fields filter: which parameters and properties a version's consumers really send, and its backend really fills:
 * `usage: {fields: 1%}`. Of a share of the exchanges, and of the first one of each consumer and operation in every
 * hour, both messages are copied as they pass and looked at when the exchange is over: names of the contract and folds,
 * never a value (filters/contract/presence.h). Nothing is held up or changed, and nothing follows from it but the
 * ledger. */
#ifndef FILTERS_FIELDS_H
#define FILTERS_FIELDS_H

#include "filters/contract/presence.h"
#include "proxy/filter.h"

enum {
	FIELDS_BODY = 256 << 10,    /* bytes of a body that is looked at; of a larger one only the head is */
	FIELDS_FIRSTS = 4096,       /* consumers and operations of the hour that one worker keeps apart */
	FIELDS_FIRSTS_A_SECOND = 20 /* first ones are looked at, so that who invents consumers costs little */
};

extern const struct filter fields_filter;

#endif
