/* field_history: field use from where the command line says, as report.h has usage: a ledger's file, or running
 * instances, merged into one list. Shared by `vane can-remove`, `vane usage --fields`, `vane diff` and `vane guide`. */
#ifndef PROXY_CLI_FIELD_HISTORY_H
#define PROXY_CLI_FIELD_HISTORY_H

#include "proxy/cli/report.h"
#include "proxy/ledger_fields.h"

struct field_history {
	struct arena arena;
	struct field_row
	    *rows; /* by version, operation, direction, place and consumer: a place's row without consumer first */
	size_t count;
	struct field_row *samples; /* by version, operation, direction and consumer */
	size_t sample_count;
	int64_t since_ms; /* every source has sampled since then; 0: some does not */
	int64_t lost_ms;  /* when a source saw something that found no room, the last time; 0: never */
	unsigned failed;  /* sources that did not answer; told on standard error */
	bool cut;         /* a source had more rows than it gives */
};

/* Asks every source that is named. False after a message when none is, or none answers. field_history_free is due
 * either way. */
bool field_history_gather(const struct flag *flags, const struct words *w, const struct field_query *q,
			  struct field_history *h) WARN_UNUSED;
/* Adds up the samples of the row's version, operation and direction: those of its consumer, or, where it has none, of
 * all. */
struct field_row field_history_samples(const struct field_history *h, const struct field_row *row);
/* Gives back what it holds. */
void field_history_free(struct field_history *h);

#endif
