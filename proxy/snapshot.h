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

struct snapshot {
	struct conf conf;         /* the tree and its files */
	struct arena arena;
	struct settings settings;
	struct log_settings log;
	struct usage_settings usage;
	struct admin_settings admin;
	struct api api;
	struct backend *backends; /* by version index */
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
};

/* Reads, checks and compiles everything, and adds every complaint to `d`. A snapshot held once, or NULL after errors. */
struct snapshot *snapshot_load(const struct snapshot_source *source, struct diag *d) WARN_UNUSED;
void snapshot_hold(struct snapshot *s);
/* Calls `visit` with every file that was read: the configuration's, the contracts, certificates and keys. */
void snapshot_files(const struct snapshot *s, void (*visit)(void *context, const char *path), void *context);
/* Frees it with the last hold. */
void snapshot_drop(struct snapshot *s);
#endif
