/* compat_contract: what changed between two versions of an OpenAPI document, and what that means for who deploys first.
 * With Q and R the requests and responses: provider first is safe when Q_old is within Q_new and R_new within R_old;
 * consumers first when Q_new is within Q_old and R_old within R_new. Each change names the inclusion that it breaks,
 * graded, with a message that shows it where it is about a schema. Owned by `vane diff` and by the check at load. */
#ifndef FILTERS_CONTRACT_COMPAT_CONTRACT_H
#define FILTERS_CONTRACT_COMPAT_CONTRACT_H

#include "conf/tree.h"
#include "filters/contract/compat.h"
#include "filters/contract/contract.h"

/* Inclusions; a set of 1 << these. */
enum inclusion { REQUESTS_FORTH, REQUESTS_BACK, RESPONSES_FORTH, RESPONSES_BACK, INCLUSIONS };
/* FORTH: what provider first needs. BACK: what consumers first needs. */
enum {
	PROVIDER_FIRST = 1 << REQUESTS_FORTH | 1 << RESPONSES_FORTH,
	CONSUMERS_FIRST = 1 << REQUESTS_BACK | 1 << RESPONSES_BACK
};

enum change_level { CHANGE_INFO, CHANGE_WARNING, CHANGE_ERROR };

/* X(name, id, level, breaks, text): kinds of change that are not about one keyword of a schema. `breaks`: a set of
 * inclusions. The text is what the kind means; `vane diff --explain` prints this table. */
