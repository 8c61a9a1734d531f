/* program_explain: what is wrong with a value that a rule has refused: the rules are gone over once more, now to the
 * end, and each failure is noted as an issue (program_run.h); of anyOf and oneOf only those of the nearest branch, or
 * of the one that the discriminator names. program_words.c turns issues into findings. Called by program.c, after a
 * verdict. */
#ifndef FILTERS_CONTRACT_PROGRAM_EXPLAIN_H
#define FILTERS_CONTRACT_PROGRAM_EXPLAIN_H

#include "filters/contract/program_run.h"

enum issue_kind {
	ISSUE_OP,       /* the op's keyword says no */
	ISSUE_TYPE,     /* another kind of value */
	ISSUE_NEVER,    /* the schema `false` */
	ISSUE_REQUIRED, /* detail: index of the property that is missing */
	ISSUE_READ_ONLY,
	ISSUE_WRITE_ONLY,
	ISSUE_DEPENDENT, /* detail: index of the name that is missing */
	ISSUE_NAME,      /* a property's name; token: its key */
	ISSUE_MANY,      /* more than one branch of oneOf passes */
	ISSUE_UNKNOWN    /* closed_objects: nothing speaks of this property */
};

enum { ISSUES_KEPT = 4096 };

/* Notes in r->j->issues what is wrong with the value at `index`; at least one issue where something is. */
void explain_value(struct run *r, uint32_t rule, uint32_t index);

/* program_words.c: the issue as a finding in out's arena. */
void words_finding(const struct run *r, const struct issue *issue, enum location location, struct str name,
		   struct findings *out);
/* program_expected.c: "at least 3 characters", from the contract alone. */
void expected_text(const struct run *r, const struct issue *issue, struct buf *out);

#endif
