/* snapshot: the configuration in force: settings, versions, their backends, the chain of filters with their compiled
 * contracts. Built on the main thread by snapshot_load, immutable from then on, shared by all workers and counted: the
 * server and each worker that still has exchanges with it hold it. A load that fails leaves nothing behind but errors. */
#ifndef PROXY_SNAPSHOT_H
#define PROXY_SNAPSHOT_H

#include "conf/conf.h"
#include "proxy/backend.h"
#include "proxy/chain.h"
#include "proxy/observe.h"
#include "proxy/settings.h"

/* Backends of a version beside its own, as numbers in the snapshot's list. */
struct backend_choice {
	uint32_t canary;     /* 0: there is none (a canary's number is never 0) */
	uint32_t *revisions; /* in the order of the configuration; NULL: there are none */
	uint32_t revision_count;
};

struct snapshot {
	struct conf conf;         /* the tree and its files */
	struct arena arena;
	struct settings settings;
	struct log_settings log;
	struct usage_settings usage;
	struct admin_settings admin;
	struct api api;
	struct backend *backends; /* each version's own by its index, then those of canaries and revisions */
	unsigned backend_count;
	struct backend_choice *choices; /* by version index */
	struct version_levers *levers;  /* by version index */
	struct tls_context *tls;  /* towards clients; NULL: plain */
	struct chain chain;
	struct str file;          /* the configuration's name */
	struct str digest;        /* of everything that was read, hexadecimal */
	int64_t loaded_ms;        /* wall clock */
	int holds;                /* atomic */
};

/* Where a configuration comes from: a file, or text made from flags. */
struct snapshot_source {
	const char *path; /* NULL: `text` */
	struct str text;
	const struct filter *const *filters; /* the chain's list, ends with NULL */
	unsigned workers; /* 0: as configured */
	struct levers *levers; /* shared with earlier and later snapshots of the process; NULL: of this one alone */
};

/* Reads, checks and compiles everything, and adds every complaint to `d`. A snapshot held once, or NULL after errors. */
struct snapshot *snapshot_load(const struct snapshot_source *source, struct diag *d) WARN_UNUSED;
/* One holder more. */
void snapshot_hold(struct snapshot *s);
/* Calls `visit` with every file that was read: the configuration's, the contracts, pacts, certificates and keys. */
void snapshot_files(const struct snapshot *s, void (*visit)(void *context, const char *path), void *context);
/* Frees it with the last hold. */
void snapshot_drop(struct snapshot *s);
#endif