#define CHANGE_BREAKS(i) (1 << (i))
#define CHANGES(X)                                                                                                     \
	X(OPERATION_REMOVED, "api-removed-without-deprecation", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                  \
	  "an operation is gone")                                                                                      \
	X(OPERATION_EARLY, "api-removed-before-sunset", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                          \
	  "a deprecated operation is gone before its sunset")                                                          \
	X(OPERATION_RETIRED, "api-removed-with-deprecation", INFO, CHANGE_BREAKS(REQUESTS_FORTH),                      \
	  "a deprecated operation is gone, its sunset (if it had one) has passed")                                     \
	X(OPERATION_ADDED, "endpoint-added", INFO, CHANGE_BREAKS(REQUESTS_BACK), "an operation is new")                \
	X(OPERATION_DEPRECATED, "endpoint-deprecated", INFO, 0, "an operation is deprecated now")                      \
	X(OPERATION_REACTIVATED, "endpoint-reactivated", INFO, 0, "an operation is no longer deprecated")              \
	X(SUNSET_DELETED, "sunset-deleted", ERROR, 0, "a deprecated operation has lost its sunset date")               \
	X(SUNSET_EARLIER, "api-sunset-date-changed-too-small", ERROR, 0, "a sunset date was moved to an earlier day")  \
	X(SUNSET_UNREADABLE, "api-deprecated-sunset-parse", ERROR, 0, "a sunset date that is no date")                 \
	X(OPERATION_ID, "api-operation-id-changed", INFO, 0, "an operationId is another one: generated code changes")  \
	X(TAGS, "api-tag-changed", INFO, 0, "tags are others")                                                         \
	X(PARAMETER_NEW_REQUIRED, "new-required-request-parameter", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),              \
	  "a new parameter is required")                                                                               \
	X(PARAMETER_NEW, "new-optional-request-parameter", INFO, CHANGE_BREAKS(REQUESTS_BACK),                         \
	  "a new parameter may be given")                                                                              \
	X(PARAMETER_REMOVED, "request-parameter-removed", WARNING, CHANGE_BREAKS(REQUESTS_BACK),                       \
	  "a parameter is no longer described: it is ignored, or taken as unknown")                                    \
	X(PARAMETER_REQUIRED, "request-parameter-became-required", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),               \
	  "a parameter became required")                                                                               \
	X(PARAMETER_OPTIONAL, "request-parameter-became-optional", INFO, CHANGE_BREAKS(REQUESTS_BACK),                 \
	  "a parameter became optional")                                                                               \
	X(PARAMETER_STYLE, "request-parameter-style-changed", ERROR,                                                   \
	  CHANGE_BREAKS(REQUESTS_FORTH) | CHANGE_BREAKS(REQUESTS_BACK), "a parameter is written in another way")       \
	X(PARAMETER_DEPRECATED, "request-parameter-deprecated", INFO, 0, "a parameter is deprecated now")              \
	X(PARAMETER_REACTIVATED, "request-parameter-reactivated", INFO, 0, "a parameter is no longer deprecated")      \
	X(PARAMETER_RETIRED, "request-parameter-removed-with-deprecation", INFO, CHANGE_BREAKS(REQUESTS_BACK),         \
	  "a deprecated parameter is gone, its sunset (if it had one) has passed")                                     \
	X(PARAMETER_EARLY, "request-parameter-removed-before-sunset", ERROR, CHANGE_BREAKS(REQUESTS_BACK),             \
	  "a deprecated parameter is gone before its sunset")                                                          \
	X(PARAMETER_SUNSET_MISSING, "request-parameter-deprecated-sunset-missing", INFO, 0,                            \
	  "a parameter is deprecated now, without a sunset")                                                           \
	X(PARAMETER_SUNSET_UNREADABLE, "request-parameter-sunset-parse", ERROR, 0,                                     \
	  "the sunset date of a parameter is no date")                                                                 \
	X(PARAMETER_SUNSET_PAST, "request-parameter-sunset-date-too-small", ERROR, 0,                                  \
	  "a parameter is deprecated now with a sunset that has passed")                                               \
	X(PARAMETER_SUNSET_DELETED, "request-parameter-sunset-deleted", ERROR, 0,                                      \
	  "a deprecated parameter has lost its sunset date")                                                           \
	X(PARAMETER_SUNSET_EARLIER, "request-parameter-sunset-date-changed-too-small", ERROR, 0,                       \
	  "the sunset of a parameter was moved to an earlier day")                                                     \
	X(PARAMETER_PATH_NEW, "new-request-path-parameter", INFO, 0,                                                   \
	  "a parameter of the path is described now: what it takes is told by its schema")                             \
	X(PARAMETER_ALL_REQUIRED, "new-required-request-default-parameter-to-existing-path", ERROR,                    \
	  CHANGE_BREAKS(REQUESTS_FORTH), "a new parameter of all operations of a path is required")                    \
	X(PARAMETER_ALL_NEW, "new-optional-request-default-parameter-to-existing-path", INFO,                          \
	  CHANGE_BREAKS(REQUESTS_BACK), "a new parameter of all operations of a path may be given")                    \
	X(PARAMETER_DEFAULT_ADDED, "request-parameter-default-value-added", WARNING, 0,                                \
	  "a parameter has a default now: a request without it may mean something else")                               \
	X(PARAMETER_DEFAULT_REMOVED, "request-parameter-default-value-removed", WARNING, 0,                            \
	  "a parameter has no default any more: a request without it may mean something else")                         \
	X(PARAMETER_DEFAULT, "request-parameter-default-value-changed", WARNING, 0,                                    \
	  "the default of a parameter is another one: the same request means something else")                          \
	X(BODY_ADDED_REQUIRED, "request-body-added-required", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                    \
	  "a body is required now")                                                                                    \
	X(BODY_ADDED, "request-body-added-optional", INFO, CHANGE_BREAKS(REQUESTS_BACK), "a body may be sent now")     \
	X(BODY_REMOVED, "request-body-removed", ERROR, CHANGE_BREAKS(REQUESTS_FORTH), "a body is no longer described") \
	X(BODY_REQUIRED, "request-body-became-required", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                         \
	  "the body became required")                                                                                  \
	X(BODY_OPTIONAL, "request-body-became-optional", INFO, CHANGE_BREAKS(REQUESTS_BACK),                           \
	  "the body became optional")                                                                                  \
	X(BODY_TYPE_REMOVED, "request-body-media-type-removed", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                  \
	  "a media type of the request's body is gone")                                                                \
	X(BODY_TYPE_ADDED, "request-body-media-type-added", INFO, CHANGE_BREAKS(REQUESTS_BACK),                        \
	  "a media type of the request's body is new")                                                                 \
	X(STATUS_ADDED, "response-success-status-added", ERROR, CHANGE_BREAKS(RESPONSES_FORTH),                        \
	  "a status of success that older clients do not know")                                                        \
	X(FAILURE_ADDED, "response-non-success-status-added", WARNING, CHANGE_BREAKS(RESPONSES_FORTH),                 \
	  "a status of failure that older clients do not know")                                                        \
	X(STATUS_REMOVED, "response-success-status-removed", INFO, CHANGE_BREAKS(RESPONSES_BACK),                      \
	  "a status of success is no longer answered")                                                                 \
	X(FAILURE_REMOVED, "response-non-success-status-removed", INFO, CHANGE_BREAKS(RESPONSES_BACK),                 \
	  "a status of failure is no longer answered")                                                                 \
	X(TYPE_ADDED, "response-media-type-added", WARNING, CHANGE_BREAKS(RESPONSES_FORTH),                            \
	  "a response may have a media type that older clients do not know (they get it only if they accept it)")      \
	X(TYPE_WIDER, "response-media-type-name-generalized", WARNING, CHANGE_BREAKS(RESPONSES_FORTH),                 \
	  "a media type of a response became a range of them")                                                         \
	X(TYPE_NARROWER, "response-media-type-name-specialized", INFO, CHANGE_BREAKS(RESPONSES_BACK),                  \
	  "a range of media types of a response became one of them")                                                   \
	X(TYPE_NAME, "response-media-type-name-changed", INFO, 0,                                                      \
	  "a media type of a response is written otherwise, and means the same")                                       \
	X(TYPE_REMOVED, "response-media-type-removed", ERROR,                                                          \
	  CHANGE_BREAKS(REQUESTS_FORTH) | CHANGE_BREAKS(RESPONSES_BACK),                                               \
	  "a client that accepts only this media type is no longer served")                                            \
	X(HEADER_REMOVED, "required-response-header-removed", ERROR, CHANGE_BREAKS(RESPONSES_FORTH),                   \
	  "a header that every response had is gone")                                                                  \
	X(HEADER_GONE, "optional-response-header-removed", WARNING, 0, "a header that a response may have is gone")    \
	X(HEADER_OPTIONAL, "response-header-became-optional", ERROR, CHANGE_BREAKS(RESPONSES_FORTH),                   \
	  "a header that every response had may be missing")                                                           \
	X(HEADER_ADDED, "response-header-added", INFO, CHANGE_BREAKS(RESPONSES_BACK), "a response has a new header")   \
	X(SECURITY_STRICTER, "api-security-added", ERROR, CHANGE_BREAKS(REQUESTS_FORTH),                               \
	  "credentials that were enough are no longer")                                                                \
	X(SECURITY_LOOSER, "api-security-removed", INFO, CHANGE_BREAKS(REQUESTS_BACK),                                 \
	  "other credentials are enough now")                                                                          \
	X(WEBHOOK_ADDED, "webhook-added", INFO, 0, "a webhook is new")                                                 \
	X(WEBHOOK_REMOVED, "webhook-removed", ERROR, 0, "a webhook is gone")                                           \
	X(PROPERTY, "property-added-or-removed", INFO, 0,                                                              \
	  "a property came or went; whether messages break by that is told by its schema")                             \
	X(ANNOTATION, "annotation-changed", INFO, 0,                                                                   \
	  "a default, a deprecation, a discriminator or an encoding is another one: no verdict depends on it")         \
	X(SCHEMA, "schema-changed", ERROR, 0, "a schema lets pass other messages: see the keyword")

