/* validate: what is judged of a version's messages and what follows from it: the `validate`, `contract` and `operations`
 * keys, read, inherited (top, version, operation, key by key) and joined with the compiled contracts. The contract
 * filter's settings: made at load, immutable but for the judges, which are scratch memory of one worker each. */
#ifndef FILTERS_VALIDATE_H
#define FILTERS_VALIDATE_H

#include "filters/contract/contract.h"
#include "proxy/filter.h"

enum mode { MODE_ENFORCE, MODE_REPORT, MODE_OFF };
enum too_large { TOO_LARGE_SKIP, TOO_LARGE_REJECT };
enum unknown_fields { UNKNOWN_ALLOW, UNKNOWN_REJECT };

enum fills { FILLS_OFF, FILLS_REQUESTS };

enum { VALIDATE_FINDINGS = 64 }; /* told of one message at most */

/* The keys of `validate`. */
struct validate {
	int requests, responses; /* enum mode */
	int64_t sample;          /* of exchanges, parts per million */
	int64_t max_body;        /* bytes of a body that are kept for judging */
	int too_large;           /* enum too_large */
	int unknown_fields;      /* enum unknown_fields */
	int64_t findings;        /* that are told of one message */
	bool formats;
	int fill_defaults;       /* enum fills */
};

/* What holds for one operation. */
struct rule {
	struct validate validate;
	const struct contract *contract; /* as compiled for its unknown_fields and formats */
};

enum { VALIDATE_VARIANTS = 4 }; /* unknown_fields and formats decide how a contract is compiled */

struct guarded {
	struct contract *variants[VALIDATE_VARIANTS]; /* those that are needed; [i] may be NULL */
	struct rule base;        /* for what is no operation; base.contract is NULL for a version without contract */
	struct rule *operations; /* by the operation's index, which is the same in every variant */
};

struct guards {
	struct guarded *versions; /* by index */
	unsigned version_count;
	struct judge **judges;    /* by worker, and one more for whoever explains requests beside them (worker == api->workers) */
	unsigned judge_count;
};

/* For struct filter. */
extern const struct key validate_top_keys[], validate_version_keys[], validate_operation_keys[];

/* Reads the keys and loads the contracts; *any: at least one version has one. Tells every version's number as its contract
 * has it. False after errors in the diag; validate_free is due in either case. */
bool validate_load(struct filter_setup *setup, struct guards *g, bool *any) WARN_UNUSED;
/* Gives back contracts and judges; `g` itself is in the setup's arena. */
void validate_free(struct guards *g);
/* Its mode for one side. */
static inline enum mode validate_mode(const struct rule *r, enum side side)
{
	return (enum mode)(side == SIDE_REQUEST ? r->validate.requests : r->validate.responses);
}

#endif
