/* pact_verify: the interactions of pacts replayed against a real backend, and its answers held against what the pacts
 * expect. Provider states are told to a URL, where one is given, before each interaction. Called by `vane pact`. */
#ifndef PROXY_CLI_PACT_VERIFY_H
#define PROXY_CLI_PACT_VERIFY_H

#include "proxy/cli/pacts.h"

struct verification {
	const char *backend;        /* an address as client.h takes it */
	const char *state_url;      /* NULL: states are only named */
	const struct field *fields; /* set in each request, such as credentials */
	size_t field_count;
	unsigned verified, failed, untold; /* interactions */
	struct buf log;                    /* a line for each interaction; or, for JSON, an array */
	bool json;
};

/* Replays them all, one after the other. What differs is added to `found`; what could not be told is counted. */
void pact_verify(struct verification *v, const struct pacts *pacts, struct pact_findings *found);

#endif