enum change_kind {
#define X(name, id, level, breaks, text) CHANGE_##name,
	CHANGES(X)
#undef X
	    CHANGE_KINDS
};

struct change_row {
	const char *id;
	enum change_level level;
	unsigned breaks;
	const char *text;
};
extern const struct change_row change_rows[CHANGE_KINDS];

struct change {
	enum change_kind kind;
	enum change_level level;
	const char *id;              /* of the kind; of schema changes made of place, keyword and what happened to it */
	unsigned breaks;             /* set of inclusions */
	enum compat_verdict verdict; /* REFUTED: certain; UNKNOWN: see `why` */
	struct str operation;        /* "GET /orders/{id}", of the new document where both have it; empty: the whole */
	struct str where; /* "query limit", "request application/json", "200 application/json", "200 header ETag" */
	struct str pointer, keyword; /* of schema changes */
	struct str member;           /* of `required`: the name that is missed */
	struct str text;             /* in words */
	struct str witness;          /* a message; empty where the text says all */
	const char *why;
	bool undeclared; /* the witness takes a member that its own side allows without naming it */
	struct place old, new;
};

enum change_policy { POLICY_PLAIN, POLICY_STRICT, POLICY_LENIENT };

struct comparison_options {
	enum change_policy policy; /* what a message counts for whose members are undeclared: warning, error, info */
	int64_t now_ms;            /* wall time, for sunsets */
	uint64_t ms;               /* for the whole comparison; 0: 60 s */
	bool fills_defaults;       /* a required field that has a default is filled in by vane */
};

