/* compare: a message that was sent held against what a pact expects of it: method, path, query, status, headers and
 * body, by the matching rules (Pact specification 1 to 4). Requests are taken strictly, as the philosophy of the
 * specification asks: no other members or query parameters. Responses may hold more. Called when a pact is verified,
 * and by the tests with the specification's cases. */
#ifndef FILTERS_PACT_COMPARE_H
#define FILTERS_PACT_COMPARE_H

#include "filters/pact/message.h"
#include "filters/pact/mismatch.h"

enum { COMPARE_REQUEST, COMPARE_RESPONSE };

/* Adds what differs to `out`. out->untold is set when something could not be compared. */
void compare_messages(const struct pact_message *expected, const struct pact_message *actual, int side,
		      struct mismatches *out);

#endif
