/* callers: who is hit by a difference of two contracts: with --ledger, --config or --from the consumers that use the
 * operation, and, where field use is sampled, those that really send the parameter or property, or are sent it. Shared
 * by `vane diff` and `vane guide`. */
#ifndef PROXY_CLI_CALLERS_H
#define PROXY_CLI_CALLERS_H

#include "filters/contract/compat_contract.h"
#include "proxy/cli/field_history.h"

/* The flags, for the tables of the verbs that use this. */
#define CALLERS_FLAGS                                                                                                  \
	REPORT_FLAGS,                                                                                                  \
	{                                                                                                              \
		"version", 0, "NAME", "which version's usage the ledger is asked for (default: all)"                   \
	}

struct callers {
	bool asked; /* a source was named */
	struct report usage;
	struct field_history fields;
};

/* Who uses an operation or a field. */
struct caller {
	struct str consumer;
	int64_t last_ms;
	uint64_t count; /* calls, or samples that had the field */
};

/* What is known of the users of one change. */
struct hit {
	struct caller *callers; /* of the operation, newest last use first */
	size_t caller_count;
	bool looked;          /* the field is one that is looked for in samples */
	struct str field;     /* how it is written there: "/items", "query:limit" */
	bool response;        /* of the response */
	struct caller *users; /* of the field */
	size_t user_count;
	uint64_t samples; /* that were looked at, of all */
};

/* Asks the sources that the flags name; none is no error. False after a message. callers_free is due either way. */
bool callers_gather(const struct flag *flags, const struct words *w, struct callers *c) WARN_UNUSED;
/* Gives back what it holds. */
void callers_free(struct callers *c);
/* Whom the change concerns; lists are in the arena. Names of path parameters make no difference. */
void callers_hit(const struct callers *c, const struct change *one, struct arena *a, struct hit *h);

/* callers_text.c: lines below a finding, for people; nothing where nobody asked. */
void callers_text(const struct callers *c, const struct change *one, struct buf *out);
/* Members of a finding: ,"consumers":[…],"field":{…}. */
void callers_json(const struct callers *c, const struct change *one, struct buf *out);
/* " (/coupon sent by erp …)" where that is sampled, else nothing. */
void callers_field(const struct callers *c, const struct change *one, void (*plain)(struct buf *out, struct str s),
		   struct buf *out);
/* One cell's text: "erp (last 2026-11-29); sent by erp". `plain` writes a text that Markdown leaves alone. */
void callers_cell(const struct callers *c, const struct change *one, void (*plain)(struct buf *out, struct str s),
		  struct buf *out);

#endif
