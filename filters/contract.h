/* The contract filter: which operation a request is, and whether request and response keep the contract of their version.
 * The judging itself is the engine's (filters/contract/contract.h); the settings are validate.h's. In enforce mode a
 * message is answered for what is wrong with it, in report mode that is noted and the message goes on; what cannot be
 * judged goes on in either and is noted as unchecked. */
#ifndef FILTERS_CONTRACT_H
#define FILTERS_CONTRACT_H

#include "proxy/filter.h"

extern const struct filter contract_filter;

#endif
