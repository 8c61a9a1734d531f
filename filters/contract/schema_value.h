/* schema_value: whether the value of a keyword is what the dialect says it must be: a minLength of "3" or a type
 * "strng" is an error at load, with its place, never a check left out. Pure but for the diag. Called by
 * schema_compile.c. */
#ifndef FILTERS_CONTRACT_SCHEMA_VALUE_H
#define FILTERS_CONTRACT_SCHEMA_VALUE_H

#include "filters/contract/schema_keyword.h"

/* False after an error at the value. Schemas inside of it are not looked at: they are checked as they are compiled. */
bool schema_value_check(struct language language, enum keyword keyword, const struct node *value,
			struct diag *d) WARN_UNUSED;
/* The set of kinds (program_code.h) that a valid value of `type` names; JSON_NUMBER stays out of "integer". */
uint32_t schema_value_kinds(const struct node *value);
/* A valid count, at most UINT32_MAX: no message has more of anything. */
uint32_t schema_value_count(const struct node *value);

#endif
