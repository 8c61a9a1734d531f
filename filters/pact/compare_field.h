/* compare_field: the named texts of two messages compared: headers, query parameters, the fields of a form. Headers are
 * compared without the case of their names and the space around commas; Content-Type and Accept as media types, whose
 * parameters may stand in any order, and of which the message may have more. Called by compare.c. */
#ifndef FILTERS_PACT_COMPARE_FIELD_H
#define FILTERS_PACT_COMPARE_FIELD_H

#include "filters/pact/message.h"
#include "filters/pact/mismatch.h"
#include "filters/pact/value.h"

/* Holds one text against a rule; `where` names it. */
void field_by_rule(const struct rule *rule, struct str where, struct str expected, struct str actual,
		   struct place place, struct mismatches *out);
/* Holds parameters by name: the same names, each with the same values in the same order, but for rules. */
void field_compare_lists(const struct rules *rules, enum category category, const struct pact_list *expected,
			 const struct pact_list *actual, const char *what, struct mismatches *out);
/* Every header of the pact must be there; others may be. */
void field_compare_headers(const struct pact_message *expected, const struct pact_message *actual,
			   struct mismatches *out);

#endif
