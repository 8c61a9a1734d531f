/* ask: what one place of a request says about the version it wants, as read from a whole token: `1`, `v1`, `1.4`,
 * `=1.4.2`, a date, or a version's name. Numbers ask for an exact major and at least the minor (and patch) given; with
 * `=` the numbers given must be those. Dates and names are compared as a whole. Pure; borrows the token. */
#ifndef FILTERS_ASK_H
#define FILTERS_ASK_H

#include "proxy/exchange.h"

enum { ASK_LONGEST = 64 };

struct ask {
	bool numeric;        /* numbers; otherwise `text` is a date or a name */
	bool exact;          /* "=1.4" */
	unsigned numbers[3]; /* major, minor, patch */
	unsigned parts;      /* how many of them were given */
	struct str text;     /* the token, without `=` */
};

/* Reads a whole token; false where it is no version at all. A name must be one of the api's; numbers and dates may ask
 * for versions that there are not. */
bool ask_read(struct str token, const struct api *api, struct ask *ask);
/* Whether `v` is what is asked for. */
bool ask_accepts(const struct ask *ask, const struct version *v);
/* Whether it asks for that version's canary by its name. */
bool ask_names_canary(const struct ask *ask, const struct version *v);
/* Whether both could mean the same line of versions: the same major, the same date, the same name. */
bool ask_agrees(const struct ask *a, const struct ask *b);
/* Whether `a` is newer than `b`: by its numbers, or by its date; names as the configuration's order has them. */
bool ask_newer(const struct version *a, const struct version *b);

#endif
