/* concern: which version an interaction of a pact is about. Its request is put into bytes, read by the parser that
 * reads traffic, and asked of the selector, as a client's would be: so what chooses a version of a request (path,
 * fields, query, the pin of the consumer, defaults) chooses it here. Pure but for the arena. Called at load by pacts.c,
 * and by `vane can-deploy`. */
#ifndef FILTERS_CONCERN_H
#define FILTERS_CONCERN_H

#include "filters/pact/provider.h"
#include "filters/select.h"

enum concern_kind {
	CONCERN_VERSION,     /* this one */
	CONCERN_ANY,         /* it names none, and there is no default: whichever satisfies it */
	CONCERN_UNVERSIONED, /* a path that no contract is about */
	CONCERN_REFUSED      /* no version that is served: `why` */
};

struct concern {
	enum concern_kind kind;
	const struct version *version;
	struct str path, whole; /* as contracts see it: without the version's segment, and with it */
	const char *why;        /* CONCERN_REFUSED; a constant */
};

/* Fills *c; its paths are in the arena. */
void concern_find(const struct selector *s, const struct pact *pact, const struct interaction *x, struct arena *arena,
		  struct concern *c);
/* Judges the interaction by a contract: by the path without the version's segment, else by the whole one, as traffic
 * is. */
bool concern_judge(const struct concern *c, struct provider *p, const struct pact *pact, const struct interaction *x,
		   struct pact_findings *out);

#endif
