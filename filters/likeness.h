/* likeness: whether two JSON texts have the same shape: the same members, of the same types, at every depth; values and the
 * number of an array's items do not matter. For comparing the answers of two versions: differences name places and types,
 * never a value. Pure; bounded in time and depth. */
#ifndef FILTERS_LIKENESS_H
#define FILTERS_LIKENESS_H

#include "filters/contract/json.h"
#include "proxy/base/arena.h"

enum { LIKENESS_DIFFERENCES = 4 /* told of one pair */ };
enum likeness { LIKENESS_SAME, LIKENESS_DIFFERS, LIKENESS_UNKNOWN /* too deep or too large to tell */ };

struct differences {
	struct arena *arena;
	struct str what[LIKENESS_DIFFERENCES]; /* "/items/~/sku: string, in the copy number"; ~: every item */
	unsigned count;
};

/* Compares what two tapes hold. Items of arrays are compared in pairs, as far as the shorter one goes. */
enum likeness likeness_compare(const struct tape *original, const struct tape *copy, struct differences *d);

#endif
