/* lever: what is moved while vane runs, beside the configuration: a canary's weight, a version's active revision. A lever
 * belongs to one section of the configuration, word for word: snapshots that have the same section for the same version
 * share it, so a weight that was set is kept across reloads until the file's section changes. Moved on the main thread,
 * read by every worker as one relaxed atomic, so each request sees the state before or the state behind, never between.
 * Held by snapshots; the server owns the set of them. */
#ifndef PROXY_LEVER_H
#define PROXY_LEVER_H

#include "proxy/base/str.h"
#include "proxy/guard.h"

#include <pthread.h>
#include <stdatomic.h>

enum lever_kind { LEVER_CANARY, LEVER_REVISION, LEVER_KINDS };
enum { LEVER_AS_CONFIGURED = -1, LEVER_WHY = 160 };

struct levers;

struct lever {
	struct lever *next;
	struct levers *all;       /* NULL: on its own */
	enum lever_kind kind;
	struct str version, section;
	_Atomic int64_t set;      /* parts per million, or the number of a revision; or LEVER_AS_CONFIGURED */
	_Atomic int64_t since_ms; /* wall clock: in force from then on; 0: not yet */
	struct guard *guard;      /* a canary's that has limits: put there by its filter, freed with the lever; or NULL */
	unsigned holds;
	/* main thread */
	char why[LEVER_WHY];      /* who or what has moved it last; empty: nobody */
	bool aborted;             /* it was the guard */
	int64_t moved_ms;
};

/* Those of one version; NULL where it has no such section. */
struct version_levers {
	struct lever *canary, *revision;
};

/* All levers of the process. */
struct levers {
	pthread_mutex_t lock;
	struct lever *first;
};

/* None yet. Before the first snapshot is made. */
void levers_init(struct levers *all);
/* After the last snapshot has gone. */
void levers_free(struct levers *all);
/* The lever of that section of that version, held once more; a new one where there is none, or where `all` is NULL. The
 * texts are copied. */
struct lever *lever_take(struct levers *all, enum lever_kind kind, struct str version, struct str section);
/* Any thread. With the last hold it is gone. */
void lever_drop(struct lever *l);

/* It is in force now, if it was not before. Main thread, as all that follow. */
void lever_begin(struct lever *l, int64_t wall_ms);
/* No longer in force: as if it had never been moved, should its section come back. */
void lever_forget(struct lever *l);
/* Moves it. `why` is for people: "set by an operator". */
void lever_move(struct lever *l, int64_t to, bool aborted, int64_t wall_ms, const char *why);

/* Where it stands, or `configured`. Any thread. */
static inline int64_t lever_get(const struct lever *l, int64_t configured)
{
	int64_t set = l ? atomic_load_explicit(&l->set, memory_order_relaxed) : LEVER_AS_CONFIGURED;
	return set == LEVER_AS_CONFIGURED ? configured : set;
}

#endif
