/* fit: the newest set of versions that fits together, or the smallest conflict. A set fits when every wish is met,
 * every service that runs now goes on (unless it is to go), and everything in it has what it requires. Of all sets that
 * fit the answer is, in this order: one with the fewest versions side by side; the newest, by the order of wish: the
 * first service gets the newest version that any such set has, the second the newest that is left to it then, and so
 * on. That set is Pareto-optimal too: none that fits, with as few side by side, has one service newer and none older. A
 * service that neither runs nor is wanted comes in only where something requires it. Pure; all memory is the caller's
 * arena. */
#ifndef PROXY_PLAN_FIT_H
#define PROXY_PLAN_FIT_H

#include "proxy/plan/landscape.h"

/* What a set has to keep to. */
enum reason_kind {
	REASON_WISH,  /* a service is wanted at something */
	REASON_GOES,  /* a service is wanted: none */
	REASON_STAYS, /* a service runs now and goes on */
	REASON_NEED,  /* a release requires something */
	REASON_ALONE, /* a service has one version in the end */
	REASON_TAKEN, /* a service that goes before it in the order of wish has this release */
	REASON_AWAY,  /* such a service neither runs nor is wanted, and stays away */
	REASON_KINDS
};

struct reason {
	enum reason_kind kind;
	uint32_t index; /* the service, the need, or (REASON_TAKEN) the release */
	uint32_t wish;  /* REASON_WISH: which of the service's */
};

struct reasons {
	struct reason *at;
	size_t count;
	bool minimal; /* without any one of them the rest can hold */
};

/* A release that is the newest of its service and not in the set: why it cannot be. */
struct held {
	uint32_t release;
	struct reasons reasons;
};

enum fit_answer { FIT_FOUND, FIT_CONFLICT, FIT_SPENT };

struct fit {
	enum fit_answer answer;
	bool *chosen;           /* FIT_FOUND: by release */
	unsigned extra;         /* versions beside the first of a service */
	struct reasons reasons; /* FIT_CONFLICT: what cannot hold together; FIT_FOUND with extra: the same, if each
				   service had one version only */
};

/* Looks for it. `work` bounds the search, as in sat.h. */
void fit_find(const struct landscape *l, uint64_t work, struct fit *fit, struct arena *arena);
/* After FIT_FOUND: what is held back by what. Given that services have no more versions side by side than in the set,
 * and those that go first in the order of wish what they have there. Releases for which that cannot be told within
 * `work` are left out. The number of them; *held is in the arena. */
size_t fit_held(const struct landscape *l, uint64_t work, const struct fit *fit, const struct held **held,
		struct arena *arena);
/* The place of a reason in the file. */
struct place reason_place(const struct landscape *l, const struct reason *r);

#endif
