/* program: a compiled set of schemas, and the judging of messages against it. A program is immutable and shared by all
 * workers. A judge is one worker's scratch memory (tape, stacks, match data): it grows to what the largest message
 * needed and is then reused, so that judging allocates nothing once warm. Entries are numbers that schema_compile gave.
 */
#ifndef FILTERS_CONTRACT_PROGRAM_H
#define FILTERS_CONTRACT_PROGRAM_H

#include "filters/contract/finding.h"

struct program;
struct judge;

/* Gives it back. NULL is allowed. */
void program_free(struct program *p);
/* Bytes of memory that the program holds. */
size_t program_size(const struct program *p);

struct judge_limits {
	uint32_t depth; /* nesting of arrays and objects; 0 means 256 */
	uint32_t size;  /* bytes of a message; 0 means 64 MiB */
	uint64_t steps; /* instructions per message; 0 means 50 million */
};

/* Scratch memory for one worker; limits of 0 are the defaults. */
struct judge *judge_new(const struct judge_limits *limits);
/* Gives it back with what was attached to it. */
void judge_free(struct judge *j);

/* Messages go through one pass without a tape first, where the schema allows it; `tape_only` leaves that out. The verdict
 * and the findings are the same: for tests and measurements. */
void judge_tape_only(struct judge *j, bool tape_only);
/* Messages are parts of which the rest is not known: what pacts expect of a response. What more members could still mend
 * is no fault then: `required`, `dependentRequired`, minProperties, contains with too few, oneOf with more than one, an `if` that
 * does not hold yet. Members of a wrong kind are one, and those of which no schema speaks where some schema names the members of
 * that object (as unknown_fields: reject, but all schemas of the same place count together, wherever they stand). Inside of `not` and `if` nothing is
 * forgiven: there it would turn verdicts around. */
void judge_partial(struct judge *j, bool partial);
/* How many messages were found valid without a tape. */
uint64_t judge_fused_count(const struct judge *j);

/* Scratch memory of a user of the judge, which goes with it: judge_free calls `release` with what is there. One slot;
 * its owner is body.c (the decoder of Content-Encodings). */
struct judge_attachment {
	void *data; /* NULL at first */
	void (*release)(void *data);
};
/* The judge's one slot; never NULL. */
struct judge_attachment *judge_attachment(struct judge *j);

/* Whether the JSON text keeps the schema at `entry`. `readOnly` and `writeOnly` are judged by `direction`. A text that
 * is no JSON, or one that two readers could take differently (duplicate keys, invalid UTF-8, a BOM) is INVALID with a
 * finding of its own ("body.syntax", "body.duplicate_key", "body.utf8", "body.bom"). Findings are added to `out` with
 * `location` and `name`; beyond out->limit they are only counted, with a limit of 0 the first one ends the judgement.
 */
enum judgement program_judge(const struct program *p, uint32_t entry, struct judge *j, struct str json,
			     enum direction direction, enum location location, struct str name, struct findings *out);

/* Whether the text is a number and keeps the schema at `entry`, which asks nothing but kind and bounds of one. False says
 * nothing: program_judge knows. */
bool program_takes_number(const struct program *p, uint32_t entry, struct str text);

/* The JSON types that the schema at `entry` could accept at its top, as a set of 1 << enum json_kind bits (following
 * `type`, `$ref`, `allOf` …; all bits where it says nothing): how a parameter's text is to be read. */
uint32_t program_types(const struct program *p, uint32_t entry);
/* The same for the property `name` of an object schema, and for the items of an array schema at `index`: the entries of
 * the subschemas that apply, or false where none can be named (then any type is possible). */
bool program_property(const struct program *p, uint32_t entry, struct str name, uint32_t *property);
/* For arrays; an index behind prefixItems is one of `items`. */
bool program_item(const struct program *p, uint32_t entry, uint32_t index, uint32_t *item);

/* Whether `"deprecated": true` stands on any schema that the last judged message really used: pointers of those
 * properties in the message, at most `limit`; returns how many. Valid until the judge's next message. */
unsigned judge_deprecated(const struct judge *j, struct str *pointers, unsigned limit);
/* What was judged last was one item of many: its uses are told with those of the items that follow, each pointer once,
 * until judge_forget. */
void judge_hold(struct judge *j);
/* Forgets all those uses. For whoever asks of a message that may never come to program_judge: what was judged before it, a
 * parameter or somebody else's message, is not to be told of it. */
void judge_forget(struct judge *j);

#endif
