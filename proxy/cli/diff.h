/* diff: two contracts, or two bare JSON Schemas, compared, and the forms in which that is told. Shared by `vane diff`
 * and `vane guide`. */
#ifndef PROXY_CLI_DIFF_H
#define PROXY_CLI_DIFF_H

#include "filters/contract/compat_contract.h"
#include "filters/contract/validator.h"
#include "proxy/cli/callers.h"

struct diff_side {
	const char *path;
	struct contract *contract;   /* an OpenAPI document; or */
	struct validator *validator; /* a bare JSON Schema */
	const struct node *root;
	struct arena arena;
};

/* Loads an OpenAPI document; false after a message on standard error. diff_close is due either way. */
bool diff_open(struct diff_side *side, const char *path) WARN_UNUSED;
/* Gives back what diff_open took, also after it failed. */
void diff_close(struct diff_side *side);

enum diff_form { DIFF_TEXT, DIFF_JSON, DIFF_MARKDOWN, DIFF_JUNIT, DIFF_SARIF, DIFF_GITHUB, DIFF_FORMS };

struct diff_report {
	const struct diff_side *old, *new;
	const struct comparison *c; /* sorted by level */
	bool all;                   /* changes of level info too, where people read */
	bool color;
	uint64_t ms;
	const struct callers *callers; /* who is hit; NULL: nobody asked */
};

/* The form of that word; NULL: text. False after a message. */
bool diff_form(const char *word, enum diff_form *form) WARN_UNUSED;
/* Adds the report in that form, whole: a form that is a document is one. */
void diff_write(const struct diff_report *r, enum diff_form form, struct buf *out);

/* What info.version says of the step from old to new, against what is needed. */
struct diff_semver {
	bool known; /* both are semantic versions */
	bool enough;
	bool certain;              /* nothing undecided could make the need greater */
	unsigned declared, needed; /* 0 patch, 1 minor, 2 major; declared 3: not newer */
};
/* diff_summary.c: order, inclusions, step of version; of bare schemas the verdict for each mode. */
void diff_summary_text(const struct diff_report *r, struct buf *out);
/* Members of an object, without its braces. */
void diff_summary_json(const struct diff_report *r, struct buf *out);
void diff_summary_markdown(const struct diff_report *r, struct buf *out);
/* What the inclusion says, in words; of values where the schemas are bare. A constant. */
const char *diff_inclusion_word(bool bare, enum inclusion i);
/* The verdict on the two versions; a step from 0.x to 0.y may break (SemVer 2.0.0, 4). */
struct diff_semver diff_semver(const struct diff_report *r);
/* "patch", "minor", "major", and "none" for 3, as in struct diff_semver. A constant. */
const char *diff_bump_word(unsigned bump);
/* "file:line:column", or nothing. */
void diff_place(struct buf *out, struct place at);

#endif
