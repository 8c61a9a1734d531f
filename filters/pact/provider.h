/* provider: what a pact expects, held against the contract of the provider. Requests must be accepted; responses must
 * be something that the provider can send: the status is described, the media type is offered, the headers are named,
 * and the body is a part of a valid one: members that the pact leaves out are no fault, those that the contract does
 * not name are. A request whose expected answer is a refusal (4xx) may be wrong. Owns its contract; one thread uses
 * it. Called by the command line and when a configuration names pacts. */
#ifndef FILTERS_PACT_PROVIDER_H
#define FILTERS_PACT_PROVIDER_H

#include "filters/contract/contract.h"
#include "filters/pact/pact.h"
#include "proxy/base/vec.h"

struct provider {
	struct contract *contract;
	struct judge *judge;
};

enum pact_level { PACT_WARNING, PACT_ERROR };

struct pact_finding {
	uint8_t level; /* enum pact_level */
	const struct pact *pact;
	const struct interaction *interaction;
	bool response;
	const char *code;            /* "response.body.type", "request.operation.path" */
	struct str text;             /* in words; in the list's arena */
	struct place place, against; /* in the pact; in the contract */
};

struct pact_findings {
	struct arena arena;
	VEC(struct pact_finding) list;
	unsigned errors, warnings;
	unsigned total; /* also those beyond PACT_FINDINGS */
};

enum { PACT_FINDINGS = 1000 };

/* Compiles the OpenAPI document at `path` for that. False after an error in `d`; provider_close is due either way. */
bool provider_open(struct provider *p, const char *path, struct diag *d) WARN_UNUSED;
/* Gives everything back. */
void provider_close(struct provider *p);
/* An empty list. */
void pact_findings_begin(struct pact_findings *f);
/* Gives everything back. */
void pact_findings_free(struct pact_findings *f);
/* Judges one interaction; `path` is that of its request as the contract sees it. False when there is at least one
 * error; all findings are added to `out`. */
bool provider_judge(struct provider *p, const struct pact *pact, const struct interaction *x, struct str path,
		    struct pact_findings *out);
/* The operation that a request leads to, or NULL. */
const struct operation *provider_operation(const struct provider *p, struct str method, struct str path);
/* The request in one line, as a witness: `POST /orders?a=1 {"sku":…}`, or the response: `200 {"id":…}`; at most `most`
 * bytes. */
void interaction_witness(const struct interaction *x, bool response, size_t most, struct buf *out);

#endif
