/* filter: what a filter is. A constant struct of optional hooks; filters/builtin.c lists them in the order of the chain.
 * In through the list, out in reverse through those entered; a reply of our own goes out through them too. A filter never
 * waits, resumes, frees, or touches a socket: it looks at the exchange, notes what it saw, and passes or answers. Bodies
 * are read-only to it. A filter whose `configure` leaves its settings NULL is not in the chain and costs nothing. */
#ifndef PROXY_FILTER_H
#define PROXY_FILTER_H

#include "conf/key.h"
#include "proxy/copy.h"
#include "proxy/exchange.h"
#include "proxy/facts.h"
#include "proxy/lever.h"

/* What a filter is configured from. Filters are configured in reverse order of the chain, because those nearer to the
 * backend tell those before them what they need (a contract's info.version is the version's semver). */
struct filter_setup {
	const struct node *root;  /* the merged configuration */
	struct api *api;          /* versions may still be completed (semver, digest) */
	const char *file;         /* of the configuration: relative paths start beside it */
	struct arena *arena;      /* the snapshot's */
	struct diag *diag;
	const struct version_levers *levers; /* by version index; NULL: nothing is moved while it runs */
};

struct filter {
	const char *name;
	size_t state_size; /* per exchange: zeroed memory that every hook is handed; 0: none */
	/* The keys that this filter reads, by where they stand; for refusing unknown ones, for the manual and the schema.
	 * Each may be NULL; ends with a row without name. */
	const struct key *top_keys, *version_keys, *operation_keys;
	/* Reads the settings (false after errors in the diag). *settings stays NULL when the filter has nothing to do. */
	bool (*configure)(struct filter_setup *setup, void **settings);
	void (*release)(void *settings);
	enum verdict (*on_request)(struct exchange *x, const void *settings, void *state);
	/* A part of the body that has just been passed on (NEED_PARTS; before that only with x->may_cut), or the whole of it
	 * (NEED_WHOLE: one call, `last` true). A message without body gives no call. */
	enum verdict (*on_request_body)(struct exchange *x, const void *settings, void *state, struct str part, bool last);
	/* x->response is the head that came from the backend, or our own. */
	enum verdict (*on_response)(struct exchange *x, const void *settings, void *state);
	enum verdict (*on_response_body)(struct exchange *x, const void *settings, void *state, struct str part, bool last);
	/* Exactly once for each filter entered, whatever happened. */
	void (*on_finish)(struct exchange *x, const void *settings, void *state);
	/* The answer to a copy has come (x->response, in an exchange of its own): what is to be said of it goes into `copy`. */
	void (*on_copy)(struct exchange *x, const void *settings, struct copy *copy);
	/* What it knows of a version at this moment, for metrics and pages: its state, its dates, its canary. Main thread. */
	void (*describe)(const void *settings, const struct version *v, int64_t now_ms, struct version_facts *facts);
};

#endif
