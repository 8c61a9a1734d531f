/* validator: one bare JSON Schema, without a contract around it: for `vane validate --schema` and the public suites.
 * The schema file is compiled with the documents it may refer to, which are all named beforehand or stand beside it:
 * nothing is fetched. It owns its program and its judge; one thread uses it. Called by the command line. */
#ifndef FILTERS_CONTRACT_VALIDATOR_H
#define FILTERS_CONTRACT_VALIDATOR_H

#include "filters/contract/schema.h"

struct validator;

/* `--remote URL=FILE` */
struct validator_remote {
	struct str uri;
	const char *file;
};

struct validator_options {
	struct str dialect; /* a word as dialect_from_word takes it; empty: 2020-12. A schema's own `$schema` wins */
	bool assert_formats;
	bool json;         /* verdicts as JSON objects */
	unsigned findings; /* told of one instance in JSON; 0: one */
	const struct validator_remote *remotes;
	size_t remote_count;
};

/* NULL after at least one error in `d`. */
struct validator *validator_load(const char *path, const struct validator_options *options, struct diag *d) WARN_UNUSED;
/* Gives it back. NULL is allowed. */
void validator_free(struct validator *v); /* NULL: nothing */

/* What was compiled, for `vane diff`; lives as long as the validator. */
const struct program *validator_program(const struct validator *v, uint32_t *entry);

/* Judges one instance and adds a line without its end to `line`: `valid`, `invalid POINTER KEYWORD-POINTER message` (of
 * the first finding; an empty pointer is written "", and pointers hold neither spaces nor control characters: they are
 * percent-encoded), or `undecided REASON`; or an object with verdict, findings (finding_to_json) and reason. */
enum judgement validator_judge(struct validator *v, struct str instance, struct buf *line);

#endif
