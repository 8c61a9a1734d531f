/* report: usage from where the command line says: a ledger's file, or running instances, merged into one list: the
 * latest last use, the earliest first, summed counts. Shared by `vane usage` and `vane can-retire`. */
#ifndef PROXY_CLI_REPORT_H
#define PROXY_CLI_REPORT_H

#include "proxy/cli/cli.h"
#include "proxy/ledger.h"

/* The flags that name sources, for the tables of the verbs that use this. */
#define REPORT_FLAGS                                                                                                   \
	{"ledger", 0, "FILE", "the usage ledger"}, {"config", 'c', "FILE", "the configuration that names the ledger"}, \
	{                                                                                                              \
		"from", 0, "URL", "a running vane's admin port, http://127.0.0.1:9900 (may be given again)"            \
	}

/* Where usage is to be had. */
struct report_sources {
	const char *path;              /* of a ledger, or NULL */
	const struct given *instances; /* admin ports */
	bool knows_version;            /* a configuration that was named has the version */
};

struct report {
	struct arena arena;
	struct usage_row *rows; /* newest last use first */
	size_t count;
	int64_t since_ms;   /* every source has a history from here on; 0: some source cannot tell */
	int64_t behind_ms;  /* how long ago the source that is furthest behind was written; INT64_MAX: never */
	bool knows_version; /* the asked version is in a configuration, a running vane, or was used once */
	unsigned failed;    /* sources that did not answer; told on standard error */
	bool cut;           /* a source had more rows than it gives */
};

/* What the flags name, or vane.yaml in this folder. False after a message where that is nothing. */
bool report_sources(const struct flag *flags, const struct words *w, struct str version, struct arena *a,
		    struct report_sources *s) WARN_UNUSED;
/* Asks every source that is named. False after a message when none is, or none answers. report_free is due either way.
 */
bool report_gather(const struct flag *flags, const struct words *w, const struct usage_query *q,
		   struct report *r) WARN_UNUSED;
/* Gives back what it holds. */
void report_free(struct report *r);
/* "30d", "2026-06-01": milliseconds since the epoch of the moment so long ago, or of the date. False after a message.
 */
bool report_since(const char *flag, const char *word, int64_t *ms) WARN_UNUSED;

#endif
