/* pairs: name=value pairs of a query string, a form body or cookies, split and indexed by name, so that a parameter is
 * found without a search. Values stay encoded slices of the text, because a style may split them further first. The
 * list lives in an arena and is as long as the text has pairs. Called by parameter.c and form.c. */
#ifndef FILTERS_CONTRACT_PAIRS_H
#define FILTERS_CONTRACT_PAIRS_H

#include "proxy/base/arena.h"

#define NO_PAIR UINT32_MAX

struct pair {
	struct str name;  /* decoded */
	struct str value; /* raw; empty where there is no '=' */
	uint32_t next;    /* the next of the same name, or NO_PAIR */
	bool later;       /* not the first of its name */
	bool taken;       /* it belongs to a parameter by its name */
	bool matched;     /* an exploded object has it as a property */
	bool malformed;   /* the name's percent-encoding */
};

struct pairs {
	struct pair *at;
	uint32_t count;
	uint32_t *slot; /* 1 + index of the first of a name; 0: free */
	uint32_t mask;
};

struct pairs_syntax {
	const char *separators; /* "&", ";" or both */
	bool plus;              /* '+' is a space in names */
	bool trim;              /* white space around pairs is none of theirs (cookies) */
	bool raw;               /* names are not percent-encoded */
};

/* Splits `text`; empty pieces (`a=1&&b=2`) are left out. */
void pairs_read(struct pairs *list, struct arena *arena, struct str text, const struct pairs_syntax *syntax);
/* Chains and indexes pairs that were put into `at` by hand: name, value and count are set. */
void pairs_index(struct pairs *list, struct arena *arena);
/* Index of the first pair of that name, or NO_PAIR. */
uint32_t pairs_find(const struct pairs *list, struct str name);

#endif
