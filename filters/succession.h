/* succession: whether contracts that share a major may follow each other. A client asks for a major and at least a
 * minor; that is only honest if a newer minor takes every older request and answers nothing that older clients could
 * not expect. Checked at load and reload, neighbours in order of their numbers (inclusion is transitive). The contract
 * filter's; called by validate.c once all contracts are there. */
#ifndef FILTERS_SUCCESSION_H
#define FILTERS_SUCCESSION_H

#include "filters/validate.h"

enum succession { SUCCESSION_WARN, SUCCESSION_REFUSE, SUCCESSION_OFF };

/* Complains in the setup's diag of what a newer minor breaks, with a message that shows it: as warnings or as errors.
 * What could not be decided is a warning in either case. False after an error. */
bool succession_check(struct filter_setup *setup, const struct guards *g, enum succession mode) WARN_UNUSED;

#endif
