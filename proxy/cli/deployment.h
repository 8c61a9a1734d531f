/* deployment: what `vane can-deploy` judges by: the new contract, the one in force, the pacts, and who was seen; and
 * the judgement itself. Owned by the verb. */
#ifndef PROXY_CLI_DEPLOYMENT_H
#define PROXY_CLI_DEPLOYMENT_H

#include "filters/select.h"
#include "proxy/cli/diff.h"
#include "proxy/cli/pacts.h"
#include "proxy/cli/report.h"

enum seen_verdict { SEEN_SATISFIED, SEEN_BROKEN, SEEN_UNTOUCHED, SEEN_UNKNOWN };

/* One operation that one consumer calls. */
struct seen {
	enum seen_verdict verdict;
	const struct usage_row *use;
	const struct change *change; /* what touches it; NULL: nothing */
};

/* The operations that an interaction's request leads to, in either contract, by either form of its path. */
enum { ABOUT_OPERATIONS = 4 };
struct about {
	const struct pact *pact;
	const struct interaction *interaction;
	struct str operation[ABOUT_OPERATIONS]; /* "GET /orders/{id}"; empty: none */
	bool broken;                            /* the new contract does not satisfy it */
};

struct deployment {
	struct snapshot *snapshot;       /* NULL: no configuration */
	const struct selector *selector; /* its */
	struct diff_side new, old;
	bool has_old;
	struct provider provider; /* the new contract */
	const char *in_force;     /* the path of the contract that it takes the place of; NULL: none is known */
	struct str version;       /* the one that --version names, or empty */
	bool *replaced;           /* by version index: the versions that it speaks for */
	unsigned major;
	bool has_major;
	struct pacts pacts;
	struct report usage;
	bool has_usage;
	int64_t since_ms;
	struct comparison difference;
	bool compared;
	struct pact_findings found;
	VEC(struct about) about; /* of the interactions that were judged */
	VEC(struct seen) seen;
	unsigned judged, elsewhere; /* interactions; those about other versions */
	const char *gap;            /* why it cannot be told, or NULL */
	struct arena arena;
};

/* An empty one; deployment_end is due. */
void deployment_begin(struct deployment *d);
/* Gives everything back. */
void deployment_end(struct deployment *d);
/* Loads the configuration. False after errors. */
bool deployment_configure(struct deployment *d, const char *config, struct diag *complaints) WARN_UNUSED;
/* Finds which versions the new contract speaks for, by name, or by the major of its info.version, and the newest of
 * their contracts. False after an error: there is no such version. */
bool deployment_place(struct deployment *d, struct str version, struct diag *complaints) WARN_UNUSED;
/* Judges: fills found, seen, judged and gap. */
void deployment_judge(struct deployment *d);

#endif
