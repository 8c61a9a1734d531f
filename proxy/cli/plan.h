/* plan: what `vane plan` found out, and the forms in which it is told. */
#ifndef PROXY_CLI_PLAN_H
#define PROXY_CLI_PLAN_H

#include "proxy/cli/cli.h"
#include "proxy/plan/fit.h"
#include "proxy/plan/steps.h"

/* Two versions of one major whose contracts were compared. */
struct plan_promise {
	uint32_t base, later; /* releases */
	bool broken;          /* else it could not be proved that it is kept */
	struct str text;      /* what breaks whom, in words */
	struct str witness;   /* a message that shows it, or empty */
};

struct plan {
	const char *file;
	struct landscape l;
	struct fit fit;
	struct steps steps; /* where a set was found */
	const struct held *held;
	size_t held_count;
	const struct plan_promise *promises; /* that are broken or unproved */
	size_t promise_count;
};

/* Compares the contracts of versions that may take each other's place, where both have one, and links the landscape
 * anew by what comes out. False after complaints: a contract cannot be read. */
bool plan_contracts(struct plan *p, struct arena *arena, struct diag *d) WARN_UNUSED;

/* A reason in words: "purple 2.0 requires blue 2". */
void plan_reason(const struct plan *p, const struct reason *r, struct buf *out);
/* "purple requires": "purple 2.0 requires blue 2". */
void plan_need(const struct plan *p, uint32_t need, struct buf *out);
/* For a start beside versions that run: the need of a running version that the new one alone does not meet; false where
 * there is none. `running` (by release) is what runs before the step. */
bool plan_beside(const struct plan *p, const bool *running, const struct step *step, uint32_t *need);
/* Takes the step: `running` (by release) becomes what runs after it. */
void plan_take(const struct step *step, bool *running);

/* Adds the whole answer, as text or as one JSON object. */
void plan_text(const struct plan *p, bool color, struct buf *out);
void plan_json(const struct plan *p, struct buf *out);
/* EXIT_CLEAN: a plan, or nothing to do; EXIT_FINDINGS: a conflict, or no order; EXIT_CANNOT_TELL. */
int plan_code(const struct plan *p);

#endif
