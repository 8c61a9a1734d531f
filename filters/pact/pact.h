/* pact: a consumer contract, as tools of the Pact family write it (specification 1 to 4): what one consumer sends to a
 * provider, and what it relies on in the answers. Read once, immutable. Interactions that are no HTTP exchange
 * (messages, those of plugins) are kept by name only, with the reason, so that nothing is passed over in silence.
 * pact_free gives everything back. Called by the command line and by the filter that knows the consumers. */
#ifndef FILTERS_PACT_PACT_H
#define FILTERS_PACT_PACT_H

#include "filters/pact/message.h"

/* What the provider has to be in for the interaction. */
struct pact_state {
	struct str name;
	const struct node *params; /* a mapping, or NULL */
};

struct interaction {
	struct str description;
	struct pact_state *state;
	unsigned states;
	struct pact_message request, response;
	bool pending; /* version 4: its failure is told, but does not count */
	struct place place;
};

struct skipped {
	struct str description;
	const char *why;
	struct place place;
};

struct pact {
	struct arena arena;
	const char *file;
	struct str consumer, provider;
	unsigned version; /* of the specification, as the file says it; 0: it does not */
	struct interaction *at;
	unsigned count;
	struct skipped *skipped;
	unsigned skipped_count;
};

/* Reads the file at `path`. NULL after at least one error in `d`; warnings may be added too. */
struct pact *pact_load(const char *path, struct diag *d) WARN_UNUSED;
/* The same from memory; `name` is shown. */
struct pact *pact_load_text(struct str text, const char *name, struct diag *d) WARN_UNUSED;
/* Gives it back. NULL is allowed. */
void pact_free(struct pact *p);

#endif