struct comparison {
	struct arena arena;
	struct change *at;
	size_t count, cap;
	unsigned broken;   /* set of inclusions that some error or warning of certainty breaks */
	unsigned unknown;  /* set of inclusions that could not be decided */
	unsigned excepted; /* set of inclusions that hold but for what the policy or a habit lets pass: it is told of */
	unsigned pairs, proved, refuted, undecided; /* of schemas compared */
	unsigned operations;
};

/* Compares; `old_root` and `new_root` are the documents' trees (for security, sunsets, defaults), or NULL. The
 * contracts and trees must outlive the comparison. */
void comparison_make(struct comparison *c, const struct contract *old, const struct node *old_root,
		     const struct contract *new, const struct node *new_root, const struct comparison_options *options);
/* One bare JSON Schema: no message of HTTP, only values. */
struct bare_schema {
	const struct program *program;
	uint32_t entry;
	const struct node *root;
};
/* The same of two bare schemas: REQUESTS_FORTH says that every value of the old one is a value of the new one (what
 * schema registries call backward: who reads by the new schema reads what was written by the old one),
 * REQUESTS_BACK the other way (forward). Changes have no operation. */
void comparison_make_bare(struct comparison *c, const struct bare_schema *old, const struct bare_schema *new,
			  const struct comparison_options *options);
/* Gives back what comparison_make or comparison_make_bare filled; contracts and trees are not its own. */
void comparison_free(struct comparison *c);
/* Every kind of change about one keyword of a schema, with its level where a message shows it; the kinds of CHANGES are
 * not among them. */
void comparison_explain(void (*row)(void *, const char *id, enum change_level level, const char *text), void *context);
/* The kinds of compat_annotation.c: notes. */
void comparison_explain_notes(void (*row)(void *, const char *id, enum change_level level, const char *text),
			      void *context);
/* "provider first", "consumers first", "any", "side by side". */
const char *comparison_order(const struct comparison *c);
/* 0 patch, 1 minor, 2 major: what the difference needs. */
unsigned comparison_bump(const struct comparison *c);
/* "info", "warning", "error". */
const char *change_level_word(enum change_level level);
/* What the inclusion says, in words: "old requests are new requests". */
const char *inclusion_word(enum inclusion i);

#endif
