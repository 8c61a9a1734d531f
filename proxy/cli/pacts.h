/* pacts: the pact files that a command line or a configuration names, read; and what was found in them against a
 * contract, in the forms in which that is told. Shared by `vane pact` and `vane can-deploy`. */
#ifndef PROXY_CLI_PACTS_H
#define PROXY_CLI_PACTS_H

#include "filters/pact/provider.h"
#include "proxy/cli/cli.h"

struct pacts {
	VEC(struct pact *) list;
};

/* Reads a file, or all that a glob matches, and adds them. False after an error in `d`: a glob that matches nothing is
 * one. */
bool pacts_add(struct pacts *p, const char *word, struct diag *d) WARN_UNUSED;
/* Gives them back. */
void pacts_free(struct pacts *p);

enum pacts_form { PACTS_TEXT, PACTS_JSON, PACTS_JUNIT, PACTS_GITHUB, PACTS_FORMS };

/* The form of that word; NULL: text. False after a message. */
bool pacts_form(const char *word, enum pacts_form *form) WARN_UNUSED;
/* Adds what was found to `out`, whole: a form that is a document is one. */
void pacts_write(const struct pacts *p, const struct pact_findings *found, enum pacts_form form, struct buf *out);
/* The members "pacts", "findings", "errors" and "warnings" of a JSON object, without its braces. */
void pacts_write_members(const struct pacts *p, const struct pact_findings *found, struct buf *out);
/* One finding as text, four lines at most. */
void pacts_write_finding(const struct pact_finding *f, struct buf *out);

#endif
